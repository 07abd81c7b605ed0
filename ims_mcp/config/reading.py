"""Reads a configuration file: a :class:`Config`, or every mistake it has at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from ims_mcp.catalogue import Effect, get_operation
from ims_mcp.catalogue.named_toolsets import list_named
from ims_mcp.config.consistency import list_consistency_problems
from ims_mcp.config.mistakes import ConfigError, Place, is_credential, write_place
from ims_mcp.config.model import Account, Config, Grant, Role
from ims_mcp.config.rights import ALL_EFFECTS, Asking, Right
from ims_mcp.config.rules import CHANGING, Rule
from ims_mcp.config.shape import AccountTable, FileTable, GrantTable, RuleTable, list_shape_problems
from ims_mcp.errors import Problem
from ims_mcp.foreign_text import quotable
from ims_mcp.own_file import UnusableFile, read_own_file
from ims_mcp.secrets import can_be_secret, is_secret_name
from ims_mcp.settings import DEFAULT_REGION

MOST_BYTES = 1024 * 1024
_DEEPEST = 40
"""What lies deeper is no part of any file that is good."""
_AT = re.compile(r"\s*\(at (.+)\)$")


def read_config(path: Path) -> Config:
    """What the file says. Raises ConfigError with all mistakes of a file that cannot be used."""
    try:
        content = read_own_file(path, MOST_BYTES)
    except UnusableFile as error:
        raise ConfigError(path, [Problem("", error.explain())]) from None
    document = _parse(path, content)
    found = dict[Place, Problem]()
    shape: FileTable | None = None
    # The first of one place counts: who wrote a secret into an unknown key needs no other name for the key.
    for place, problem in _find_secrets((), document):
        found.setdefault(place, problem)
    try:
        shape = FileTable.model_validate(document)
    except ValidationError as error:
        for place, problem in list_shape_problems(error):
            found.setdefault(place, problem)
    for place, problem in list_consistency_problems(document):
        found.setdefault(place, problem)
    if found or shape is None:
        order = {place: at for at, place in enumerate(_walk((), document))}
        places = sorted(found, key=lambda place: _find_order(place, order))
        raise ConfigError(path, [Problem(write_place(place), found[place].text) for place in places])
    return _build(shape)


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            path, [Problem(f"line {line}", "It is not text in UTF-8 (GBK or UTF-16, perhaps); save it as UTF-8.")]
        ) from None
    if not text.strip():
        raise ConfigError(path, [Problem("", "It is empty; name an account, such as [accounts.main].")])
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError(path, [Problem("", "It is nested too deeply.")]) from None
    except ValueError as error:
        said = str(error)
        at = _AT.search(said)
        reason = quotable(_AT.sub("", said), limit=200) if isinstance(error, tomllib.TOMLDecodeError) else ""
        where = at[1] if at else ""
        raise ConfigError(
            path, [Problem(where, f"It is not TOML: {reason or 'a number has far too many digits'}.")]
        ) from None


def _walk(place: Place, value: Any) -> Iterator[Place]:
    """Every place there is, in the file's order as far as tables are written one after another."""
    yield place
    if len(place) > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, each in cast("dict[str, Any]", value).items():
            yield from _walk((*place, name), each)
    elif isinstance(value, list):
        for at, each in enumerate(cast("list[Any]", value)):
            yield from _walk((*place, at), each)


def _find_order(place: Place, order: Mapping[Place, int]) -> int:
    """What is missing has no place of its own."""
    while place not in order:
        place = place[:-1]
    return order[place]


def _find_secrets(place: Place, value: Any) -> Iterator[tuple[Place, Problem]]:
    if len(place) > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, each in cast("dict[str, Any]", value).items():
            inner = (*place, name)
            # The names of a policy and of claims are others'.
            is_named = not {"policy", "claims"} & set(map(str, place)) and is_secret_name(name)
            if is_credential(name):
                yield inner, Problem("", f"Its name holds a credential. {_NO_SECRETS}")
            elif is_named and not isinstance(each, dict | list) and can_be_secret(name, each):
                yield inner, Problem("", f"A credential stands here. {_NO_SECRETS}")
            else:
                yield from _find_secrets(inner, each)
    elif isinstance(value, list):
        for at, each in enumerate(cast("list[Any]", value)):
            yield from _find_secrets((*place, at), each)
    elif isinstance(value, str) and is_credential(value):
        yield place, Problem("", f"A credential stands here. {_NO_SECRETS}")


_NO_SECRETS = (
    "No secret belongs into this file: take it out, make it invalid if others could read the file, and name a profile "
    "of ~/.aliyun/config.json instead (profile), or leave it to the server's environment."
)


def _build(shape: FileTable) -> Config:
    return Config(
        {name: _build_account(name, table) for name, table in shape.accounts.items()},
        None if shape.grants is None else tuple(map(_build_grant, shape.grants)),
        tuple(map(_build_rule, shape.rules)),
    )


def _build_account(name: str, table: AccountTable) -> Account:
    role = None if table.role is None else Role(**table.role.model_dump())
    return Account(
        name,
        regions=tuple(dict.fromkeys(table.regions or (DEFAULT_REGION,))),
        profile=table.profile,
        role=role,
        endpoints=table.endpoints,
        oss_endpoints=table.oss_endpoints,
        bucket=table.bucket,
        local=table.local,
    )


def _build_grant(table: GrantTable) -> Grant:
    effects = ALL_EFFECTS
    if table.read_only:
        effects = frozenset({Effect.READ})
    elif table.destructive == "never":
        effects = ALL_EFFECTS - {Effect.DESTRUCTIVE}
    operations = None
    if table.toolsets is not None and "all" not in table.toolsets:
        operations = frozenset(operation.name for toolset in table.toolsets for operation in list_named(toolset))
    return Grant(
        tuple(dict.fromkeys(table.accounts)),
        Right(
            effects,
            asks=table.destructive != "allow",
            by_page=table.destructive == "page",
            costs=table.costs,
            operations=operations,
        ),
        subjects=tuple(dict.fromkeys(table.subjects)),
        claims={claim: tuple(dict.fromkeys(names)) for claim, names in table.claims.items()},
        name=table.name or "",
    )


def _build_rule(table: RuleTable) -> Rule:
    operations = None
    if table.operations or (table.toolsets and "all" not in table.toolsets):
        named = [get_operation(name).name for name in table.operations]
        named += [each.name for toolset in table.toolsets if toolset != "all" for each in list_named(toolset)]
        operations = frozenset(named) if "all" not in table.toolsets else None
    return Rule(
        Asking(table.then),
        operations=operations,
        effects=CHANGING if table.effects is None else frozenset(map(Effect, table.effects)),
        accounts=None if table.accounts is None else frozenset(table.accounts),
        buckets=None if table.buckets is None else frozenset(table.buckets),
        subjects=None if table.subjects is None else frozenset(table.subjects),
        name=table.name or "",
    )
