"""What is wrong with a script is told before it runs, and what models are used to writing runs where it can."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scripts.running import refuse, run, scripting

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("code", "line", "remedy"),
    [
        ("import ims\nawait ims.get_media_inf(MediaId='a')", 2, "did you mean get_media_info"),
        ("import ims\n\nawait ims.get_media_info(MediaID='a')", 3, "MediaId"),
        ("import ims\nawait ims.get_media_info()", 2, "MediaId"),
        ("import ims\nx = await ims.get_media_info(MediaId='a')\nx['MediaInf']", 3, "did you mean MediaInfo?"),
        ("import ims\nx = await ims.get_media_info(MediaId='a')\nx.get('MediaInf')", 3, "did you mean MediaInfo?"),
        (
            "import ims\npage = await ims.list_media_basic_infos()\nfor asset in page.get('MediaInfos', []):\n"
            "    print('é', asset.get('MediaBasicInfo').get('Titel', '-'))",
            4,
            "list_media_basic_infos (MediaInfos.MediaBasicInfo) has no Titel; did you mean Title?",
        ),
        (
            "import ims\ninfo = (await ims.get_media_info(MediaId='a'))['MediaInfo']\n(\n  info\n  .get(\n"
            "    'Title',\n    info.get('MediaBasicInfo', {}).get('MediaTags'),\n  )\n)",
            5,
            "get_media_info (MediaInfo) has no Title; Title is a key of MediaInfo.MediaBasicInfo.",
        ),
        (
            "import ims\nx = await ims.list_media_basic_infos()\n"
            "while (token := x.get('NextToken')) is not None: pass\nx.get('Newer')",
            4,
            "answer: dict = await ims.",
        ),
        (
            "import ims\npage = await ims.list_media_basic_infos()\n"
            "page['MediaInfos'][0]['MediaBasicInfo']['Duration']",
            3,
            "(MediaInfos.MediaBasicInfo) has no Duration; Duration is a key of MediaInfos.FileInfoList.FileBasicInfo.",
        ),
        (
            "import ims\n(await ims.get_media_info(MediaId='a'))['FileInfoList']",
            2,
            "get_media_info has no FileInfoList; FileInfoList is a key of MediaInfo.",
        ),
        ("import ims\nawait ims.get_media_info('a')", 2, "MediaId"),
        ("import os\nos.system('x')", 2, "system"),
        ("from ims import Error", 1, "ims.Error"),
        ("import ims\nx = (", 2, "not Python"),
        ("```python\nimport ims\n1\n```", 1, "Leave out the ```"),
        ("import ims\\n1", 1, "not with a backslash and an n"),
        ("import ims\nawait ims.search(query='cut')", 2, 'without a name: ims.search("…")'),
        ("await ims.get_media_inf(MediaId='a')", 1, "did you mean get_media_info"),
        ("def each():\n    yield 1\nlist(each())", 2, "collect the values in a list"),
        ("async def each():\n    yield 1\n[x async for x in each()]", 3, "loop with for"),
        ("class Skip(Exception):\n    pass", 1, "write class Skip without one"),
        ("class Row:\n    @property\n    def one(self): return 1", 2, "no property"),
        ("x = {'a': 1}\ndel x['a']", 2, "pop(key, None)"),
        (
            "import asyncio\nimport ims\n"
            "await asyncio.gather(ims.update_media_info(MediaId='a', Title='x'), return_exceptions=True)",
            3,
            "catch ims.Error",
        ),
        ("class Row:\n    @print\n    def one(self): return 1", 2, "a script cannot have this: "),
        ("import ims\ntry: pass\nexcept (ims\n  .Error): pass", 3, "write ims.Error on one line"),
        ("from ims import *", 1, "ims.get_media_info"),
        ("x = 1\nraise ValueError(404)", 2, "ValueError(str(…))"),
        ("import ims\nraise ims.Error('a', 'b')", 2, "takes one text"),
        ("import asyncio\nimport ims\nawait asyncio.gather([ims.search('a')])", 3, "await asyncio.gather(*[…"),
        ("import ims\nsum(len(await ims.search(word)) for word in 'ab')", 2, "put into a list first"),
        (
            "import ims\nx = await ims.list_media_basic_infos()\n"
            "sum(y.get('MediaBasicInfo').get('Title') for y in x['MediaInfos'])",
            3,
            "float(…) makes one a number",
        ),
        ("import ims\nother = ims\nawait other.get_media_info(MediaId='a')", 3, "write ims.get_media_info"),
        ("import ims\nawait ims.find_media(words='x')", 2, "find_media: words: unknown; Allowed: text, media_type"),
        ("import ims\nawait ims.find_media('x')", 2, "find_media takes its arguments by name: find_media(text=…)."),
        (f"import ims\nims.{'a' * 60_000}", 2, "ims has no aaa"),
    ],
)
async def test_what_can_be_seen_to_be_wrong_is_told_before_anything_is_sent(code: str, line: int, remedy: str) -> None:
    async with scripting() as (client, service):
        told = await refuse(client, code)
    assert f"- line {line}: " in told
    assert remedy in told
    assert "nothing was called" in told
    assert len(told) < 2000
    assert service.count == 0


@pytest.mark.parametrize(
    "code",
    [
        "class Own:\n  def get(self, name): return name\nOwn().get('Key')",
        "{'a': 1}.get('b')\n{}.get('b', {}).get('c')\n[].count('get')",
        "import json\njson.loads('{}').get('a')",
        "x: dict = await ims.get_media_info(MediaId='a')\nx.get('Newer', {}).get('b')",
        "x = await ims.get_media_info(MediaId='a')\nx['note'] = 'seen'\nx.get('note')\nx['note']",
        "x = await ims.get_media_info(MediaId='a')\nx.setdefault('note', 1)\nx.get('note')",
        "x = await ims.get_media_info(MediaId='a')\nif 'Newer' in x: print(x.get('Newer'))",
        "for x in (await ims.get_media_info(MediaId='a'), await ims.list_media_basic_infos()):\n"
        "  x.get('MediaInfo') or x.get('MediaInfos')",
        "x = await ims.get_media_info(MediaId='a')\nx.get('MediaInfo',)\nx.get(\n'MediaInfo'\n)\nx.get(('MediaInfo'))",
        "x = await ims.get_media_info(MediaId='a')\nf'{x.get(\"MediaInfo\")}'",
        "async def play(x):\n  sorted(x['a'], key=lambda y: y.get('MediaId'))\n"
        "async def more():\n  x = (await ims.list_media_basic_infos())['MediaInfos']\n"
        "  ','.join([y.get('MediaId') for y in sorted(x, key=lambda y: y.get('MediaId'))])",
        "x = await ims.get_media_info(MediaId='a')\nkey = 'Newer'\nx.get(key)\nx.get(*[key])",
    ],
)
async def test_reads_of_keys_that_may_go_well_are_not_refused(code: str) -> None:
    async with scripting() as (client, _):
        assert (await run(client, f"import ims\n{code}\n3"))["outcome"] == "done"


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("list(map(str, filter(lambda each: each > 1, [1, 2, 3])))", ["2", "3"]),
        ("import itertools, functools\nfunctools.reduce(max, itertools.chain([1], [3]))", 3),
        ("from datetime import timedelta\ntimedelta(hours=30)", "1 day, 6:00:00"),
    ],
)
async def test_what_models_write_runs(code: str, result: Any) -> None:
    async with scripting() as (client, _):
        assert (await run(client, code))["result"] == result
