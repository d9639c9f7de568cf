"""A source of groups: two columns of a file: an upload, a sample, or one named on the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dashboard.ingest import ALL_ROWS, AS_FOUND, Reading, RowFilter, guess_roles
from dashboard.ingest.data_kinds import SummaryColumns
from dashboard.ingest.guess_kind import guess_kind
from dashboard.ingest.json_values import text
from dashboard.scene.group_noun import unit_of
from dashboard.scene.group_rows import group_rows
from dashboard.session.chosen_model import model_for, model_from_json, model_to_json
from dashboard.session.chosen_reading import (
    ChosenReading,
    rows_from_json,
    rows_to_json,
)
from dashboard.session.sources import (
    BYTES_OF_GROUP,
    LEAST_BYTES,
    Description,
    GroupSource,
    RowsFile,
    Scripts,
    SourceControls,
    selection_key,
)
from dashboard.storage.sample_tables import SAMPLE_PREFIX
from dashboard.words.numbers import row_count
from estimators import DataError
from estimators.data.frames import NOTHING_BESIDE, ModelColumns
from estimators.data.read_once import ReadOnce

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from dashboard.ingest import FileGroups
    from dashboard.scene.group_rows import GroupRows
    from dashboard.session.sources import ChosenSource, Holdings
    from dashboard.storage.datasets import Dataset
    from estimators import Comparison, GroupData, Sample


@dataclass(frozen=True)
class ChosenColumns:
    """Two columns of a dataset, how its file is read, and which of its rows take part."""

    token: str
    outcome: str
    group: str
    reading: Reading = AS_FOUND
    """Of the layout it says what the table was read by: that is read again before this says otherwise."""
    rows: RowFilter = ALL_ROWS
    summary: SummaryColumns | None = None
    """The columns of summaries, of which the outcome is the first; None where lines are rows."""
    model: ModelColumns = NOTHING_BESIDE
    """Covariates and weights."""

    controls: ClassVar[frozenset[str]] = frozenset({"outcome", "group", "reading"})

    @property
    def compared(self) -> str:
        """The outcome, or the logarithm that is taken of a ratio with its interval."""
        return self.outcome if self.summary is None else self.summary.compared

    @property
    def selection_key(self) -> str:
        """The same for the same dataset and columns, read alike, with the same rows."""
        chosen = {**self.reading.set_options(), **rows_to_json(self.rows)}
        chosen |= {} if self.summary is None else self.summary.to_json()
        chosen |= model_to_json(self.model)
        return selection_key(self.token, self.outcome, self.group, *([json.dumps(chosen)] if chosen else []))

    @classmethod
    def owns(cls, _token: str, /) -> bool:
        """Every token that no other kind of source takes for its own."""
        return True

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "token": self.token,
            "outcome": self.outcome,
            "group": self.group,
            "reading": self.reading.set_options(),
            "rows": rows_to_json(self.rows),
            "summary": None if self.summary is None else self.summary.to_json(),
            "model": model_to_json(self.model),
            "design": None,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> ChosenColumns | None:
        """The columns; None where what was chosen is no file."""
        if given.get("design") is not None or given.get("connected") is not None:
            return None
        return cls(
            text(given["token"]),
            text(given["outcome"]),
            text(given["group"]),
            Reading.from_json(given.get("reading")),
            rows_from_json(given.get("rows")),
            None if given.get("summary") is None else SummaryColumns.from_json(given["summary"]),
            model_from_json(given.get("model")),
        )

    @classmethod
    def from_controls(cls, given: SourceControls) -> ChosenColumns:
        """The columns of the pickers. Raises DataError or UnreadableFile where one of them is empty."""
        if not given.outcome or not given.group:
            raise DataError("Choose an outcome (numbers) and a grouping column.")
        chosen = ChosenReading.from_json(given.reading, given.token)
        reading, summary = chosen.reading_of(given.outcome), chosen.summary_of(given.outcome)
        return cls(given.token, given.outcome, given.group, reading, chosen.rows, summary, chosen.model)

    @classmethod
    def first(cls, holdings: Holdings, owner: str, token: str, kept: ChosenSource | None) -> ChosenColumns:
        """The columns that were kept, if the file has them; else those of the command line, or the likeliest.

        Raises UnknownDataset, UnusableSample or NoRoom.
        """
        dataset = holdings.workspace.get(owner, token)
        table = dataset.table
        names = {column.name for column in table.columns}
        if isinstance(kept, cls) and kept.columns <= names:
            model = model_for(kept.model, table)
            return replace(kept, reading=kept.reading.with_layout(dataset.reading), model=model)
        sample = sample_of(holdings.samples, token)
        preset = holdings.preset_roles.get(token, (None, None))
        if sample is None and preset == (None, None):
            # of numbers that are amiss it is said what, beside the control that makes lines rows
            found = guess_kind(table, reading=dataset.reading, troubled=True)
            if found is not None:
                summary = found.summary
                return cls(token, summary.outcome, found.group, dataset.reading, summary=summary)
        outcome, group = guess_roles(table).pair if sample is None else (sample.outcome, sample.group)
        return cls(token, preset[0] or outcome or "", preset[1] or group or "", dataset.reading)

    @property
    def columns(self) -> set[str]:
        """The names of all of them, those of the model aside."""
        return {
            self.outcome,
            self.group,
            *(name for _, name in (self.summary.columns if self.summary else ())),
        }

    def open(self, holdings: Holdings, owner: str) -> StoredFile:
        """The file, if ``owner`` may read it. Raises UnknownDataset, UnusableSample or NoRoom."""
        dataset = holdings.workspace.get(owner, self.token)
        return source_of(dataset, self, sample_of(holdings.samples, self.token))


class StoredFile(GroupSource):
    """A file with its two columns; one that is stored anew under the same token is another one."""

    def __init__(self, dataset: Dataset, chosen: ChosenColumns, sample: Sample | None = None) -> None:
        """Two columns of ``dataset``, which may be the file of a sample."""
        self._dataset = dataset
        self._chosen = chosen
        self._sample = sample
        self.token = chosen.token

    @property
    def key(self) -> Hashable:
        """The file as it was stored, the table that was read of it last, and all that was chosen of it."""
        return self._chosen, self._dataset.created, self._dataset.table.path.name

    def groups(self) -> GroupData:
        """The rows reduced to groups, once. Raises DataError or UnreadableFile."""
        return self._file_groups.data

    def file_groups(self) -> FileGroups:
        """The groups with how the file was read and what may be amiss. Raises as groups."""
        return self._file_groups

    def rows_of_groups(self, labels: Sequence[str]) -> list[GroupRows]:
        """Read from the stored table. Raises DataError or UnreadableFile."""
        from dashboard.ingest.rows_of_groups import rows_of_groups
        from dashboard.ingest.two_columns import table_columns

        found = rows_of_groups(table_columns(self._dataset.table, **self._roles), labels)
        return [group_rows(rows.outcome, rows.line, rows.noun) for rows in found]

    def describe(self) -> Description:
        """The file by its name."""
        name = self._dataset.name
        return Description(name, name, "upload", table=self._dataset.table, sample=self._sample)

    def facts(self) -> tuple[str, ...]:
        """How many rows are used of how many, in how many groups."""
        data, total, noun = self.groups(), self._dataset.table.rows, unit_of(self._chosen.group)
        size = row_count(total) if data.total >= total else f"{data.total:,} of {row_count(total)}"
        return size, f"{len(data):,} {noun.one if len(data) == 1 else noun.many}"

    def script(self, comparison: Comparison, plugins_dirs: Sequence[str] = ()) -> Scripts:
        """Scripts that read the rows in use: of the file itself where they read it alike, else as used."""
        from dashboard.ingest.written_plainly import reads_alike
        from dashboard.scripts.file_rows import FileRows
        from dashboard.scripts.python_code import python_script
        from dashboard.scripts.r_code import r_script
        from dashboard.scripts.statsmodels_code import statsmodels_script

        table, roles = self._dataset.table, self._roles
        model = roles.pop("beside")
        rows = FileRows(
            table.name,
            roles["outcome"],
            roles["group"],
            replace(roles["reading"], sheet=table.sheet, stack=table.stacked),
            roles["rows"],
            table.layout if reads_alike(table, comparison.data, **roles, beside=model) else None,
            table.reader,
            tuple(plugins_dirs),
            "row" if table.layout is None else "line",
            model,
        )
        r, python, statsmodels = (
            script(comparison, rows) for script in (r_script, python_script, statsmodels_script)
        )
        return Scripts(r, python, statsmodels)

    def rows(self) -> RowsFile | None:
        """The rows in use, as they were read."""
        from dashboard.scripts.rows_csv import rows_file_name

        return RowsFile("Rows as used (CSV)", rows_file_name(self._dataset.name), self._rows_csv)

    def bytes_held(self) -> int:
        """Its groups, once they are read; its rows stay on the disk."""
        read = "_file_groups" in vars(self)
        return LEAST_BYTES + (BYTES_OF_GROUP * len(self.groups()) if read else 0)

    def _rows_csv(self) -> Iterator[bytes]:
        from dashboard.ingest.rows_used import rows_used
        from dashboard.ingest.two_columns import table_columns
        from dashboard.scripts.rows_csv import rows_csv

        columns = table_columns(self._dataset.table, **self._roles)
        return rows_csv(rows_used(columns), self._chosen.model.names)

    @property
    def _roles(self) -> dict[str, Any]:
        """The columns, how their cells are read, and which rows take part."""
        chosen = self._chosen
        return {
            "outcome": chosen.outcome,
            "group": chosen.group,
            "reading": chosen.reading,
            "rows": chosen.rows,
            "beside": chosen.model,
        }

    @ReadOnce
    def _file_groups(self) -> FileGroups:
        from dashboard.ingest import table_groups

        return table_groups(self._dataset.table, **self._roles)


def source_of(dataset: Dataset, chosen: ChosenColumns, sample: Sample | None = None) -> StoredFile:
    """The source of these columns of a file: of rows, or of summaries."""
    if chosen.summary is None:
        return StoredFile(dataset, chosen, sample)
    from dashboard.session.stored_summaries import StoredSummaries

    return StoredSummaries(dataset, chosen, chosen.summary)


def sample_of(samples: Mapping[str, Sample], token: str) -> Sample | None:
    """The sample behind a token; None where it is that of something else."""
    return samples.get(token.removeprefix(SAMPLE_PREFIX)) if token.startswith(SAMPLE_PREFIX) else None
