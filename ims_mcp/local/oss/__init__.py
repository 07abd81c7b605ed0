"""The OSS of the embedded IMS: objects on disk behind the REST protocol that official clients speak."""

from __future__ import annotations

from ims_mcp.local.oss.errors import OssError
from ims_mcp.local.oss.objects import SCHEMA, Description, Objects, StoredObject
from ims_mcp.local.oss.rest import OssRest
from ims_mcp.local.oss.signature_v1 import signed_url

__all__ = ["SCHEMA", "Description", "Objects", "OssError", "OssRest", "StoredObject", "signed_url"]
