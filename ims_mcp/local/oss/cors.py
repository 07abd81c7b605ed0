"""The CORS rules of a bucket: read, written, kept, and what they allow to a page of another origin."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from xml.etree import ElementTree

from ims_mcp.local.oss.documents import find_children, parse, tag, wrap
from ims_mcp.local.oss.errors import OssError, invalid_argument
from ims_mcp.local.oss.request import Request
from ims_mcp.local.store import Store, insert_row
from ims_mcp.local.wire_values import read_whole_number

SCHEMA = """
CREATE TABLE IF NOT EXISTS bucket_cors (
  bucket TEXT PRIMARY KEY REFERENCES buckets (name) ON DELETE CASCADE,
  configuration TEXT NOT NULL
) WITHOUT ROWID;
"""

_METHODS = ("GET", "PUT", "DELETE", "POST", "HEAD")
_MAX_RULES = 20
_MOST_OF_EACH = 1000
_LONGEST_AGE_SECONDS = 999_999_999


@dataclass(frozen=True, slots=True)
class CorsRule:
    """One rule; the names of headers in lower case."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age_seconds: int | None = None

    def find_origin(self, origin: str) -> str | None:
        """The pattern of the rule that an Origin fits."""
        return next((pattern for pattern in self.origins if _fits(pattern, origin)), None)

    def allows_headers(self, names: tuple[str, ...]) -> bool:
        """Whether a page may send these headers."""
        return all(any(_fits(pattern, name) for pattern in self.headers) for name in names)

    def name_allowed(self, origin: str) -> dict[str, str]:
        """The headers that tell a browser so, for an origin that fits."""
        allowed = {
            "access-control-allow-origin": "*" if self.find_origin(origin) == "*" else origin,
            "access-control-allow-methods": ", ".join(self.methods),
        }
        if self.exposed:
            allowed["access-control-expose-headers"] = ", ".join(self.exposed)
        if self.max_age_seconds is not None:
            allowed["access-control-max-age"] = str(self.max_age_seconds)
        return allowed


@dataclass(frozen=True, slots=True)
class Cors:
    """The rules of one bucket; the first that fits counts."""

    rules: tuple[CorsRule, ...]
    varies: bool = False
    """ResponseVary: whether every answer says that it depends on the Origin."""

    def find_rule(self, origin: str, method: str, headers: tuple[str, ...] = ()) -> CorsRule | None:
        """The rule under which a page of that origin may send such a request."""
        for rule in self.rules:
            if method in rule.methods and rule.find_origin(origin) is not None and rule.allows_headers(headers):
                return rule
        return None

    def to_xml(self) -> str:
        """As GetBucketCors answers."""
        rules = (
            wrap(
                "CORSRule",
                *(tag("AllowedOrigin", origin) for origin in rule.origins),
                *(tag("AllowedMethod", method) for method in rule.methods),
                *(tag("AllowedHeader", name) for name in rule.headers),
                *(tag("ExposeHeader", name) for name in rule.exposed),
                *(() if rule.max_age_seconds is None else (tag("MaxAgeSeconds", rule.max_age_seconds),)),
            )
            for rule in self.rules
        )
        return wrap("CORSConfiguration", *rules, tag("ResponseVary", "true" if self.varies else "false"))


_OWN_ORIGIN = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}")
"""As browsers write it: the asterisk of a rule stands for anything."""
_OWN_PAGES = CorsRule(
    origins=("http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"),
    methods=("GET", "PUT", "POST", "HEAD"),
    headers=("*",),
    exposed=("ETag", "x-oss-hash-crc64ecma", "x-oss-request-id"),
)
"""What a page of this machine may do with an address that is signed, where a bucket has no rules: whoever gave it the
address has decided so."""


class CorsRules:
    """The rules of all buckets, kept in the store and, since every request asks for them, in memory as well."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: Mapping[str, Cors] | None = None
        self._changes = 0

    async def find(self, bucket: str) -> Cors | None:
        """None where the bucket has none, or is not there."""
        known = self._known
        if known is None:
            changes = self._changes
            rows = await self._store.fetch("SELECT * FROM bucket_cors")
            known = {row["bucket"]: _from_json(row["configuration"]) for row in rows}
            if changes == self._changes:  # else they were read too early to be kept
                self._known = known
        return known.get(bucket)

    async def find_for(self, request: Request) -> Cors | None:
        """Those that count for a request: where the bucket has none, a signed address lets pages of this machine in."""
        known = None if request.bucket is None else await self.find(request.bucket)
        if known is not None or request.bucket is None:
            return known
        is_signed = request.has("x-oss-signature") or request.has("Signature")
        is_own = _OWN_ORIGIN.fullmatch(request.get_header("origin") or "") is not None
        # localhost and 127.0.0.1 are two sites to a browser: what one of them serves is not trusted by the other.
        is_elsewhere = (request.get_header("sec-fetch-site") or "").strip().lower() == "cross-site"
        return Cors((_OWN_PAGES,), varies=True) if is_signed and is_own and not is_elsewhere else None

    async def change(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Run a transaction that changes rules, or takes a bucket with its rules away."""
        try:
            await self._store.write(work)
        finally:
            self._known = None
            self._changes += 1


def save_cors(connection: sqlite3.Connection, bucket: str, cors: Cors) -> None:
    """In place of what the bucket had."""
    row = {"bucket": bucket, "configuration": json.dumps(asdict(cors))}
    insert_row(connection, "bucket_cors", row, replaces=True)


def read_cors(body: bytes) -> Cors:
    """The rules in the body of PutBucketCors; MalformedXML, InvalidArgument."""
    root = parse(body, "CORSConfiguration")
    rules = tuple(_read_rule(one) for one in find_children(root, "CORSRule", at_least=1, at_most=_MAX_RULES))
    return Cors(rules, (root.findtext("ResponseVary") or "").strip().lower() == "true")


def _read_rule(element: ElementTree.Element) -> CorsRule:
    origins = _read_texts(element, "AllowedOrigin", at_least=1)
    methods = _read_texts(element, "AllowedMethod", at_least=1)
    headers = tuple(name.lower() for name in _read_texts(element, "AllowedHeader"))
    exposed = _read_texts(element, "ExposeHeader")
    for name, values in (("AllowedOrigin", origins), ("AllowedHeader", headers)):
        for value in values:
            if value.count("*") > 1:
                raise invalid_argument(name, value, "A pattern has one asterisk at most.")
    for method in methods:
        if method not in _METHODS:
            raise invalid_argument("AllowedMethod", method, f"The methods are {', '.join(_METHODS)}.")
    for name in exposed:
        if "*" in name:
            raise invalid_argument("ExposeHeader", name, "The name of an exposed header has no asterisk.")
    for value in (*origins, *headers, *exposed):
        if not value.isascii() or not value.isprintable():
            raise invalid_argument("CORSRule", value, "The value cannot be sent in a header.")
    age = element.findtext("MaxAgeSeconds")
    seconds = None if age is None else read_whole_number(age.strip(), 0, _LONGEST_AGE_SECONDS)
    if age is not None and seconds is None:
        raise invalid_argument("MaxAgeSeconds", age, f"The value is 0 to {_LONGEST_AGE_SECONDS} seconds.")
    return CorsRule(origins, methods, headers, exposed, seconds)


def _read_texts(element: ElementTree.Element, name: str, *, at_least: int = 0) -> tuple[str, ...]:
    found = find_children(element, name, at_least=at_least, at_most=_MOST_OF_EACH)
    texts = tuple((one.text or "").strip() for one in found)
    if not all(texts):
        raise OssError("InvalidArgument", f"{name} is empty.", ArgumentName=name, ArgumentValue="")
    return texts


def _fits(pattern: str, value: str) -> bool:
    before, star, after = pattern.lower().partition("*")
    if not star:
        return before == value.lower()
    return re.fullmatch(f"{re.escape(before)}.*{re.escape(after)}", value.lower(), re.DOTALL) is not None


def _from_json(text: str) -> Cors:
    saved = json.loads(text)
    return Cors(tuple(_rule_from_json(**rule) for rule in saved["rules"]), saved["varies"])


def _rule_from_json(
    origins: list[str], methods: list[str], headers: list[str], exposed: list[str], max_age_seconds: int | None
) -> CorsRule:
    return CorsRule(tuple(origins), tuple(methods), tuple(headers), tuple(exposed), max_age_seconds)
