"""Which columns a job can use: parameters of its operation by any of their names, and what its template names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ims_mcp.catalogue import Operation, Parameter
from ims_mcp.catalogue.near_names import find_meant
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.sources.raw import SourceError
from ims_mcp.workflows.bulk.template import Template
from ims_mcp.workflows.categories import CATEGORY_NAME
from ims_mcp.workflows.server_parameters import complete_table

_LISTS_OF = {"MediaId": "MediaIds", "InputURL": "InputURLs"}
_SHOWN = 60
_MOST_LISTED = 25
_TOKEN = "ClientToken"  # noqa: S105 - the name of a parameter


class Columns:
    """Of one operation and template."""

    def __init__(self, operation: Operation, template: Template) -> None:
        self.operation = operation
        self.template = template
        self._table = {row.name: row for row in operation.parameters if not row.hidden and row.name != _TOKEN}
        self.parameters: dict[str, str] = {name: name for name in self._table}
        """What a column may be called -> the parameter it is."""
        self.parameters |= {publish_name(name): name for name in self._table}
        for one, several in _LISTS_OF.items():
            if several in self._table and one not in self._table:
                self.parameters[one] = several
        self._ours = {CATEGORY_NAME.name} | {
            row.name for row in (complete_table(operation).parameters if operation.response else ())
        } - {row.name for row in operation.parameters}

    def is_known(self, name: str) -> bool:
        """Whether a column of this name has a use."""
        return name in self.parameters or name in self.template.columns

    def explain_unknown(self, name: str) -> str:
        """Why a column or a parameter of the template is not taken."""
        if name in self._ours:
            instead = ": give CateId" if name == CATEGORY_NAME.name else ""
            return f"belongs to single calls, and nothing is looked up or waited for in a bulk job{instead}"
        if name == _TOKEN:
            return "is made for every row by the job itself: leave it out"
        near = find_meant(name, self._table)
        # Of columns that a template may name only near misses are worth a word.
        return f"unknown{f'; did you mean {near}?' if near else f'; {self._list_parameters()}'}"

    def check_template(self, offered: Collection[str] | None) -> None:
        """Raises InvalidArguments for parameters that there are not, and for columns that the source does not have.

        ``offered``: its columns; None where each row says its own.
        """
        problems = [
            Problem(f"template {plain(name, _SHOWN)}", self.explain_unknown(name))
            for name in self.template.fills
            if name not in self.parameters
        ]
        if offered is not None:
            there = {name: Parameter(name, "string") for name in sorted(offered)}
            for name in sorted(self.template.columns - there.keys()):
                near = find_meant(name, there)
                hint = f"did you mean {{{near}}}?" if near else f"there are {_list(there)}"
                problems.append(Problem(f"template {{{plain(name, _SHOWN)}}}", f"is no column of the source; {hint}"))
        if problems:
            raise InvalidArguments(self.operation.name, problems)

    def check_header(self, names: Sequence[str], where: str) -> None:
        """Raises SourceError that names every column without a use, every double, and what is missing in all rows."""
        problems = [f"column {plain(name, _SHOWN)!r} stands there twice" for name, n in Counter(names).items() if n > 1]
        problems += [
            f"column {plain(name, _SHOWN)!r}: {self.explain_unknown(name)}" if name else "a column has no name"
            for name in names
            if not self.is_known(name)
        ]
        filled = {self.parameters.get(name, name) for name in (*names, *self.template.fills)}
        problems += [
            f"no column {row.name}: {row.text or 'it is required'}"
            for row in self._table.values()
            if row.required and row.name not in filled
        ]
        if problems:
            listed = "".join(f"\n- {problem}" for problem in problems[:_MOST_LISTED])
            more = f"\n- and {len(problems) - _MOST_LISTED} more" if len(problems) > _MOST_LISTED else ""
            raise SourceError(
                f"The columns of {where} are not those of {self.operation.name}; nothing was done.{listed}{more}",
                next_step="Rename or remove these columns, or name them in the template: "
                '--template \'{"Title": "{column}"}\'.',
            )

    def check_source(self, fills: Collection[str], offers: Collection[str], where: str) -> None:
        """The same for a source whose columns are always these. Raises SourceError and InvalidArguments."""
        self.check_template({*fills, *offers})
        used = [name for name in fills if name in self.parameters]
        if not used and not self.template.columns & {*fills, *offers}:
            [name] = fills
            raise SourceError(
                f"{self.operation.name} has no parameter {name}, and the template names nothing of {where}: all rows "
                "would be the same.",
                next_step=f'Say where it belongs with the template, such as {{"Input": {{"Media": "{{{name}}}"}}}}.',
            )
        self.check_header(used, where)

    def merge(self, values: Mapping[str, Any], offered: Collection[str]) -> dict[str, Any]:
        """The arguments of one row: the template's, and over them what its own columns give. Raises KeyError for a
        column of the template that it does not have."""
        arguments = {self.parameters.get(name, name): value for name, value in self.template.fill(values).items()}
        for name, value in values.items():
            if value == "" or value is None:
                continue
            parameter = self.parameters.get(name)
            if parameter is not None:
                arguments[parameter] = value
            elif name not in offered and name not in self.template.columns:
                arguments[name] = value  # the check says what is wrong with it
        return arguments

    def _list_parameters(self) -> str:
        return f"{self.operation.name} has {_list(self._table)}"


def _list(names: Collection[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
    return f"{', '.join(plain(name, _SHOWN) for name in listed[:_MOST_LISTED]) or 'none'}{more}"
