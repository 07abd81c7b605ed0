"""The file of `--tokens`: who may call, as names and salted hashes, one JSON object a line."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from filelock import FileLock, Timeout

from ims_mcp.foreign_text import plain
from ims_mcp.own_file import MissingFile, UnusableFile, read_own_file, replace_own_file
from ims_mcp.server.http.callers import ALL_SCOPES, SCOPES
from ims_mcp.settings import SettingsError

PREFIX = "imsmcp_"
TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
MOST_BYTES = 4 * 1024 * 1024
_TOKEN_BYTES = 32
_NAME = re.compile(r"[^\W_][\w.@+-]{0,99}")
_HEX = re.compile(r"[0-9a-f]{16,128}")
_LOCK_SECONDS = 10.0
# What one look costs: 16 MiB and 40 ms, which a token of 256 random bits would not need.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is kept of a token. ``fingerprint`` finds it: a part of its SHA-256, so that what is no token of this file
    costs no scrypt. ``expires`` is None for one that stays until it is removed."""

    name: str
    fingerprint: str = field(repr=False)
    salt: str = field(repr=False)
    hash: str = field(repr=False)
    scopes: frozenset[str]
    created: datetime
    expires: datetime | None = None

    def is_of(self, token: str) -> bool:
        """Whether this is the record of ``token``. Takes 40 ms."""
        return hmac.compare_digest(_hash(token, self.salt), self.hash)

    def has_expired(self, now: datetime) -> bool:
        return self.expires is not None and now >= self.expires


def take_fingerprint(token: str) -> str:
    """64 bits of a hash of 256 random bits: nothing to start from for whoever reads the file."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def make_token(
    name: str, scopes: Iterable[str] = SCOPES, *, now: datetime, expires: datetime | None = None
) -> tuple[str, TokenRecord]:
    """A new token and its record. Raises SettingsError for a name or a scope that cannot be."""
    if not _is_name(name):
        raise SettingsError(
            f"“{plain(name, 60)}” cannot be the name of a token.",
            next_step="Use up to 100 letters, digits and . _ @ + -, beginning with a letter or a digit.",
        )
    checked = read_scopes(scopes)
    token, salt = PREFIX + secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_hex(16)
    return token, TokenRecord(name, take_fingerprint(token), salt, _hash(token, salt), checked, now, expires)


def read_scopes(names: Iterable[str]) -> frozenset[str]:
    """Raises SettingsError for a name that no scope has, and for none at all."""
    given = frozenset(names)
    if unknown := sorted(given - ALL_SCOPES):
        raise SettingsError(
            f"There is no scope {', '.join(f'“{plain(name, 60)}”' for name in unknown[:5])}.",
            next_step=f"There are: {', '.join(SCOPES)}.",
        )
    if not given:
        raise SettingsError("A token without a scope may do nothing.", next_step=f"Name some of: {', '.join(SCOPES)}.")
    return given


def read_token_file(path: Path) -> dict[str, TokenRecord]:
    """The records by their names. Raises SettingsError for a file that is not there, that others may read or change,
    and for one with a line that is no record: a token that was to be removed must not stay good by a slip."""
    try:
        text = read_own_file(path, MOST_BYTES, is_secret=True).decode("utf-8")
    except MissingFile:
        raise SettingsError(
            f"The token file {_show(path)} is not there.",
            next_step=f"Make it with its first token: ims-mcp token add NAME --tokens {_show(path)}",
        ) from None
    except UnusableFile as error:
        raise SettingsError(
            f"The token file {_show(path)} {str(error).removeprefix('It ')}", next_step=error.next_step
        ) from None
    except ValueError:
        raise _find_broken(path, 0, "it is not text in UTF-8") from None
    records: dict[str, TokenRecord] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except (ValueError, RecursionError):
            raise _find_broken(path, number, "it is not JSON") from None
        try:
            record = _read_record(content)
        except (ValueError, SettingsError) as error:
            raise _find_broken(path, number, str(error).rstrip(".")) from None
        if record.name in records:
            raise _find_broken(path, number, f"there is a token {record.name} before it")
        records[record.name] = record
    return records


@contextmanager
def changing_token_file(path: Path) -> Generator[dict[str, TokenRecord]]:
    """The records to be changed in place, written whole or not at all when the block ends well; one process at a time.

    Raises SettingsError, as :func:`read_token_file` does; a file that is not there is made.
    """
    real = Path(os.path.realpath(path))  # a link stays a link
    if not real.parent.is_dir():  # which the lock would make, for everybody to read
        raise SettingsError(
            f"The token file {_show(path)} cannot be written: its directory is not there.",
            next_step="Name a file in a directory that is there.",
        )
    try:
        with FileLock(f"{real}.lock", timeout=_LOCK_SECONDS, mode=0o600):
            records = read_token_file(real) if real.exists() else {}
            yield records
            _write(real, records.values())
    except Timeout:
        raise SettingsError(
            f"Another process has held the token file {_show(path)} for {_LOCK_SECONDS:g} s.", next_step="Try again."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"The token file {_show(path)} cannot be written ({error.strerror or type(error).__name__}).",
            next_step="Name a file in a directory that is there and that this user may write to.",
        ) from None


def _write(path: Path, records: Iterable[TokenRecord]) -> None:
    lines = [json.dumps(_write_record(record), ensure_ascii=False) for record in records]
    replace_own_file(path, "".join(f"{line}\n" for line in lines))


def _is_name(text: str) -> bool:
    """Whether it can be shown as it is: some letters are drawn as nothing."""
    return _NAME.fullmatch(text) is not None and text == plain(text, 100)


def _hash(token: str, salt: str) -> str:
    return hashlib.scrypt(token.encode(), salt=bytes.fromhex(salt), **_SCRYPT).hex()


def _write_record(record: TokenRecord) -> dict[str, Any]:
    expires = {} if record.expires is None else {"expires": record.expires.isoformat()}
    return {
        "name": record.name,
        "scopes": [scope for scope in SCOPES if scope in record.scopes],
        "created": record.created.isoformat(),
        **expires,
        "fingerprint": record.fingerprint,
        "salt": record.salt,
        "hash": record.hash,
    }


def _read_record(content: Any) -> TokenRecord:
    """Raises ValueError or SettingsError, whose texts name the field and never hold a hash."""
    if not isinstance(content, dict):
        raise ValueError("it is not an object")  # noqa: TRY004
    values = cast("dict[str, Any]", content)
    name, scopes = values.get("name"), values.get("scopes")
    if not isinstance(name, str) or not _is_name(name):
        raise ValueError("its name cannot be one")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in cast("list[Any]", scopes)):
        raise ValueError("its scopes are not a list of texts")
    hashes = [values.get(field) for field in ("fingerprint", "salt", "hash")]
    if not all(isinstance(text, str) and _HEX.fullmatch(text) and len(text) % 2 == 0 for text in hashes):
        raise ValueError("its fingerprint, salt or hash is none")
    created, expires = _read_time(values, "created"), _read_time(values, "expires")
    if created is None:
        raise ValueError("it does not say when it was created")
    # What this version does not know may narrow what the token may do: it is not passed over.
    if unknown := values.keys() - {"name", "scopes", "created", "expires", "fingerprint", "salt", "hash"}:
        raise ValueError(f"nothing is known of its {plain(min(unknown), 40)}")
    fingerprint, salt, digest = cast("list[str]", hashes)
    return TokenRecord(name, fingerprint, salt, digest, read_scopes(cast("list[str]", scopes)), created, expires)


def _read_time(values: Mapping[str, Any], name: str) -> datetime | None:
    if values.get(name) is None:
        return None
    try:
        time = datetime.fromisoformat(values[name])
    except (ValueError, TypeError):
        raise ValueError(f"its {name} is not a time such as 2026-01-31T00:00:00+00:00") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _find_broken(path: Path, line: int, reason: str) -> SettingsError:
    return SettingsError(
        f"The token file {_show(path)} is broken{f' in line {line}' if line else ''}: {reason}.",
        next_step="Mend or remove the line, or add the token anew with ims-mcp token add.",
    )


def _show(path: Path) -> str:
    return plain(str(path), 200)
