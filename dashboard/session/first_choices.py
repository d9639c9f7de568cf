"""What is chosen when a source is opened: what its owner chose before, else the likeliest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dashboard.session.choices import Choices, kind_of
from dashboard.session.chosen_reading import ChosenReading
from dashboard.session.connected_table import ChosenTable
from dashboard.session.simulation import FIRST_DESIGN, ChosenDesign
from dashboard.session.stored_file import ChosenColumns, sample_of
from dashboard.storage.errors import WorkspaceError
from dashboard.storage.sample_tables import SAMPLE_PREFIX

if TYPE_CHECKING:
    from dashboard.session.comparisons import Comparisons
    from dashboard.storage.datasets import Dataset
    from estimators import Design, Registry


def worked_example(registry: Registry) -> str:
    """The token of the first sample, which is one of blupboard's own."""
    return SAMPLE_PREFIX + next(iter(registry.samples))


def missing_columns(registry: Registry, dataset: Dataset) -> str | None:
    """Which of its two columns a sample's file does not have, in a sentence; None where all is well."""
    sample = sample_of(registry.samples, dataset.token)
    if sample is None:
        return None
    names = [column.name for column in dataset.table.columns]
    missing = [repr(name) for name in (sample.outcome, sample.group) if name not in names]
    if not missing:
        return None
    return (
        f"the file {dataset.name} of the sample {sample.title} has no column "
        f"{' and no column '.join(missing)}; it has {', '.join(map(repr, names))}"
    )


def first_choices(comparisons: Comparisons, owner: str, token: str) -> Choices:
    """The choices to open a source with. Raises UnknownDataset when it has gone meanwhile."""
    kept = Choices.from_json(comparisons.workspace.load_choices(owner, token))
    before = None if kept is None else kept.source
    source = kind_of(token).first(comparisons.holdings, owner, token, before)
    if kept is not None and source == kept.source:
        return replace(kept, on=tuple(i for i in comparisons.registry if i in kept.on))
    return Choices(source, on=tuple(estimator.id for estimator in comparisons.registry.at_first))


def held_reading(choices: Choices) -> ChosenReading | None:
    """How the file that is opened is read, and with which rows; None where no file is."""
    source = choices.source
    if not isinstance(source, ChosenColumns):
        return None
    held = ChosenReading(
        source.token,
        source.reading,
        source.rows,
        choices.waved_off,
        event_of=source.outcome,
        model=source.model,
    )
    return held.with_summary(source.summary)


def held_table(choices: Choices) -> dict[str, Any] | None:
    """What the page holds of the table of a database that is opened; None where none is."""
    source = choices.source
    return source.controls_value if isinstance(source, ChosenTable) else None


def first_design(comparisons: Comparisons, owner: str) -> Design:
    """The design that the dials begin with: as they were left, or a first example."""
    source = first_choices(comparisons, owner, ChosenDesign.token).source
    return source.design if isinstance(source, ChosenDesign) else FIRST_DESIGN


def session_start(comparisons: Comparisons, owner: str, first: str, *, prefer: bool) -> Choices:
    """What a session finds: what it looked at last, or ``first``; always ``first`` if ``prefer``."""
    token = (None if prefer else comparisons.workspace.current(owner)) or first
    try:
        return first_choices(comparisons, owner, token)
    except WorkspaceError:
        return first_choices(comparisons, owner, first)
