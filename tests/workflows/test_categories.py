"""A category by its name, path or id wherever an operation takes its id: on the embedded IMS, which has a tree of them,
and before a scripted service where there are more than one page holds."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from ims_mcp.settings import Settings
from ims_mcp.workflows.categories import MOST_READS
from tests.cli.running import run
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.local_ims.server import RunningIms, running_ims
from tests.server.connected import ERAS, LOCAL, Era, connected, content_of, text_of

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
TREE = (
    "News",
    "News/2026",
    "Archive",
    "Archive/2026",
    "Archive/Old films",
    "R&D / Lab",
    "天气",
    "2025",
    "Spot",
    "SPOT",
)


@dataclass
class Library:
    ims: RunningIms
    ids: dict[str, int]
    media_id: str

    @property
    def category_id(self) -> int | None:
        return self.ims.media_info(self.media_id)["MediaBasicInfo"].get("CateId")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with running_ims(tmp_path_factory.mktemp("categories")) as ims:
        ids: dict[str, int] = {}
        for path in TREE:
            above, _, name = path.rpartition("/") if path != "R&D / Lab" else ("", "", path)
            given = {"ParentId": str(ids[above])} if above else {}
            ids[path] = ims.call("AddCategory", CateName=name, **given)["Category"]["CateId"]
        ids["Clips"] = ims.call("AddCategory", CateName="Clips", Type="material")["Category"]["CateId"]
        yield Library(ims, ids, ims.register(ims.put("films/one.mp4", b"no film"), title="One"))


@asynccontextmanager
async def before(library: Library, **options: Any) -> AsyncGenerator[Client]:
    async with connected(library.ims.endpoint, credential=LOCAL, **options) as client:
        yield client


async def file_under(client: Client, library: Library, **arguments: Any) -> Any:
    return await client.call_tool("update_media_info", {"MediaId": library.media_id, **arguments})


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("News/2026", "News/2026"),
        (" news > 2026 ", "News/2026"),
        ("Ｎｅｗｓ／2026", "News/2026"),
        ("/News", "News"),
        ("old films", "Archive/Old films"),
        ("R&D / Lab", "R&D / Lab"),
        ("天气", "天气"),
        ("2025", "2025"),
        ("SPOT", "SPOT"),
        ("Clips", "Clips"),
    ],
)
async def test_an_asset_is_filed_under_what_the_category_is_called(library: Library, said: str, path: str) -> None:
    async with before(library) as client:
        await file_under(client, library, CateId=library.ids["Archive"])
        told = content_of(await file_under(client, library, category_name=said))
        by_id = content_of(await file_under(client, library, category_name=str(library.ids[path])))
    assert library.category_id == library.ids[path]
    assert told["changed"] == {"CateId": {"from": library.ids["Archive"], "to": library.ids[path]}}
    assert told["category"] == by_id["category"] == {"CateId": library.ids[path], "name": path}


async def test_a_registration_goes_into_the_category_and_says_which(library: Library) -> None:
    url = library.ims.put("films/two.mp4", b"no film")
    async with before(library) as client:
        told = content_of(
            await client.call_tool("register_media_info", {"InputURL": url, "category_name": "News/2026"})
        )
    assert told["category"] == {"CateId": library.ids["News/2026"], "name": "News/2026"}
    assert library.ims.media_info(told["MediaId"])["MediaBasicInfo"]["CateId"] == library.ids["News/2026"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Arkive",
            "no category 'Arkive'\nNearest: Archive (id 3). To make it: call_write_operation ",
        ),
        ("Nothing of the kind", "There are: "),
        ("News/2027", '{"operation": "AddCategory", "operation_arguments": {"CateName": "2027", "ParentId": 1}}.'),
        ("Elsewhere/2027", "AddCategory makes one, below another with ParentId or parent_name."),
        ("/2026", "there is no category '/2026'"),
        ("Lab", "there is no category 'Lab'"),
        ("999", "there is no category '999'"),
        ("//", "there is no category '//'"),
        (
            "2026",
            "there are 2 categories '2026': /Archive/2026 (id 4), /News/2026 (id 2)\nGive the path",
        ),
        ("spot", "there are 2 categories 'spot': "),
    ],
)
async def test_nothing_is_registered_while_it_is_not_clear_which_category(
    library: Library, said: str, told: str
) -> None:
    url = library.ims.put("films/never.mp4", b"no film")
    async with before(library) as client:
        refused = await client.call_tool("register_media_info", {"InputURL": url, "category_name": said})
        assert refused.is_error
        assert told in text_of(refused)
        # The address is free: it is registered now, and would be refused if it had been before.
        made = content_of(await client.call_tool("register_media_info", {"InputURL": url, "category_name": " "}))
        assert "category" not in made
        library.ims.call("DeleteMediaInfos", MediaIds=made["MediaId"])


async def test_a_name_and_an_id_have_to_agree(library: Library) -> None:
    wanted = library.ids["News"]
    async with before(library) as client:
        await file_under(client, library, CateId=library.ids["Archive"])
        refused = text_of(await file_under(client, library, category_name="/News", CateId=wanted + 1))
        assert f"category_name: stands for News (id {wanted}), but CateId is {wanted + 1}: leave out one" in refused
        assert library.category_id == library.ids["Archive"]
        await file_under(client, library, category_name="/News", CateId=wanted)
    assert library.category_id == wanted


async def test_a_category_is_made_below_one_that_is_named(library: Library) -> None:
    async def add(client: Client, **arguments: Any) -> Any:
        call = {"operation": "AddCategory", "operation_arguments": arguments}
        return await client.call_tool("call_write_operation", call)

    async with before(library) as client:
        told = content_of(await add(client, CateName="Local", parent_name="News/2026"))
        short = content_of(await add(client, CateName="Shorts", parent_name="clips"))
        refused = text_of(await add(client, CateName="Local", parent_name="Clips", Type="default"))
    assert told["parent"] == {"CateId": library.ids["News/2026"], "name": "News/2026"}
    assert told["Category"]["ParentId"] == library.ids["News/2026"]
    assert short["Category"]["ParentId"] == library.ids["Clips"]
    assert short["Category"]["Type"] == "material"
    assert (
        "AddCategory was not sent: 1 problem with its arguments.\n- parent_name: there is no category 'Clips'\n"
        in refused
    )


@pytest.mark.parametrize("era", ERAS)
async def test_the_question_before_an_overwriting_shows_the_category_it_found(library: Library, era: Era) -> None:
    asked: list[str] = []

    async def agree(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"confirm": True})

    url = library.ims.put(f"films/{era}.mp4", b"no film")
    library.ims.register(url)
    anew = {"InputURL": url, "Overwrite": True}
    async with before(library, era=era, elicitation=agree) as client:
        refused = await client.call_tool("register_media_info", {**anew, "category_name": "No such"})
        assert refused.is_error
        assert not asked
        told = content_of(await client.call_tool("register_media_info", {**anew, "category_name": "Archive"}))
    assert f"CateId: {library.ids['Archive']}" in asked[0]
    assert told["category"]["name"] == "Archive"
    assert library.ims.media_info(told["MediaId"])["MediaBasicInfo"]["CateId"] == library.ids["Archive"]


def test_the_command_takes_the_name_as_well(library: Library) -> None:
    words = ("--local", "--data-dir", str(library.ims.data_dir), "--category-name", "天气")
    ended = run("call", "UpdateMediaInfo", *words, "--MediaId", library.media_id, home=None)
    assert ended.returncode == 0, ended.stderr
    assert library.category_id == library.ids["天气"]


async def test_in_read_only_mode_nothing_is_looked_up() -> None:
    call = {"operation": "UpdateMediaInfo", "arguments": {"MediaId": "m", "category_name": "News"}}
    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(read_only=True)) as client:
            refused = text_of(await client.call_tool("call_write_operation", call))
    assert "read-only" in refused
    assert not service.arrived


async def test_where_categories_may_not_be_read_the_id_is_asked_for() -> None:
    with ScriptedService(usual=refusal(403, "NoPermission")) as service:
        async with connected(service.url) as client:
            call = {"MediaId": "m", "category_name": "News"}
            refused = text_of(await client.call_tool("update_media_info", call))
    assert "UpdateMediaInfo was not sent; where the category is given by its own id" in refused
    assert {arrived.action for arrived in service.arrived} == {"GetCategories"}


def make_wide_tree(top: int) -> Any:
    """So many categories at the top, each with one below it."""

    def answer(arrived: Arrived) -> Answer:
        if arrived.action != "GetCategories":
            return Answer(body={"RequestId": "r", "MediaId": "m"})
        page, size = int(arrived.query["PageNo"]), int(arrived.query["PageSize"])
        if "CateId" in arrived.query:
            above = int(arrived.query["CateId"])
            return make_page([{"CateId": above + 10_000, "CateName": f"below {above}", "SubTotal": 0}], 1)
        numbers = range(1, top + 1)[(page - 1) * size : page * size]
        total = top if arrived.query["Type"] == "default" else 0
        return make_page([{"CateId": n, "CateName": f"top {n}", "SubTotal": 1} for n in numbers if total], total)

    def make_page(rows: list[Json], total: int) -> Answer:
        return Answer(body={"RequestId": "r", "SubCategories": {"Category": rows}, "SubTotal": total})

    return answer


async def test_all_pages_are_read_and_of_a_path_from_the_top_only_its_own_way() -> None:
    with ScriptedService(usual=make_wide_tree(250)) as service:
        async with connected(service.url) as client:
            call = {"MediaId": "m", "category_name": "/top 243/below 243"}
            told = content_of(await client.call_tool("update_media_info", call))
    looks = [arrived for arrived in service.arrived if arrived.action == "GetCategories"]
    assert told["category"] == {"CateId": 10_243, "name": "top 243/below 243"}
    assert [look.query.get("CateId", look.query["PageNo"]) for look in looks] == ["1", "2", "3", "243"]


async def test_where_not_all_can_be_looked_at_nothing_is_taken_for_the_only_one() -> None:
    with ScriptedService(usual=make_wide_tree(250)) as service:
        async with connected(service.url) as client:
            call = {"MediaId": "m", "category_name": "top 7"}
            one = text_of(await client.call_tool("update_media_info", call))
            none = text_of(await client.call_tool("update_media_info", {**call, "category_name": "No such"}))
    assert "there may be more than one category 'top 7': /top 7 (id 7)\n" in one
    assert "path from the top" in one
    assert f"there is no category 'No such' among the first {250 + MOST_READS - 3}\n" in none
    assert {arrived.action for arrived in service.arrived} == {"GetCategories"}


async def test_what_is_made_below_another_category_is_sent_with_its_type() -> None:
    clips = {"SubCategories": {"Category": [{"CateId": 5, "CateName": "Clips", "SubTotal": 0}]}, "SubTotal": 1}

    def answer(arrived: Arrived) -> Answer:
        return Answer(body={"RequestId": "r"} | (clips if arrived.query.get("Type") == "material" else {}))

    with ScriptedService(usual=answer) as service:
        async with connected(service.url) as client:
            call = {"operation": "AddCategory", "operation_arguments": {"CateName": "Shorts", "parent_name": "Clips"}}
            content_of(await client.call_tool("call_write_operation", call))
    sent = service.arrived[-1]
    assert (sent.action, sent.query) == ("AddCategory", {"CateName": "Shorts", "ParentId": "5", "Type": "material"})
