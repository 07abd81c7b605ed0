"""The generated facts hold what was counted; `make lint` checks that the installed SDK still makes the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ims_mcp import catalogue

ROOT = Path(__file__).resolve().parents[2]
FACTS = json.loads((ROOT / "ims_mcp" / "catalogue" / "facts.json").read_text(encoding="utf-8"))["operations"]


def test_all_400_operations_are_there_with_the_placements_that_were_counted_on_the_wire() -> None:
    places = [{row.get("in", "query") for row in operation["parameters"]} for operation in FACTS.values()]
    styles = [row.get("style", "plain") for operation in FACTS.values() for row in operation["parameters"]]
    assert len(FACTS) == len(catalogue.list_known_names()) == 400
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


def test_an_operation_of_a_newer_sdk_appears_by_its_facts_alone() -> None:
    """As after running the script with a newer SDK: new facts, no notes."""
    row = {"method": "POST", "parameters": [{"name": "JobId", "type": "string", "required": True}], "response": []}
    script = (
        "import json, sys\n"
        "from ims_mcp import catalogue\n"
        "facts = catalogue._read_facts()['operations']\n"
        f"facts |= {{name: {row!r} for name in ('StopFutureJob', 'GetFutureJob', 'SubmitFutureJob')}}\n"
        "facts['GetMediaInfo']['parameters'].append({'name': 'Future', 'type': 'boolean'})\n"
        "from ims_mcp.catalogue.check import check\n"
        "from ims_mcp.catalogue.search import search\n"
        "assert check(catalogue.get_operation('get_future_job'), {'JobId': 'j'}) == {'JobId': 'j'}\n"
        "assert check(catalogue.get_operation('GetMediaInfo'), {'MediaId': 'm', 'Future': 'true'})['Future'] is True\n"
        "assert len(catalogue.operations()) == 403\n"
        "assert search('stop future job')[0].operation.name == 'StopFutureJob'\n"
        "names = ('StopFutureJob', 'GetFutureJob', 'SubmitFutureJob')\n"
        "print(json.dumps([catalogue.get_operation(name).effect for name in names]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == ["destructive", "read", "write"]
