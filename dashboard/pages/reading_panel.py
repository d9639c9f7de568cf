"""The panel with the first rows of a file as they were read, and what can be changed of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria
from dashboard.words.reading import DECIMALS, DELIMITERS, LABELS, QUOTES, THOUSANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dashboard.ingest import Reading
    from dashboard.ingest.first_rows import FirstRows
    from dashboard.ingest.table import Table

FOUND, NOTHING = "\ue000found", "\ue000none"
"""Values of a list for what is found from the file, and for no mark at all; no word of a file is like it."""
YES, NO = "yes", "no"
ENCODINGS: Final = (
    "UTF-8", "windows-1252", "ISO-8859-15", "windows-1250", "ISO-8859-2", "windows-1251", "KOI8-R",
    "windows-1253", "windows-1254", "windows-1255", "windows-1256", "mac_roman", "cp437", "cp850",
    "Shift_JIS", "EUC-JP", "GB18030", "Big5", "EUC-KR", "UTF-16-LE", "UTF-16-BE",
)  # fmt: skip
"""The encodings that the list offers."""
_COMMENTS: Final = ("#", "%", "!", ";", "*", "/")
_QUOTE_NAMES: Final = {**QUOTES, NOTHING: "nothing"}
_THOUSANDS_NAMES: Final = {**THOUSANDS, NOTHING: "nothing"}
_DECIMAL_NAMES: Final = {mark: words.removeprefix("decimal ") for mark, words in DECIMALS.items()}


Of = Callable[[str], dict[str, Any]]
"""The id of the control of an option, by its name."""


def reading_panel() -> dmc.Modal:
    """The panel, whose places are filled when it is opened."""
    return panel_of(
        ids.READING_PANEL,
        "How the file is read",
        (ids.READING_PROBLEM, ids.READING_PREVIEW, ids.READING_CONTROLS),
        [
            html.P("A change takes effect at once, on the page behind too.", className="quiet"),
            dmc.Button("Read as found", id=ids.READING_RESET, size="sm", variant="default", n_clicks=0),
        ],
    )


def panel_of(panel: str, title: str, places: tuple[str, str, str], foot: list[Any]) -> dmc.Modal:
    """A panel with places for a problem, the first rows and the controls, whose ids are ``places``."""
    problem, rows, fields = places
    return dmc.Modal(
        html.Div(
            [
                html.Div(id=problem, role="alert", className="problem"),
                html.Div(id=rows, className="reading-preview"),
                html.Div(id=fields, className="reading-controls"),
                html.Div(foot, className="reading-foot"),
            ],
            className="reading-panel",
        ),
        id=panel,
        title=title,
        size="66rem",
        closeButtonProps={"aria-label": "Close"},
    )


def preview(rows: FirstRows, roles: Mapping[str, str], noun: str, line: str) -> list[Any]:
    """The rows as a table, with the columns that have a role marked; ``line`` says how many are used."""
    marks = [(name, "has-role" if name in roles else None) for name in rows.names]
    head = [
        html.Th(noun.capitalize(), scope="col", className="line"),
        *(html.Th(_heading(name, roles.get(name)), scope="col", className=mark) for name, mark in marks),
    ]
    body = [
        html.Tr(
            [
                html.Td(str(number), className="line"),
                *(html.Td(cell, className=mark) for (_, mark), cell in zip(marks, cells, strict=True)),
            ]
        )
        for number, cells in zip(rows.numbers, rows.cells, strict=True)
    ]
    more = f" {rows.columns_left:,} more columns are not shown." if rows.columns_left else ""
    return [
        html.P(f"The first {len(rows.cells):,} rows as they were read.{more} {line}", className="quiet"),
        rows_box(head, body, "The first rows as they were read"),
    ]


def rows_box(head: list[Any], body: list[Any], label: str) -> html.Div:
    """A table that scrolls in a box of its own."""
    heading = [html.Thead(html.Tr(head))] if head else []
    return html.Div(
        html.Table([*heading, html.Tbody(body)], className="first-rows"),
        className="first-rows-box",
        tabIndex="0",
        role="region",
        **aria(label=label),
    )


def _heading(name: str, role: str | None) -> list[Any]:
    return [html.Span(name), *([html.Span(role, className="tag")] if role else [])]


def controls(table: Table, chosen: Reading, used: Reading, words: Sequence[str] = ()) -> list[Any]:
    """An input for each option that applies to the kind of file that it is.

    ``words``: the two values of the outcome of which either may count as 1.
    """
    of = ids.reading_option
    of_layout = text_controls(chosen, used, of) if table.layout is not None else []
    if len(table.sheets) > 1:
        of_layout = [sheet_control(table.sheets, chosen, table.sheet, of)]
    if table.reader is None:
        of_layout = [*of_layout, _stack(chosen)]
    of_cells = [*_of_cells(chosen, used), *_event(chosen, used, words)]
    return fieldsets([("The file", of_layout), ("Its cells", of_cells)])


def fieldsets(groups: Iterable[tuple[str, list[Any]]]) -> list[Any]:
    """Inputs in groups with a title each; none for an empty one."""
    return [
        html.Fieldset([html.Legend(title), html.Div(inputs, className="reading-fields")])
        for title, inputs in groups
        if inputs
    ]


def sheet_control(sheets: Iterable[str], chosen: Reading, found: str | None, of: Of) -> dmc.Select:
    """The list of a workbook's sheets."""
    return _list(of("sheet"), "Sheet", {sheet: sheet for sheet in sheets}, chosen.sheet, found or "")


def _stack(chosen: Reading) -> dmc.TextInput:
    """The columns of a wide table that become one column of names and one of values."""
    return dmc.TextInput(
        id=ids.reading_option("stack"),
        label="Columns to stack",
        description="each a group or a time",
        inputWrapperOrder=["label", "input", "description"],
        placeholder="first:last, or names",
        value=", ".join(chosen.stack),
        debounce=True,
        size="sm",
    )


def text_controls(chosen: Reading, used: Reading, of: Of) -> list[Any]:
    """The inputs for the layout of a text."""
    comments = {mark: mark for mark in _COMMENTS} | {NOTHING: "none"}
    names = {name: name for name in (*ENCODINGS, *([chosen.encoding] if chosen.encoding else []))}
    quote = _QUOTE_NAMES.get(used.quote or NOTHING, used.quote or "")
    separator = DELIMITERS.get(used.delimiter or "", used.delimiter or "")
    comment = used.comment or "none"
    return [
        _list(of("encoding"), "Encoding", names, chosen.encoding, used.encoding or ""),
        _list(of("delimiter"), "Columns end at", DELIMITERS, chosen.delimiter, separator),
        _list(of("quote"), "Around values", _QUOTE_NAMES, chosen.quote, quote),
        _number(of("header"), "Line of names", chosen.header, used.header, "0 where there is none"),
        _number(of("skip_rows"), "Lines to skip", chosen.skip_rows, used.skip_rows, "at the top of the file"),
        _list(of("comment"), "Remarks begin with", comments, chosen.comment, comment),
    ]


def _of_cells(chosen: Reading, used: Reading) -> list[Any]:
    of = ids.reading_option
    down = None if chosen.fill_down is None else (YES if chosen.fill_down else NO)
    decimal = _DECIMAL_NAMES.get(used.decimal or "", used.decimal or "")
    thousands = _THOUSANDS_NAMES.get(used.thousands or NOTHING, used.thousands or "")
    return [
        _list(of("decimal"), "Decimal mark", _DECIMAL_NAMES, chosen.decimal, decimal),
        _list(
            of("thousands"),
            "Between thousands",
            _THOUSANDS_NAMES,
            chosen.thousands,
            thousands,
        ),
        dmc.TagsInput(
            id=of("missing"),
            label="Codes for a missing value",
            placeholder="" if chosen.missing else "such as -999, then Enter",
            value=list(chosen.missing),
            splitChars=[],
            size="sm",
            clearButtonProps={"aria-label": "No codes"},
        ),
        _list(of("labels"), "Labels are compared", LABELS, chosen.labels, LABELS["exact"]),
        _list(
            of("fill_down"),
            "A blank label means",
            {NO: "no group", YES: "the one above (merged cells)"},
            down,
            "no group",
        ),
    ]


def _event(chosen: Reading, used: Reading, words: Sequence[str]) -> list[Any]:
    """The list of the values that may count as 1, where there are two."""
    if not words and chosen.event is None:
        return []
    marks = {word: word for word in words}
    return [_list(ids.reading_option("event"), "Counts as 1", marks, chosen.event, used.event or "")]


def _list(
    own_id: dict[str, Any], label: str, marks: Mapping[str, str], chosen: str | None, found: str
) -> dmc.Select:
    """A list whose first entry is what is found from the file."""
    offered = {FOUND: f"Found: {found}" if found else "As found", **marks}
    value = FOUND if chosen is None else (chosen or NOTHING)
    offered.setdefault(value, value)
    return dmc.Select(
        id=own_id,
        label=label,
        data=[{"value": key, "label": words} for key, words in offered.items()],
        value=value,
        allowDeselect=False,
        searchable=len(offered) > 12,
        size="sm",
    )


def _number(
    own_id: dict[str, Any], label: str, chosen: int | None, found: int | None, remark: str
) -> dmc.NumberInput:
    return dmc.NumberInput(
        id=own_id,
        label=label,
        description=remark,
        inputWrapperOrder=["label", "input", "description"],
        value="" if chosen is None else chosen,
        placeholder="As found" if found is None else f"Found: {found}",
        min=0,
        allowDecimal=False,
        debounce=500,
        size="sm",
    )


def options_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The controls' values, by option, as options of a reading for `Reading.from_json`."""
    options = {name: _option(name, value) for name, value in values.items()}
    return {name: value for name, value in options.items() if value is not None}


def _option(name: str, value: object) -> object:
    if value in (FOUND, "", None):
        return None
    if name == "stack":
        return [value]
    if name == "fill_down":
        return value == YES
    return "" if value == NOTHING else value
