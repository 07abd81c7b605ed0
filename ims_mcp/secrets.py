"""What is secret, and what stands in its place: one table for errors, logs, results and addresses alike.

Three ways to know a secret: by the name of its field (:func:`is_secret_name`), by the parameter of a URL that carries
it (:func:`without_signatures`), and by its own form (base64 of upload credentials, AccessKeys, JWTs). Text whose fields
are not known, as of errors and logs, goes through :func:`without_secrets`, which looks for all three.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, cast
from urllib.parse import quote

HIDDEN = "[hidden]"
SHORTEST_SECRET = 8
"""A shorter word is not searched for: the embedded IMS's key pair is ``local``/``local``, a word of its own texts."""

# --- names ---------------------------------------------------------------------------------------------------------

# Compared without case and separators: AccessKeySecret, access_key_secret, access-key-secret.
_SECRET_NAMES = frozenset(
    {
        "authinfo", "authorization", "plaintext", "authheader", "jwt", "bearer", "hmac", "pushaddress", "pushaddresses",
        "stringtosign", "canonicalrequest", "signatureprovided", "jsessionid", "otp", "psk",
    }
)  # fmt: skip
# What a name ends with, whatever stands before it: SrtPassphrase, rtcToken, X-Acs-Security-Token.
_SECRET_ENDS = (
    "token", "secret", "password", "passwd", "passphrase", "passcode", "pwd", "signature", "credential", "cookie",
    "authorization", "authorizationcode", "authcode", "authkey", "uploadauth", "playauth", "basicauth", "httpauth",
    "accesskey", "accesskeyid", "secretkey", "secretkeyid", "secretid", "privatekey", "streamkey", "apikey", "appkey",
    "licensekey", "hmackey", "contentkey", "signkey", "signingkey", "encryptionkey", "encryptkey", "decryptionkey",
    "decryptkey", "sessionkey", "sharedkey", "masterkey", "accountkey", "passkey", "pushkey", "publishkey", "ingestkey",
    "playkey", "aeskey", "keymaterial", "usersig", "connectionstring", "pushurl", "pushstreamurl", "ingesturl",
    "密码", "口令", "密钥", "令牌", "签名",
)  # fmt: skip
# What may follow without changing what is held: Tokens, Password2, SecretString, private_key_pem.
_SECRET_FORMS = re.compile(r"(?:s|value|string|str|hash|pem|base64|b64|plain|v?\d+)+$")
# Short words count as a whole word only: AppSign and sign, but neither design nor campaign.
_SECRET_LAST_WORDS = frozenset({"sign", "sig"})
# Tokens that go on where a list or a call stopped: whoever cannot read them cannot go on.
_CONTINUATIONS = (
    "nexttoken",
    "searchtoken",
    "pagetoken",
    "scrolltoken",
    "clienttoken",
    "continuationtoken",
    "idempotencytoken",
)
# A list of pairs: {"Key": "Password", "Value": "…"}, {"Name": "Authorization", "Value": "…"}.
_PAIR_STEMS = (
    *("", "key", "field", "param", "parameter", "header", "property", "option", "attribute", "config", "env", "var"),
    *("variable", "arg", "tag"),
)
_PAIR_NAMES = frozenset(
    {"k", "field", "param", "parameter", "header", "property", "option"}
    | {stem + end for stem in _PAIR_STEMS for end in ("key", "name")}
)
_PAIR_VALUES = frozenset({"v", "val", "content"} | {stem + end for stem in _PAIR_STEMS for end in ("value", "values")})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_a-zA-Z]+")


def fold_name(name: str) -> str:
    """A name without case, width and separators, as names are compared here."""
    name = (name if name.isascii() else unicodedata.normalize("NFKC", name)).lower()
    return name if name.isalnum() else "".join(filter(str.isalnum, name))


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a field, header or parameter of this name holds a credential.

    In any case and with any separators. Continuation tokens (NextToken, ScrollToken, ClientToken) are none.
    """
    folded = fold_name(name[-200:])
    bare = _SECRET_FORMS.sub("", folded)
    if bare.endswith(_CONTINUATIONS):
        return False
    if folded in _SECRET_NAMES or folded.endswith(_SECRET_ENDS) or bare.endswith(_SECRET_ENDS):
        return True
    words = _WORD.findall(name[-200:])
    return bool(words) and words[-1].lower() in _SECRET_LAST_WORDS


def is_continuation(name: str) -> bool:
    """Whether a field of this name says where a list or a call goes on."""
    return fold_name(name[-200:]).endswith(_CONTINUATIONS)


def is_secret(name: str, value: Any) -> bool:
    """Whether ``value`` under this name is a credential."""
    return can_be_secret(name, value) and is_secret_name(name)


def can_be_secret(name: str, value: Any) -> bool:
    """Whether ``value`` is one if the name is secret: a flag, nothing at all and a count of tokens are none."""
    if not value or isinstance(value, bool):
        return False
    is_number = isinstance(value, int | float) or (isinstance(value, str) and len(value) < 12 and value.isdecimal())
    return not (is_number and fold_name(name).endswith(("tokens", "maxtoken", "mintoken")))


class SecretNames:
    """Which field names hold a credential: the well-known ones and those an operation's table adds."""

    __slots__ = ("_more",)

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._more = frozenset(map(fold_name, more))

    def __contains__(self, name: str) -> bool:
        return is_secret_name(name) or (bool(self._more) and fold_name(name) in self._more)


def find_paired_secrets(fields: Mapping[str, Any]) -> list[str]:
    """What to hide of one object of a list of pairs: ``["Value"]`` where it is ``{"Key": "Password", "Value": …}``."""
    for name, value in fields.items():
        # A name in two words is a title: The Secret, chocolate cookies.
        if is_pair_name(name) and isinstance(value, str) and " " not in value.strip() and is_secret_name(value):
            return [other for other in fields if fold_name(other) in _PAIR_VALUES]
    return []


def is_pair_name(name: str) -> bool:
    """Whether a field of this name may say what the value beside it is: ``Key``, ``Name``."""
    return fold_name(name) in _PAIR_NAMES


# --- URLs ----------------------------------------------------------------------------------------------------------

# Words of a URL's parameter names that only ever carry a right. More are taken than for fields: a query that is lost
# costs a reader little.
_SECRET_PARAMETER_WORDS = frozenset(
    {"auth", "key", "vkey", "pass", "token", "secret", "hmac", "md5", "policy", "verify", "credential", "cred"}
    | {"signature", "hash", "digest", "ticket", "session", "sid", "jsessionid", "otp", "pin", "upt", "nonce"}
    | {"hdnts", "hdnea", "hdntl", "hdnst"}
)
# In a path, whose loss costs the name of a thing, only what can be nothing else: Akamai's tokens.
_SECRET_PATH_PARAMETERS = frozenset({"hdnts", "hdnea", "hdntl", "hdnst", "hmac", "jsessionid"})
_SIGNING_PARAMETER = re.compile(r"(?:AccessKeyId|x-(?:goog|amz)-.*|x-oss-(?!process$|traffic-limit$).*)", re.IGNORECASE)
# In text without a URL only what can be nothing else: a title may well say key=value.
_LOOSE_PARAMETER = re.compile(
    r"(?:OSS|AWS)?AccessKeyId|Signature|security-token|auth_key|passphrase|"
    r"x-(?:oss|amz|goog)-(?:signature|credential|security-token|algorithm|signature-version|date|expires)",
    re.IGNORECASE,
)
_MOST_PARAMETERS = 500
_EQUALS = r"(?:=|%(?:25)*3D)"
_PARAMETER = re.compile(rf"(?<![A-Za-z0-9_.\-])([A-Za-z0-9_.\-]{{1,100}})(?:\[(\w*)\])?{_EQUALS}", re.IGNORECASE)
# %26 before a name in a URL inside a URL is read as part of it.
_ESCAPED_START = re.compile(r"(?:25)*(?:26|3F|23|3B|2F|2C)", re.IGNORECASE)
_QUERY_START = re.compile(r"[?#]|%(?:25)*(?:3F|23)", re.IGNORECASE)
# Also as JSON (:\\/\\/) and as a parameter of another URL (%3A%2F%2F) write it.
_SLASHES = r"(?::|%(?:25)*3A)(?:\\?/|%(?:25)*2F){2}"
_ANY_URL = re.compile(_SLASHES, re.IGNORECASE)
# Whoever knows the query of such an address may send or watch the stream.
_LIVE_URL = re.compile(
    rf"(?<![A-Za-z0-9])(?:rtmp[a-z]{{0,2}}|rtsps?|srt|webrtc|whip|whep|artc|artp|rist|zixi){_SLASHES}", re.IGNORECASE
)
# What can follow a URL in running text: a URL holds none of these unescaped.
_PIECE = re.compile(r"[^\s\"'<>\\^`{|}，。；）]+")
_USER = re.compile(r"(?:(?<=://)|(?<=:\\/\\/))(?:[^/?#@\s]*@)+")
_ESCAPED_USER = re.compile(
    r"(%(?:25)*3A(?:%(?:25)*2F){2})(?:(?:[^\s/?#&=@%]|%(?!(?:25)*(?:2F|3F|23|40))){1,300}%(?:25)*40)+", re.IGNORECASE
)
# A slash in a password ends the host for a strict reader, and the rest of it would stay.
_USER_WITH_SLASH = re.compile(r"(?<=://)([^/?#@\s:\[]{1,200}):([^\s@\"'<>]{1,200})@")
_PORT = re.compile(r"\d{1,5}(?:[/?#]|$)")


def without_signatures(text: str) -> str:
    """``text``, a URL or any text with URLs in it, with the whole query of every signed or live one left off.

    A query that signs nothing (``?x-oss-process=…``) stays. A name and password before the host go as well.
    """
    if "@" in text or "%" in text:
        text = _without_users(text)
    if "=" not in text and "%" not in text and ("?" not in text or "://" not in text):
        return text
    # JSON in a string writes & as \u0026 at times; as one piece with its URL it is found by the same rule.
    read = text.replace("\\u0026", "&").replace("\\u003d", "=").replace("\\/", "/") if "\\" in text else text
    follows_url = _ANY_URL.search(read) is not None
    shown = _PIECE.sub(lambda match: _cut_signature(match[0], follows_url=follows_url), read)
    return text if shown == read else shown


def _without_users(text: str) -> str:
    return _ESCAPED_USER.sub(r"\1", _USER.sub("", _USER_WITH_SLASH.sub(_without_user, text)))


def _without_user(match: re.Match[str]) -> str:
    host, rest = match[1], match[2]
    is_host_and_port = _PORT.match(rest) and ("." in host or host.lower() == "localhost")
    return match[0] if is_host_and_port else ""


def _cut_signature(piece: str, *, follows_url: bool) -> str:
    start = _QUERY_START.search(piece)
    cut = len(piece)
    if start is not None and _LIVE_URL.search(piece, 0, start.start()):
        cut = start.start()
    in_url = start is not None or _ANY_URL.search(piece) is not None
    for count, parameter in enumerate(_PARAMETER.finditer(piece)):
        if parameter.start() >= cut:
            break
        if count == _MOST_PARAMETERS:
            # No address has so many; what comes behind is not looked at, and not shown.
            cut = min(cut, start.start() if start else parameter.start())
            break
        before = piece[parameter.start() - 1 : parameter.start()]
        # Behind & it is a query's, though a space or a bracket in that query ended what was read as its URL.
        in_query = (start is not None and parameter.start() > start.start()) or (follows_url and before == "&")
        if _is_signing(parameter, before, in_query=in_query, in_url=in_url):
            cut = min(cut, start.start() if start else cut, parameter.start())
            break
    return piece[:cut]


def _is_signing(parameter: re.Match[str], before: str, *, in_query: bool, in_url: bool) -> bool:
    name = parameter[1]
    if before == "%":
        name = _ESCAPED_START.sub("", name, count=1)
    if in_query:
        return is_secret_parameter(name) or is_secret_parameter(parameter[2] or "")
    if in_url:
        return is_secret_name(name) or name.lower() in _SECRET_PATH_PARAMETERS
    return _LOOSE_PARAMETER.fullmatch(name) is not None


@lru_cache(maxsize=1024)
def is_secret_parameter(name: str) -> bool:
    """Whether a URL's parameter of this name signs it or lets somebody in."""
    if is_secret_name(name) or _SIGNING_PARAMETER.fullmatch(name):
        return True
    folded = fold_name(name)
    words = (*(word.lower() for word in _WORD.findall(name)), folded)
    return folded.endswith("sig") or not _SECRET_PARAMETER_WORDS.isdisjoint(words)


# --- forms ---------------------------------------------------------------------------------------------------------

_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{40,}={0,2}")
_KEY_PHRASES = (b"accesskeysecret", b"access_key_secret", b"securitytoken", b"security_token", b'"password"')
_LONGEST_CREDENTIAL = 65_536
_OWN_FORMS = re.compile(
    r"\b[0-9a-fA-F]{64}\b"  # a signature in hexadecimal
    r"|\bLTAI[0-9A-Za-z]{12,}|\bSTS\.[0-9A-Za-z]{16,}|\bCAIS[0-9A-Za-z+/=%_\-]{60,}"
    r"|\bimsmcp_[\w\-]{16,}"  # a token of this project's own server
    r"|\beyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]*"
    r"|\b(?:Bearer|Basic) (?=[^\s\d]*\d)[\w.~+/=\-]{16,}"
    r"|\bA[KS]IA[0-9A-Z]{16}\b|\bAKID[0-9A-Za-z]{28,}|\bAIza[\w\-]{35}|\bgh[pousr]_\w{30,}|\bxox[abeoprs]-[\w\-]{10,}"
    r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z0-9 ]{0,40}-----)?"
)
_JWT = re.compile(r"eyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]*")


def is_credential_text(text: str) -> bool:
    """Whether a string under any name is a credential: base64 of JSON with a key in it, a JWT, a private key."""
    if len(text) < 40 or not text[:16].isascii():
        return False
    if "PRIVATE KEY-----" in text or (text.startswith("eyJ") and _JWT.fullmatch(text)):
        return True
    packed = text if text.isalnum() else "".join(text[: _LONGEST_CREDENTIAL * 2].split())
    return _BASE64.fullmatch(packed) is not None and _holds_key(packed)


def without_credential_texts(text: str, hidden: str = HIDDEN) -> str:
    """``text`` with every upload credential in base64 left out."""
    return _BASE64.sub(lambda match: hidden if _holds_key(match[0]) else match[0], text) if len(text) >= 40 else text


def _holds_key(packed: str) -> bool:
    packed = packed.rstrip("=")[:_LONGEST_CREDENTIAL].replace("-", "+").replace("_", "/")
    try:
        decoded = b64decode(packed[: len(packed) // 4 * 4]).lower()
    except (ValueError, binascii.Error):
        return False
    return any(phrase in decoded for phrase in _KEY_PHRASES)


# --- running text --------------------------------------------------------------------------------------------------

_QUOTED = (
    r"\\{1,8}\"(?:.{0,4000}?)\\{1,8}\"|\\{1,8}'(?:.{0,4000}?)\\{1,8}'"
    r"|\"(?:[^\"\\]|\\.){0,4000}\"|'(?:[^'\\]|\\.){0,4000}'"
)
_UNQUOTED = r"(?:\\{0,8}[\"'])?[^\s\"'&,;<>}\\]+"
_NAMED = re.compile(
    r"(?<![\w\-])([\w\-]{2,200})\\{0,8}[\"']?\s{0,8}(?:=>|:=|[=:：]|%(?:25)*3[AD])\s{0,8}(?:[bu](?=[\"']))?",
    re.IGNORECASE,
)
_QUOTED_NAME = re.compile(r"\\{0,8}\"([\w\-]{2,200})\\{0,8}\"\s{0,8}:\s{0,8}")
_VALUE = re.compile(rf"{_QUOTED}|{_UNQUOTED}", re.DOTALL)
# Authorization: OSS id:signature; Cookie: a=b; c=d. What these hold goes on behind a space.
_HEADER_VALUE = re.compile(
    rf"{_QUOTED}|[^\s\"'<>{{}}]*[^\s\"'<>{{}},;](?:[ \t]+[^\s\"'<>{{}}]+)?(?:[,;][ \t]*[\w\-.]+=[^\s,;\"'<>{{}}]*)*",
    re.DOTALL,
)
_HEADERS = ("authorization", "cookie", "cookies")
# A proxy as people set it, without a scheme: user:password@proxy:3128.
_BARE_USER = re.compile(r"(?<![\w/.\-])[^\s:/@\"'<>=]{1,100}:[^\s/@\"'<>]{1,200}@(?=[\w.\-]{1,200}:\d)")
# Brackets that count: none in a quoted text.
_BRACKETS = re.compile(r"[{}\[\]]|\"(?:[^\"\\]|\\.)*+\"|\\{1,8}\"[^\"\\]*+\\{1,8}\"", re.DOTALL)
# What may follow a bracket in a password that begins with one.
_UNQUOTED_REST = re.compile(r"[^\s\"'&,;<>{}\[\]\\]+")
_MOST_ENTRIES = 100
_LARGEST = 1 << 128
_ELEMENT = re.compile(r"<([\w\-]{2,200})>([^<]+)")
_QUOTE = r"\\{0,8}[\"']?"
_PAIR = re.compile(
    rf"({_QUOTE}(?:key|name|paramname|headername|header|field){_QUOTE}\s*[:=]\s*{_QUOTE})([\w\- ]{{2,60}})"
    rf"({_QUOTE}\s*,\s*{_QUOTE}\w{{0,20}}value{_QUOTE}\s*[:=]\s*)({_QUOTED}|{_UNQUOTED})",
    re.IGNORECASE | re.DOTALL,
)
_URL = re.compile(rf"(?<![a-z0-9+.\-])[a-z][a-z0-9+.\-]{{0,20}}{_SLASHES}[^\s\"'<>]+", re.IGNORECASE)


def without_secrets(text: str, secrets: Iterable[str] = (), *, keeps_queries: bool = False) -> str:
    """``text`` with ``secrets``, credential fields and headers, signatures and the queries of URLs left out; with
    ``keeps_queries`` only those queries that sign something.

    For text whose fields nobody knows: errors and logs. Bound the text first, time grows with its length.
    """
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
            if (escaped := quote(secret, safe="")) != secret:
                text = text.replace(escaped, HIDDEN)
    if "@" in text or "%" in text:
        text = _BARE_USER.sub("", _without_users(text))
    text = without_signatures(text) if keeps_queries else _URL.sub(_without_query, text)
    text = _without_fields(text, _NAMED, HIDDEN)
    if "<" in text:
        text = _ELEMENT.sub(_hide_element, text)
    text = _PAIR.sub(_hide_pair, text)
    return without_credential_texts(_OWN_FORMS.sub(HIDDEN, text))


def redact(value: Any, *, longest: int = 8_000, depth: int = 6) -> Any:
    """``value``, of any type and nested, as JSON may show it in a log: every text through :func:`without_secrets`, and
    no longer than ``longest`` characters; of a list or an object the first hundred."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # What JSON cannot say, and what Python does not print.
        return value if -_LARGEST < value < _LARGEST else "[no number of usual size]"
    if isinstance(value, Mapping) and depth > 0:
        entries = islice(cast("Mapping[Any, Any]", value).items(), _MOST_ENTRIES)
        fields = {str(name)[:200]: entry for name, entry in entries}
        paired = find_paired_secrets(fields)
        return {
            without_secrets(name): HIDDEN
            if is_secret(name, entry) or name in paired
            else redact(entry, longest=longest, depth=depth - 1)
            for name, entry in fields.items()
        }
    if isinstance(value, list | tuple | set | frozenset) and depth > 0:
        entries = islice(cast("Iterable[Any]", value), _MOST_ENTRIES)
        return [redact(entry, longest=longest, depth=depth - 1) for entry in entries]
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(cast("object", value))
    return without_secrets(text[:longest])


def _without_query(match: re.Match[str]) -> str:
    url = match[0]
    start = _QUERY_START.search(url)
    # The fragment of a page is no secret; one that holds a value may be.
    if start is None or (start[0] in ("#", "%23") and "=" not in url[start.end() :]):
        return url
    return f"{url[: start.start()]}?…"


def without_json_fields(text: str, hidden: str = HIDDEN) -> str:
    """``text`` without the credentials in pieces of JSON that it quotes, whole or cut off."""
    text = _without_fields(text, _QUOTED_NAME, hidden)
    if "value" not in text.lower():
        return text
    return _PAIR.sub(lambda match: _hide_pair(match, hidden), text)


def _without_fields(text: str, name: re.Pattern[str], hidden: str) -> str:
    kept: list[str] = []
    done = 0
    # Names only are searched for: the value of a harmless one may hold the next, as in {"body": "{\"token\": …}"}.
    for named in name.finditer(text):
        if named.start() < done or not is_secret_name(named[1]):
            continue
        pattern = _HEADER_VALUE if named[1].lower().endswith(_HEADERS) else _VALUE
        value = pattern.match(text, named.end())
        if value is not None:
            is_nested = text[named.end()] in "{["
            kept += text[done : named.end()], hidden if is_nested else _hide_value(value[0], hidden)
            done = _find_closing(text, named.end()) if is_nested else value.end()
    return "".join(kept) + text[done:]


def _find_closing(text: str, start: int) -> int:
    """Where the object or the list that begins at ``start`` ends; the end of the text where it is cut off."""
    depth = 0
    for token in _BRACKETS.finditer(text, start):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth == 0:
            rest = _UNQUOTED_REST.match(text, token.end())
            return rest.end() if rest else token.end()
    return len(text)


def _hide_value(value: str, hidden: str = HIDDEN) -> str:
    """What stands for ``value``, in the same quotes."""
    opening = re.match(r"\\*[\"']", value)
    if opening is None:
        return hidden
    is_closed = len(value) > len(opening[0]) and value.endswith(opening[0])
    return f"{opening[0]}{hidden}{opening[0] if is_closed else ''}"


def _hide_element(match: re.Match[str]) -> str:
    return f"<{match[1]}>{HIDDEN}" if is_secret_name(match[1]) else match[0]


def _hide_pair(match: re.Match[str], hidden: str = HIDDEN) -> str:
    return f"{match[1]}{match[2]}{match[3]}{_hide_value(match[4], hidden)}" if is_secret_name(match[2]) else match[0]
