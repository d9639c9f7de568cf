"""The panel with the first rows of a file as they were read, and what can be changed of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria
from dashboard.words.reading import DECIMALS, DELIMITERS, LABELS, QUOTES, THOUSANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.ingest import Reading
    from dashboard.ingest.first_rows import FirstRows
    from dashboard.ingest.table import Table

FOUND, NOTHING = "found", "none"
"""Values of a list for what is found from the file, and for no mark at all; marks are one character long."""
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


def reading_panel() -> dmc.Modal:
    """The panel, whose places are filled when it is opened."""
    return dmc.Modal(
        html.Div(
            [
                html.Div(id=ids.READING_PROBLEM, role="alert", className="problem"),
                html.Div(id=ids.READING_PREVIEW, className="reading-preview"),
                html.Div(id=ids.READING_CONTROLS, className="reading-controls"),
                html.Div(
                    [
                        html.P("A change takes effect at once, on the page behind too.", className="quiet"),
                        dmc.Button(
                            "Read as found", id=ids.READING_RESET, size="sm", variant="default", n_clicks=0
                        ),
                    ],
                    className="reading-foot",
                ),
            ],
            className="reading-panel",
        ),
        id=ids.READING_PANEL,
        title="How the file is read",
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
        html.Div(
            html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="first-rows"),
            className="first-rows-box",
            tabIndex="0",
            role="region",
            **aria(label="The first rows as they were read"),
        ),
    ]


def _heading(name: str, role: str | None) -> list[Any]:
    return [html.Span(name), *([html.Span(role, className="tag")] if role else [])]


def controls(table: Table, chosen: Reading, used: Reading) -> list[Any]:
    """An input for each option that applies to the kind of file that it is."""
    of_layout = _of_text(chosen, used) if table.layout is not None else []
    if len(table.sheets) > 1:
        of_layout = [_list("sheet", "Sheet", {s: s for s in table.sheets}, chosen.sheet, table.sheet or "")]
    if table.reader is None:
        of_layout = [*of_layout, _stack(chosen)]
    fields = [("The file", of_layout), ("Its cells", _of_cells(chosen, used))]
    return [
        html.Fieldset([html.Legend(title), html.Div(inputs, className="reading-fields")])
        for title, inputs in fields
        if inputs
    ]


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


def _of_text(chosen: Reading, used: Reading) -> list[Any]:
    comments = {mark: mark for mark in _COMMENTS} | {NOTHING: "none"}
    names = {name: name for name in (*ENCODINGS, *([chosen.encoding] if chosen.encoding else []))}
    quote = _QUOTE_NAMES.get(used.quote or NOTHING, used.quote or "")
    separator = DELIMITERS.get(used.delimiter or "", used.delimiter or "")
    lines_above = used.skip_rows or 0
    return [
        _list("encoding", "Encoding", names, chosen.encoding, used.encoding or ""),
        _list(
            "delimiter",
            "Columns end at",
            DELIMITERS,
            chosen.delimiter,
            separator,
        ),
        _list("quote", "Around values", _QUOTE_NAMES, chosen.quote, quote),
        _number("header", "Line of names", chosen.header, used.header or 0, "0 where there is none"),
        _number("skip_rows", "Lines to skip", chosen.skip_rows, lines_above, "at the top of the file"),
        _list("comment", "Remarks begin with", comments, chosen.comment, used.comment or "none"),
    ]


def _of_cells(chosen: Reading, used: Reading) -> list[Any]:
    down = None if chosen.fill_down is None else (YES if chosen.fill_down else NO)
    decimal = _DECIMAL_NAMES.get(used.decimal or "", used.decimal or "")
    thousands = _THOUSANDS_NAMES.get(used.thousands or NOTHING, used.thousands or "")
    return [
        _list("decimal", "Decimal mark", _DECIMAL_NAMES, chosen.decimal, decimal),
        _list("thousands", "Between thousands", _THOUSANDS_NAMES, chosen.thousands, thousands),
        dmc.TagsInput(
            id=ids.reading_option("missing"),
            label="Codes for a missing value",
            placeholder="" if chosen.missing else "such as -999, then Enter",
            value=list(chosen.missing),
            splitChars=[],
            size="sm",
            clearButtonProps={"aria-label": "No codes"},
        ),
        _list("labels", "Labels are compared", LABELS, chosen.labels, LABELS["exact"]),
        _list(
            "fill_down",
            "A blank label means",
            {NO: "no group", YES: "the one above (merged cells)"},
            down,
            "no group",
        ),
    ]


def _list(name: str, label: str, marks: Mapping[str, str], chosen: str | None, found: str) -> dmc.Select:
    """A list whose first entry is what is found from the file."""
    offered = {FOUND: f"Found: {found}" if found else "As found", **marks}
    value = FOUND if chosen is None else (chosen or NOTHING)
    offered.setdefault(value, value)
    return dmc.Select(
        id=ids.reading_option(name),
        label=label,
        data=[{"value": key, "label": words} for key, words in offered.items()],
        value=value,
        allowDeselect=False,
        searchable=len(offered) > 12,
        size="sm",
    )


def _number(name: str, label: str, chosen: int | None, found: int, remark: str) -> dmc.NumberInput:
    return dmc.NumberInput(
        id=ids.reading_option(name),
        label=label,
        description=remark,
        inputWrapperOrder=["label", "input", "description"],
        value="" if chosen is None else chosen,
        placeholder=f"Found: {found}",
        min=0,
        allowDecimal=False,
        debounce=500,
        size="sm",
    )


def options_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The controls' values, by option, as options of a reading for `chosen_reading.reading_from_json`."""
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
