"""A ticket: one file that somebody else may send, for so long, and what is made of it. It holds no credential, and of
its page's secret only the digest."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self, cast, get_args

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.transfers.store import TransferRecord

State = Literal["open", "uploading", "registering", "processing", "done", "failed", "cancelled", "expired"]
ENDED = frozenset({"done", "failed", "cancelled", "expired"})
OPEN_SECONDS = 30 * 60.0
"""A ticket is good for so long, and for so long after the last sign of an upload that is under way."""
LONGEST_SECONDS = 24 * 3600.0
"""From its making to the end of the longest upload."""
PREFIX = "u-"
MARK = "ims-upload"
"""x-oss-meta-ims-upload: what tells the ticket's own object from any other one of that name."""
_ID = re.compile(r"u-[0-9a-f]{16}")
_SECRET_BYTES = 24


class TicketError(ImsError):
    """There is no such ticket for whoever asks, or it does not allow what is asked of it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """For whom a ticket is good: the same caller, account, region and service."""

    subject: str
    account: str
    region: str
    service: str

    @property
    def key(self) -> str:
        """The same in one word, for a store."""
        words = json.dumps([self.subject, self.account, self.region, self.service])
        return hashlib.sha256(words.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """The file that somebody has chosen in the page. ``modified_ms``: its own date, since 1970."""

    size_bytes: int
    modified_ms: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """``target`` is {bucket, key} and in VOD storage url, media_id and region; ``arguments`` are those of the upload,
    as a transfer of a local file has them. All times are epoch seconds by the service's clock."""

    owner: Owner
    kind: Literal["media", "stream"]
    file_name: str
    content_type: str
    max_bytes: int
    destination: str
    arguments: dict[str, Any]
    created: float
    ends_at: float
    id: str = field(default_factory=lambda: PREFIX + secrets.token_hex(8))
    secret_digest: str = ""
    claims: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """What the caller's token said of them: their rights are looked up by it again."""
    mark: str = field(default_factory=lambda: secrets.token_hex(16))
    client_token: str = field(default_factory=lambda: secrets.token_hex(16))
    category: str = ""
    target: dict[str, str] = field(default_factory=dict[str, str])
    media_id: str = ""
    state: State = "open"
    put_ends_at: float = 0.0
    """The end of the address for one request."""
    upload_id: str = ""
    part_bytes: int = 0
    file: ChosenFile | None = None
    size_bytes: int = 0
    """Of the object, once it has arrived."""
    busy_until: float = 0.0
    """Somebody is completing it."""
    error: str = ""

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def has_arrived(self) -> bool:
        """Whether nothing is left to be sent or registered."""
        return self.state in ("processing", "done")

    @property
    def address(self) -> str:
        """``oss://bucket/key``."""
        return f"oss://{self.target.get('bucket', '')}/{self.target.get('key', '')}"

    @property
    def in_vod(self) -> bool:
        return self.destination == "vod"

    def is_opened_by(self, secret: str) -> bool:
        """Whether this is the secret of its page."""
        return hmac.compare_digest(self.secret_digest, digest_secret(secret))

    def make_record(self) -> TransferRecord:
        """The ticket as a transfer of a file of this machine would be written down, for what both do alike."""
        record = TransferRecord(
            kind=self.kind,
            service=self.owner.service,
            path=self.file_name,
            size_bytes=self.size_bytes,
            modified_ns=0,
            destination=self.destination,
            arguments=self.arguments,
            category=self.category,
            id=self.id,
            client_token=self.client_token,
            media_id=self.media_id,
            target={name: self.target[name] for name in ("bucket", "key", "url") if self.target.get(name)},
            created=self.created,
            error=self.error,
        )
        record.state = {"open": "starting", "expired": "failed"}.get(self.state, self.state)  # type: ignore[assignment]
        return record

    def to_json(self) -> bytes:
        """As it is kept."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Raises ValueError and TypeError for what no ticket of this version is."""
        given = cast("dict[str, Any]", json.loads(content))
        known = {row.name: given[row.name] for row in fields(cls) if row.name in given}
        known["owner"] = Owner(**known["owner"])
        known["file"] = None if known.get("file") is None else ChosenFile(**known["file"])
        if known.get("state") not in get_args(State):
            raise ValueError("of another version")
        return cls(**known)


def make_secret() -> str:
    """What opens the page of a ticket: 192 bits."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest_secret(secret: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def is_ticket_id(text: str) -> bool:
    """Whether it is the id of a ticket and not of a transfer."""
    return text.startswith(PREFIX)


def require_id(text: str) -> str:
    """The id. Raises TicketError for what none can be."""
    if not _ID.fullmatch(text):
        raise unknown_ticket(text)
    return text


def unknown_ticket(ticket_id: str) -> TicketError:
    """The same for one that is not there and one of somebody else."""
    return TicketError(
        f"There is no upload ticket {plain(ticket_id, 40)!r}, or it was forgotten: they are kept for a day.",
        next_step="create_upload makes a new one.",
    )
