"""What is known of an object beside its data: its headers, metadata, tags, ACL, and how the store keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_CONTENT_TYPE = "application/octet-stream"
DEFAULT_ACL = "default"
DEFAULT_STORAGE_CLASS = "Standard"
STORAGE_CLASSES = (DEFAULT_STORAGE_CLASS, "IA", "Archive", "ColdArchive", "DeepColdArchive")
STORAGE_CLASS_COLUMN = "json_extract(description, '$[3].storage_class')"
"""In a query: NULL where it is the default."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a client says of an object and gets back with it.

    ``headers`` are Cache-Control and its like, ``metadata`` the x-oss-meta- headers without that prefix; both by
    lower-case name, values as Latin-1 text (the bytes that travelled). ``encryption`` are the headers that name the
    server-side encryption.
    """

    content_type: str = DEFAULT_CONTENT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    acl: str = DEFAULT_ACL
    storage_class: str = ""
    """Empty until it is stored where a client does not say one: then it is the bucket's."""
    encryption: Mapping[str, str] = field(default_factory=dict[str, str])
    link_target: str = ""
    """The key that a symbolic link stands for; empty for anything else."""

    def to_json(self) -> str:
        """As the store keeps it."""
        first: list[Any] = [self.content_type, dict(self.headers), dict(self.metadata)]
        # Data directories of the time before hold three elements: an object without the rest is still written so.
        rest = {
            "tags": dict(self.tags),
            "acl": "" if self.acl == DEFAULT_ACL else self.acl,
            "storage_class": "" if self.storage_class == DEFAULT_STORAGE_CLASS else self.storage_class,
            "encryption": dict(self.encryption),
            "link_target": self.link_target,
        }
        said = {name: value for name, value in rest.items() if value}
        return json.dumps([*first, said] if said else first)

    @classmethod
    def from_json(cls, text: str) -> Description:
        """What :meth:`to_json` wrote."""
        read: list[Any] = json.loads(text)
        rest: dict[str, Any] = read[3] if len(read) > 3 else {}
        return cls(*read[:3], **{"storage_class": DEFAULT_STORAGE_CLASS, **rest})
