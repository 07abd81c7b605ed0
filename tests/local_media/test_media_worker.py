"""Media work in child processes: what a hung or killed one costs, and that none outlives its purpose."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import struct
import sys
import textwrap
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest

from ims_mcp.errors import LocalImsError
from ims_mcp.local.media.media_file import UnreadableMedia
from ims_mcp.local.media.media_worker import MediaWorker
from ims_mcp.local.media.pictures import PictureOptions
from ims_mcp.local.media.probe import probe
from tests.local_media.samples import Samples, write

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a file that never answers is made with a named pipe (POSIX)"),
]
_PATIENCE_SECONDS = 60
LARGE = ((9990, 9990), (3000, 40_000))


class Pipe:
    """A file whose reading hangs: a named pipe that says nothing until it is let go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._writer: int | None = None

    async def is_read(self) -> None:
        """Wait until somebody reads it."""
        async for _ in _attempts():
            # Refused as long as nobody has it open.
            with contextlib.suppress(OSError):
                self._writer = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
                return

    def let_go(self, content: bytes = b"") -> None:
        """End it, ``content`` (at most what a pipe holds) first."""
        if self._writer is not None:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._writer, content)
            os.close(self._writer)
            self._writer = None


@pytest.fixture
def pipes(tmp_path: Path) -> Iterator[tuple[Pipe, Pipe]]:
    made = Pipe(tmp_path / "first"), Pipe(tmp_path / "second")
    yield made
    for pipe in made:
        pipe.let_go()


async def _attempts() -> AsyncIterator[None]:
    for _ in range(_PATIENCE_SECONDS * 100):
        yield
        await anyio.sleep(0.01)
    pytest.fail(f"waited {_PATIENCE_SECONDS} s in vain")


async def _until_gone(pid: int) -> None:
    async for _ in _attempts():
        if _is_gone(pid):
            return


def _is_gone(pid: int) -> bool:
    # Linux: a zombie still has a directory. Elsewhere: it still takes a signal.
    if Path("/proc/self").exists():
        return not Path(f"/proc/{pid}").exists()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture(autouse=True)
def strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children that other tests' services still have are none of the worker's."""
    everyone = multiprocessing.active_children
    before = {child.pid for child in everyone()}
    monkeypatch.setattr(
        multiprocessing, "active_children", lambda: [child for child in everyone() if child.pid not in before]
    )


def _pids() -> list[int]:
    return [child.pid for child in multiprocessing.active_children() if child.pid is not None]


async def test_probing_in_a_child_gives_what_probing_here_gives(samples: Samples) -> None:
    path = samples["h264_aac_movtext.mp4"]
    async with MediaWorker() as worker:
        assert await worker.probe(path, "My clip.mp4") == probe(path, "My clip.mp4")


async def test_pictures_made_in_a_child_are_in_the_directory(samples: Samples, tmp_path: Path) -> None:
    async with MediaWorker() as worker:
        made = await worker.make_pictures(samples["h264_aac_movtext.mp4"], tmp_path / "out", PictureOptions())
    assert made.cover is not None
    assert sorted(made.files) == sorted((tmp_path / "out").iterdir())


async def test_no_process_runs_before_the_first_job_or_after_the_end(samples: Samples) -> None:
    async with MediaWorker() as worker:
        assert _pids() == []
        await worker.probe(samples["sound.wav"], "a.wav")
        (pid,) = _pids()
    assert _is_gone(pid)


async def test_a_refusal_costs_no_process(samples: Samples, tmp_path: Path) -> None:
    async with MediaWorker(max_workers=1) as worker:
        await worker.probe(samples["sound.wav"], "a.wav")
        before = _pids()
        with pytest.raises(UnreadableMedia) as caught:
            await worker.probe(write(tmp_path / "blob", b"only text"), "a.mp4")
        assert str(caught.value) == "The file holds text, not picture or sound."
        await worker.probe(samples["sound.wav"], "a.wav")
        assert _pids() == before


async def test_many_jobs_share_the_processes(samples: Samples) -> None:
    async with MediaWorker(max_workers=2) as worker:
        names = ["sound.wav", "h264_aac.ts", "still.png", "cues.srt"] * 10
        found = await asyncio.gather(*(worker.probe(samples[name], name) for name in names))
        assert [item.basic["FileName"] for item in found] == names
        assert len(_pids()) == 2


async def test_a_job_that_takes_too_long_fails_and_the_next_gets_a_fresh_process(
    samples: Samples, pipes: tuple[Pipe, Pipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with MediaWorker(max_workers=1, timeout_seconds=_PATIENCE_SECONDS) as worker:
        await worker.probe(samples["sound.wav"], "a.wav")
        (hung,) = _pids()
        with monkeypatch.context() as impatient:
            impatient.setattr(worker, "_timeout_seconds", 0.5)
            with pytest.raises(UnreadableMedia, match=r"longer than 0\.5 s"):
                await worker.probe(pipes[0].path, "a.mp4")
        assert (await worker.probe(samples["sound.wav"], "a.wav")).kind == "audio"
        await _until_gone(hung)
        assert len(_pids()) == 1


async def test_a_killed_process_costs_its_own_job_only(samples: Samples, pipes: tuple[Pipe, Pipe]) -> None:
    doomed_pipe, spared_pipe = pipes
    async with MediaWorker(max_workers=2, timeout_seconds=_PATIENCE_SECONDS) as worker:
        doomed = asyncio.create_task(worker.probe(doomed_pipe.path, "a.mp4"))
        await doomed_pipe.is_read()
        (victim,) = _pids()
        spared = asyncio.create_task(worker.probe(spared_pipe.path, "b.wav"))
        await spared_pipe.is_read()
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(UnreadableMedia, match="crashed"):
            await doomed
        await _until_gone(victim)
        assert not spared.done()
        spared_pipe.let_go(samples["sound.wav"].read_bytes()[:60_000])
        assert (await spared).kind == "audio"
        assert (await worker.probe(samples["sound.wav"], "a.wav")).kind == "audio"


async def test_a_process_killed_while_idle_costs_nothing(samples: Samples) -> None:
    async with MediaWorker(max_workers=1) as worker:
        await worker.probe(samples["sound.wav"], "a.wav")
        (idle,) = _pids()
        os.kill(idle, signal.SIGKILL)
        await _until_gone(idle)
        assert (await worker.probe(samples["sound.wav"], "a.wav")).kind == "audio"


async def test_a_cancelled_job_stops_its_process(pipes: tuple[Pipe, Pipe]) -> None:
    async with MediaWorker(max_workers=1) as worker:
        job = asyncio.create_task(worker.probe(pipes[0].path, "a.mp4"))
        await pipes[0].is_read()
        (pid,) = _pids()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        await _until_gone(pid)


@pytest.mark.parametrize("is_started", [True, False])
async def test_closing_ends_jobs_that_run_and_refuses_those_that_wait(
    is_started: bool, pipes: tuple[Pipe, Pipe]
) -> None:
    async with MediaWorker(max_workers=1) as worker:
        running = asyncio.create_task(worker.probe(pipes[0].path, "a.mp4"))
        waiting = asyncio.create_task(worker.probe(pipes[1].path, "b.mp4"))
        await asyncio.sleep(0)
        if is_started:
            await pipes[0].is_read()
        (pid,) = _pids()
    assert _is_gone(pid)
    for job in (running, waiting):
        # Not UnreadableMedia: nothing is known of these files yet.
        with pytest.raises(LocalImsError, match="shutting down"):
            await job


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def mp4_of(samples: int, tracks: int = 1) -> bytes:
    """Some hundred bytes of MP4 whose index speaks of that many samples in each track."""
    entry = box(b"mp4v", bytes(6), struct.pack(">H16xHHII4xH32xHh", 1, 64, 64, 72 << 16, 72 << 16, 1, 24, -1))
    tables = box(
        b"stbl",
        box(b"stsd", struct.pack(">II", 0, 1), entry),
        box(b"stts", struct.pack(">IIII", 0, 1, samples, 1)),
        box(b"ctts", struct.pack(">IIII", 0, 1, samples, 1)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)),
        box(b"stsz", struct.pack(">III", 0, 0, samples)),
        box(b"stco", struct.pack(">III", 0, 1, 40)),
    )
    media = box(
        b"mdia",
        box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 1000, 1000, 0x55C4, 0)),
        box(b"hdlr", bytes(8), b"vide", bytes(13)),
        box(b"minf", tables),
    )
    header = struct.pack(">IIIIIH10x9i24xI", 0, 0, 0, 1000, 1000, 1, *(1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30), 2)
    index = box(b"moov", box(b"mvhd", header), *[box(b"trak", media)] * tracks)
    return box(b"ftyp", b"isom", bytes(4), b"isom") + box(b"mdat", bytes(16)) + index


def png_of(width: int, height: int) -> bytes:
    """A black picture of any size in little room."""
    packer = zlib.compressobj(1)
    row = bytes(1 + 3 * width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


async def test_files_that_speak_of_more_than_they_hold_end_and_the_next_one_is_probed(
    samples: Samples, tmp_path: Path
) -> None:
    async with MediaWorker() as worker:
        for name, content in {
            "2^26 samples.mp4": mp4_of(1 << 26),
            "2^31 samples.mp4": mp4_of(1 << 31),
            "2^32 samples.mp4": mp4_of((1 << 32) - 1),
            "20,000 tracks.mp4": mp4_of(1, 20_000),
            "20,000 tracks, cut.mp4": mp4_of(1, 20_000)[:-7],
            "no picture.png": png_of(1, 1).replace(struct.pack(">II", 1, 1), struct.pack(">II", 1 << 30, 1 << 30)),
        }.items():
            with pytest.raises(UnreadableMedia):
                await worker.probe(write(tmp_path / "blob", content), name)
        large = [await worker.probe(write(tmp_path / "a.png", png_of(*size)), "a.png") for size in LARGE]
        assert [(found.basic["Width"], found.basic["Height"]) for found in large] == [
            (str(width), str(height)) for width, height in LARGE
        ]
        assert (await worker.probe(samples["still.png"], "a.png")).kind == "image"


async def test_a_fault_that_is_not_the_files_fails_the_job_and_is_logged(
    samples: Samples, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with MediaWorker() as worker:
        # The directory cannot be made: something else has its name.
        with pytest.raises(UnreadableMedia, match="FileExistsError"):
            await worker.make_pictures(samples["still.png"], write(tmp_path / "taken", b""), PictureOptions())
    assert "media job make_pictures failed" in caplog.text


async def test_the_processes_die_with_a_parent_that_is_killed(pipes: tuple[Pipe, Pipe], tmp_path: Path) -> None:
    script = write(
        tmp_path / "parent.py",
        textwrap.dedent("""
            import asyncio, multiprocessing, sys
            from pathlib import Path
            from ims_mcp.local.media.media_worker import MediaWorker

            async def main() -> None:
                async with MediaWorker() as worker:
                    job = asyncio.create_task(worker.probe(Path(sys.argv[1]), "a.mp4"))
                    await asyncio.sleep(0)
                    print(multiprocessing.active_children()[0].pid, flush=True)
                    await job

            if __name__ == "__main__":
                asyncio.run(main())
        """),
    )
    command = [sys.executable, str(script), str(pipes[0].path)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environ)
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), _PATIENCE_SECONDS))
    try:
        await pipes[0].is_read()
        assert not _is_gone(pid)
        parent.kill()
        await _until_gone(pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            parent.kill()
        await asyncio.wait_for(parent.communicate(), _PATIENCE_SECONDS)


@pytest.mark.skipif(sys.platform != "linux", reason="reads where a child's standard output goes from /proc")
async def test_a_child_writes_nothing_to_standard_output(samples: Samples) -> None:
    async with MediaWorker() as worker:
        await worker.probe(samples["sound.wav"], "a.wav")
        (pid,) = _pids()
        files = Path(f"/proc/{pid}/fd")
        assert (files / "1").readlink() == (files / "2").readlink()


@pytest.mark.skipif(sys.platform != "linux", reason="limits are looked up in /proc")
async def test_a_child_may_have_a_gibibyte_and_no_more(samples: Samples) -> None:
    async with MediaWorker() as worker:
        await worker.probe(samples["h264_aac_movtext.mp4"], "clip.mp4")
        (pid,) = _pids()
        limits = await anyio.Path(f"/proc/{pid}/limits").read_text(encoding="utf-8")
        (line,) = (line for line in limits.splitlines() if line.startswith("Max address space"))
        assert line.split()[3] == str(1024**3)
