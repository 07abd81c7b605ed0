"""The page about the embedded IMS says what it does."""

from __future__ import annotations

from scripts.write_embedded_page import PAGE, page


def test_the_page_names_every_operation_as_far_as_it_goes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make snapshots"
