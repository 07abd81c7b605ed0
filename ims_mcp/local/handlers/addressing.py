"""How a call names the asset or object it is about."""

from __future__ import annotations

from ims_mcp.local.media_library.addresses import AddressError, ObjectAddress, VodAddress, object_address, without_query
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import Asset
from ims_mcp.local.rpc.call import Call
from ims_mcp.local.rpc.service_errors import invalid, media_not_found, missing, unsupported


def object_of(call: Call, name: str = "InputURL") -> ObjectAddress:
    """The object an address argument names. Raises RpcFault for a VOD, foreign or malformed address."""
    url = call.text(name)
    if url is None:
        raise missing(name)
    try:
        return object_address(url)
    except VodAddress:
        raise unsupported(f"ApsaraVideo VOD: {name} has to name an object in OSS") from None
    except AddressError as error:
        raise invalid(name, str(error)) from None


async def asset_of(library: Library, call: Call) -> Asset:
    """The asset of MediaId or, where that is not given, of InputURL. Raises RpcFault where there is none."""
    media_id = call.text("MediaId")
    if media_id is not None:
        asset = await library.find(media_id)
    elif call.text("InputURL") is not None:
        asset = await library.find_by_object(object_of(call))
    else:
        raise missing("MediaId", "InputURL")
    if asset is None:
        raise media_not_found(media_id or without_query(call.text("InputURL") or ""))
    return asset
