"""Commands of ``ims-mcp``: in this process, where what they say is the point, or each in one of its own."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from ims_mcp.cli import main

KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tRecognisable", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "RecognisableSecret"}


def clean_environment(home: Path | None, **more: str) -> dict[str, str]:
    """This one without what is set for ims-mcp, with a home directory of the test's, or none."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ALIBABA_CLOUD_", "IMS_MCP_"))}
    clean.pop("HOME", None)
    return {**clean, **({} if home is None else {"HOME": str(home)}), **more}


def without_measuring(environ: Mapping[str, str]) -> dict[str, str]:
    """For a process in which coverage could not work: it would write files, or import what a test has put there."""
    kept = {name: value for name, value in environ.items() if not name.startswith("COVERAGE_")}
    return {**kept, "UNMEASURED": "1"}


def run(*words: str, home: Path | None, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command that ends by itself does, without a new interpreter that imports everything anew."""
    out, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    root.handlers = []  # the command brings one of its own
    try:
        with (
            mock.patch.dict(os.environ, clean_environment(home, **environment), clear=True),
            mock.patch.object(sys, "stdout", out),
            mock.patch.object(sys, "stderr", errors),
        ):
            code = main(words)
    finally:
        root.handlers = handlers
        root.setLevel(level)
    return subprocess.CompletedProcess(words, code, _text_of(out), _text_of(errors))


def run_process(*words: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same by the interpreter, as a shell starts it."""
    return subprocess.run(
        [sys.executable, "-m", "ims_mcp", *words],
        env=clean_environment(home, **environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _text_of(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")
