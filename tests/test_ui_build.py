"""The built pages of ui/ belong to its sources, and a check without Node finds out when they do not."""

from __future__ import annotations

import hashlib
from pathlib import Path

from scripts.build_ui import BUILT, MOST_BYTES, UI, find_fault, hash_sources


def test_the_built_pages_belong_to_the_sources() -> None:
    sources = hash_sources(UI)

    assert [find_fault(page, sources) for page in BUILT] == [None, None]


def test_a_page_that_was_changed_or_built_from_others_or_is_too_large_is_found_out(tmp_path: Path) -> None:
    page = tmp_path / "page.html"

    def write(text: str, sources: str = "a" * 64) -> None:
        own = hashlib.sha256(text.encode()).hexdigest()
        page.write_text(f"{text}\n<!-- sources {sources} page {own} -->\n", encoding="utf-8", newline="\n")

    assert find_fault(page, "a" * 64) == "is not there, or was not built by this script"
    write("<p>1</p>")
    assert find_fault(page, "a" * 64) is None
    assert find_fault(page, "b" * 64) == "was built from other sources"
    page.write_text(page.read_text(encoding="utf-8").replace("1", "2", 1), encoding="utf-8", newline="\n")
    assert find_fault(page, "a" * 64) == "was changed after it was built"
    write("x" * MOST_BYTES)
    assert "more than 900,000" in str(find_fault(page, "a" * 64))


def test_a_checkout_with_other_line_ends_has_the_same_sources(tmp_path: Path) -> None:
    for end, name in (("\n", "unix"), ("\r\n", "windows")):
        for file in ("index.html", "host.html", "one_file.ts", "vite.config.ts", "package.json", "package-lock.json"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / file).write_bytes(f"one{end}two{end}".encode())
        (tmp_path / name / "tsconfig.json").write_bytes(b"{}")
        (tmp_path / name / "src" / "views").mkdir(parents=True)
        (tmp_path / name / "host").mkdir()
        (tmp_path / name / "src" / "views" / "a.tsx").write_bytes(f"a{end}".encode())

    assert hash_sources(tmp_path / "unix") == hash_sources(tmp_path / "windows")
    (tmp_path / "unix" / "src" / "views" / "a.tsx").write_bytes(b"b\n")
    assert hash_sources(tmp_path / "unix") != hash_sources(tmp_path / "windows")


def test_nothing_of_a_built_page_is_loaded_from_elsewhere_or_needs_eval() -> None:
    page = BUILT[0].read_text(encoding="utf-8")
    markup = page[: page.index("<style>")] + page[page.rindex("</script>") :]

    assert not any(word in markup for word in ("src=", "href=", "@import"))
    assert " onclick=" not in markup
