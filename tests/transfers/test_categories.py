"""An upload into a category by its name: looked up before anything is sent, and kept as the id it was then."""

from __future__ import annotations

import itertools

import pytest

from tests.fault_proxy import Answer
from tests.transfers.setting import ALWAYS, Setting, call, refused

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)


@pytest.fixture
def category(setting: Setting) -> tuple[str, int]:
    """The name of a new category, and its id."""
    name = f"Shelf {next(_numbers)}"
    return name, setting.ims.call("AddCategory", CateName=name)["Category"]["CateId"]


@pytest.mark.parametrize("own", [False, True])
async def test_the_asset_is_in_the_category_that_was_named(
    setting: Setting, category: tuple[str, int], own: bool
) -> None:
    name, number = category
    where = {"destination": setting.own()} if own else {}
    path = setting.video()
    async with setting.client() as client:
        told = await call(client, "upload_media", path=str(path), category_name=name.upper(), **where)
        listed = (await call(client, "transfer_status"))["transfers"]
        by_id = await call(client, "upload_media", path=str(path), CateId=number, **where)
    assert setting.ims.media_info(told["MediaId"])["MediaBasicInfo"]["CateId"] == number
    assert told["summary"]["category"] == {"id": number, "name": name}
    assert "category" not in told
    assert listed[0]["category"] == by_id["category"] == {"CateId": number, "name": name}
    assert setting.journal()[0]["arguments"] == {"CateId": number}
    assert by_id["transfer_id"] == told["transfer_id"]


async def test_no_upload_begins_while_it_is_not_clear_which_category(
    setting: Setting, category: tuple[str, int]
) -> None:
    name, number = category
    path = str(setting.video())
    async with setting.client() as client:
        unknown = await refused(client, "upload_media", path=path, category_name=f"{name}/Below")
        other = await refused(client, "upload_media", path=path, category_name=name, CateId=number + 1000)
    assert (
        f"UploadMedia was not sent: 1 problem with its arguments.\n- category_name: there is no category '{name}/Below'"
        in unknown
    )
    made = f'{{"operation": "AddCategory", "operation_arguments": {{"CateName": "Below", "ParentId": {number}}}}}.'
    assert f"To make it: call_write_operation {made}" in unknown
    assert f"category_name: stands for {name} (id {number}), but CateId is {number + 1000}" in other
    assert setting.writes() == []
    assert setting.journal() == []


async def test_an_upload_that_goes_on_keeps_the_category_it_began_with(
    setting: Setting, category: tuple[str, int]
) -> None:
    name, number = category
    path = setting.video()
    setting.proxy.inject(Answer(503), "put", times=ALWAYS)
    destination = setting.own()
    async with setting.client() as client:
        await refused(client, "upload_media", path=str(path), category_name=name, destination=destination)
        setting.fast()
        # Another one is called so now.
        setting.ims.call("UpdateCategory", CateId=str(number), CateName=f"{name} before")
        setting.ims.call("AddCategory", CateName=name)
        setting.proxy.seen.clear()
        told = await call(client, "transfer_status", transfer_id=setting.journal()[0]["id"])
    assert setting.ims.media_info(told["MediaId"])["MediaBasicInfo"]["CateId"] == number
    assert setting.asked("GetCategories") == 0


async def test_a_file_that_may_not_be_sent_is_refused_before_any_look(setting: Setting) -> None:
    async with setting.client() as client:
        await refused(client, "upload_media", path="/etc/hostname", category_name="News")
    async with setting.client(read_only=True) as client:
        result = await client.call_tool("upload_media", {"path": str(setting.video()), "category_name": "News"})
        assert result.is_error
    assert setting.asked("GetCategories") == 0
