"""Kinds of files that are no text and no Parquet: each has one file here, which makes Parquet of it.

They are told by their first bytes. What reads them is imported when such a file is read. They take no place
among the readers of plugins (`estimators.Reader`), which know a file by its name alone and hand over one
frame: here a sheet is chosen, rows come in batches, and codes keep their labels. A plugin's reader for the
same name goes before these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from dashboard.ingest.reading import Reading

MAX_CELLS = 20_000_000
"""What a workbook's sheet may span, blank cells included: some 35 bytes a cell are held in memory."""
MAX_BYTES_IN_MEMORY = 256 << 20
"""What a file may weigh that cannot be read piece by piece (R's, and JSON in one list), once unpacked."""


@dataclass(frozen=True)
class Converted:
    """What is to be known of a file beside the Parquet file that was made of it."""

    sheet: str | None = None
    """The name of the sheet, or of the data frame in an R workspace, that was read."""
    sheets: tuple[str, ...] = ()
    """The names of all that there are to choose from."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read, a sentence each."""
    rows: NDArray[np.int64] | None = None
    """(N,) of a sheet the numbers that its rows have there, from 1."""
    labels: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    """Place of a column of codes to the place of its labels, which stand behind all other columns."""


LABELS: Mapping[str, str] = MappingProxyType(
    {
        "workbook": "workbook",
        "xml_workbook": "workbook in XML",
        "web_page": "web page",
        "spss": "SPSS file",
        "spss_portable": "SPSS portable file",
        "stata": "Stata file",
        "sas": "SAS file",
        "sas_transport": "SAS transport file",
        "r": "R data file",
        "arrow": "Arrow file",
        "arrow_stream": "Arrow stream",
        "json": "JSON file",
    }
)
"""What people call a file of each kind."""
_ROOMS = {
    "workbook": "workbook",
    "xml_workbook": "xml_workbook",
    "web_page": "web_page",
    "spss": "statistics_files",
    "spss_portable": "statistics_files",
    "stata": "statistics_files",
    "sas": "statistics_files",
    "sas_transport": "statistics_files",
    "r": "r_data",
    "arrow": "arrow_files",
    "arrow_stream": "arrow_files",
    "json": "json_records",
}


def convert(kind: str, source: Path, target: Path, *, name: str, reading: Reading) -> Converted:
    """Make a Parquet file at `target` of a file of one of the kinds in `LABELS`.

    Args:
        kind: one of `LABELS`.
        source: the file, unpacked.
        target: where the Parquet file goes; its folder takes work files.
        name: what the user calls the file, for sentences.
        reading: its sheet is the name or number (from 1) of a workbook's sheet or of a data frame in an R
            workspace, None the first that holds a table; a workbook has a line of names and lines to skip.

    Raises:
        UnreadableFile: the file is damaged, too large, holds no table, or has no such sheet.
        OSError: it cannot be opened, or the disk is full.

    """
    room = import_module(f"{__name__}.{_ROOMS[kind]}")
    made: Converted = room.convert(kind, source, target, name=name, reading=reading)
    return made
