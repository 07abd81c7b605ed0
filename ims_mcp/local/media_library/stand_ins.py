"""AI results that nobody computed: what a file beside an object says the analysis of that object would have found.

Beside ``films/harbour.mp4`` it is ``films/harbour.mp4.ai.json``, in the same bucket: one JSON object of the service's
own results by their types, ``{"NLP": {...}, "ASR": {...}, "OCR": {...}, "VideoLabel": {...}, "TextLabel": {...}}``.
Answers show them as they show real ones, with a job id that begins with ``stand-in-``.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any, cast

from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.rpc.service_errors import RpcFault

SUFFIX = ".ai.json"
_MOST_BYTES = 16 * 1024**2
_TYPES = ("NLP", "TextLabel", "VideoLabel", "ASR", "OCR")


class StandIns:
    """Read each time they are asked for: the file may be another one by then."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def find(self, address: ObjectAddress) -> dict[str, Any] | None:
        """The results by their types; None where there is no such file. RpcFault where it cannot be used."""
        stored = await self._objects.stat(address.bucket, f"{address.key}{SUFFIX}")
        if stored is None:
            return None
        if stored.size_bytes > _MOST_BYTES:
            raise _unusable(address, f"has more than {_MOST_BYTES:,} bytes")
        content = await asyncio.to_thread(stored.path.read_bytes)
        try:
            results = json.loads(content)
        except (ValueError, RecursionError):
            raise _unusable(address, "is not JSON") from None
        if not isinstance(results, dict) or not set(cast("dict[str, Any]", results)) <= set(_TYPES):
            raise _unusable(address, f"is not an object of {', '.join(_TYPES)}")
        return cast("dict[str, Any]", results)


def describe_stand_ins(results: dict[str, Any], media_id: str, result_url: str | None) -> dict[str, Any]:
    """AiRoughData: the results themselves, or, where an address was asked for, that."""
    job_id = f"stand-in-{hashlib.sha256(media_id.encode()).hexdigest()[:23]}"
    listed = [{"Type": kind, "Data": json.dumps(found, ensure_ascii=False)} for kind, found in results.items()]
    job: dict[str, Any] = {"AiJobId": job_id, "Status": "AnalyzeSuccess"}
    job |= {"Results": listed} if result_url is None else {"ResultUrl": result_url}
    return {"AiJobId": job_id, "Status": "AnalyzeSuccess", "SaveType": "TEXT", "StandardSmartTagJob": job}


def _unusable(address: ObjectAddress, why: str) -> RpcFault:
    return RpcFault("InvalidParameter", f"The stand-in for AI results {address}{SUFFIX} {why}.")
