"""Configuration files of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_mcp.config.mistakes import ConfigError
from ims_mcp.config.model import Config, Grant
from ims_mcp.config.reading import read_config

GOOD = '[accounts.studio]\n[[grants]]\nsubjects = ["ann"]\naccounts = ["studio"]\n'


def write_config(directory: Path, text: str) -> Path:
    """A file that nobody else may write."""
    path = directory / "ims-mcp.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def list_mistakes(path: Path) -> list[str]:
    """``place: text`` of each."""
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    return [str(mistake) for mistake in refused.value.mistakes]


def first_grant(config: Config) -> Grant:
    assert config.grants
    return config.grants[0]
