"""Records what a person sees of `make demo` and of an upload, as animated pictures: docs/pictures/*.svg.

    .venv/bin/python scripts/record_terminal.py [NAME …]

The real commands run in a pseudo-terminal of 80 columns; what they write goes through the terminal of
``tests/cli/emulator.py``, and what that shows becomes the frames. Ids, sizes and times differ from run to run;
``tests/cli/test_recordings.py`` compares the words.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.cli.emulator import Cell, Emulator  # noqa: E402 - the checkout is no package that is installed
from tests.cli.pseudo_terminal import dress_environment, see  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
LARGEST_BYTES = 200_000
_COLUMNS, _LINES = 80, 24
_WIDTH, _HEIGHT, _MARGIN = 8, 17, 12
"""Of a character, and around them all, in pixels."""
_LEAST_SECONDS, _READ_SECONDS, _LAST_SECONDS = 0.4, 3.0, 8.0
"""A frame stays so long at least, before it is scrolled away, and the last one."""
_MOST_FRAMES = 36
_PATIENCE_SECONDS = 240.0
"""The demo waits for a stream of ten seconds, and may be one of many programs that run."""
_PAPER, _INK, _DIM = "#1b1f24", "#d6d9dd", "#8b929b"
_SPINNER = re.compile("[⠀-⣿]")
_BLOCKS = {"▀": (0, 0.5), "▄": (0.5, 1), "█": (0, 1)}

Line = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The lines of the screen, from this moment on."""

    seconds: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """What is typed, and what runs for it. ``lines`` are those of the picture."""

    typed: str
    command: tuple[str, ...]
    lines: int


def list_recordings(directory: Path) -> dict[str, Recording]:
    """By name; ``directory`` gets the files they need."""
    upload = (sys.executable, "-m", "ims_mcp", "upload", "concert.wav", "--title", "Evening concert", "--local")
    return {
        "demo": Recording("make demo", ("make", "-C", str(ROOT), "-s", "-o", ".venv/.ready", "demo"), _LINES),
        "upload": Recording(
            'ims-mcp upload concert.wav --title "Evening concert" --local',
            (*upload, "--data-dir", str(directory / "data")),
            11,
        ),
    }


def record(name: str) -> list[Frame]:
    """Run it, and return what was seen when; the first frame has the typed command alone."""
    with tempfile.TemporaryDirectory(prefix="ims-mcp-recording-") as temporary:
        directory = Path(temporary)
        _make_sound(directory / "concert.wav", seconds=900)
        recording = list_recordings(directory)[name]
        frames = [Frame(0, _take(Emulator(_COLUMNS, _LINES), recording))]

        def look(seconds: float, terminal: Emulator) -> None:
            lines = _take(terminal, recording)
            if _read(lines) != _read(frames[-1].lines):
                frames.append(Frame(seconds, lines))

        environment = dress_environment(directory, PYTHONPATH=os.environ.get("PYTHONPATH") or str(ROOT))
        ended = see(
            directory,
            command=recording.command,
            columns=_COLUMNS,
            lines=_LINES,
            cwd=directory,
            environment=environment,
            on_output=look,
            patience_seconds=_PATIENCE_SECONDS,
        )
    if ended.code or ended.terminal.unknown:
        raise SystemExit(f"{recording.typed} ended with {ended.code}, {ended.terminal.unknown}:\n{ended.text}")
    return frames


def _make_sound(path: Path, seconds: int) -> None:
    """Silence that takes no room on the disk, and all of its length on the way."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        sound.setnframes(seconds * 48_000)
        sound.writeframes(b"")
    data_bytes = seconds * 48_000 * 4
    with path.open("r+b") as file:
        file.seek(4)
        file.write((data_bytes + 36).to_bytes(4, "little"))
        file.seek(40)
        file.write(data_bytes.to_bytes(4, "little"))
        file.truncate(44 + data_bytes)


def _take(terminal: Emulator, recording: Recording) -> tuple[Line, ...]:
    """The last lines of the terminal, with the command typed above the first."""
    prompt = [Cell(character, bold=index > 1) for index, character in enumerate(f"$ {recording.typed}")]
    typed = (*prompt, *[Cell()] * (_COLUMNS - len(prompt)))
    written = [typed, *(tuple(line) for line in (*terminal.above, *terminal.lines))]
    while len(written) > recording.lines and not any(cell.text.strip() for cell in written[-1]):
        written.pop()
    return tuple(written[-recording.lines :])


def _read(lines: tuple[Line, ...]) -> str:
    """What a reader takes in: not how a spinner turns, nor which part of a bar is lit just now."""
    return _SPINNER.sub("⠋", "\n".join("".join(cell.text for cell in line) for line in lines))


def choose_frames(frames: Sequence[Frame]) -> list[tuple[Frame, float]]:
    """Those worth showing, with the seconds each of them stays: none shorter than the eye needs, and one that is about
    to be scrolled away long enough to be read."""
    spaced = [frames[0]]
    for frame, following in zip(frames[1:], [*frames[2:], None], strict=True):
        if following is None or frame.seconds - spaced[-1].seconds >= _LEAST_SECONDS or _scrolls(frame, following):
            spaced.append(frame)
    while len(spaced) > _MOST_FRAMES:
        # The one that stays shortest says least.
        gaps = [
            (later.seconds - earlier.seconds, index)
            for index, (earlier, later) in enumerate(pairwise(spaced[1:]), 1)
            if not _scrolls(earlier, later)
        ]
        del spaced[min(gaps)[1]]
    shown: list[tuple[Frame, float]] = []
    for frame, following in zip(spaced, [*spaced[1:], None], strict=True):
        if following is None:
            shown.append((frame, _LAST_SECONDS))
            continue
        stays = min(max(following.seconds - frame.seconds, _LEAST_SECONDS), 1.2)
        shown.append((frame, _READ_SECONDS if _scrolls(frame, following) else stays))
    return shown


def _scrolls(frame: Frame, following: Frame) -> bool:
    """Whether the second screen pushes the first out of sight: lines that are about to go have to have been read."""
    return frame.lines[0] != following.lines[0] and _is_typed(frame.lines[0])


def _is_typed(line: Line) -> bool:
    return line[0].text == "$"


def draw(frames: Sequence[tuple[Frame, float]], title: str) -> str:
    """An SVG that plays them over and over; where motion is not wanted, the last one alone."""
    rows: dict[Line, str] = {}
    total = sum(seconds for _, seconds in frames)
    height = len(frames[0][0].lines) * _HEIGHT + 2 * _MARGIN
    width = _COLUMNS * _WIDTH + 2 * _MARGIN
    styles, groups, at = list[str](), list[str](), 0.0
    for number, (frame, seconds) in enumerate(frames):
        uses = [
            f'<use href="#{rows.setdefault(line, f"r{len(rows)}")}" y="{index * _HEIGHT}"/>'
            for index, line in enumerate(frame.lines)
            if any(cell.text.strip() or cell.background for cell in line)
        ]
        groups.append(f'<g class="f" id="f{number}">{"".join(uses)}</g>')
        start, end = at / total * 100, (at + seconds) / total * 100
        hidden = "0%{visibility:hidden}" if number else ""
        over = f"{end:.2f}%{{visibility:hidden}}" if number + 1 < len(frames) else ""
        styles.append(f"@keyframes k{number}{{{hidden}{start:.2f}%{{visibility:visible}}{over}}}")
        styles.append(f"#f{number}{{animation:k{number} {total:.1f}s step-end infinite}}")
        at += seconds
    last = f"#f{len(frames) - 1}"
    still = f"@media (prefers-reduced-motion){{.f{{animation:none!important}}{last}{{visibility:visible}}}}"
    drawn = "".join(f'<g id="{name}">{"".join(_draw_line(line))}</g>' for line, name in rows.items())
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
            f"<title>{escape(title)}</title>",
            "<style>text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}",
            ".b{font-weight:bold}.f{visibility:hidden}",
            *styles,
            f"{still}</style>",
            f"<defs>{drawn}</defs>",
            f'<rect width="{width}" height="{height}" rx="6" fill="{_PAPER}"/>',
            f'<g transform="translate({_MARGIN} {_MARGIN})" fill="{_INK}">',
            *groups,
            "</g></svg>\n",
        )
    )


def _draw_line(line: Line) -> Iterator[str]:
    column = 0
    for (colour, background, bold, dim, block), cells in groupby(line, _describe_look):
        run = list(cells)
        text, x, length = "".join(cell.text for cell in run), column * _WIDTH, len(run) * _WIDTH
        column += len(run)
        if background:
            yield f'<rect x="{x}" width="{length}" height="{_HEIGHT}" fill="{background}"/>'
        if block:
            top, bottom = _BLOCKS[block]
            y, tall = top * _HEIGHT, (bottom - top) * _HEIGHT
            yield f'<rect x="{x}" y="{y:g}" width="{length}" height="{tall:g}" fill="{colour or _INK}"/>'
            continue
        shown = text.rstrip()
        if not shown.strip():
            continue
        lead = len(shown) - len(shown.lstrip())
        wide = sum(1 for cell in run if cell.text == "")
        style = f' fill="{_DIM if dim and not colour else colour}"' if colour or dim else ""
        weight = ' class="b"' if bold else ""
        taken = (len(shown) - lead + (wide if len(shown) == len(text) else 0)) * _WIDTH
        yield (
            f'<text x="{x + lead * _WIDTH}" y="13" textLength="{taken}"{weight}{style}>{escape(shown.lstrip())}</text>'
        )


def _describe_look(cell: Cell) -> tuple[str | None, str | None, bool, bool, str]:
    block = cell.text if cell.text in _BLOCKS else ""
    return cell.colour, cell.background, cell.bold, cell.dim, block


def main() -> None:
    """Write the pictures that are named, or all."""
    names = sys.argv[1:] or [*list_recordings(Path())]
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in names:
        frames = choose_frames(record(name))
        typed = list_recordings(Path())[name].typed
        picture = draw(frames, f"{typed}, as a terminal shows it")
        size_bytes = len(picture.encode())
        if size_bytes > LARGEST_BYTES:
            raise SystemExit(f"{name}.svg would have {size_bytes:,} bytes, more than {LARGEST_BYTES:,}")
        (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")
        print(f"docs/pictures/{name}.svg: {len(frames)} frames, {size_bytes:,} bytes")


if __name__ == "__main__":
    main()
