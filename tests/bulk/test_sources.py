"""Where rows come from: manifests in every state, rows given with a call, folders, buckets, the library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.errors import ImsError, InvalidArguments
from ims_mcp.workflows.bulk.doubles import SeenTexts
from ims_mcp.workflows.bulk.job import Kind
from ims_mcp.workflows.bulk.plan import Plan, choose_operation
from ims_mcp.workflows.bulk.rows import PlannedRows
from ims_mcp.workflows.bulk.sources.folder import FolderFiles
from ims_mcp.workflows.bulk.sources.found_assets import LibraryQuery
from ims_mcp.workflows.bulk.sources.manifest import GivenRows, ManifestFile
from ims_mcp.workflows.bulk.sources.oss_prefix import OssPrefix
from ims_mcp.workflows.bulk.sources.raw import ANY_SUFFIX, SourceError
from ims_mcp.workflows.bulk.template import read_template
from ims_mcp.workflows.local_files import FileRefused, UploadRules
from tests.bulk.planned import list_bad, list_good, planned_target, read_all, read_plan, read_text
from tests.local_ims.server import RunningIms, running_ims

pytestmark = pytest.mark.anyio
FILM = "oss://bucket-of-ours/film-{}.mp4"
ONE_FILM = {"InputURL": FILM.format(1)}


def write_oddly_named(folder: Path) -> bool:
    """Whether a file whose name is no UTF-8 could be made there."""
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff.mp4")).write_bytes(b"x")
    except OSError:
        return False
    return True


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Without links in its path, as upload directories are."""
    return tmp_path.resolve()


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


class TestCsv:
    async def test_cells_become_what_the_table_says(self, tmp_path: Path) -> None:
        text = (
            "InputURL,CateId,Overwrite,UserData,MediaTags,Title\n"
            'oss://bucket-of-ours/film-1.mp4,7,true,"{""a"": 1}","x,y","Me, and you"\n'
            "oss://bucket-of-ours/film-2.mp4,,,,,\n"
        )
        assert list_good(await read_text(tmp_path / "rows.csv", text)) == [
            {
                "InputURL": FILM.format(1),
                "CateId": 7,
                "Overwrite": True,
                "UserData": '{"a": 1}',
                "MediaTags": "x,y",
                "Title": "Me, and you",
            },
            {"InputURL": FILM.format(2)},
        ]

    async def test_lists_of_ids_are_taken_one_by_one(self, tmp_path: Path) -> None:
        rows = await read_text(tmp_path / "rows.csv", "MediaId\nm-1\nm-2\n", Kind.DELETE)
        assert list_good(rows) == [{"MediaIds": "m-1"}, {"MediaIds": "m-2"}]

    async def test_published_names_are_taken(self, tmp_path: Path) -> None:
        text = 'TemplateId,Configuration\nt-1,"{""VideoTracks"": []}"\n'
        rows = await read_text(tmp_path / "rows.csv", text, Kind.UPDATE, operation="UpdateTemplate")
        assert list_good(rows) == [{"TemplateId": "t-1", "Config": '{"VideoTracks": []}'}]

    @pytest.mark.parametrize("mark", ["\ufeff", ""])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    async def test_what_excel_saves_is_read(self, tmp_path: Path, mark: str, end: str) -> None:
        text = f"{mark}InputURL,Title{end}{FILM.format(1)},海边的灯塔{end}"
        assert list_good(await read_text(tmp_path / "rows.csv", text)) == [ONE_FILM | {"Title": "海边的灯塔"}]

    @pytest.mark.parametrize("separator", [";", "\t"])
    async def test_other_separators_are_told_by_the_header(self, tmp_path: Path, separator: str) -> None:
        text = f"InputURL{separator}Title\n{FILM.format(1)}{separator}One, two\n{FILM.format(2)}{separator}Three\n"
        rows = list_good(await read_text(tmp_path / "rows.csv", text))
        assert [row["Title"] for row in rows] == ["One, two", "Three"]

    async def test_a_separator_that_is_not_sure_is_asked_about(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="column 'InputURL;What'"):
            await read_text(tmp_path / "rows.csv", "InputURL;What\noss://bucket-of-ours/a.mp4;b\n")

    async def test_broken_lines_are_told_by_their_numbers_and_the_rest_is_read(self, tmp_path: Path) -> None:
        text = (
            "InputURL,Title\n"
            f"{FILM.format(1)},one\n"
            f"{FILM.format(2)}\n"
            f"{FILM.format(3)},three,3\n"
            f'{FILM.format(4)},"a"b\n'
            f"\n"
            f'{FILM.format(5)},"two\nlines"\n'
            f"{FILM.format(6)},six\n"
        )
        rows = await read_text(tmp_path / "rows.csv", text)
        assert [(line, name) for line, name, _ in list_bad(rows)] == [
            (3, "broken_line"),
            (4, "broken_line"),
            (5, "broken_line"),
        ]
        assert [row.line for row in rows if row.is_good] == [2, 7, 9]
        assert [row["Title"] for row in list_good(rows)] == ["one", "two\nlines", "six"]

    async def test_a_quote_that_is_never_closed_is_told_in_little_memory(self, tmp_path: Path) -> None:
        text = "InputURL,Title\n" + f'{FILM.format(1)},"one\n' + f"{FILM.format(2)},two\n" * 20_000
        rows = await read_text(tmp_path / "rows.csv", text)
        [first, *_] = list_bad(rows)
        assert first[:2] == (2, "broken_line")
        assert "are one row to it: a quotation mark is open" in first[2]
        assert "field limit" in first[2]

    async def test_gbk_is_told_as_such(self, tmp_path: Path) -> None:
        text = f"InputURL,Title\n{FILM.format(1)},海边的灯塔\n{FILM.format(2)},plain\n".encode("gb18030")
        rows = await read_text(tmp_path / "rows.csv", text)
        [(line, name, problem)] = list_bad(rows)
        assert (line, name) == (2, "not_utf8")
        assert "GBK" in problem
        assert "save the file as UTF-8" in problem
        assert len(list_good(rows)) == 1
        with pytest.raises(SourceError, match="GBK"):
            await read_text(tmp_path / "rows.csv", "InputURL,标题\n".encode("gb18030"))

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "is empty"),
            (b" \n\n", "is empty"),
            ("InputURL\n".encode("utf-16"), "UTF-16"),
            (b"\x00\x00\x00\x18ftypmp42" + bytes(100), "no text file"),
            (b"InputURL\n" + b"x" * (5 * 1024**2), "more than 4,194,304 bytes"),
            (b"InputURL,InputURL\na,b\n", "'InputURL' stands there twice"),
            (b"InputURL,\na,b\n", "has no name"),
            (b"Title\na\n", "no column InputURL"),
            (b"InputUrl\na\n", "did you mean InputURL"),
            (b"InputURL,ClientToken\na,b\n", "made for every row"),
            (b"InputURL,category_name\na,b\n", "give CateId"),
            (b"InputURL,wait_seconds\na,b\n", "belongs to single calls"),
            (b'"InputURL\n', "no CSV"),
        ],
    )
    async def test_what_is_wrong_with_all_of_a_file_is_said_once(
        self, tmp_path: Path, content: bytes, told: str
    ) -> None:
        with pytest.raises(SourceError) as raised:
            await read_text(tmp_path / "rows.csv", content)
        assert told in raised.value.explain()

    async def test_a_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="No such file"):
            await read_all(ManifestFile(tmp_path / "rows.csv"))


class TestJsonl:
    async def test_values_keep_their_types(self, tmp_path: Path) -> None:
        text = f'{{"InputURL": "{FILM.format(1)}", "CateId": 7, "MediaTags": ["a", "b"], "Title": null}}\n\n'
        rows = await read_text(tmp_path / "rows.jsonl", text)
        assert list_good(rows) == [ONE_FILM | {"CateId": 7, "MediaTags": "a,b"}]

    async def test_broken_lines_are_told_by_their_numbers(self, tmp_path: Path) -> None:
        lines = [
            f'{{"InputURL": "{FILM.format(1)}"}}',
            '{"InputURL": ',
            "[1]",
            '{"InputURL": NaN}',
            f'{{"InputURL": "{FILM.format(2)}", "Titel": "x"}}',
            "[" * 100_000,
            '{"InputURL": "oss://bucket-of-ours/\\ud800.mp4"}',
        ]
        rows = await read_text(tmp_path / "rows.jsonl", "\n".join(lines))
        bad = list_bad(rows)
        assert [(line, name) for line, name, _ in bad] == [
            (2, "broken_line"),
            (3, "broken_line"),
            (4, "broken_line"),
            (5, "unknown_column"),
            (6, "broken_line"),
            (7, "invalid InputURL"),
        ]
        assert "did you mean Title" in bad[3][2]
        assert list_good(rows) == [ONE_FILM]

    async def test_one_json_list_is_told_how_to_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="one JSON list"):
            await read_text(tmp_path / "rows.json", '[{"InputURL": "oss://b/a.mp4"}]')

    async def test_a_file_without_a_known_extension_is_told_by_its_first_character(self, tmp_path: Path) -> None:
        assert list_good(await read_text(tmp_path / "rows", f'{{"InputURL": "{FILM.format(1)}"}}\n')) == [ONE_FILM]
        assert list_good(await read_text(tmp_path / "rows.txt", f"InputURL\n{FILM.format(1)}\n")) == [ONE_FILM]

    async def test_bytes_that_are_no_text_cost_one_row(self, tmp_path: Path) -> None:
        text = b'{"InputURL": "oss://bucket-of-ours/\xff.mp4"}\n' + f'{{"InputURL": "{FILM.format(1)}"}}'.encode()
        rows = await read_text(tmp_path / "rows.jsonl", text)
        assert [name for _, name, _ in list_bad(rows)] == ["not_utf8"]
        assert list_good(rows) == [ONE_FILM]


class TestRules:
    async def test_doubles_are_done_once_and_the_same_object_with_other_values_is_a_problem(self) -> None:
        given = [ONE_FILM, ONE_FILM, ONE_FILM | {"Title": "other"}, ONE_FILM | {"Title": ""}]
        rows = await read_all(GivenRows(given))
        assert [(line, name) for line, name, _ in list_bad(rows)] == [
            (2, "double"),
            (3, "same_object"),
            (4, "double"),
        ]

    async def test_titles_are_not_looked_up(self) -> None:
        rows = await read_all(GivenRows([{"MediaId": "title:Lighthouse", "Title": "x"}]), Kind.UPDATE)
        [(_, name, problem)] = list_bad(rows)
        assert name == "title"
        assert "not looked up in a bulk job: give the asset's id" in problem

    async def test_a_token_of_ones_own_is_refused(self) -> None:
        [(_, name, problem)] = list_bad(await read_all(GivenRows([ONE_FILM | {"ClientToken": "a" * 32}])))
        assert name == "unknown_column"
        assert "leave it out" in problem

    async def test_strangers_words_are_cleaned_where_they_are_quoted(self) -> None:
        rows = await read_all(
            GivenRows([{"InputURL": "ftp://\u202eevil\x1b[31m\u200b"}, {"\u202ex\n": "y"}, "\x1b]0;x"])
        )
        for _, _, problem in list_bad(rows):
            assert problem.isprintable()
            assert "\u202e" not in problem
            assert len(problem) <= 301

    async def test_a_template_fills_what_rows_do_not_give(self) -> None:
        template = {
            "Title": "{Name} ({Year})",
            "UserData": '{"who": "{Name}", "year": "{Year}", "{{": "}}"}',
            "CateId": "{Cat}",
            "Description": "{Words}",
        }
        row = {"InputURL": FILM.format(1), "Name": 'A "quoted" name', "Year": 2026, "Cat": 7, "Words": ""}
        titled = row | {"InputURL": FILM.format(2), "Title": "its own"}
        rows = list_good(await read_all(GivenRows([row, titled]), template=template))
        assert rows[0] == {
            "InputURL": FILM.format(1),
            "Title": 'A "quoted" name (2026)',
            "UserData": {"who": 'A "quoted" name', "year": 2026, "{{": "}"},
            "CateId": 7,
        }
        assert rows[1]["Title"] == "its own"

    async def test_a_column_that_only_the_template_names_is_needed(self, tmp_path: Path) -> None:
        template = {"Title": "{Namen}"}
        rows = await read_all(GivenRows([ONE_FILM]), template=template)
        assert [name for _, name, _ in list_bad(rows)] == ["missing_column"]
        with pytest.raises(InvalidArguments, match=r"did you mean \{Name\}"):
            await read_text(tmp_path / "rows.csv", "InputURL,Name\na,b\n", template=template)

    @pytest.mark.parametrize("template", [{"Title": "{"}, {"Title": "}"}, {"Title": "{}"}, {"Titel": "x"}])
    async def test_templates_that_say_nothing_are_refused(self, template: dict[str, Any]) -> None:
        with pytest.raises(InvalidArguments, match="template"):
            await read_all(GivenRows([ONE_FILM]), template=template)

    @pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "[" * 100_000])
    async def test_a_template_is_a_json_object(self, text: str) -> None:
        with pytest.raises(InvalidArguments, match="template"):
            read_template(text)

    @pytest.mark.parametrize(
        ("kind", "name", "told"),
        [
            (Kind.SUBMIT, "", "name what is to be submitted"),
            (Kind.REGISTER, "UpdateMediaInfo", "not what bulk register does"),
            (Kind.UPDATE, "GetMediaInfo", "only reads"),
            (Kind.UPDATE, "DeleteMediaInfos", "use bulk delete"),
            (Kind.DELETE, "UpdateMediaInfo", "destroys nothing"),
            (Kind.SUBMIT, "SubmitSmartTagJob", "SubmitSmarttagJob"),
        ],
    )
    async def test_kinds_say_which_operations_they_take(self, kind: Kind, name: str, told: str) -> None:
        with pytest.raises(ImsError) as raised:
            choose_operation(kind, name)
        assert told in raised.value.explain()

    async def test_tool_names_are_taken(self) -> None:
        assert choose_operation(Kind.DELETE, "delete_category").name == "DeleteCategory"
        assert choose_operation(Kind.UPLOAD, "upload_media").name == "UploadMedia"


async def test_a_million_texts_are_told_apart_in_little_memory() -> None:
    seen = SeenTexts()
    assert all(seen.add(f"row {number}") for number in range(100_000))
    assert not any(seen.add(f"row {number}") for number in range(0, 100_000, 7))
    assert seen.count_bytes() <= 100_000 * 8 * 4


class TestFolder:
    @pytest.fixture
    def folder(self, home: Path) -> Path:
        folder = home / "films"
        for name in ("b.mp4", "a.mp4", "sub/deep/c.MOV", "sub/notes.doc", ".hidden.mp4", ".cache/d.mp4", "empty/x"):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * 10)
        return folder

    async def test_files_come_in_order_without_what_is_hidden(self, folder: Path) -> None:
        template = {"Title": "{folder}{stem}", "Description": "{relative} {name} {ext}"}
        plan = Plan(Kind.UPLOAD, FolderFiles(str(folder)), template=template)
        async with planned_target(folders=(folder,)) as target:
            rows = await read_plan(plan, target)
        assert [row["Title"] for row in list_good(rows)] == ["a", "b", "sub/deep/c"]
        assert list_good(rows)[2] == {
            "path": str(folder / "sub/deep/c.MOV"),
            "Title": "sub/deep/c",
            "Description": "sub/deep/c.MOV c.MOV MOV",
        }
        assert [row.size_bytes for row in rows] == [10, 10, 10]

    async def test_links_are_not_followed(self, folder: Path, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret.mp4").write_bytes(b"x")
        try:
            (folder / "link.mp4").symlink_to(outside / "secret.mp4")
            (folder / "linked").symlink_to(outside, target_is_directory=True)
        except OSError:
            pytest.skip("this system lets nobody make links")
        async with planned_target(folders=(folder,)) as target:
            rows = PlannedRows(Plan(Kind.UPLOAD, FolderFiles(str(folder), suffixes=ANY_SUFFIX)), target)
            read = [row.arguments["path"] async for batch in rows.read() for row in batch]
        assert [path.rpartition("/")[2] for path in read] == ["a.mp4", "b.mp4", "x", "c.MOV", "notes.doc"]
        assert rows.left_out.counts == {"hidden": 2, "link": 2}

    async def test_only_named_folders_are_looked_into(self, folder: Path, tmp_path: Path) -> None:
        async with planned_target(folders=(folder / "sub",)) as target:
            for path in (str(folder), str(tmp_path), "..", str(folder / "missing")):
                with pytest.raises(FileRefused):
                    await read_plan(Plan(Kind.UPLOAD, FolderFiles(path)), target)
            for path in (str(folder / "sub"), "deep", str(folder / "sub" / "deep")):
                assert len(await read_plan(Plan(Kind.UPLOAD, FolderFiles(path)), target)) == 1

    async def test_two_files_that_would_be_one_object_are_told(self, folder: Path) -> None:
        (folder / "sub" / "a.mp4").write_bytes(b"other")
        async with planned_target(folders=(folder,)) as target:

            async def read(destination: str) -> list[tuple[int, str, str]]:
                template = {"destination": destination}
                return list_bad(await read_plan(Plan(Kind.UPLOAD, FolderFiles(str(folder)), template=template), target))

            assert [name for _, name, _ in await read("oss://bucket-of-ours/films/")] == ["same_object"]
            assert await read("oss://bucket-of-ours/films/{folder}") == []

    @pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
    async def test_a_name_that_is_no_text_is_told(self, folder: Path) -> None:
        if not write_oddly_named(folder):
            pytest.skip("this file system takes no such names")
        async with planned_target(folders=(folder,)) as target:
            rows = await read_plan(Plan(Kind.UPLOAD, FolderFiles(str(folder))), target)
        assert [name for _, name, _ in list_bad(rows)] == ["file_name"]

    async def test_files_of_a_manifest_are_looked_at(self, folder: Path, tmp_path: Path) -> None:
        given = [
            {"path": "a.mp4"},
            {"path": str(folder / "missing.mp4")},
            {"path": str(tmp_path / "elsewhere.mp4")},
            {"path": "sub/notes.doc", "destination": "oss://bucket-of-ours/"},
            {"path": "b.mp4", "destination": "oss://bucket-of-ours/../x.mp4"},
        ]
        async with planned_target(folders=(folder,)) as target:
            rows = await read_plan(Plan(Kind.UPLOAD, GivenRows(given)), target)
        assert [row.size_bytes for row in rows if row.is_good] == [10]
        assert [(line, name) for line, name, _ in list_bad(rows)] == [(n, "file") for n in (2, 3, 4, 5)]

    async def test_a_manifest_below_rules_is_read_as_any_other(self, home: Path) -> None:
        path = home / "rows.csv"
        path.write_text("InputURL\n" + "".join(f"{FILM.format(n)}\n" for n in range(20_000)), encoding="utf-8")
        rows = await read_all(ManifestFile(path, UploadRules([home])))
        assert len(list_good(rows)) == 20_000
        with pytest.raises(SourceError, match="outside"):
            await read_all(ManifestFile(path, UploadRules([home / "other"])))


class TestServices:
    async def test_every_object_below_a_prefix_is_an_address(self, ims: RunningIms) -> None:
        ims.bucket("bucket-of-objects").create_bucket()
        for key in ("a/1.mp4", "a/b/2%3.MP4", "a/b/", "a/readme.md", "b/3.mp4"):
            ims.put(key, b"x" * 3, "bucket-of-objects")
        template = {"Title": "{folder}{stem}", "MediaTags": "{bucket},{ext}"}
        async with planned_target(ims.endpoint) as target:
            plan = Plan(Kind.REGISTER, OssPrefix("oss://bucket-of-objects/a/"), template=template)
            rows = await read_plan(plan, target)
            everything = await read_plan(Plan(Kind.REGISTER, OssPrefix("oss://bucket-of-objects", ANY_SUFFIX)), target)
        assert [(row["InputURL"], row["Title"]) for row in list_good(rows)] == [
            ("oss://bucket-of-objects/a/1.mp4", "1"),
            ("oss://bucket-of-objects/a/b/2%253.MP4", "b/2%3"),
        ]
        assert len(everything) == 4

    async def test_a_prefix_of_many_pages_is_read_to_its_end(self, ims: RunningIms) -> None:
        ims.bucket("bucket-of-pages").create_bucket()
        for number in range(1_050):
            ims.put(f"{number:04}.mp4", b"x", "bucket-of-pages")
        async with planned_target(ims.endpoint) as target:
            rows = await read_plan(Plan(Kind.REGISTER, OssPrefix("oss://bucket-of-pages/")), target)
        assert [row["InputURL"][-8:-4] for row in list_good(rows)] == [f"{number:04}" for number in range(1_050)]

    @pytest.mark.parametrize("address", ["oss://no-such-bucket-here/", "https://bucket/x", "oss://UPPER/"])
    async def test_a_prefix_that_cannot_be_listed_is_told(self, ims: RunningIms, address: str) -> None:
        async with planned_target(ims.endpoint) as target:
            with pytest.raises(ImsError) as raised:
                await read_plan(Plan(Kind.REGISTER, OssPrefix(address)), target)
        assert raised.value.next_step

    async def test_assets_of_the_library_are_found_past_the_first_page(self, ims: RunningIms) -> None:
        ims.bucket("bucket-of-assets").create_bucket()
        ids = [
            ims.register(f"oss://bucket-of-assets/clip-{number}.mp4", title=f"{'hr' if number % 2 else 'it'} {number}")
            for number in range(230)
        ]
        async with planned_target(ims.endpoint) as target:
            deleted = await read_plan(Plan(Kind.DELETE, LibraryQuery({"text": "hr"})), target)
            template = {"Title": "{title}!", "Description": "{name}"}
            plan = Plan(Kind.UPDATE, LibraryQuery({"text": "hr", "media_type": "video"}), template=template)
            updated = await read_plan(plan, target)
        assert {row["MediaIds"] for row in list_good(deleted)} == set(ids[1::2])
        assert {"MediaId": ids[1], "Title": "hr 1!", "Description": "clip-1.mp4"} in list_good(updated)

    async def test_the_whole_library_is_not_deleted_by_leaving_filters_out(self, ims: RunningIms) -> None:
        async with planned_target(ims.endpoint) as target:
            with pytest.raises(InvalidArguments, match="at least one filter"):
                await read_plan(Plan(Kind.DELETE, LibraryQuery({})), target)
            with pytest.raises(InvalidArguments, match="did you mean text"):
                await read_plan(Plan(Kind.DELETE, LibraryQuery({"texts": "x"})), target)

    async def test_a_source_that_gives_nothing_an_operation_takes_is_told(self, ims: RunningIms) -> None:
        async with planned_target(ims.endpoint) as target:
            query, name = LibraryQuery({"text": "hr"}), "SubmitMediaCensorJob"
            with pytest.raises(SourceError, match="has no parameter MediaId"):
                await read_plan(Plan(Kind.SUBMIT, query, name), target)
            template = {"Input": {"Type": "Media", "Media": "{MediaId}"}}
            rows = list_good(await read_plan(Plan(Kind.SUBMIT, query, name, template), target))
        assert rows
        assert all(len(row["Input"]["Media"]) == 32 for row in rows)
