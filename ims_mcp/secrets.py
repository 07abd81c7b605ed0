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
        "stringtosign", "canonicalrequest", "signatureprovided", "密码", "口令", "密钥", "令牌", "签名",
    }
)  # fmt: skip
# What a name ends with, whatever stands before it: SrtPassphrase, rtcToken, X-Acs-Security-Token.
_SECRET_ENDS = (
    "token", "tokens", "secret", "secrets", "password", "passwords", "passwd", "passphrase", "passphrases", "passcode",
    "pwd", "signature", "signatures", "credential", "credentials", "cookie", "cookies", "authorization",
    "authorizationcode", "authcode", "authkey", "authkeys", "uploadauth", "playauth",
    "accesskey", "accesskeys", "accesskeyid", "secretkey", "secretkeyid", "privatekey", "streamkey", "apikey", "appkey",
    "licensekey", "hmackey", "contentkey", "signkey", "signingkey", "encryptionkey", "encryptkey", "sessionkey",
    "sharedkey", "masterkey", "pushkey", "playkey", "aeskey", "pushurl", "pushurls",
)  # fmt: skip
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
_PAIR_NAMES = frozenset(
    {"key", "name", "k", "field", "fieldname", "param", "paramname", "parameter", "parametername", "header"}
    | {"headername", "keyname", "property", "option"}
)
_PAIR_VALUES = frozenset(
    {"value", "values", "v", "val", "fieldvalue", "paramvalue", "parametervalue", "headervalue", "content"}
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_a-zA-Z]+")


def _fold(name: str) -> str:
    name = (name if name.isascii() else unicodedata.normalize("NFKC", name)).lower()
    return name if name.isalnum() else "".join(filter(str.isalnum, name))


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a field, header or parameter of this name holds a credential.

    In any case and with any separators. Continuation tokens (NextToken, ScrollToken, ClientToken) are none.
    """
    folded = _fold(name[-200:])
    if folded.endswith(_CONTINUATIONS):
        return False
    if folded in _SECRET_NAMES or folded.endswith(_SECRET_ENDS):
        return True
    words = _WORD.findall(name[-200:])
    return bool(words) and words[-1].lower() in _SECRET_LAST_WORDS


def is_secret(name: str, value: Any) -> bool:
    """Whether ``value`` under this name is a credential: a flag, nothing at all and a count of tokens are none."""
    if not value or isinstance(value, bool) or _is_count(name, value):
        return False
    return is_secret_name(name)


def _is_count(name: str, value: Any) -> bool:
    return isinstance(value, int | float) and _fold(name).endswith(("tokens", "maxtoken", "mintoken"))


class SecretNames:
    """Which field names hold a credential: the well-known ones and those an operation's table adds."""

    __slots__ = ("_more",)

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._more = frozenset(map(_fold, more))

    def __contains__(self, name: str) -> bool:
        return is_secret_name(name) or (bool(self._more) and _fold(name) in self._more)

    def hides(self, name: str, value: Any) -> bool:
        """Whether ``value`` under such a name is one; ``name`` is known to be in here."""
        return bool(value) and not isinstance(value, bool) and (not _is_count(name, value))


def paired_secrets(fields: Mapping[str, Any]) -> list[str]:
    """What to hide of one object of a list of pairs: ``["Value"]`` where it is ``{"Key": "Password", "Value": …}``."""
    for name, value in fields.items():
        if isinstance(value, str) and _fold(name) in _PAIR_NAMES and is_secret_name(value):
            return [other for other in fields if _fold(other) in _PAIR_VALUES]
    return []


def is_pair_name(name: str) -> bool:
    """Whether a field of this name may say what the value beside it is: ``Key``, ``Name``."""
    return _fold(name) in _PAIR_NAMES


# --- URLs ----------------------------------------------------------------------------------------------------------

# Words of a URL's parameter names that only ever carry a right. More are taken than for fields: a query that is lost
# costs a reader little.
_SECRET_PARAMETER_WORDS = frozenset(
    {"auth", "key", "pass", "token", "secret", "hmac", "md5", "policy", "verify", "credential", "signature"}
    | {"hdnts", "hdnea", "hdntl", "hdnst"}
)
_SIGNING_PARAMETER = re.compile(r"(?:AccessKeyId|x-(?:goog|amz)-.*|x-oss-(?!process$|traffic-limit$).*)", re.IGNORECASE)
# In text without a URL only what can be nothing else: a title may well say key=value.
_LOOSE_PARAMETER = re.compile(
    r"(?:OSS|AWS)?AccessKeyId|Signature|security-token|auth_key|"
    r"x-(?:oss|amz|goog)-(?:signature|credential|security-token|algorithm|signature-version|date|expires)",
    re.IGNORECASE,
)
_MOST_PARAMETERS = 500
_EQUALS = r"(?:=|%(?:25)*3D)"
_PARAMETER = re.compile(rf"(?<![A-Za-z0-9_.\-])([A-Za-z0-9_.\-]{{1,100}})(?:\[\w*\])?{_EQUALS}", re.IGNORECASE)
# %26 before a name in a URL inside a URL is read as part of it.
_ESCAPED_START = re.compile(r"(?:25)*(?:26|3F|23|3B|2F|2C)", re.IGNORECASE)
_QUERY_START = re.compile(r"[?#]|%(?:25)*(?:3F|23)", re.IGNORECASE)
# Also as JSON (:\\/\\/) and as a parameter of another URL (%3A%2F%2F) write it.
_SLASHES = r"(?::|%(?:25)*3A)(?:\\?/|%(?:25)*2F){2}"
_ANY_URL = re.compile(_SLASHES, re.IGNORECASE)
# Whoever knows the query of such an address may send or watch the stream.
_LIVE_URL = re.compile(
    rf"(?<![A-Za-z0-9])(?:rtmp[a-z]{{0,2}}|rtsps?|srt|webrtc|artc|artp|rist|zixi){_SLASHES}", re.IGNORECASE
)
# What can follow a URL in running text: a URL holds none of these unescaped.
_PIECE = re.compile(r"[^\s\"'<>\\^`{|}，。；）]+")
_USER = re.compile(r"(?<=://)(?:[^/?#@\s]*@)+")
# A slash in a password ends the host for a strict reader, and the rest of it would stay.
_USER_WITH_SLASH = re.compile(r"(?<=://)([^/?#@\s:\[]{1,200}):([^\s@\"'<>]{1,200})@")
_PORT = re.compile(r"\d{1,5}(?:[/?#]|$)")


def without_signatures(text: str) -> str:
    """``text``, a URL or any text with URLs in it, with the whole query of every signed or live one left off.

    A query that signs nothing (``?x-oss-process=…``) stays. A name and password before the host go as well.
    """
    if "@" in text and "://" in text:
        text = _without_users(text)
    if "=" not in text and "%" not in text and ("?" not in text or "://" not in text):
        return text
    # JSON in a string writes & as \u0026 at times; as one piece with its URL it is found by the same rule.
    read = text.replace("\\u0026", "&").replace("\\u003d", "=").replace("\\/", "/") if "\\" in text else text
    shown = _PIECE.sub(_unsigned_piece, read)
    return text if shown == read else shown


def _without_users(text: str) -> str:
    return _USER.sub("", _USER_WITH_SLASH.sub(_without_user, text))


def _without_user(match: re.Match[str]) -> str:
    host, rest = match[1], match[2]
    is_host_and_port = _PORT.match(rest) and ("." in host or host.lower() == "localhost")
    return match[0] if is_host_and_port else ""


def _unsigned_piece(match: re.Match[str]) -> str:
    piece = match[0]
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
        if _is_signing(parameter, piece, in_url=in_url):
            cut = min(cut, start.start() if start else cut, parameter.start())
            break
    return piece[:cut]


def _is_signing(parameter: re.Match[str], piece: str, *, in_url: bool) -> bool:
    name = parameter[1]
    if piece[parameter.start() - 1 : parameter.start()] == "%":
        name = _ESCAPED_START.sub("", name, count=1)
    if not in_url:
        return _LOOSE_PARAMETER.fullmatch(name) is not None
    return is_secret_parameter(name)


@lru_cache(maxsize=1024)
def is_secret_parameter(name: str) -> bool:
    """Whether a URL's parameter of this name signs it or lets somebody in."""
    if is_secret_name(name) or _SIGNING_PARAMETER.fullmatch(name):
        return True
    return any(word.lower() in _SECRET_PARAMETER_WORDS for word in _WORD.findall(name)) or (
        _fold(name) in _SECRET_PARAMETER_WORDS
    )


# --- forms ---------------------------------------------------------------------------------------------------------

_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{40,}={0,2}")
_KEY_PHRASES = (b"accesskeysecret", b"access_key_secret", b"securitytoken", b"security_token")
_LONGEST_CREDENTIAL = 65_536
_OWN_FORMS = re.compile(
    r"\b[0-9a-fA-F]{64}\b"  # a signature in hexadecimal
    r"|\bLTAI[0-9A-Za-z]{12,}|\bSTS\.[0-9A-Za-z]{16,}|\bCAIS[0-9A-Za-z+/=%_\-]{60,}"
    r"|\beyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]*"
)


def is_credential_text(text: str) -> bool:
    """Whether a string under any name is an upload credential: base64 of JSON with a key in it, however it begins."""
    if len(text) < 40 or not text[:16].isascii():
        return False
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


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` with ``secrets``, credential fields and headers, signatures and the queries of URLs left out.

    For text whose fields nobody knows: errors and logs. Bound the text first, time grows with its length.
    """
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
            if (escaped := quote(secret, safe="")) != secret:
                text = text.replace(escaped, HIDDEN)
    if "@" in text:
        text = _BARE_USER.sub("", _without_users(text))
    text = _URL.sub(_without_query, text)
    text = _without_fields(text, _NAMED, HIDDEN)
    if "<" in text:
        text = _ELEMENT.sub(_hidden_element, text)
    text = _PAIR.sub(_hidden_pair, text)
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
        paired = paired_secrets(fields)
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
    return _without_fields(text, _QUOTED_NAME, hidden)


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
            kept += text[done : named.end()], _hidden_value(value[0], hidden)
            done = value.end()
    return "".join(kept) + text[done:]


def _hidden_value(value: str, hidden: str = HIDDEN) -> str:
    """What stands for ``value``, in the same quotes."""
    opening = re.match(r"\\*[\"']", value)
    if opening is None:
        return hidden
    is_closed = len(value) > len(opening[0]) and value.endswith(opening[0])
    return f"{opening[0]}{hidden}{opening[0] if is_closed else ''}"


def _hidden_element(match: re.Match[str]) -> str:
    return f"<{match[1]}>{HIDDEN}" if is_secret_name(match[1]) else match[0]


def _hidden_pair(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}{match[3]}{_hidden_value(match[4])}" if is_secret_name(match[2]) else match[0]
