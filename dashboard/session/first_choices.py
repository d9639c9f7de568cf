"""What is chosen when a dataset is opened: what its owner chose before, else the likeliest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.ingest import guess_roles
from dashboard.session.choices import Choices
from dashboard.storage.workspace import SIMULATED, WorkspaceError
from estimators import Design

if TYPE_CHECKING:
    from dashboard.session.comparisons import Comparisons
    from dashboard.storage.datasets import Dataset
    from estimators import Registry, Sample

SAMPLE_PREFIX = "sample-"
SIMULATED_OUTCOME, SIMULATED_GROUP = "y", "group"
"""The columns of simulated data."""
SIMULATED_DATASET = {"token": SIMULATED, "name": "simulated"}
FIRST_DESIGN = Design(groups=20, per_group="10", sigma_group=1.6, sigma_error=5.0, seed=4)


def worked_example(registry: Registry) -> str:
    """The token of the first sample, which is one of blupboard's own."""
    return SAMPLE_PREFIX + next(iter(registry.samples))


def sample_of(registry: Registry, token: str) -> Sample | None:
    """The sample behind a token; None where it is that of something else."""
    return (
        registry.samples.get(token.removeprefix(SAMPLE_PREFIX)) if token.startswith(SAMPLE_PREFIX) else None
    )


def lacking(registry: Registry, dataset: Dataset) -> str | None:
    """Which of its two columns a sample's file does not have, in a sentence; None where all is well."""
    sample = sample_of(registry, dataset.token)
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


def opening_choices(comparisons: Comparisons, owner: str, dataset: Dataset) -> Choices:
    """The choices to open a dataset with. Raises UnknownDataset when it has gone meanwhile."""
    kept = Choices.from_json(comparisons.workspace.load_choices(owner, dataset.token))
    names = {column.name for column in dataset.table.columns}
    if kept is not None and {kept.outcome, kept.group} <= names:
        return replace(kept, token=dataset.token, on=tuple(i for i in comparisons.registry if i in kept.on))
    outcome, group = _likeliest(comparisons, dataset)
    return Choices(
        token=dataset.token, outcome=outcome or "", group=group or "", on=_on_at_first(comparisons)
    )


def simulated_choices(comparisons: Comparisons, owner: str) -> Choices:
    """The choices to open the simulation with: as it was left, or a first example."""
    kept = Choices.from_json(comparisons.workspace.load_choices(owner, SIMULATED))
    if kept is not None and kept.design is not None:
        return replace(kept, token=SIMULATED, on=tuple(i for i in comparisons.registry if i in kept.on))
    return Choices(
        token=SIMULATED,
        outcome=SIMULATED_OUTCOME,
        group=SIMULATED_GROUP,
        on=_on_at_first(comparisons),
        design=FIRST_DESIGN,
    )


def simulated_design(comparisons: Comparisons, owner: str) -> Design:
    """The design that the dials begin with."""
    return simulated_choices(comparisons, owner).design or FIRST_DESIGN


def session_start(
    comparisons: Comparisons, owner: str, first: str, *, prefer: bool
) -> tuple[Dataset | None, Choices]:
    """What a session finds: what it looked at last, or ``first``; always ``first`` if ``prefer``.

    The dataset is None where the choices hold a design.
    """
    token = (None if prefer else comparisons.workspace.current(owner)) or first
    if token == SIMULATED:
        return None, simulated_choices(comparisons, owner)
    try:
        dataset = comparisons.workspace.get(owner, token)
        return dataset, opening_choices(comparisons, owner, dataset)
    except WorkspaceError:
        dataset = comparisons.workspace.get(owner, first)
        return dataset, opening_choices(comparisons, owner, dataset)


def _on_at_first(comparisons: Comparisons) -> tuple[str, ...]:
    return tuple(estimator.id for estimator in comparisons.registry.at_first)


def _likeliest(comparisons: Comparisons, dataset: Dataset) -> tuple[str | None, str | None]:
    likely = guess_roles(dataset.table)
    preset = comparisons.preset_roles.get(dataset.token)
    if preset is not None:
        return preset[0] or likely[0], preset[1] or likely[1]
    sample = sample_of(comparisons.registry, dataset.token)
    return likely if sample is None else (sample.outcome, sample.group)
