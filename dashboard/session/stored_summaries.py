"""A source of groups: a file whose lines are summaries of groups: means, estimates, counts or rates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.scene.group_noun import unit_of
from dashboard.session.sources import Description, Scripts
from dashboard.session.stored_file import StoredFile
from estimators import DataError
from estimators.data.read_once import ReadOnce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.ingest import FileGroups
    from dashboard.ingest.data_kinds import SummaryColumns
    from dashboard.scene.group_rows import GroupRows
    from dashboard.session.stored_file import ChosenColumns
    from dashboard.storage.datasets import Dataset
    from estimators import Comparison


class StoredSummaries(StoredFile):
    """A file with its columns of summaries; there are no rows to show or to take away."""

    def __init__(self, dataset: Dataset, chosen: ChosenColumns, summary: SummaryColumns) -> None:
        """Columns of ``dataset``."""
        super().__init__(dataset, chosen)
        self._summary = summary

    def rows_of_groups(self, _labels: Sequence[str], /) -> list[GroupRows]:
        """Raises DataError: there are none."""
        raise DataError("These data came as summaries: there are no rows behind them.")

    def describe(self) -> Description:
        """The file by its name."""
        name, counted = self._dataset.name, self._summary.kind in ("means", "counts")
        return Description(
            name, name, "upload", table=self._dataset.table, counts_rows=counted, by_lines=True
        )

    def facts(self) -> tuple[str, ...]:
        """How many groups, and of what their summaries are."""
        from dashboard.words.summaries import behind_summaries

        data, noun = self.groups(), unit_of(self._chosen.group)
        groups = f"{len(data):,} {noun.one if len(data) == 1 else noun.many}"
        return tuple(filter(None, (behind_summaries(data), groups)))

    def script(self, comparison: Comparison, plugins_dirs: Sequence[str] = ()) -> Scripts:
        """Scripts with the summaries in them; with covariates, of the file."""
        chosen = self._chosen
        if chosen.model:
            from dashboard.scripts.explained_code import explained_scripts
            from dashboard.scripts.file_rows import FileRows

            name, reading = self._dataset.name, replace(chosen.reading, sheet=self._dataset.table.sheet)
            columns = chosen.outcome, chosen.group, reading, chosen.rows
            rows = FileRows(name, *columns, plugins_dirs=tuple(plugins_dirs), noun="line", model=chosen.model)
            return Scripts(*explained_scripts(comparison, self._summary, rows))
        from dashboard.scripts.summaries_code import summaries_scripts

        return Scripts(*summaries_scripts(comparison, self._dataset.name, plugins_dirs))

    def rows(self) -> None:
        """None: there is no row to take away."""

    @ReadOnce
    def _file_groups(self) -> FileGroups:
        from dashboard.ingest.summary_groups import table_summaries

        chosen = self._chosen
        return table_summaries(
            self._dataset.table,
            summary=self._summary,
            group=chosen.group,
            reading=chosen.reading,
            rows=chosen.rows,
            beside=chosen.model,
        )
