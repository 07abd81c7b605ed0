"""The served prompts: listed with their arguments, rendered with what was given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mcp.shared.exceptions import MCPError

from ims_mcp.catalogue.named_toolsets import WORKFLOW_TOOLSETS
from ims_mcp.server import prompts
from ims_mcp.server.prompts import parse_prompt, read_prompts
from ims_mcp.settings import Settings
from scripts.write_snapshots import listed_tools
from tests.server.connected import ERAS, Era, connected

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_prompts_are_listed_with_arguments_and_rendered(era: Era) -> None:
    async with connected(NOWHERE, era=era) as client:
        listed = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
        assert set(listed) == {"register_and_inspect", "attach_rendition", "upload_and_publish", "record_stream"}
        required = {a.name for a in listed["register_and_inspect"].arguments or [] if a.required}
        assert required == {"InputURL"}
        rendered = await client.get_prompt(
            "register_and_inspect", {"InputURL": "oss://b/film.mp4", "Title": "A {film}"}
        )
        text = str(getattr(rendered.messages[0].content, "text", ""))
    assert 'InputURL "oss://b/film.mp4"' in text
    assert "A {film}" in text
    assert "MediaTags" not in text, "a line whose argument was not given is left out"
    assert "{{" not in text


@pytest.mark.anyio
async def test_a_prompt_of_a_toolset_is_there_where_that_is_listed() -> None:
    async with connected(NOWHERE, settings=Settings(toolsets=("core", "script"))) as client:
        assert "run_script" in {prompt.name for prompt in (await client.list_prompts()).prompts}
        text = str(getattr((await client.get_prompt("run_script", {"Request": "x"})).messages[0].content, "text", ""))
        assert "`run_script`: x" in text
    async with connected(NOWHERE) as client:
        with pytest.raises(MCPError, match="Unknown prompt: 'run_script'"):
            await client.get_prompt("run_script", {"Request": "x"})


def test_prompts_name_only_tools_that_exist() -> None:
    tools = {tool.name for tool in listed_tools()} | {name for names in WORKFLOW_TOOLSETS.values() for name in names}
    for name, file in read_prompts().items():
        named = {
            word
            for word in re.findall(r"`([a-z_]+)`", file.text)
            if "_" in word and word not in ("next_call", "wait_seconds", "transfer_id")
        }
        assert named <= tools, name


@pytest.mark.parametrize(
    "content",
    [
        "no head",
        "+++\ntitle: t\n+++\nno TOML",
        '+++\ntitle = "t"\nrequired = []\narguments = {}\n+++\nno description',
        '+++\ntitle = "t"\ndescription = "d"\nrequired = []\narguments = {}\n+++\n{{Unknown}}',
    ],
)
def test_a_prompt_file_that_is_off_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="prompt p"):
        parse_prompt("p", content)


def test_what_else_lies_beside_the_prompts_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "prompts"
    (directory / "__pycache__").mkdir(parents=True)
    (directory / ".DS_Store").write_bytes(b"\xff\x00")
    head = '+++\ntitle = "t"\ndescription = "d"\nrequired = []\narguments = {}\n+++\n'
    (directory / "one.md").write_text(f"{head}Do it.")
    monkeypatch.setattr(prompts, "files", lambda _: tmp_path)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    assert [*read_prompts()] == ["one"]
