"""Where groups come from, and what every such place offers; nothing else on the page asks which kind it is.

A kind of source is one file with two classes. What a person *chose* (:class:`ChosenSource`) is plain and
hashable: it travels to the browser, lies on disk, and names the source. Opened for that person, it becomes a
:class:`GroupSource`, which has the data at hand. `stored_file`, `simulation` and `connected_table` are the
kinds that there are; `choices.KINDS` lists them.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from dashboard.ingest.named_connections import NamedConnections
from estimators import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from dashboard.ingest import FileGroups, Table
    from dashboard.scene.group_rows import GroupRows
    from dashboard.scene.truth import Truth
    from dashboard.storage.workspace import Workspace
    from estimators import Comparison, GroupData, Sample

LEAST_BYTES = 2**15
"""Of a source, with what is known of its file."""
BYTES_OF_GROUP, BYTES_OF_ROW = 145, 16
"""What a group's summary with its label holds, and a row where rows are held (measured)."""


@dataclass(frozen=True)
class SourceControls:
    """What the page's controls say of the source that is on screen."""

    token: str
    outcome: str | None = None
    group: str | None = None
    design: Mapping[str, Any] | None = None
    """The dials of the simulation."""
    reading: Mapping[str, Any] | None = None
    """How the file is read and which of its rows take part, see `chosen_reading.ChosenReading`."""
    connected: Mapping[str, Any] | None = None
    """The table of a database, see `connected_table.ChosenTable`."""


@dataclass(frozen=True)
class Holdings:
    """What sources are opened from."""

    workspace: Workspace
    samples: Mapping[str, Sample]
    """By id."""
    preset_roles: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """Outcome and group by token, for a file that was opened with them from the command line."""
    connections: NamedConnections = field(default_factory=NamedConnections)
    """The databases that the operator names."""


class ChosenSource(Protocol):
    """A source as a person chose it: equal where it is the same one, and as hashable as it is plain."""

    controls: ClassVar[frozenset[str]]
    """The fields of :class:`SourceControls` that say which groups it gives."""

    @property
    def token(self) -> str:
        """What the page and the workspace know it by."""

    @property
    def outcome(self) -> str:
        """What is measured, in the words of the data."""

    @property
    def compared(self) -> str:
        """What is compared: the outcome, or what is made of it."""

    @property
    def group(self) -> str:
        """What the groups are, in the words of the data."""

    @property
    def selection_key(self) -> str:
        """The same as long as the groups are: what a selection of groups or a zoom belongs to."""

    @classmethod
    def owns(cls, token: str, /) -> bool:
        """Whether ``token`` is that of a source of this kind."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``from_json``."""

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> ChosenSource | None:
        """What :meth:`to_json` gave; None where that is of another kind.

        Raises:
            KeyError, TypeError, ValueError: it is of this kind, and garbled.

        """

    @classmethod
    def from_controls(cls, given: SourceControls) -> ChosenSource:
        """What the page's controls ask for. Raises BlupboardError with a sentence where they do not do."""

    @classmethod
    def first(cls, holdings: Holdings, owner: str, token: str, kept: ChosenSource | None, /) -> ChosenSource:
        """What to open ``token`` with: ``kept``, what its owner chose before, if that still does.

        Raises:
            UnknownDataset: ``owner`` has no such data.

        """

    def open(self, holdings: Holdings, owner: str, /) -> GroupSource:
        """The source itself. Raises UnknownDataset where ``owner`` has no such data."""


class GroupSource(ABC):
    """Groups, and what is known of where they come from. What is computed once is kept with it."""

    @property
    @abstractmethod
    def key(self) -> Hashable:
        """Another one wherever :meth:`groups` would be others: the data, the columns, how they were read."""

    @abstractmethod
    def groups(self) -> GroupData:
        """The summaries. Raises DataError, UnreadableFile or DesignError with one sentence."""

    @abstractmethod
    def describe(self) -> Description:
        """What the page says of it and offers for it; takes no time."""

    @abstractmethod
    def facts(self) -> tuple[str, ...]:
        """A few words each, for the line behind its name. Raises as groups."""

    @abstractmethod
    def script(self, comparison: Comparison, plugins_dirs: Sequence[str] = ()) -> Scripts:
        """What makes ``comparison`` anew from the same groups, outside the page."""

    def truth(self) -> Truth | None:
        """The true means ``(J,)`` in the order of the data's labels; None where they are not known."""
        return None

    def file_groups(self) -> FileGroups | None:
        """The groups with how their file was read; None where they come from no file. Raises as groups."""
        return None

    def rows_of_groups(self, _labels: Sequence[str], /) -> list[GroupRows]:
        """The rows of the groups with these labels. Raises DataError where there are none, and as groups."""
        raise DataError("These data came as summaries: there are no rows behind them.")

    def rows(self) -> RowsFile | None:
        """The rows as a file to take away; None where there is none."""
        return None

    def bytes_held(self) -> int:
        """About what it holds by now, with what was computed of it."""
        return LEAST_BYTES

    token = ""
    """What the workspace knows it by, where it is somebody's file."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GroupSource) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True)
class Description:
    """What the page says of a source without computing anything."""

    title: str
    """What it is called."""
    file_name: str
    """What files that come from it are called after."""
    door: Literal["upload", "simulate", "database"]
    """The tab of the rail that it is under."""
    table: Table | None = None
    """The table among whose columns outcome and group are chosen; None where there is nothing to choose."""
    sample: Sample | None = None
    """The worked example that it is."""
    counts_rows: bool = True
    """Whether a group's own data are rows; else each mean was published, with its standard error."""
    by_lines: bool = False
    """Whether each group is a line of its own, whose order can be kept."""
    can_draw_again: bool = False
    """Whether other data like these can be had at the press of a button."""


@dataclass(frozen=True)
class Scripts:
    """The same comparison in three ways."""

    r: str
    python: str
    """With blupboard."""
    statsmodels: str
    """In Python without blupboard."""


@dataclass(frozen=True)
class RowsFile:
    """A file to download."""

    label: str
    """Of the entry in the menu."""
    name: str
    pieces: Callable[[], Iterator[bytes]]
    """The file's bytes. Raises BlupboardError where it cannot be written."""


def selection_key(*parts: str) -> str:
    """16 hexadecimal digits, other ones wherever the parts are (64 bits: no two of a session's will meet)."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
