"""Answers about intervals, tests, ranks and grades that this project did not compute."""

from __future__ import annotations

import numpy as np

from estimators import GroupData
from tests.oracles import FOLDER, read_columns, read_json


def names_of(letter):
    """The sets that have answers in the folder of a letter."""
    [folder] = (FOLDER / "inference").glob(f"{letter}_*")
    return sorted(path.stem for path in folder.glob("*.json") if path.stem != "coverage")


def answers(letter, name):
    [folder] = (FOLDER / "inference").glob(f"{letter}_*")
    return read_json("inference", folder.name, f"{name}.json")


def groups_of(name):
    """The groups of a set: of rows, or published with their standard errors."""
    columns = read_columns("inference", "data", f"{name}.csv")
    if "se" in columns:
        numbers = ([float(v) for v in columns[key]] for key in ("y", "se"))
        return GroupData.from_estimates(columns["group"], *numbers)
    return GroupData.from_arrays(columns["y"], columns["group"])


def places(data, expected):
    """Where each label of the data stands in the answer's ``group``."""
    return np.array([expected["group"].index(label) for label in data.labels])


def relative(got, want):
    """The largest relative error, absolute where the answer is 0."""
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    return float(np.max(np.abs(got - want) / np.where(want == 0, 1.0, np.abs(want))))
