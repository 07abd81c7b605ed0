"""SubmitSnapshotJob, GetSnapshotJob, ListSnapshotJobs, GetSnapshotUrls, and the template they start from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ims_mcp.local.handlers.reading import MediaInfo, name_sprite_job
from ims_mcp.local.media_library.addresses import AddressError, ObjectAddress, VodAddress, read_object_address
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import NORMAL, Asset
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import RpcFault, invalid, media_not_found, unsupported
from ims_mcp.local.snapshots.snapshot_jobs import SUCCESS, SnapshotJob, SnapshotJobs
from ims_mcp.local.wire_values import read_utc, write_utc

TEMPLATE_ID = "0" * 31 + "1"
_SNAPSHOT_TYPE = 2
_TEMPLATE: dict[str, Any] = {"Type": "Normal", "FrameType": "intra", "Time": 0, "Interval": 10, "Count": 10}
_SPRITE: dict[str, Any] = {"Columns": 10, "Lines": 10, "Padding": 0, "Margin": 0, "Color": "#000000", "CellWidth": 160}
_MOST_PICTURES = 500
_LARGEST_PIXELS = 4096
_MOST_TILES = 100
_PIPELINE_ID = "0" * 32
_PAGE = 20


class Snapshots:
    """Jobs are accepted at once; what comes of one is in its state."""

    def __init__(
        self,
        jobs: SnapshotJobs,
        library: Library,
        objects: Objects,
        media_info: MediaInfo,
        begin: Callable[[SnapshotJob], None],
        region: str,
    ) -> None:
        """``begin`` takes up a job that is in the store."""
        self._jobs = jobs
        self._library = library
        self._objects = objects
        self._media_info = media_info
        self._begin = begin
        self._region = region

    @handles("GetCustomTemplate")
    async def _get_template(self, call: Call) -> dict[str, Any]:
        """The default template of snapshots, which is the only template there is."""
        wanted, type_ = call.get_text("TemplateId"), call.get_integer("Type")
        if (wanted or TEMPLATE_ID) != TEMPLATE_ID or (wanted is None and type_ != _SNAPSHOT_TYPE):
            raise RpcFault("ResourceNotFound", f"There is no template {wanted or f'of type {type_}'}.")
        return {
            "CustomTemplate": {
                "TemplateId": TEMPLATE_ID,
                "TemplateName": "Snapshots",
                "Type": _SNAPSHOT_TYPE,
                "TypeName": "SnapshotTemplate",
                "Subtype": 1,
                "SubtypeName": "Normal",
                "IsDefault": True,
                "Status": "Normal",
                "TemplateConfig": json.dumps(_TEMPLATE),
                "CreateTime": write_utc(0),
                "ModifiedTime": write_utc(0),
            }
        }

    @handles("SubmitSnapshotJob")
    async def _submit(self, call: Call) -> dict[str, Any]:
        """Types Normal and Sprite, as JPEG into OSS; exact frames with FrameType normal. TemplateId may be any: what
        OverwriteParams leaves out is as in the one template there is. BlackLevel has no effect."""
        source = await self._find_source(call.arguments["Input"])
        config = _read_config(call.arguments["TemplateConfig"].get("OverwriteParams") or {})
        output = _read_output(call.arguments["Output"], config)
        await self._objects.ensure_bucket(output.bucket)
        job = await self._jobs.add(
            {
                "Name": call.get_text("Name"),
                "UserData": call.get_text("UserData"),
                "Input": dict(call.arguments["Input"]),
                "Output": dict(call.arguments["Output"]),
                "TemplateId": call.arguments["TemplateConfig"]["TemplateId"],
                "PipelineId": (call.arguments.get("ScheduleConfig") or {}).get("PipelineId") or _PIPELINE_ID,
                "config": config,
            },
            source,
            output,
        )
        self._begin(job)
        return {"JobId": job.job_id}

    async def _find_source(self, given: Mapping[str, Any]) -> ObjectAddress:
        if given["Type"] == "OSS":
            return _read_address(str(given["Media"]), "Input.Media")
        asset = await self._library.find(str(given["Media"]))
        if asset is None:
            raise media_not_found(str(given["Media"]))
        if asset.status != NORMAL:
            raise RpcFault("OperationDenied", f"The asset {asset.media_id} is in status {asset.status}.")
        return asset.address

    @handles("GetSnapshotJob")
    async def _get(self, call: Call) -> dict[str, Any]:
        """Whole; the job that is said to have made an asset's sprite (iceJobId) is there as well."""
        job_id = call.get_text("JobId") or ""
        job = await self._jobs.find(job_id)
        if job is not None:
            return {"SnapshotJob": self._describe(job, whole=True)}
        return {"SnapshotJob": self._describe_sprite(await self._find_sprite(job_id))}

    @handles("ListSnapshotJobs")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole; without the jobs that are said to have made the sprites of assets."""
        limit = call.get_integer("PageSize") or _PAGE
        jobs = await self._jobs.list_page(
            status=call.get_text("Status"),
            job_id=call.get_text("JobId"),
            start=_read_moment(call, "StartOfCreateTime"),
            end=_read_moment(call, "EndOfCreateTime"),
            descending=call.get_text("OrderBy") != "CreateTimeAsc",
            after=_read_token(call.get_text("NextPageToken")),
            limit=limit + 1,
        )
        return {
            "Jobs": [self._describe(job, whole=False) for job in jobs[:limit]],
            "NextPageToken": str(jobs[limit - 1].sequence) if len(jobs) > limit else None,
        }

    @handles("GetSnapshotUrls")
    async def _get_urls(self, call: Call) -> dict[str, Any]:
        """Without WebVTT. Of a sprite job the sheets; of the one that made an asset's sprite its single pictures."""
        job_id = call.require_text("JobId")
        job = await self._jobs.find(job_id)
        if job is None:
            asset = await self._find_sprite(job_id)
            addresses = [ObjectAddress(asset.address.bucket, key) for key in _list_cells(asset)]
        elif job.status != SUCCESS:
            raise RpcFault("OperationDenied", f"The job {job_id} has no pictures: its status is {job.status}.")
        else:
            addresses = job.addresses
        if call.get_text("OrderBy") == "Desc":
            addresses.reverse()
        size, number = call.get_integer("PageSize") or 10, call.get_integer("PageNumber") or 1
        seconds = call.get_integer("Timeout") or 3600
        shown = addresses[(number - 1) * size : number * size]
        return {
            "SnapshotUrls": [self._media_info.sign(address, seconds) for address in shown],
            "Total": len(addresses),
        }

    async def _find_sprite(self, job_id: str) -> Asset:
        asset = await self._library.find(name_sprite_job(job_id))
        if asset is None or not asset.pictures.sprite_info:
            raise RpcFault("ResourceNotFound", f"There is no snapshot job {job_id}.")
        return asset

    def _describe(self, job: SnapshotJob, *, whole: bool) -> dict[str, Any]:
        request = job.request
        finished = None if job.finished_at is None else write_utc(job.finished_at)
        told = {
            "JobId": job.job_id,
            "Name": request["Name"],
            "Status": job.status,
            "Type": request["config"]["Type"],
            "Count": job.count,
            "Input": request["Input"],
            "Output": request["Output"],
            "PipelineId": request["PipelineId"],
            "TemplateId": request["TemplateId"],
            "TriggerSource": "API",
            "Async": True,
            "CreateTime": write_utc(job.created_at),
            "SubmitTime": write_utc(job.created_at),
            "ModifiedTime": finished or write_utc(job.created_at),
            "FinishTime": finished,
        }
        if not whole:
            return told
        return told | {
            "Input": {**request["Input"], "OssFile": self._describe_object(job.source)},
            "Output": {**request["Output"], "OssFile": self._describe_object(job.output)},
            "TemplateConfig": json.dumps(request["config"]),
            "UserData": request["UserData"],
            "Code": job.code,
            "Message": job.message,
        }

    def _describe_object(self, address: ObjectAddress) -> dict[str, str]:
        return {"Bucket": address.bucket, "Location": f"oss-{self._region}", "Object": address.key}

    def _describe_sprite(self, asset: Asset) -> dict[str, Any]:
        count = len(_list_cells(asset))
        # Cells stand at even distances from the beginning on.
        config = {"Type": "Sprite", "FrameType": "intra", "Time": 0, "Interval": 0, "Count": count}
        made = write_utc(asset.created_at)
        return {
            "JobId": name_sprite_job(asset.media_id),
            "Status": SUCCESS,
            "Type": "Sprite",
            "Count": count,
            "Input": {"Type": "Media", "Media": asset.media_id},
            "TemplateConfig": json.dumps(config),
            "CreateTime": made,
            "FinishTime": made,
        }


def _list_cells(asset: Asset) -> list[str]:
    return list(asset.pictures.sprites[: int(asset.pictures.sprite_info.get("count", "0"))])


def _read_config(given: Mapping[str, Any]) -> dict[str, Any]:
    """The template with what differs, all of it given. RpcFault (InvalidParameter, UnsupportedOperation)."""
    kind = str(given.get("Type") or _TEMPLATE["Type"]).capitalize()
    if kind == "Webvtt":
        raise unsupported("WebVTT preview tracks: Type has to be Normal or Sprite")
    config: dict[str, Any] = {
        **_TEMPLATE,
        **{name: value for name, value in given.items() if value is not None},
        "Type": kind,
    }
    for name in ("Time", "Interval", "Count", "Width", "Height"):
        if name in config:
            config[name] = _read_number(config[name], name)
    if not 1 <= config["Count"] <= _MOST_PICTURES:
        raise invalid("TemplateConfig.OverwriteParams.Count", f"has to be 1 to {_MOST_PICTURES}")
    if kind == "Sprite":
        sprite: dict[str, Any] = {**_SPRITE, **(config.get("SpriteSnapshotConfig") or {})}
        for name in ("Columns", "Lines"):
            if not 1 <= sprite[name] <= _MOST_TILES:
                raise invalid(f"SpriteSnapshotConfig.{name}", f"has to be 1 to {_MOST_TILES}")
        for name in ("CellWidth", "CellHeight", "Padding", "Margin"):
            _read_number(sprite.get(name, 0), name)
        color = str(sprite["Color"])
        if len(color) != 7 or color[0] != "#" or any(digit not in "0123456789abcdefABCDEF" for digit in color[1:]):
            raise invalid("SpriteSnapshotConfig.Color", f"{color[:20]!r} is not of the form #RRGGBB")
        config["SpriteSnapshotConfig"] = sprite
    return config


def _read_number(value: Any, name: str) -> int:
    highest = 10**10 if name in ("Time", "Interval") else _LARGEST_PIXELS
    if not isinstance(value, int) or not 0 <= value <= highest:
        raise invalid(f"TemplateConfig.OverwriteParams.{name}", f"has to be a whole number, 0 to {highest}")
    return value


def _read_output(given: Mapping[str, Any], config: Mapping[str, Any]) -> ObjectAddress:
    if given["Type"] != "OSS":
        raise unsupported("pictures as assets: Output.Type has to be OSS")
    text = str(given["Media"])
    address = _read_address(text, "Output.Media")
    mark = "{TileCount}" if config["Type"] == "Sprite" else "{Count}"
    if mark not in address.key and (config["Type"] == "Sprite" or config["Count"] > 1):
        raise invalid("Output.Media", f"{text[:80]!r} needs {mark} in the name of several pictures")
    if address.extension not in ("jpg", "jpeg"):
        raise unsupported("pictures other than JPEG: Output.Media has to end in .jpg")
    return address


def _read_address(text: str, name: str) -> ObjectAddress:
    try:
        return read_object_address(text)
    except VodAddress:
        raise unsupported(f"ApsaraVideo VOD: {name} has to name an object of OSS") from None
    except AddressError as error:
        raise invalid(name, str(error)) from None


def _read_moment(call: Call, name: str) -> int | None:
    text = call.get_text(name)
    try:
        return None if text is None else read_utc(text)
    except ValueError:
        raise invalid(name, f"{text!r} is not a time of the form 2026-01-31T08:00:00Z") from None


def _read_token(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid("NextPageToken", "is not one that ListSnapshotJobs gave out")
    return int(text)
