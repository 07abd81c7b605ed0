"""The file of PINs: by what a person shows that it is they who agree, and no program that reads and writes for them.

One JSON object a line, a salted hash each. A server reads it once, when it starts: a PIN that is written into it
meanwhile, by whatever runs as the same user, opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from ims_mcp.foreign_text import plain
from ims_mcp.own_file import MissingFile, UnusableFile, read_own_file, replace_own_file
from ims_mcp.settings import SettingsError

LEAST_CHARACTERS, MOST_CHARACTERS = 6, 64
MOST_BYTES = 4 * 1024 * 1024
FILE_NAME = "pins"
"""In the state directory."""
_HEX = re.compile(r"[0-9a-f]{32,128}")
_LOCK_SECONDS = 10.0
# A PIN is short: a look costs 64 MiB and about 0.2 s, so that who has read the file does not try all at once.
_SCRYPT = {"n": 2**16, "r": 8, "p": 1, "dklen": 32, "maxmem": 2**27}
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_COMMON = ("password", "passwort", "letmein", "welcome", "iloveyou", "admin", "secret", "ims-mcp", "imsmcp", "mima")


@dataclass(frozen=True, slots=True)
class PinRecord:
    """What is kept of a PIN. ``name``: the subject whose it is, ``local`` on stdio."""

    name: str
    salt: str = field(repr=False)
    hash: str = field(repr=False)
    set_at: datetime

    def is_of(self, pin: str) -> bool:
        """Whether this is the record of ``pin``. Takes 0.2 s and 64 MiB."""
        return hmac.compare_digest(_hash(pin, self.salt), self.hash)


Pins = Mapping[str, PinRecord]
"""By their names."""


def make_pin(name: str, pin: str, *, now: datetime) -> PinRecord:
    """Raises SettingsError for a name or a PIN that cannot be."""
    check_name(name)
    if problem := find_weakness(pin, name):
        raise SettingsError(f"This PIN {problem}.", next_step="Nothing was changed. Take another one.")
    salt = secrets.token_hex(16)
    return PinRecord(name, salt, _hash(pin, salt), now)


def check_name(name: str) -> None:
    """Raises SettingsError for what is no subject that can be shown as it is."""
    if not name or name != plain(name, 200):
        raise SettingsError(
            f"“{plain(name, 60)}” cannot be the name of a PIN.",
            next_step="Use the name of the token, or the issuer's subject: up to 200 characters that can be seen.",
        )


def find_weakness(pin: str, name: str = "") -> str:
    """Why a PIN cannot be one, as the end of a sentence; empty for a good one."""
    text = _normalize(pin)
    if not LEAST_CHARACTERS <= len(text) <= MOST_CHARACTERS:
        return f"has {len(text)} characters, and needs {LEAST_CHARACTERS} to {MOST_CHARACTERS}"
    if not text.isprintable() or text != text.strip():
        return "has characters that are not seen, or a blank at its ends"
    folded = text.casefold()
    if len(set(folded)) < 3:
        return "has fewer than three different characters"
    if any(folded == folded[:size] * (len(folded) // size) for size in (1, 2, 3) if len(folded) % size == 0):
        return "repeats itself"
    if any(folded in run or folded in run[::-1] for run in _RUNS):
        return "is a row of neighbours"
    if (name and folded == name.casefold()) or any(folded.strip("0123456789!.") == word for word in _COMMON):
        return "is among the first that anybody tries"
    return ""


def read_pin_file(path: Path) -> dict[str, PinRecord]:
    """Raises SettingsError for a file that others may read or change, and for one with a line that is no record;
    MissingFile where there is none."""
    try:
        text = read_own_file(path, MOST_BYTES, is_secret=True).decode("utf-8")
    except MissingFile:
        raise MissingFile(
            f"The PIN file {_show(path)} is not there.",
            next_step=f"Make it with its first PIN, in a terminal: ims-mcp pin set NAME --pins {_show(path)}",
        ) from None
    except UnusableFile as error:
        raise SettingsError(
            f"The PIN file {_show(path)} {str(error).removeprefix('It ')}", next_step=error.next_step
        ) from None
    except ValueError:
        raise _find_broken(path, 0, "it is not text in UTF-8") from None
    records: dict[str, PinRecord] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _read_record(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError, SettingsError):
            raise _find_broken(path, number, "it is no PIN's") from None
        if record.name in records:
            raise _find_broken(path, number, f"there is a PIN of {plain(record.name, 60)} before it")
        records[record.name] = record
    return records


@contextmanager
def changing_pin_file(path: Path) -> Generator[dict[str, PinRecord]]:
    """The records to be changed in place, written whole or not at all when the block ends well; one process at a time.

    Raises SettingsError, as :func:`read_pin_file` does; a file that is not there is made, and its directory.
    """
    from filelock import FileLock, Timeout  # late: a server reads the file, and changes nothing

    real = Path(os.path.realpath(path))  # a link stays a link
    try:
        real.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(f"{real}.lock", timeout=_LOCK_SECONDS, mode=0o600):
            records = read_pin_file(real) if real.exists() else {}
            yield records
            lines = [json.dumps(_write_record(record), ensure_ascii=False) for record in records.values()]
            replace_own_file(real, "".join(f"{line}\n" for line in lines))
    except Timeout:
        raise SettingsError(
            f"Another process has held the PIN file {_show(path)} for {_LOCK_SECONDS:g} s.", next_step="Try again."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"The PIN file {_show(path)} cannot be written ({error.strerror or type(error).__name__}).",
            next_step="Name a file that this user may write to, with --pins.",
        ) from None


def _hash(pin: str, salt: str) -> str:
    return hashlib.scrypt(_normalize(pin).encode("utf-8", "surrogatepass"), salt=bytes.fromhex(salt), **_SCRYPT).hex()


def _normalize(pin: str) -> str:
    """Keyboards of two systems write the same letter in two ways."""
    return unicodedata.normalize("NFKC", pin)


def _write_record(record: PinRecord) -> dict[str, Any]:
    return {"name": record.name, "set_at": record.set_at.isoformat(), "salt": record.salt, "hash": record.hash}


def _read_record(content: Any) -> PinRecord:
    values = cast("dict[str, Any]", content)
    name, salt, digest = (str(values[field]) for field in ("name", "salt", "hash"))
    check_name(name)
    if not _HEX.fullmatch(salt) or not _HEX.fullmatch(digest) or values.keys() != {"name", "set_at", "salt", "hash"}:
        raise ValueError(name)
    bytes.fromhex(salt)
    set_at = datetime.fromisoformat(values["set_at"])
    return PinRecord(name, salt, digest, set_at if set_at.tzinfo else set_at.replace(tzinfo=UTC))


def _find_broken(path: Path, line: int, reason: str) -> SettingsError:
    return SettingsError(
        f"The PIN file {_show(path)} is broken{f' in line {line}' if line else ''}: {reason}.",
        next_step="Remove the line, and set that PIN anew with ims-mcp pin set.",
    )


def _show(path: Path) -> str:
    return plain(str(path), 200)
