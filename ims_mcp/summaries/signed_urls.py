"""When a signed URL ends. What makes a URL signed, and how it loses that, is in :mod:`ims_mcp.secrets`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

_LONGEST_QUERY = 8000


def expiry(url: str) -> str:
    """When a signed URL stops working, as ISO 8601 in UTC; empty where its query does not say.

    ``auth_key`` carries a time too, but whether it is the end or the start of validity is a setting of the domain.
    """
    query = url.partition("?")[2][:_LONGEST_QUERY]
    fields = {name.lower(): value for name, value in parse_qsl(query)}
    try:
        if "expires" in fields:
            end = datetime.fromtimestamp(int(fields["expires"]), UTC)
        else:
            family = "x-oss-" if "x-oss-date" in fields else "x-amz-"
            start = datetime.strptime(fields[family + "date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            end = start + timedelta(seconds=int(fields[family + "expires"]))
    except (KeyError, ValueError, OverflowError, OSError):
        return ""
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")
