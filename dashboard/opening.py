"""What is chosen when a dataset is opened: what its owner chose before, else the likeliest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.choices import Choices
from dashboard.ingest import guess_roles
from dashboard.samples import SAMPLES
from dashboard.workspace import UnknownDataset

if TYPE_CHECKING:
    from dashboard.board import Board
    from dashboard.datasets import Dataset

SAMPLE_PREFIX = "sample-"


def opening_choices(board: Board, owner: str, dataset: Dataset) -> Choices:
    """The choices to open a dataset with. Raises UnknownDataset when it has gone meanwhile."""
    kept = Choices.from_json(board.workspace.load_choices(owner, dataset.token))
    names = {column.name for column in dataset.table.columns}
    if kept is not None and {kept.outcome, kept.group} <= names:
        return replace(kept, token=dataset.token, on=tuple(i for i in board.registry if i in kept.on))
    outcome, group = _likeliest(board, dataset)
    return Choices(token=dataset.token, outcome=outcome or "", group=group or "", on=tuple(board.registry))


def session_start(board: Board, owner: str, first: str, *, prefer: bool) -> tuple[Dataset, Choices]:
    """What a session finds: the dataset it looked at last, or ``first``; always ``first`` if ``prefer``."""
    dataset = (None if prefer else board.workspace.current(owner)) or board.workspace.get(owner, first)
    try:
        return dataset, opening_choices(board, owner, dataset)
    except UnknownDataset:
        dataset = board.workspace.get(owner, first)
        return dataset, opening_choices(board, owner, dataset)


def _likeliest(board: Board, dataset: Dataset) -> tuple[str | None, str | None]:
    likely = guess_roles(dataset.table)
    preset = board.preset_roles.get(dataset.token)
    if preset is not None:
        return preset[0] or likely[0], preset[1] or likely[1]
    sample = SAMPLES.get(dataset.token.removeprefix(SAMPLE_PREFIX))
    if sample is not None and dataset.token.startswith(SAMPLE_PREFIX):
        return sample.outcome, sample.group
    return likely
