"""The generated facts agree with the installed SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ims_mcp import catalogue

ROOT = Path(__file__).resolve().parents[2]
FACTS = json.loads((ROOT / "ims_mcp" / "catalogue" / "facts.json").read_text(encoding="utf-8"))["operations"]


def test_the_facts_are_what_the_script_makes_of_the_installed_sdk() -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "generate_facts.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_all_400_operations_are_there_with_the_placements_that_were_counted_on_the_wire() -> None:
    places = [{row.get("in", "query") for row in operation["parameters"]} for operation in FACTS.values()]
    styles = [row.get("style", "plain") for operation in FACTS.values() for row in operation["parameters"]]
    assert len(FACTS) == len(catalogue.known_names()) == 400
    assert sum(operation["method"] == "GET" for operation in FACTS.values()) == 14
    assert [places.count(kind) for kind in ({"query"}, {"body"}, {"query", "body"}, set[str]())] == [345, 32, 18, 5]
    assert (styles.count("json"), styles.count("flat")) == (87, 4)
    assert sum(operation.get("anonymous", False) for operation in FACTS.values()) == 3


def test_operations_that_the_sdk_spells_oddly_are_there() -> None:
    odd = {
        "QueryTraceM3u8JobList",
        "SubmitTraceM3u8Job",
        "CreateDNADB",
        "DeleteDNADB",
        "ListDNADB",
        "UploadMediaByURL",
        "UploadStreamByURL",
    }
    assert odd <= set(FACTS)


def test_a_structured_parameter_keeps_its_fields_and_what_is_required_of_them() -> None:
    stream_input = next(row for row in FACTS["SubmitLiveRecordJob"]["parameters"] if row["name"] == "StreamInput")
    assert stream_input == {
        "name": "StreamInput",
        "type": "object",
        "fields": [{"name": "Type", "type": "string", "required": True}, {"name": "Url", "type": "string"}],
        "required": True,
        "in": "body",
        "style": "json",
    }
