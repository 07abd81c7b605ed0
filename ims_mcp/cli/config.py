"""``ims-mcp config check``: what a configuration file says, or every mistake it has. Nothing is contacted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ims_mcp.catalogue import Effect
from ims_mcp.cli.endings import DONE, FAILED, MISUSED
from ims_mcp.cli.terminal import say
from ims_mcp.config.mistakes import ConfigError, show_path
from ims_mcp.config.model import ANYBODY, Account, Config, Grant
from ims_mcp.config.reading import read_config
from ims_mcp.config.rights import Right
from ims_mcp.config.rules import Rule
from ims_mcp.foreign_text import plain
from ims_mcp.settings import Settings


def check_command(settings: Settings) -> int:
    """Exit code 0 and tables of accounts and grants, or 1 and all mistakes, a line each."""
    path = settings.config
    if path is None:
        say("Which file? Name it, ims-mcp config check FILE, or set IMS_MCP_CONFIG.")
        return MISUSED
    try:
        config = read_config(path)
    except ConfigError as error:
        count = "a mistake" if len(error.mistakes) == 1 else f"{len(error.mistakes):,} mistakes"
        say(f"The configuration file {show_path(path)} has {count}:")
        for mistake in error.mistakes:
            say(f"- {mistake}")
        return FAILED
    _print_table(("account", "regions", "credentials", "bucket"), map(_describe_account, config.accounts.values()))
    print()
    if config.grants is not None:
        _print_table(("who", "accounts", "operations", "what"), map(_describe_grant, config.grants))
    else:
        print("There are no grants: everybody who is let in may do everything in all accounts.")
    if config.rules:
        print()
        _print_table(("rule", "then", "operations", "effects", "where"), map(_describe_rule, config.rules))
    if unused := _list_ungranted(config):
        say(f"No grant is about {', '.join(unused)}: nobody may use it.")
    return DONE


def _describe_account(account: Account) -> tuple[str, ...]:
    if account.local:
        credentials = "an embedded IMS of its own"
    else:
        credentials = f"CLI profile {account.profile}" if account.profile else "those of the server's environment"
    if account.role is not None:
        credentials += f", then {account.role.arn}{' by a policy' if account.role.policy else ''}"
    return account.name, ", ".join(account.regions), credentials, account.bucket or "-"


def _describe_grant(grant: Grant) -> tuple[str, ...]:
    everybody = ["anybody"] if ANYBODY in grant.subjects else list(grant.subjects)
    if grant.claims:
        everybody.append(" and ".join(f"{claim} {' or '.join(names)}" for claim, names in grant.claims.items()))
    who = f"{grant.name}: {', '.join(everybody)}" if grant.name else ", ".join(everybody)
    operations = grant.right.operations
    chosen = "all" if operations is None else f"{len(operations)}"
    return plain(who, 100), ", ".join(grant.accounts), chosen, _describe_right(grant.right)


def _describe_right(right: Right) -> str:
    asks = "destructive when the user agrees" if right.asks else "destructive unasked"
    asks = "destructive when a person agrees on a page" if right.by_page else asks
    names = {Effect.READ: "read", Effect.WRITE: "write", Effect.DESTRUCTIVE: asks}
    given = [name for effect, name in names.items() if effect in right.effects]
    return ", ".join([*given, *(() if right.costs else ("nothing that costs",))])


def _describe_rule(rule: Rule) -> tuple[str, ...]:
    parts = {"account": rule.accounts, "bucket": rule.buckets, "caller": rule.subjects}
    where = [f"{what} {' or '.join(sorted(names))}" for what, names in parts.items() if names is not None]
    operations = "all" if rule.operations is None else f"{len(rule.operations)}"
    effects = ", ".join(effect.value for effect in Effect if effect in rule.effects)
    return rule.name or "-", rule.then.value, operations, effects, plain("; ".join(where), 200) or "everywhere"


def _list_ungranted(config: Config) -> Sequence[str]:
    if config.grants is None:
        return []
    granted = {name for grant in config.grants for name in grant.accounts}
    return [name for name in config.accounts if name not in granted]


def _print_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
