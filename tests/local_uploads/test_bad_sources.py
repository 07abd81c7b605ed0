"""Sources that cannot be pulled from: each ends its job with its reason, within its time, and harms nothing else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from ims_mcp.local.uploads.download import Download, PullFailed, PullLimits
from tests.local_ims.server import RunningIms, ims_process, running_ims, wait_for
from tests.local_uploads.grants import status_of
from tests.local_uploads.pulling import ended, info_of, pull, status_is
from tests.local_uploads.source import Answer, Exchange, Source, serving

LIMITS = PullLimits(max_bytes=200_000, stall_seconds=0.3, total_seconds=1.0)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    """An IMS that takes 200,000 bytes, and waits little."""
    with running_ims(tmp_path_factory.mktemp("strict"), pull_limits=LIMITS) as running:
        yield running


def announces_too_much(exchange: Exchange) -> None:
    exchange.head(200, Content_Length="200001")


def sends_too_much(exchange: Exchange) -> None:
    exchange.head(200)
    for _ in range(300):
        exchange.wfile.write(bytes(1000))


def breaks_off(exchange: Exchange) -> None:
    exchange.head(200, Content_Length="1000")
    exchange.wfile.write(bytes(10))


def breaks_off_in_a_chunk(exchange: Exchange) -> None:
    exchange.protocol_version = "HTTP/1.1"
    exchange.head(200, Transfer_Encoding="chunked")
    exchange.wfile.write(b"ff\r\nhalf")
    exchange.close_connection = True


def says_nothing(exchange: Exchange) -> None:
    exchange.server.go_on.wait(10)


def drips(exchange: Exchange) -> None:
    exchange.head(200, Content_Length="1000")
    while not exchange.server.go_on.wait(0.05):
        exchange.wfile.write(b"x")


def speaks_no_http(exchange: Exchange) -> None:
    exchange.wfile.write(b"220 ftp.example.com ready\r\n")


def status(code: int) -> Answer:
    return lambda exchange: exchange.head(code)


def leads(to: str) -> Answer:
    return lambda exchange: exchange.head(302, Location=to)


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        (None, "SourceNotFound", "status 404"),
        (status(410), "SourceNotFound", "status 410"),
        (status(403), "SourceRefused", "status 403"),
        (status(500), "SourceRefused", "status 500"),
        (announces_too_much, "SourceTooLarge", "200000 bytes"),
        (sends_too_much, "SourceTooLarge", "200000 bytes"),
        (breaks_off, "SourceIncomplete", "announced 1000 bytes and sent 10"),
        (breaks_off_in_a_chunk, "SourceIncomplete", "broke off"),
        (says_nothing, "SourceTimeout", "did not answer"),
        (drips, "SourceTimeout", "within 1 s"),
        (speaks_no_http, "SourceIncomplete", "BadStatusLine"),
        (leads("/clip.mp4"), "SourceRefused", "redirects more than 5 times"),
        (leads("http://192.0.2.1/clip.mp4"), "SourceNotAllowed", "192.0.2.1"),
        (leads("file:///etc/passwd"), "SourceNotAllowed", "not an http or https address"),
    ],
)
def test_what_a_source_does_wrong_is_said(
    strict: RunningIms, source: Source, answer: Answer | None, code: str, text: str
) -> None:
    url = f"{source.url}/clip.mp4"
    if answer is not None:
        source.at("/clip.mp4", answer)
    job = pull(strict, f"{url}?token=secret")
    info = ended(strict, job["JobId"])
    assert (info["Status"], info["ErrorCode"]) == ("DOWNLOAD_FAIL", code)
    assert text in info["ErrorMessage"]
    assert "secret" not in info["ErrorMessage"]
    assert "CompleteTime" in info
    asset = strict.media_info(job["MediaId"])["MediaBasicInfo"]
    assert (asset["Status"], asset["PrepareFailReason"]) == ("PrepareFail", info["ErrorMessage"])
    assert not list((strict.data_dir / "pulls").iterdir())


def test_nothing_listening_is_said(strict: RunningIms) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    info = ended(strict, pull(strict, f"http://localhost:{port}/clip.mp4")["JobId"])
    assert (info["Status"], info["ErrorCode"]) == ("DOWNLOAD_FAIL", "SourceUnreachable")


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "192.0.2.1",
        "10.0.0.1",
        "0.0.0.0",
        "169.254.169.254",
        *("2130706433", "0x7f000001", "017700000001", "127.1", "127.0.1", "0x7f.1", "0177.0.0.1", "127.0.0.01"),
        *("127.0.0.1.", "localhost.", "127.0.0.256", "127.0.0.1%00", "1.0.0.721"),
        *("[2001:db8::1]", "[::]", "[::ffff:192.0.2.1]", "[::192.0.2.1]", "[64:ff9b::7f00:1]", "[fe80::1%251]"),
        *("localhost.example.com", "127.0.0.1.example.com", "127.evil.example", "localhost.localdomain"),
        *("ｌocalhost", "１２７.０.０.１", "127。0。0。1", "①②⑦.⓪.⓪.①", "loc\u00adalhost", "localh\u0131st"),
        *("user:word@127.0.0.1", "127.0.0.1:word@192.0.2.1", "192.0.2.1@127.0.0.1", "word@[::1]"),
    ],
)
def test_no_other_machine_is_asked(strict: RunningIms, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[object] = []
    real = socket.getaddrinfo

    def noticed(name: object, *arguments: Any, **options: Any) -> Any:
        looked_up.append(name)
        return real("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", noticed)
    info = ended(strict, pull(strict, f"http://{host}/clip.mp4")["JobId"])
    # Connecting to a name or a number, either way, would begin here; the clients of this test do.
    assert set(looked_up) <= {"127.0.0.1"}
    assert (info["Status"], info["ErrorCode"]) == ("DOWNLOAD_FAIL", "SourceNotAllowed")
    assert "word" not in info["ErrorMessage"]
    if "@" not in host:
        assert host.strip("[]") in info["ErrorMessage"]
        assert "from this machine only" in info["ErrorMessage"]


def test_a_stream_that_cannot_be_pulled_is_a_failed_stream(strict: RunningIms, source: Source, clip: Path) -> None:
    media_id = strict.register(strict.put("clip.mp4", clip))
    strict.settled(media_id)
    answer = strict.call("UploadStreamByURL", MediaId=media_id, StreamURL=f"{source.url}/none.mp4")
    info = ended(strict, answer["JobId"])
    assert info["Status"] == "DOWNLOAD_FAIL"
    files = strict.media_info(media_id)["FileInfoList"]
    assert [file["FileBasicInfo"]["FileStatus"] for file in files] == ["Normal", "UploadFail"]
    assert files[1]["FileBasicInfo"]["FailReason"] == info["ErrorMessage"]
    assert status_of(strict, media_id) == "Normal"


def test_an_object_that_is_too_large_is_not_pulled_either(strict: RunningIms) -> None:
    info = ended(strict, pull(strict, strict.put("large.mp4", bytes(200_001)))["JobId"])
    assert (info["Status"], info["ErrorCode"]) == ("DOWNLOAD_FAIL", "SourceTooLarge")


def test_tls_is_spoken_and_its_certificate_checked(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    with serving(authority.issue_cert("localhost")) as source:
        url = source.file("/clip.mp4", clip.read_bytes()).replace("127.0.0.1", "localhost")

        def download() -> int:
            return Download(url, tmp_path / "clip.mp4", PullLimits(), lambda size_bytes: None).run()

        with pytest.raises(PullFailed, match="CERTIFICATE_VERIFY_FAILED") as distrusted:
            download()
        assert distrusted.value.code == "SourceUnreachable"
        authority.cert_pem.write_to_path(tmp_path / "authority.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        assert download() == clip.stat().st_size
        assert (tmp_path / "clip.mp4").read_bytes() == clip.read_bytes()


def test_a_killed_process_pulls_again_at_its_next_start(tmp_path: Path, source: Source, clip: Path) -> None:
    url = source.stalling("/clip.mp4", clip.read_bytes())
    with ims_process(tmp_path) as process:
        jobs = [pull(process.ims, f"{url}?{number}") for number in range(6)]
        wait_for(lambda: status_is(process.ims, jobs[3]["JobId"], "DOWNLOADING"))
        assert info_of(process.ims, jobs[5]["JobId"])["Status"] == "PENDING"
        process.kill()
    source.go_on.set()
    with ims_process(tmp_path) as process:
        for job in jobs:
            assert ended(process.ims, job["JobId"])["Status"] == "SUCCESS"
            assert process.ims.media_info(job["MediaId"])["MediaBasicInfo"]["Status"] == "Normal"
    assert not list((tmp_path / "pulls").iterdir())


def test_a_job_whose_file_had_come_is_concluded_without_pulling_again(
    tmp_path: Path, source: Source, clip: Path
) -> None:
    url = source.file("/clip.mp4", clip.read_bytes())
    with running_ims(tmp_path, processing_delay_seconds=30) as ims:
        job = pull(ims, url)
        wait_for(lambda: status_is(ims, job["JobId"], "UPLOADING"))
        wait_for(lambda: not list((tmp_path / "pulls").iterdir()) or None)
    with running_ims(tmp_path) as ims:
        assert ended(ims, job["JobId"])["Status"] == "SUCCESS"
    assert source.asked == ["/clip.mp4"]


def test_stopping_does_not_wait_for_a_source_that_stalls(tmp_path: Path, source: Source, clip: Path) -> None:
    with running_ims(tmp_path) as ims:
        jobs = [pull(ims, source.stalling(f"/{number}.mp4", clip.read_bytes())) for number in range(3)]
        wait_for(lambda: len(source.asked) == 3 or None)
    # Left: it has stopped, though a source may send nothing for 30 s, which is longer than a stop is waited for.
    source.go_on.set()
    with running_ims(tmp_path) as ims:
        assert [ended(ims, job["JobId"])["Status"] for job in jobs] == ["SUCCESS"] * 3
