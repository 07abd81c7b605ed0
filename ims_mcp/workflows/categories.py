"""A category by what people call it: its name, its path (``News/2026``) or its id, read level by level."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio

from ims_mcp.catalogue import Parameter, get_operation
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.foreign_text import fold, plain
from ims_mcp.summaries.values import as_object, as_objects, as_whole, label

CATEGORY_NAME = Parameter("category_name", "string", text="Or path News/2026, or id.")
KINDS = ("default", "material")
"""Types of category; each has a tree of its own, and the second is looked at for what the first does not have."""
MOST_READS = 40
"""Pages of GetCategories for one tree."""
_PAGE_SIZE = 100
_MOST_NAMED = 30
_MOST_NEAR = 5
_MOST_NAMED_AT_ONCE, _NAMING_SECONDS = 10, 5.0
_NEAR = 0.6
_NAME_BYTES, _PATH_BYTES = 64, 200
"""A name has 64 bytes at most, and there are three levels."""
_SEPARATORS = re.compile("[/>\uff0f\uff1e]")


@dataclass(frozen=True, slots=True)
class Category:
    """``path``: the names from the top down to its own, as the service has them."""

    category_id: int
    path: tuple[str, ...]
    kind: str

    def write_path(self) -> str:
        """``News/2026``, fit to be read."""
        return label("/".join(label(name, _NAME_BYTES) for name in self.path), _PATH_BYTES)

    def write(self) -> str:
        """``News/2026 (id 47)``: a number alone is read as how many are in it."""
        return f"{self.write_path()} (id {self.category_id})"


@dataclass(slots=True)
class _Tree:
    """What was read of the categories of a type; ``is_whole``: all that could fit."""

    known: dict[int, Category] = field(default_factory=dict[int, Category])
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is looked for: the end of a path, or all of it where it begins with a separator."""

    parts: tuple[str, ...]
    from_top: bool = False
    category_id: int | None = None

    @classmethod
    def read(cls, text: str) -> _Wish:
        text = text.strip()
        number = int(text) if text.isdecimal() and len(text) < 19 else None
        return cls(_split(text), _SEPARATORS.match(text) is not None, number)

    def choose(self, known: Iterable[Category]) -> list[Category]:
        """Those that are called so, by their exact spelling if any is; and the one with the id."""
        known = list(known)
        for is_exact in (True, False):
            if found := [each for each in known if each.category_id == self.category_id or self._fits(each, is_exact)]:
                return found
        return []

    def leads_to(self, category: Category) -> bool:
        """Whether what is looked for may lie below it."""
        names = _fold(_split(*category.path))
        return not self.from_top or _fold(self.parts)[: len(names)] == names

    def _fits(self, category: Category, is_exact: bool) -> bool:
        # A name may hold a separator itself: R&D/Lab is found as two parts, but never by the second alone.
        ends = range(1 if self.from_top else len(category.path))
        names = [_split(*category.path[start:]) for start in ends]
        return any(each == self.parts if is_exact else _fold(each) == _fold(self.parts) for each in names)


async def find_categories(client: ImsClient, text: str) -> list[Category]:
    """All that a name, a path or an id stands for, and what only one name holds a part of. Raises ImsError for none."""
    wish = _Wish.read(text)
    trees: list[_Tree] = []
    for kind in KINDS:
        trees.append(await _read_tree(client, kind, wish))
        if found := wish.choose(trees[-1].known.values()):
            return found
    known = [each for tree in trees for each in tree.known.values()]
    near = [each for each in known if fold(text.strip()) in fold(each.path[-1])]
    if len(near) == 1:
        return near
    raise ImsError(
        f"There is no category {plain(text, 60)!r}.", next_step=_list_near(wish, known, all(t.is_whole for t in trees))
    )


async def resolve_category(
    client: ImsClient,
    arguments: Mapping[str, Any],
    text: str,
    *,
    subject: str,
    row: Parameter = CATEGORY_NAME,
    id_name: str = "CateId",
    kinds: Iterable[str] = KINDS,
) -> tuple[dict[str, Any], Category]:
    """The arguments with the id of the one category that ``text``, given as ``row``, stands for.

    ``subject``: what is not sent otherwise. Raises InvalidArguments that lists the nearest where there is none, and all
    of them where there are several, or may be; and where the arguments name another. ImsError of a look that failed.
    """
    category = await _find_one(client, text, row.name, subject, kinds)
    given = arguments.get(id_name)
    if given is not None and str(given) != str(category.category_id):
        problem = f"stands for {category.write()}, but {id_name} is {plain(str(given), 20)}: leave out one of them"
        raise InvalidArguments(subject, [Problem(row.name, problem)])
    return {**arguments, id_name: category.category_id}, category


async def name_categories(client: ImsClient, ids: Iterable[int | None]) -> dict[int | None, str]:
    """What the categories with these ids are called, and ``id 47`` where that is not to be had: of many the first
    ones, each by one call, within a few seconds. Never raises ImsError."""
    wanted = [each for each in dict.fromkeys(ids) if each and each > 0]
    names: dict[int | None, str] = {each: f"id {each}" for each in wanted}

    async def name(category_id: int) -> None:
        query = {"CateId": category_id, "PageSize": 10}
        try:
            reply = await client.call(get_operation("GetCategories"), query, timeout_seconds=_NAMING_SECONDS)
        except ImsError:
            return
        if found := label(as_object(reply.data.get("Category")).get("CateName"), _NAME_BYTES):
            names[category_id] = found

    async with anyio.create_task_group() as tasks:
        for each in wanted[:_MOST_NAMED_AT_ONCE]:
            tasks.start_soon(name, each)
    return names


async def _find_one(client: ImsClient, text: str, name: str, subject: str, kinds: Iterable[str]) -> Category:
    wish, shown, known, is_whole = _Wish.read(text), plain(text, 60), list[Category](), True
    for kind in kinds:
        try:
            tree = await _read_tree(client, kind, wish)
        except ImsError as error:
            told = f"{subject} was not sent; where the category is given by its own id parameter nothing is looked up."
            error.next_step = f"{error.next_step} {told}".strip()
            raise
        found = wish.choose(tree.known.values())
        if len(found) == 1 and tree.is_whole:
            return found[0]
        if found:
            what = f"are {len(found):,} categories" if len(found) > 1 else "may be more than one category"
            listed = ", ".join(f"/{each.write()}" for each in found[:_MOST_NAMED])
            next_step = "Give the path from the top, with the slash before it, or the id."
            raise InvalidArguments(subject, [Problem(name, f"there {what} {shown!r}: {listed}")], next_step=next_step)
        known += tree.known.values()
        is_whole = is_whole and tree.is_whole
    where = "" if is_whole else f" among the first {len(known):,}"
    next_step = f"{_list_near(wish, known, is_whole)} {_propose_making(wish, known)}"
    raise InvalidArguments(subject, [Problem(name, f"there is no category {shown!r}{where}")], next_step=next_step)


async def _read_tree(client: ImsClient, kind: str, wish: _Wish) -> _Tree:
    """The categories of a type, level by level; of a path from the top only those on its way."""
    tree, operation = _Tree(), get_operation("GetCategories")
    waiting: list[tuple[dict[str, Any], tuple[str, ...], int]] = [({"Type": kind}, (), 1)]
    for _ in range(MOST_READS):
        if not waiting:
            return tree
        level, above, page = waiting.pop(0)
        reply = await client.call(operation, level | {"PageSize": _PAGE_SIZE, "PageNo": page})
        rows = as_objects(as_object(reply.data.get("SubCategories")).get("Category"))
        if rows and (as_whole(reply.data.get("SubTotal")) or 0) > page * _PAGE_SIZE:
            waiting.insert(0, (level, above, page + 1))
        for row in rows:
            number, name = as_whole(row.get("CateId")), row.get("CateName")
            if number is None or number in tree.known or not isinstance(name, str):
                continue
            category = tree.known[number] = Category(number, (*above, name), kind)
            if as_whole(row.get("SubTotal")) and wish.leads_to(category):
                waiting.append(({"CateId": number}, category.path, 1))
    tree.is_whole = not waiting
    return tree


def _list_near(wish: _Wish, known: list[Category], is_whole: bool) -> str:
    """The names most like it, or as many as there is room for."""
    if not known:
        return "There are none at all."
    wanted = " ".join(_fold(wish.parts[-1:]))[:200]

    def measure(category: Category) -> float:
        name = fold(category.path[-1])
        return 1.0 if wanted and wanted in name else difflib.SequenceMatcher(None, wanted, name).ratio()

    measured = sorted(((measure(each), each) for each in known), key=lambda pair: -pair[0])
    near = [each.write() for likeness, each in measured if likeness >= _NEAR][:_MOST_NEAR]
    if near:
        return f"Nearest: {', '.join(near)}."
    listed = [each.write() for each in known[:_MOST_NAMED]]
    more = f" and {len(known) - _MOST_NAMED:,} more" if len(known) > _MOST_NAMED else "" if is_whole else " and more"
    return f"There are: {', '.join(listed)}{more}."


def _propose_making(wish: _Wish, known: list[Category]) -> str:
    """The call that makes it; below the category that the rest of its path names, if that is one."""
    above = _Wish(wish.parts[:-1], wish.from_top).choose(known) if len(wish.parts) > 1 else []
    name = plain(wish.parts[-1] if wish.parts else "", _NAME_BYTES)
    if not name or wish.category_id is not None or (len(wish.parts) > 1 and len(above) != 1):
        return "AddCategory makes one, below another with ParentId or parent_name."
    given = {"CateName": name} | ({"ParentId": above[0].category_id} if above else {})
    call = json.dumps({"operation": "AddCategory", publish_name("arguments"): given}, ensure_ascii=False)
    return f"To make it: call_write_operation {call}."


def _split(*names: str) -> tuple[str, ...]:
    return tuple(part.strip() for name in names for part in _SEPARATORS.split(name) if part.strip())


def _fold(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold(part) for part in parts)
