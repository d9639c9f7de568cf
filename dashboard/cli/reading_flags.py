"""The flags that say how a file is read and which of its rows take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.shared import Command, with_options

if TYPE_CHECKING:
    from dashboard.ingest.reading import Reading, RowFilter

_NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "space": " ",
    "point": ".",
    "dot": ".",
    "period": ".",
    "apostrophe": "'",
    "none": "",
}
"""What a mark may be called that is hard to type in a shell."""


class _Mark(click.ParamType[str]):
    """One character, or its name."""

    name = "mark"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        mark = _NAMES.get(str(value).lower(), str(value))
        if len(mark) > 1:
            self.fail(f"{value!r} is no single character", param, ctx)
        return mark


class _Line(click.ParamType[int]):
    """A line's number, or none."""

    name = "line"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if str(value).lower() == "none":
            return 0
        return click.IntRange(min=0)(value, param, ctx)


stack_option = click.option(
    "--stack",
    multiple=True,
    metavar="COLUMNS",
    help='Stack the columns of a wide table, such as "A,B,C", "A:C" or numeric; may be repeated.',
)
_OPTIONS = (
    click.option("--encoding", metavar="NAME", help="The file's encoding, such as utf-8 or mac_roman."),
    click.option("--delimiter", type=_Mark(), metavar="MARK", help="What separates columns; or tab, space."),
    click.option("--quote", type=_Mark(), metavar="MARK", help="What stands around values; or none."),
    click.option("--decimal", type=_Mark(), metavar="MARK", help="The decimal mark of the outcome."),
    click.option(
        "--thousands", type=_Mark(), metavar="MARK", help="What sets thousands apart; or space, none."
    ),
    click.option(
        "--header", type=_Line(), metavar="LINE", help="The line with the names of the columns; or none."
    ),
    click.option("--skip-rows", type=click.IntRange(min=0), metavar="N", help="Pass over the first N lines."),
    click.option("--comment", type=_Mark(), metavar="MARK", help="Pass over lines that begin with this."),
    click.option(
        "--sheet",
        metavar="NAME",
        help="Sheet of a workbook or data frame of an R workspace, by name or number.",
    ),
    click.option(
        "--missing",
        multiple=True,
        metavar="CODE",
        help="A code for a missing value, such as -999; may be repeated.",
    ),
    click.option(
        "--labels",
        type=click.Choice(["exact", "trimmed", "folded"]),
        help="Compare labels as they stand, without extra spaces, or also without case and Unicode form.",
    ),
    stack_option,
    click.option("--fill-down", is_flag=True, default=None, help="A blank label means the one above it."),
    click.option("--event", metavar="WORD", help="Of an outcome of two words the one that counts as 1."),
    click.option("--exclude", multiple=True, metavar="GROUP", help="Leave this group out; may be repeated."),
    click.option(
        "--where",
        multiple=True,
        metavar="CONDITION",
        help='Use only rows such as "year=2024", with = != < <= > or >=; may be repeated, and all must hold.',
    ),
)


def reading_options(command: Command) -> Command:
    """Add the flags to a command, which gets them as keywords."""
    return with_options(command, _OPTIONS)


def reading_given(given: Mapping[str, Any]) -> Reading:
    """The options of reading among a command's keywords.

    Raises UnreadableFile where two contradict, or one holds bytes that are no text.
    """
    from dashboard.ingest import UnreadableFile
    from dashboard.ingest.reading import Reading

    try:
        return Reading.from_json(given)
    except UnicodeEncodeError as error:
        raise UnreadableFile("An option holds bytes that are no text: write it in UTF-8.") from error


def rows_given(given: Mapping[str, Any]) -> RowFilter:
    """Which rows take part. Raises UnreadableFile for a condition that is none."""
    from dashboard.ingest.reading import RowFilter

    return RowFilter.from_flags(given)
