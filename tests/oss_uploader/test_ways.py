"""The way to OSS: TLS that is checked, proxies of the environment, and nothing else from the user's surroundings."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.abc
import pytest
import trustme

from ims_mcp.client.oss.errors import UploadDenied, UploadInterrupted
from ims_mcp.client.oss.target import Timeouts, UploadTarget
from ims_mcp.errors import ConnectionFailed
from tests.client.socks_proxy import SocksProxy
from tests.fault_proxy import Damage, FaultProxy, Reset, Slow, Stall
from tests.oss_uploader.setting import (
    AT_ONCE_SECONDS,
    KIB,
    MIB,
    OWNER,
    PART,
    PATIENT,
    Keys,
    Setting,
    part_number,
    until,
)

HOST = "oss-cn-shanghai.aliyuncs.com"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's context; the client is told of its authority by the environment, and by nothing else."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", f"*.{HOST}").configure_cert(context)
    return context


@pytest.fixture(autouse=True)
def no_exemptions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine exempts from its proxies, nothing here is."""
    monkeypatch.delenv("NO_PROXY", raising=False)


@pytest.fixture
def encrypted(setting: Setting, tls: ssl.SSLContext) -> Iterator[FaultProxy]:
    with FaultProxy(setting.oss.port, tls=tls, receive_buffer_bytes=64 * KIB) as proxy:
        yield proxy


@pytest.mark.anyio
@pytest.mark.parametrize("size", [0, PART, 5 * PART])
async def test_over_tls_it_is_the_same(setting: Setting, encrypted: FaultProxy, size: int) -> None:
    path = setting.file(size)
    await setting.upload(path, target=setting.target(endpoint=encrypted.url))
    assert setting.arrived(path)
    assert encrypted.url.startswith("https://")


@pytest.mark.anyio
async def test_over_tls_what_breaks_is_repeated(setting: Setting, encrypted: FaultProxy) -> None:
    path = setting.file(12 * MIB)
    for number, fault in enumerate((Reset(100), Stall(64 * KIB), Damage(5), Slow(8 * MIB))):
        encrypted.inject(fault, part_number(number + 1))
    uploaded = await setting.upload(
        path,
        target=setting.target(endpoint=encrypted.url),
        uploader={"part_bytes": 3 * MIB, "timeouts": Timeouts(stall_seconds=0.5)},
    )
    assert uploaded.parts_resent == 3
    assert setting.arrived(path)


@pytest.mark.anyio
@pytest.mark.parametrize("size", [PART, 3 * PART])
async def test_a_certificate_of_an_unknown_authority_is_final(
    setting: Setting, encrypted: FaultProxy, monkeypatch: pytest.MonkeyPatch, size: int, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with pytest.raises(UploadDenied, match="an authority that this machine does not know") as failure:
        await setting.upload(setting.file(size), target=setting.target(endpoint=encrypted.url))
    assert "SSL_CERT_FILE" in failure.value.next_step
    assert encrypted.seen == []


@pytest.mark.anyio
async def test_a_certificate_of_another_host_is_final(setting: Setting, encrypted: FaultProxy) -> None:
    target = setting.target(endpoint=encrypted.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(UploadDenied, match="made out for another host name"):
        await setting.upload(setting.file(PART), target=target)
    assert encrypted.seen == []


@pytest.mark.anyio
async def test_through_a_proxy_of_the_environment_to_the_host_of_a_bucket(
    setting: Setting, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is in the cloud: the bucket in the host name, the region from it, signed with V4."""
    setting.make_bucket()
    path = setting.file(5 * PART)
    with FaultProxy(setting.oss.port, tls=tls, behind_connect=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        target = UploadTarget(f"http://{HOST}", setting.bucket, "目录/clip.bin")
        proxy.inject(Reset(5), part_number(2))
        uploaded = await setting.upload(path, target=target)
        assert uploaded.parts_resent == 1
        assert set(proxy.connects) == {f"{setting.bucket}.{HOST}:443"}
        signed = {seen.headers["authorization"].partition(" ")[0] for seen in proxy.seen}
        assert signed == {"OSS4-HMAC-SHA256"}
    assert setting.arrived(path, "目录/clip.bin")


@pytest.mark.anyio
async def test_loopback_is_never_reached_through_a_proxy(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    path = setting.file(PART)
    await setting.upload(path)
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_a_password_in_netrc_does_not_replace_the_signature(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login someone password else\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    path = setting.file(PART)
    await setting.upload(path)
    assert setting.arrived(path)


@pytest.mark.anyio
@pytest.mark.parametrize("there", [True, False])
async def test_whether_an_object_exists_is_asked_the_same_way(
    setting: Setting, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    setting.make_bucket()
    if there:
        await setting.upload(setting.file(PART))
    with FaultProxy(setting.oss.port, tls=tls, behind_connect=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        target = UploadTarget(f"https://{HOST}", setting.bucket, "clip.bin")
        proxy.inject(Reset(), "look")
        assert await setting.uploader().exists(target, Keys(OWNER)) is there
        assert set(proxy.connects) == {f"{setting.bucket}.{HOST}:443"}
        assert {seen.headers["authorization"].partition(" ")[0] for seen in proxy.seen} == {"OSS4-HMAC-SHA256"}
        assert [seen.kind for seen in proxy.seen] == ["look", "look"]


@pytest.mark.anyio
@pytest.mark.parametrize("asking", [True, False])
async def test_a_proxy_that_refuses_is_named_without_its_password(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, asking: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://somebody:something-secret@127.0.0.1:1")
    target = UploadTarget(f"https://{HOST}", setting.bucket, "clip.bin")

    async def ask() -> None:
        if asking:
            await setting.uploader().exists(target, Keys(OWNER))
        else:
            await setting.upload(setting.file(PART), target=target)

    with pytest.raises(UploadInterrupted) as failure:
        await ask()
    assert "the proxy 127.0.0.1:1 of HTTPS_PROXY refused the connection" in str(failure.value)
    assert "unset it" in failure.value.next_step
    assert "something-secret" not in failure.value.explain()


@pytest.mark.anyio
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_hangs_up_is_named(setting: Setting, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    async def hang_up(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()
        await stream.aclose()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://somebody:something-secret@127.0.0.1:{port}")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, hang_up)
        with pytest.raises(UploadInterrupted) as failure:
            await setting.uploader().exists(UploadTarget(f"https://{HOST}", setting.bucket, "clip.bin"), Keys(OWNER))
        assert f", by the proxy 127.0.0.1:{port} of HTTPS_PROXY" in str(failure.value)
        assert "something-secret" not in failure.value.explain()
        group.cancel_scope.cancel()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "value", ["socks4://127.0.0.1:1", " http://127.0.0.1 :1", "http://127.0.0.1:99999", "what://x"]
)
async def test_a_proxy_that_cannot_be_one_is_named(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ConnectionFailed, match="HTTPS_PROXY names a proxy that cannot be used"):
        await setting.upload(setting.file(PART), target=UploadTarget(f"https://{HOST}", setting.bucket, "clip.bin"))


@pytest.mark.anyio
async def test_a_file_of_certificates_that_is_gone_is_named(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(ConnectionFailed, match=r"SSL_CERT_FILE names a file that is not there, /nowhere/ca\.pem"):
        await setting.upload(setting.file(PART), target=UploadTarget(f"https://{HOST}", setting.bucket, "clip.bin"))


@pytest.mark.anyio
@pytest.mark.parametrize("password", ["", "of-the-proxy"])
async def test_over_a_socks_proxy_the_name_of_the_host_travels_to_it(
    setting: Setting, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    setting.make_bucket()
    path = setting.file(5 * PART)
    with FaultProxy(setting.oss.port, tls=tls) as oss:
        async with SocksProxy(oss.port, password).running() as proxy:
            user = f"somebody:{password}@" if password else ""
            monkeypatch.setenv("ALL_PROXY", f"socks5://{user}127.0.0.1:{proxy.port}")
            target = UploadTarget(f"https://{HOST}", setting.bucket, "clip.bin")
            oss.inject(Reset(5), part_number(2))
            uploaded = await setting.upload(path, target=target)
            assert uploaded.parts_resent == 1
            assert set(proxy.asked_for) == {f"{setting.bucket}.{HOST}:443"}
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_an_upload_over_a_socks_proxy_stops_at_once_as_any_other(
    setting: Setting, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting.make_bucket()
    path = setting.file(12 * MIB)
    with FaultProxy(setting.oss.port, tls=tls) as oss:
        async with SocksProxy(oss.port).running() as proxy:
            monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{proxy.port}")
            target = UploadTarget(f"https://{HOST}", setting.bucket, "clip.bin")
            oss.inject(Slow(100_000), "part", times=99)
            with anyio.fail_after(AT_ONCE_SECONDS):
                async with anyio.create_task_group() as group:
                    group.start_soon(lambda: setting.upload(path, target=target, uploader={"timeouts": PATIENT}))
                    await until(lambda: oss.of_kind("part"))
                    group.cancel_scope.cancel()
    assert setting.unfinished() == []
