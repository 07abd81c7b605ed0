"""An upload as a stranger does it: the official SDK asks, oss2 sends with what was decoded from the answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alibabacloud_ice20201109 import models

from tests.local_ims.server import RunningIms
from tests.local_oss.clients import Reading, oss2

REGION = "cn-shanghai"


class Clock:
    """The time that an IMS goes by, ahead of this machine's by ``ahead`` seconds."""

    def __init__(self) -> None:
        import time

        self.ahead = 0.0
        self._now = time.time

    def __call__(self) -> float:
        return self._now() + self.ahead


@dataclass(frozen=True, slots=True)
class Grant:
    """A decoded answer."""

    media_id: str
    url: str
    address: dict[str, str]
    auth: dict[str, str]

    @property
    def key(self) -> str:
        return self.address["FileName"]

    @contextmanager
    def bucket(self, *, name: str | None = None, endpoint: str | None = None, version: str = "v4") -> Generator[Any]:
        """oss2 with the credential; ``name`` another bucket than the granted one."""
        auth = oss2.StsAuth(
            self.auth["AccessKeyId"], self.auth["AccessKeySecret"], self.auth["SecurityToken"], auth_version=version
        )
        session: Any = oss2.Session(adapter=Reading())
        endpoint = endpoint or self.address["Endpoint"]
        try:
            yield oss2.Bucket(auth, endpoint, name or self.address["Bucket"], session=session, region=REGION)
        finally:
            session.session.close()

    def put(self, content: Path | bytes) -> None:
        """One simple put."""
        with self.bucket() as bucket:
            bucket.put_object(self.key, content.read_bytes() if isinstance(content, Path) else content)


def decoded(text: str) -> dict[str, str]:
    return json.loads(base64.b64decode(text, validate=True))


def grant_of(answer: dict[str, Any]) -> Grant:
    """From the raw body of CreateUploadMedia, CreateUploadStream or RefreshUploadMedia."""
    return Grant(
        answer["MediaId"],
        answer.get("FileURL", ""),
        decoded(answer["UploadAddress"]),
        decoded(answer["UploadAuth"]),
    )


def new_media(ims: RunningIms, *, kind: str = "video", name: str = "clip", ext: str = "mp4", **more: Any) -> Grant:
    """CreateUploadMedia through the official SDK; ``more`` are its further parameters, dictionaries as JSON."""
    request = models.CreateUploadMediaRequest(
        file_info=json.dumps({"Type": kind, "Name": name, "Ext": ext}),
        **{key: json.dumps(value) if isinstance(value, dict) else value for key, value in more.items()},
    )
    body: Any = ims.client().create_upload_media(request).body
    return grant_of(body.to_map())


def new_stream(ims: RunningIms, media_id: str, **parameters: str) -> Grant:
    """CreateUploadStream through the official SDK."""
    request = models.CreateUploadStreamRequest(media_id=media_id, **parameters)
    body: Any = ims.client().create_upload_stream(request).body
    return grant_of(body.to_map())


def refreshed(ims: RunningIms, media_id: str) -> Grant:
    """RefreshUploadMedia through the official SDK."""
    body: Any = ims.client().refresh_upload_media(models.RefreshUploadMediaRequest(media_id=media_id)).body
    return grant_of(body.to_map())


def status_of(ims: RunningIms, media_id: str) -> str:
    return str(ims.media_info(media_id)["MediaBasicInfo"]["Status"])
