"""The process that opens strangers' pictures: scales and compresses them, or puts them together on a sheet.

Run as a program of its own, by its path, with nothing of this project imported: it reads one request from stdin and
writes one answer to stdout. Its memory and CPU time are bounded, and what a picture may hold in pixels.

Request: a line of JSON ``{sizes: [bytes], most_bytes, longest_side, labels: [text] or null, columns, cell_width}``,
then the pictures one behind the other. Answer: a line ``{pictures: [{size, width, height} or {problem}], …}``, then
JPEGs in the same way; with ``labels`` one, the sheet, with ``problems`` beside it.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

MEMORY_BYTES = 1024**3
CPU_SECONDS = 20
MOST_PIXELS = 64_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_QUALITIES = (84, 74, 62, 50)
_SMALLEST_SIDE = 64
_GAP = 4


def main() -> None:
    """Answer the request."""
    _set_limits()
    head = json.loads(sys.stdin.buffer.readline())
    bodies = [sys.stdin.buffer.read(size) for size in head["sizes"]]
    told: dict[str, Any]
    told, made = (_make_sheet if head["labels"] is not None else _shrink_all)(head, bodies)
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + b"".join(made))
    sys.stdout.buffer.flush()


def _set_limits() -> None:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    # Pillow warns from that number of pixels on, and refuses twice as many only.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    if sys.platform != "win32":
        import resource

        for limit, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CPU, CPU_SECONDS),
        ):
            try:
                resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))
            except (OSError, ValueError):
                continue


def _shrink_all(head: dict[str, Any], bodies: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    pictures: list[dict[str, Any]] = []
    made: list[bytes] = []
    for body in bodies:
        image = _open(body, int(head["longest_side"]))
        if isinstance(image, str):
            pictures.append({"problem": image})
            continue
        image, jpeg = _compress(image, int(head["most_bytes"]))
        pictures.append({"size": len(jpeg), "width": image.width, "height": image.height})
        made.append(jpeg)
    return {"pictures": pictures}, made


def _make_sheet(head: dict[str, Any], bodies: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Cells of the shape of the first picture, left to right, each with its label written in."""
    labels: list[str] = head["labels"]
    opened = [_open(body, int(head["cell_width"])) for body in bodies]
    problems = [image if isinstance(image, str) else "" for image in opened]
    cells = [(image, label) for image, label in zip(opened, labels, strict=True) if not isinstance(image, str)]
    if not cells:
        return {"pictures": [], "problems": problems}, []
    wide, high = cells[0][0].size
    columns = min(int(head["columns"]), len(cells))
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * (wide + _GAP) - _GAP, rows * (high + _GAP) - _GAP), (24, 24, 24))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=max(12, min(28, wide // 12)))
    for place, (image, label) in enumerate(cells):
        left, top = (place % columns) * (wide + _GAP), (place // columns) * (high + _GAP)
        sheet.paste(ImageOps.pad(image, (wide, high)), (left, top))
        box = draw.textbbox((left + 4, top + 3), label, font=font)
        draw.rectangle((box[0] - 4, box[1] - 3, box[2] + 4, box[3] + 3), fill=(0, 0, 0))
        draw.text((left + 4, top + 3), label, font=font, fill=(255, 255, 255))
    sheet, jpeg = _compress(sheet, int(head["most_bytes"]))
    told = {"size": len(jpeg), "width": sheet.width, "height": sheet.height}
    return {"pictures": [told], "problems": problems, "columns": columns, "rows": rows}, [jpeg]


def _open(body: bytes, longest_side: int) -> Image.Image | str:
    """Upright, without transparency, no larger than ``longest_side``; or what is wrong with it, in words of ours."""
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as image:
            if image.format == "JPEG":
                image.draft("RGB", (longest_side, longest_side))
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((longest_side, longest_side))
            if "A" in upright.getbands() or "transparency" in upright.info:
                solid = Image.new("RGB", upright.size, (255, 255, 255))
                coloured = upright.convert("RGBA")
                solid.paste(coloured, mask=coloured.getchannel("A"))
                return solid
            return upright.convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return f"it has more than {MOST_PIXELS // 1_000_000} million pixels"
    except UnidentifiedImageError:
        return f"it is no picture that can be opened here ({', '.join(FORMATS)})"
    except MemoryError:
        return "it takes too much memory to open"
    except Exception as error:  # whatever a damaged picture does to a decoder
        return f"it is damaged ({type(error).__name__})"


def _compress(image: Image.Image, most_bytes: int) -> tuple[Image.Image, bytes]:
    """As JPEG of at most so many bytes: first at less quality, then smaller."""
    while True:
        jpeg = b""
        for quality in _QUALITIES:
            to = io.BytesIO()
            image.save(to, "JPEG", quality=quality, optimize=True)
            jpeg = to.getvalue()
            if len(jpeg) <= most_bytes:
                return image, jpeg
        if max(image.size) <= _SMALLEST_SIDE:
            return image, jpeg
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)))


if __name__ == "__main__":
    main()
