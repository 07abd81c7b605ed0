"""What parts of a configuration file say of each other. Read from the parsed file as it is: parts with another shape
are passed over, so that these mistakes are told together with those of the shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ims_mcp.catalogue import Effect, find_operation
from ims_mcp.config.mistakes import Place, hide_secret, offer_names, show_found
from ims_mcp.config.values import ACCOUNT_NAME
from ims_mcp.errors import Problem
from ims_mcp.settings import DEFAULT_REGION, REGION_ID

Found = Iterator[tuple[Place, Problem]]


def list_consistency_problems(document: dict[str, Any]) -> Found:
    """A problem's path is empty: the place stands beside it."""
    accounts = _read_table(document.get("accounts"))
    if accounts == {} and isinstance(document.get("accounts"), dict):
        yield ("accounts",), Problem("", "There is no account; name one, such as [accounts.main].")
    for name, account in accounts.items():
        if not ACCOUNT_NAME.fullmatch(name):
            yield (
                ("accounts", name),
                Problem(
                    "",
                    f"“{hide_secret(name)}” cannot be the name of an account; use up to 40 small letters, digits, "
                    "_ and -, beginning with a letter or a digit.",
                ),
            )
        for place, problem in _check_account(_read_table(account)):
            yield ("accounts", name, *place), problem
    for at, grant in enumerate(_read_list(document.get("grants"))):
        if isinstance(grant, dict):
            for place, problem in _check_grant(cast("dict[str, Any]", grant), accounts):
                yield ("grants", at, *place), problem
    for at, rule in enumerate(_read_list(document.get("rules"))):
        if isinstance(rule, dict):
            for place, problem in _check_rule(cast("dict[str, Any]", rule), accounts):
                yield ("rules", at, *place), problem


def _check_account(account: dict[str, Any]) -> Found:
    if account.get("local") is True:
        for name in ("profile", "role", "endpoints", "oss_endpoints"):
            if name in account:
                yield (
                    (name,),
                    Problem("", "An embedded IMS (local = true) has none; leave it out here, or leave local out."),
                )
    regions = account.get("regions")
    if regions == []:
        yield ("regions",), Problem("", f"It is empty; name a region, or leave it out for {DEFAULT_REGION}.")
    known = _read_list(regions) if "regions" in account else [DEFAULT_REGION]
    for name in ("endpoints", "oss_endpoints"):
        for region in _read_table(account.get(name)):
            if region not in known:
                names = [each for each in known if isinstance(each, str) and REGION_ID.fullmatch(each)]
                yield (
                    (name, region),
                    Problem("", f"“{hide_secret(region)}” is no region of this account; {_offer(region, names)}"),
                )


def _check_grant(grant: dict[str, Any], accounts: dict[str, Any]) -> Found:
    subjects, claims = grant.get("subjects"), grant.get("claims")
    if subjects in (None, []) and claims in (None, {}):
        yield (
            (),
            Problem(
                "",
                'It is for nobody; name subjects = ["ann"] or claims = { groups = ["editors"] }; "*" as a subject is '
                "anybody.",
            ),
        )
    for claim, names in _read_table(claims).items():
        if names == []:
            yield ("claims", claim), Problem("", "It is empty, so nobody has it; name a value, or leave it out.")
    for name in ("accounts", "toolsets"):
        if grant.get(name) == []:
            rest = "name one." if name == "accounts" else "name one, or leave it out for all operations."
            yield (name,), Problem("", f"It is empty, so nothing is granted; {rest}")
    for at, name in enumerate(_read_list(grant.get("accounts"))):
        if isinstance(name, str) and name not in accounts:
            yield (
                ("accounts", at),
                Problem("", f"{show_found(name)} is no account of this file; {_offer(name, list(accounts))}"),
            )
    if grant.get("read_only") is True and (said := grant.get("destructive")) in ("allow", "page"):
        yield ("destructive",), Problem("", f"“{said}” means nothing with read_only = true; leave one of them out.")


def _check_rule(rule: dict[str, Any], accounts: dict[str, Any]) -> Found:
    for name in ("operations", "toolsets", "effects", "accounts", "buckets", "subjects"):
        if rule.get(name) == []:
            yield (name,), Problem("", "It is empty, so the rule is about nothing; name one, or leave it out for all.")
    for at, name in enumerate(_read_list(rule.get("accounts"))):
        if isinstance(name, str) and name not in accounts:
            yield (
                ("accounts", at),
                Problem("", f"{show_found(name)} is no account of this file; {_offer(name, list(accounts))}"),
            )
    effects, then = rule.get("effects"), rule.get("then")
    if then in ("allow", "ask", "page") and "read" in _read_list(effects):
        yield (
            ("effects",),
            Problem("", f"Nobody is ever asked about reading, so “{then}” says nothing of it; leave “read” out."),
        )
    for at, name in enumerate(_read_list(rule.get("operations"))):
        operation = find_operation(name) if isinstance(name, str) else None
        if operation is None or "read" in _read_list(effects):
            continue
        if operation.effect is Effect.READ and not operation.destructive_when:
            more = ' to deny it, add effects = ["read"].' if then == "deny" else " nobody is asked about it."
            yield ("operations", at), Problem("", f"{operation.name} only reads:{more}")


def _offer(given: str, names: list[str]) -> str:
    return offer_names(given, map(hide_secret, names)) if names else "there is none."


def _read_table(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _read_list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
