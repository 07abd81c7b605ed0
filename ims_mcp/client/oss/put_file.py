"""Files to OSS with the official oss2, in worker threads."""

from __future__ import annotations

from pathlib import Path

import anyio.to_thread

from ims_mcp.client.credentials import Credential


async def put_file(endpoint: str, bucket: str, key: str, source: Path, credential: Credential) -> None:
    """Upload one file in one request. An endpoint with an IP address means path-style addresses."""

    def put() -> None:
        import oss2  # 0.2 s to import: only those who upload pay for it

        auth = (
            oss2.StsAuth(credential.access_key_id, credential.access_key_secret, credential.security_token)
            if credential.security_token
            else oss2.Auth(credential.access_key_id, credential.access_key_secret)
        )
        session = oss2.Session()
        try:
            oss2.Bucket(auth, endpoint, bucket, session=session).put_object_from_file(key, str(source))
        finally:
            session.session.close()

    await anyio.to_thread.run_sync(put)
