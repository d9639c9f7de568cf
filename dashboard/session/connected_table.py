"""A source of groups: two columns of a table in a database that the operator names; its rows stay there."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dashboard.ingest.json_values import text
from dashboard.scene.group_noun import unit_of
from dashboard.scene.group_rows import rows_of_data
from dashboard.session.sources import (
    BYTES_OF_GROUP,
    BYTES_OF_ROW,
    LEAST_BYTES,
    Description,
    GroupSource,
    RowsFile,
    Scripts,
    SourceControls,
    selection_key,
)
from dashboard.storage.errors import UnknownDataset
from dashboard.storage.workspace import CONNECTED
from dashboard.words.numbers import row_count
from estimators import DataError
from estimators.data.read_once import ReadOnce

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from dashboard.ingest import FileGroups
    from dashboard.ingest.named_connections import NamedConnections
    from dashboard.scene.group_rows import GroupRows
    from dashboard.session.sources import ChosenSource, Holdings
    from estimators import Comparison, GroupData

ROWS_AT_A_TIME = 1 << 15
_reading = itertools.count()


@dataclass(frozen=True)
class ChosenTable:
    """A table of a database with its two columns, by names alone."""

    connection: str
    table: str
    outcome: str
    group: str
    asked: int = 0
    """Another number wherever it is to be read anew."""

    controls: ClassVar[frozenset[str]] = frozenset({"connected"})
    token: ClassVar[str] = CONNECTED

    @property
    def compared(self) -> str:
        """The outcome."""
        return self.outcome

    @property
    def selection_key(self) -> str:
        """The same for the same columns, whenever they are read."""
        return selection_key(self.token, self.connection, self.table, self.outcome, self.group)

    @classmethod
    def owns(cls, token: str, /) -> bool:
        """The one token of what stays in a database."""
        return token == cls.token

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "token": self.token,
            "outcome": self.outcome,
            "group": self.group,
            "design": None,
            "connected": self.controls_value,
        }

    @property
    def controls_value(self) -> dict[str, Any]:
        """What the page holds of it."""
        return {
            "connection": self.connection,
            "table": self.table,
            "outcome": self.outcome,
            "group": self.group,
            "asked": self.asked,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> ChosenTable | None:
        """The table; None where what was chosen is none. Raises KeyError, TypeError or ValueError."""
        chosen = given.get("connected")
        if chosen is None:
            return None
        if not isinstance(chosen, Mapping):
            raise TypeError(chosen)
        return cls(
            text(chosen["connection"]),
            text(chosen["table"]),
            text(chosen["outcome"]),
            text(chosen["group"]),
            _whole(chosen["asked"]),
        )

    @classmethod
    def from_controls(cls, given: SourceControls) -> ChosenTable:
        """The table of the form. Raises DataError where something of it is not chosen."""
        try:
            found = cls.from_json({"connected": given.connected})
        except (KeyError, TypeError, ValueError):
            found = None
        if found is None or not all((found.connection, found.table, found.outcome, found.group)):
            raise DataError("Choose a database, a table, an outcome (numbers) and a grouping column.")
        return found

    @classmethod
    def first(cls, holdings: Holdings, _owner: str, _token: str, kept: ChosenSource | None) -> ChosenTable:
        """What was kept. Raises UnknownDataset where nothing was, or its connection has gone."""
        if isinstance(kept, cls) and kept.connection in holdings.connections.names:
            return kept
        raise UnknownDataset

    def open(self, holdings: Holdings, _owner: str) -> ConnectedTable:
        """The table: everybody may have it. Raises UnknownDataset where the operator has it no more."""
        if self.connection not in holdings.connections.names:
            raise UnknownDataset
        return ConnectedTable(self, holdings.connections)


def _whole(given: object) -> int:
    """A whole number of JSON. Raises TypeError for anything else."""
    if type(given) is not int:
        raise TypeError(given)
    return given


class ConnectedTable(GroupSource):
    """A table as it was when it was read first; the same one as long as it is held."""

    def __init__(self, chosen: ChosenTable, connections: NamedConnections) -> None:
        """A table of one of the connections; nothing is read before it is asked for."""
        self._chosen = chosen
        self._connections = connections
        self._read = next(_reading)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ConnectedTable) and self._chosen == other._chosen

    def __hash__(self) -> int:
        return hash(self._chosen)

    @property
    def key(self) -> Hashable:
        """Another one for each reading: the rows may have changed meanwhile."""
        return self._chosen, self._read

    def groups(self) -> GroupData:
        """Reduced where the rows live, once. Raises DataError or UnreadableFile."""
        return self._file_groups.data

    def rows_of_groups(self, labels: Sequence[str]) -> list[GroupRows]:
        """Fetched from the database. Raises DataError where they are too many, and as groups."""
        return rows_of_data(self.groups(), labels)

    def describe(self) -> Description:
        """It has no file, and its columns are chosen beside its name."""
        return Description(self._chosen.table, self._chosen.table, "database")

    def facts(self) -> tuple[str, ...]:
        """How many rows are used of how many, in how many groups, and where they live."""
        data, noun = self.groups(), unit_of(self._chosen.group)
        size = row_count(data.rows_read)
        if data.total < data.rows_read:
            size = f"{data.total:,} of {size}"
        groups = f"{len(data):,} {noun.one if len(data) == 1 else noun.many}"
        return size, groups, f"in {self._chosen.connection}"

    def script(self, comparison: Comparison, plugins_dirs: Sequence[str] = ()) -> Scripts:
        """Scripts that read the rows as used, which the page gives as a file."""
        from dashboard.ingest.table import TextLayout
        from dashboard.scripts.file_rows import FileRows
        from dashboard.scripts.python_code import python_script
        from dashboard.scripts.r_code import r_script
        from dashboard.scripts.rows_csv import COLUMNS, rows_file_name
        from dashboard.scripts.statsmodels_code import statsmodels_script

        group, outcome = COLUMNS
        rows = FileRows(
            rows_file_name(self._chosen.table),
            outcome,
            group,
            layout=TextLayout(plain=True),
            plugins_dirs=tuple(plugins_dirs),
        )
        said = (
            "# The rows stay in a database. Up to some number of them the page gives them as a file: under\n"
            '# Export, "Rows as used (CSV)".\n'
        )
        made = (said + make(comparison, rows) for make in (r_script, python_script, statsmodels_script))
        return Scripts(*made)

    def rows(self) -> RowsFile | None:
        """The rows in use."""
        from dashboard.scripts.rows_csv import rows_file_name

        return RowsFile("Rows as used (CSV)", rows_file_name(self._chosen.table), self._rows_csv)

    def bytes_held(self) -> int:
        """Its groups, once they are read, and its rows where these were fetched."""
        if "_file_groups" not in vars(self):
            return LEAST_BYTES
        data = self.groups()
        rows = BYTES_OF_ROW * data.total if "rows" in vars(data) else 0
        return LEAST_BYTES + BYTES_OF_GROUP * len(data) + rows

    def _rows_csv(self) -> Iterator[bytes]:
        from dashboard.scripts.rows_csv import rows_csv

        data = self.groups()
        rows = data.require_rows()
        labels = data.labels[rows.group].tolist()
        lines = list(zip(labels, rows.outcome.tolist(), strict=True))
        return rows_csv(
            lines[start : start + ROWS_AT_A_TIME] for start in range(0, len(lines), ROWS_AT_A_TIME)
        )

    @ReadOnce
    def _file_groups(self) -> FileGroups:
        chosen = self._chosen
        return self._connections.groups(
            chosen.connection, chosen.table, outcome=chosen.outcome, group=chosen.group
        )
