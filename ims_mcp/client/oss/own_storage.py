"""The user's own buckets: where OSS is, with whose credentials, and whether a key is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio.to_thread

from ims_mcp.client.credentials import Credential, CredentialSource
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.errors import ImsError


class OwnStorage:
    """OSS as the holder of the account reaches it. ``endpoint`` gives scheme and host."""

    def __init__(self, endpoint: Callable[[], Awaitable[str]], credentials: CredentialSource) -> None:
        self._endpoint = endpoint
        self._credentials = credentials

    async def endpoint(self) -> str:
        return await self._endpoint()

    async def credential(self, *, force: bool = False) -> Credential:
        return await (self._credentials.renew() if force else self._credentials.get())

    async def exists(self, target: UploadTarget) -> bool:
        """Whether the key is taken. A bucket that is not there counts as empty: the upload says what is wrong with it.

        Raises ImsError where OSS does not say.
        """
        checked = target.checked()
        credential = await self.credential()
        return await anyio.to_thread.run_sync(_exists, checked, credential)


def _exists(target: UploadTarget, credential: Credential) -> bool:
    # 0.2 s to import: only those who upload pay for it. The gateway keeps oss2 from logging signatures.
    from ims_mcp.client.oss.gateway import oss2

    auth = (
        oss2.StsAuth(credential.access_key_id, credential.access_key_secret, credential.security_token)
        if credential.security_token
        else oss2.Auth(credential.access_key_id, credential.access_key_secret)
    )
    session = oss2.Session()
    try:
        bucket = oss2.Bucket(auth, target.endpoint, target.bucket, session=session, connect_timeout=10)
        bucket.head_object(target.key)
    except (oss2.exceptions.NoSuchBucket, oss2.exceptions.NotFound):
        return False
    except oss2.exceptions.OssError as error:
        code = getattr(error, "code", "") or "no answer"
        raise ImsError(
            f"OSS does not say whether {target} exists ({code}, HTTP {error.status}).",
            next_step="Check the name of the bucket, its region, and that your credentials may read it.",
        ) from None
    finally:
        session.session.close()
    return True
