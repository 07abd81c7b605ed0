"""What single values of a configuration file may be. Each function returns the value as it is used, or raises
ValueError with the end of a sentence that begins with what was found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, cast

from ims_mcp.catalogue import find_operation, operations
from ims_mcp.catalogue.named_toolsets import NAMED_TOOLSETS
from ims_mcp.config.mistakes import HIDDEN, hide_secret, offer_names, offer_near_names
from ims_mcp.foreign_text import plain
from ims_mcp.settings import REGION_ID, SettingsError, checked_endpoint

ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_ROLE_ARN = re.compile(r"acs:ram::\d{5,20}:role/[A-Za-z0-9.@_-]{1,64}")
# By the documents of AssumeRole.
_SESSION_NAME = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_+=,.@:/-]{2,1224}")
LEAST_SECONDS, MOST_SECONDS = 900, 43_200
_MOST_POLICY_CHARACTERS = 2048
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def check_region(text: str) -> str:
    if not REGION_ID.fullmatch(text):
        raise ValueError("is not a region id; name one such as cn-shanghai.")
    return text


def check_bucket(text: str) -> str:
    if not _BUCKET.fullmatch(text):
        raise ValueError(
            "is not the name of a bucket; it has 3 to 63 small letters, digits and hyphens, no hyphen at either end."
        )
    return text


def check_role_arn(text: str) -> str:
    if not _ROLE_ARN.fullmatch(text):
        raise ValueError("is not the ARN of a role; it reads acs:ram::1234567890123456:role/name, as RAM shows it.")
    return text


def check_session_name(text: str) -> str:
    if not _SESSION_NAME.fullmatch(text):
        raise ValueError("is not the name of a session; use 2 to 64 letters, digits and . @ _ -")
    return text


def check_external_id(text: str) -> str:
    if not _EXTERNAL_ID.fullmatch(text):
        raise ValueError("is not an external id; it has 2 to 1224 letters, digits and _ + = , . @ : / -")
    return text


def check_duration(seconds: int) -> int:
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise ValueError(
            f"is not how long a session may last; give {LEAST_SECONDS} to {MOST_SECONDS} seconds, and no more than "
            "the role's own limit (3600 unless raised)."
        )
    return seconds


def check_endpoint(what: str) -> Callable[[str], str]:
    """By the rules of every other endpoint."""

    def check(text: str) -> str:
        try:
            return checked_endpoint(text, what)
        except SettingsError as error:
            if hide_secret(text) == HIDDEN:
                raise ValueError(f"is not an {what}. {error.next_step}") from None
            raise Sentence(error.explain()) from None

    return check


def check_sts_endpoint(text: str) -> str:
    """The host alone: the provider of the official library asks it over https, whatever is said."""
    checked = check_endpoint("STS endpoint")(text)
    if not checked.startswith("https://"):
        raise ValueError("would send credentials unencrypted; give the host, such as sts.cn-shanghai.aliyuncs.com.")
    return checked.removeprefix("https://")


def check_toolset(text: str) -> str:
    if text not in NAMED_TOOLSETS:
        raise ValueError(f"is not a toolset; {offer_names(text, NAMED_TOOLSETS)}")
    return text


def check_operation(text: str) -> str:
    if find_operation(text) is None:
        raise ValueError(f"is no operation; {offer_near_names(text, [each.name for each in operations()])}")
    return text


def check_name(text: str) -> str:
    """Names of people and groups, as an issuer writes them."""
    if not text.strip():
        raise Sentence("It is empty; write a name, or leave it out.")
    if text != plain(text, 200):
        raise ValueError("holds blanks at its ends, characters that are not seen, or more than 200; write it without.")
    return text


def check_profile(text: str) -> str:
    if not text.strip():
        raise Sentence("It is empty; name a profile of ~/.aliyun/config.json, or leave it out for the official chain.")
    return check_name(text)


def check_policy(value: Any) -> str:
    """JSON text, without a blank, of a policy that was written as such, or as a table."""
    if isinstance(value, str):
        value = _parse_policy(value)
    if not isinstance(value, dict):
        raise Sentence('It is not a policy; write a table or JSON text with Version = "1" and Statement.')
    policy = cast("dict[str, Any]", value)
    for name in policy:
        if name not in ("Version", "Statement"):
            raise Sentence(f"A policy has no “{hide_secret(name)}”; {offer_names(name, ('Version', 'Statement'))}")
    if policy.get("Version") != "1":
        raise Sentence('Its Version has to be "1", a text.')
    rows = policy.get("Statement")
    if not isinstance(rows, list) or not rows:
        raise Sentence("Its Statement has to be a list with at least one statement.")
    for at, row in enumerate(cast("list[Any]", rows)):
        if not isinstance(row, dict) or cast("dict[str, Any]", row).get("Effect") not in ("Allow", "Deny"):
            raise Sentence(f"Statement[{at}] has to be a table whose Effect is Allow or Deny.")
    try:
        text = json.dumps(policy, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        raise Sentence("It holds a date, a time or a number that JSON has not; write it as a text.") from None
    except RecursionError:
        raise Sentence("It is nested too deeply for a policy.") from None
    # The official provider signs a blank as a plus sign, where STS wants %20. Those left stand in texts.
    text = text.replace(" ", "\\u0020")
    if len(text) > _MOST_POLICY_CHARACTERS:
        raise Sentence(
            f"It has {len(text):,} characters, STS takes {_MOST_POLICY_CHARACTERS:,}; attach the rest to the role."
        )
    return text


class Sentence(ValueError):
    """The whole text of a mistake, which does not begin with what was found."""


def _parse_policy(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_read_pairs, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Sentence(
            f"It is not JSON (line {error.lineno}, column {error.colno} of the text); write a policy of RAM as a table "
            "or as JSON."
        ) from None
    except RecursionError:
        raise Sentence("It is nested too deeply for a policy.") from None


def _read_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise Sentence("It says something twice in one place; the second would undo the first.")
    return dict(pairs)


def _refuse_constant(_: str) -> None:
    raise Sentence("It holds a number that JSON has not.")
