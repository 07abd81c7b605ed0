"""The shape of a configuration file, and what is wrong with one that has another."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from ims_mcp.config import values
from ims_mcp.config.mistakes import Place, hide_secret, offer_names, show_found
from ims_mcp.errors import Problem

_Name = Annotated[str, AfterValidator(values.check_name)]
_Region = Annotated[str, AfterValidator(values.check_region)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class RoleTable(_Table):
    """``[accounts.NAME.role]``."""

    arn: Annotated[str, AfterValidator(values.check_role_arn)]
    session_name: Annotated[str, AfterValidator(values.check_session_name)] = "ims-mcp"
    policy: Annotated[str | None, BeforeValidator(values.check_policy)] = None
    external_id: Annotated[str, AfterValidator(values.check_external_id)] | None = None
    duration_seconds: Annotated[int, AfterValidator(values.check_duration)] = 3600
    sts_endpoint: Annotated[str, AfterValidator(values.check_sts_endpoint)] | None = None


class AccountTable(_Table):
    """``[accounts.NAME]``."""

    profile: Annotated[str, AfterValidator(values.check_profile)] | None = None
    local: bool = False
    regions: list[_Region] | None = None
    bucket: Annotated[str, AfterValidator(values.check_bucket)] | None = None
    role: RoleTable | None = None
    endpoints: dict[str, Annotated[str, AfterValidator(values.check_endpoint("endpoint"))]] = {}
    oss_endpoints: dict[str, Annotated[str, AfterValidator(values.check_endpoint("OSS endpoint"))]] = {}


class GrantTable(_Table):
    """One ``[[grants]]``."""

    name: _Name | None = None
    subjects: list[_Name] = []
    claims: dict[str, list[_Name]] = {}
    accounts: list[str]
    toolsets: list[Annotated[str, AfterValidator(values.check_toolset)]] | None = None
    read_only: bool = False
    destructive: Literal["ask", "page", "allow", "never"] = "ask"
    costs: bool = True


class RuleTable(_Table):
    """One ``[[rules]]``."""

    name: _Name | None = None
    then: Literal["allow", "ask", "page", "deny"]
    operations: list[Annotated[str, AfterValidator(values.check_operation)]] = []
    toolsets: list[Annotated[str, AfterValidator(values.check_toolset)]] = []
    effects: list[Literal["read", "write", "destructive"]] | None = None
    accounts: list[str] | None = None
    buckets: list[Annotated[str, AfterValidator(values.check_bucket)]] | None = None
    subjects: list[_Name] | None = None


class FileTable(_Table):
    """The whole file."""

    accounts: dict[str, AccountTable]
    grants: list[GrantTable] | None = None
    rules: list[RuleTable] = []


# What is meant, by pydantic's name for what is not.
_KINDS = {
    "string_type": "a text; write it in quotation marks.",
    "bool_type": "true or false; write one of them, without quotation marks.",
    "int_type": "a whole number; write one, without quotation marks.",
    "list_type": 'a list; write one in brackets, such as ["one", "two"].',
    "dict_type": "a table; write one under a header of its own in brackets.",
    "model_type": "a table; write one under a header of its own in brackets.",
}
_MISSING = {
    "accounts": "It is missing; name the accounts.",
    "then": 'It is missing; write what is done with such calls: then = "ask" (or "page", "allow", "deny").',
    "arn": "It is missing; name the role, such as acs:ram::1234567890123456:role/name.",
}


def list_shape_problems(error: ValidationError) -> list[tuple[Place, Problem]]:
    """In this house's words. A problem's path is empty: the place stands beside it."""
    return [((*each["loc"],), Problem("", _explain(each))) for each in error.errors(include_url=False)]


def _explain(error: ErrorDetails) -> str:
    place, kind, found = error["loc"], error["type"], error["input"]
    name = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        return f"There is no “{hide_secret(name)}” here; {offer_names(name, _find_table(place).model_fields)}"
    if kind == "missing":
        return _MISSING.get(name, "It is missing.")
    if kind == "literal_error":
        expected = str(error.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        return f"{show_found(found)} is none of {expected}; write one of them in quotation marks."
    if kind == "value_error":
        reason = error.get("ctx", {}).get("error")
        return str(reason) if isinstance(reason, values.Sentence) else f"{show_found(found)} {reason}"
    if place in (("grants",), ("rules",)):
        return f"{show_found(found)} is not a list of {name}; begin each with [[{name}]]."
    return f"{show_found(found)} is not {_KINDS.get(kind, 'what is meant here.')}"


def _find_table(place: tuple[Any, ...]) -> type[BaseModel]:
    """The table that holds the last name of ``place``."""
    match place:
        case ("accounts", _, "role", _):
            return RoleTable
        case ("accounts", _, _):
            return AccountTable
        case ("grants", _, _):
            return GrantTable
        case ("rules", _, _):
            return RuleTable
        case _:
            return FileTable
