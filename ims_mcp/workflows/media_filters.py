"""What assets may be chosen by: words and filters, as find_media and bulk jobs take them."""

from __future__ import annotations

from ims_mcp.catalogue import Parameter
from ims_mcp.workflows.media_wish import STATUS_NUMBERS

FILTERS = (
    Parameter("text", "string", text="Words: all are needed."),
    Parameter("media_type", "string", choices=("video", "audio", "image", "text")),
    Parameter("category", "string", text="Id, name or path."),
    Parameter("created_after", "string", text="UTC time or date, its start."),
    Parameter("created_before", "string", text="Of a date its end."),
    Parameter("min_duration", "number", text="Seconds."),
    Parameter("max_duration", "number"),
    Parameter("min_size", "string", text="Bytes, or 10MB."),
    Parameter("max_size", "string"),
    Parameter("status", "string", choices=tuple(STATUS_NUMBERS)),
)
