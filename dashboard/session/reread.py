"""A file read otherwise, or with other rows: what was chosen if it gives groups, else all stays as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dashboard.ingest import Reading, UnreadableFile, guess_roles
from dashboard.ingest.errors import name_list
from dashboard.ingest.json_values import text
from dashboard.session.choices import Choices
from dashboard.session.chosen_model import (
    columns_of,
    model_from_json,
    model_to_json,
    of_summaries,
    without_columns,
)
from dashboard.session.chosen_reading import Before
from dashboard.session.first_choices import held_reading
from dashboard.session.stored_file import ChosenColumns, source_of
from dashboard.storage.errors import WorkspaceError
from estimators import BlupboardError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dashboard.ingest import Condition, RowFilter
    from dashboard.ingest.hints import Hint
    from dashboard.session.chosen_reading import ChosenReading
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.sources import ChosenSource
    from dashboard.storage.datasets import Dataset


def read_otherwise(
    comparisons: Comparisons, owner: str, chosen: ChosenColumns, reading: Reading, rows: RowFilter
) -> ChosenColumns:
    """The columns of a file with this reading and these rows, once they were seen to give groups.

    Where the layout is another one the file is read again, and columns that it does not have any more are
    guessed anew. Raises UnreadableFile, DataError or WorkspaceError with a sentence; the old reading then
    still holds.
    """
    wanted = replace(chosen, reading=reading, rows=rows)
    dataset = comparisons.workspace.get(owner, chosen.token)
    if reading.layout == dataset.reading:
        comparisons.source(owner, Choices(wanted, ())).groups()
        return wanted
    found: list[ChosenColumns] = []

    def check(draft: Dataset) -> None:
        found.append(_with_columns_of(draft, wanted))
        source_of(draft, found[0]).groups()

    comparisons.workspace.reread(owner, chosen.token, reading, check)
    return found[0]


def read_stacked(comparisons: Comparisons, owner: str, token: str, wanted: tuple[str, ...]) -> Dataset:
    """The file of a dataset read again with these columns stacked, if that gives groups.

    Raises UnreadableFile, DataError or WorkspaceError; all stays as it was then.
    """

    def check(draft: Dataset) -> None:
        outcome, group = guess_roles(draft.table).pair
        if wanted and outcome and group:
            source_of(draft, ChosenColumns(token, outcome, group)).groups()

    before = comparisons.workspace.get(owner, token)
    return comparisons.workspace.reread(owner, token, replace(before.reading, stack=wanted), check)


def _with_columns_of(dataset: Dataset, wanted: ChosenColumns) -> ChosenColumns:
    table = dataset.table
    gone_of_model = [name for name in columns_of(wanted.model) if table.column(name) is None]
    wanted = replace(wanted, model=without_columns(wanted.model, gone_of_model))
    if all(map(table.column, wanted.columns)):
        return wanted
    if wanted.summary is not None:
        gone = sorted(name for name in wanted.columns if table.column(name) is None)
        raise UnreadableFile(f"Read so, {table.name} has no column {name_list(tuple(gone))}.")
    outcome, group = guess_roles(table).pair
    if outcome is None or group is None:
        role = "outcome" if outcome is None else "group"
        raise UnreadableFile(f"Read so, {table.name} has no column that can be the {role}.")
    model = without_columns(wanted.model, (outcome, group))
    return replace(wanted, outcome=outcome, group=group, model=model)


def with_hint(chosen: ChosenColumns, hint: Hint) -> ChosenColumns:
    """What a hint's click asks for."""
    reading, rows = hint.applied(chosen.reading, chosen.rows)
    outcome = hint.outcome or chosen.outcome
    model = without_columns(chosen.model, (outcome,))
    return replace(chosen, reading=reading, rows=rows, outcome=outcome, model=model)


def without_groups(chosen: ChosenColumns, labels: Iterable[str]) -> ChosenColumns:
    """These groups left out too."""
    exclude = tuple(dict.fromkeys((*chosen.rows.exclude, *labels)))
    return replace(chosen, rows=replace(chosen.rows, exclude=exclude))


def with_condition(chosen: ChosenColumns, condition: Condition) -> ChosenColumns:
    """One more condition that rows fulfil."""
    where = tuple(dict.fromkeys((*chosen.rows.where, condition)))
    return replace(chosen, rows=replace(chosen.rows, where=where))


def taken_back(chosen: ChosenColumns, option: str, value: str) -> ChosenColumns:
    """Without one of the changes of `words.reading`, or with all groups back for ``exclude_all``.

    Raises ValueError for an option that there is not.
    """
    reading, rows = chosen.reading, chosen.rows
    if option == "exclude_all":
        rows = replace(rows, exclude=())
    elif option == "exclude":
        rows = replace(rows, exclude=tuple(label for label in rows.exclude if label != value))
    elif option == "where":
        kept = (condition for place, condition in enumerate(rows.where) if str(place) != value)
        rows = replace(rows, where=tuple(kept))
    elif option == "missing":
        reading = replace(reading, missing=tuple(code for code in reading.missing if code != value))
    elif option == "categorical":
        codes = tuple(name for name in chosen.model.categorical if name != value)
        return replace(chosen, model=replace(chosen.model, categorical=codes))
    elif option == "curves":
        curves = tuple(pair for pair in chosen.model.curves if pair[0] != value)
        return replace(chosen, model=replace(chosen.model, curves=curves))
    elif option in ("adjust", "explained_by", "weights"):
        return replace(chosen, model=without_columns(chosen.model, (value,)))
    elif option in reading.to_json():
        reading = Reading.from_json({**reading.to_json(), option: None})
    else:
        raise ValueError(option)
    return replace(chosen, reading=reading, rows=rows)


def keep_reading(comparisons: Comparisons, owner: str, chosen: ChosenColumns) -> None:
    """Keep how a file is read for the next one that is found to have the same columns.

    Covariates and weights are kept with the outcome and the group that they were chosen for.
    """
    kept: dict[str, Any] = chosen.reading.set_options()
    if chosen.model:
        kept |= {"model": model_to_json(chosen.model), "outcome": chosen.outcome, "group": chosen.group}
    comparisons.workspace.keep_preset(owner, chosen.token, kept)


def _with_kept_model(first: ChosenColumns, kept: Mapping[str, Any]) -> ChosenColumns:
    """With the covariates and weights of :func:`keep_reading`. Raises TypeError or ValueError."""
    model = model_from_json(kept.get("model"))
    if not model:
        return first
    if first.summary is not None:
        return replace(first, model=without_columns(of_summaries(model), first.columns))
    return replace(first, outcome=text(kept["outcome"]), group=text(kept["group"]), model=model)


def read_as_before(
    comparisons: Comparisons, owner: str, choices: Choices
) -> tuple[ChosenSource, ChosenReading | None]:
    """What a source is opened with.

    A file that is opened for the first time is read as the last one was that was found to have the same
    columns, and has its covariates and weights, where that does for this one; that is said, and can be
    undone.
    """
    held, first = held_reading(choices), choices.source
    if held is None or not isinstance(first, ChosenColumns):
        return first, held
    if comparisons.workspace.load_choices(owner, first.token):
        return first, held
    try:
        kept = comparisons.workspace.kept_preset(owner, first.token)
        reading = Reading.from_json(kept)
        wanted = _with_kept_model(first, kept)
        if reading == first.reading and wanted == first:
            return first, held
        read = read_otherwise(comparisons, owner, wanted, reading, first.rows)
    except (BlupboardError, WorkspaceError, KeyError, ValueError, TypeError):
        return first, held
    words = "Read as your last file with these columns"
    before = Before(words, first.reading, first.rows, first.outcome, first.group)
    return read, replace(held, reading=reading, model=read.model, before=before)
