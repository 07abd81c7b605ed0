"""The built wheel, installed on its own: it carries all it needs, and declares what it imports."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with nothing of this project but the wheel; dependencies are those the tests run with."""
    directory = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True, timeout=120)
    binaries = directory / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)],
        check=True,
        timeout=120,
    )
    # A plain path in a .pth file: its own .pth files, so also an editable install of the checkout, are not followed.
    site = next(directory.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return binaries


def test_the_wheel_carries_facts_prompts_and_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "catalogue/facts.json",
        "prompts/register_and_inspect.md",
        "prompts/attach_rendition.md",
        "pages/approve.js",
        "pages/upload.js",
        "pages/viewer.html",
        "py.typed",
    ):
        assert f"ims_mcp/{needed}" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "ui/"))]


def test_the_installed_command_lists_the_tools_and_serves_the_prompts(installed: Path, tmp_path: Path) -> None:
    listed = subprocess.run(
        [str(installed / "ims-mcp"), "tools", "--json"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert len(json.loads(listed.stdout)["tools"]) == 23
    code = (
        "import ims_mcp; from ims_mcp.server.prompts import read_prompts; "
        "print(ims_mcp.__file__); print(list(read_prompts()))"
    )
    run = subprocess.run(
        [str(installed / "python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    where, prompts = run.stdout.splitlines()
    assert str(installed.parent) in where, "the wheel's own package was imported, not the checkout"
    assert (
        prompts == "['attach_rendition', 'record_stream', 'register_and_inspect', 'run_script', 'upload_and_publish']"
    )


def test_every_package_the_core_imports_is_declared(wheel: Path) -> None:
    metadata = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    required = re.findall(r"^Requires-Dist: ([A-Za-z0-9_.-]+)(?:[^;\n]*)(;.*)?$", text, re.MULTILINE)
    core = {_normal(name) for name, marker in required if "extra" not in marker}
    extras = {
        place: {_normal(name) for name, marker in required if f"'{extra}'" in marker.replace('"', "'")}
        for place, extra in {
            "local": "local",
            "telemetry": "otel",
            "redis_store.py": "redis",
            "cli": "terminal",
            "workflows/look/shrink_worker.py": "pictures",
            "workflows/bulk/engine.py": "bulk",
            "workflows/scripts/driving.py": "script",
            "workflows/scripts/sandbox.py": "script",
        }.items()
    }
    owners = packages_distributions()
    for path in (ROOT / "ims_mcp").rglob("*.py"):
        place = path.relative_to(ROOT / "ims_mcp")
        allowed = core | extras.get(place.parts[0], set()) | extras.get(place.as_posix(), set())
        for module in _imported(path):
            if module in sys.stdlib_module_names or module == "ims_mcp":
                continue
            names = {_normal(name) for name in owners.get(module, [module])}
            # Halves of packages, which come with them at the same version.
            names |= {{"mcp-types": "mcp", "pydantic-monty-client": "pydantic-monty"}.get(name, name) for name in names}
            assert names & allowed, f"{path.name} imports {module}, which is not declared"


def _imported(path: Path) -> set[str]:
    """The packages a module cannot do without: not those it tries to import and does without."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try) and _expects_import_error(node)]
    optional = {inner for node in tries for statement in node.body for inner in ast.walk(statement)}
    for node in ast.walk(tree):
        if node in optional:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def _expects_import_error(node: ast.Try) -> bool:
    return any(isinstance(handler.type, ast.Name) and handler.type.id == "ImportError" for handler in node.handlers)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
