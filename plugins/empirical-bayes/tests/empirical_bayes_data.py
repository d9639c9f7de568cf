"""Data that the tests share."""

import csv
import json
from pathlib import Path

import numpy as np

from blupboard_empirical_bayes import register_estimators
from estimators import GroupData

FOLDER = Path(__file__).parent / "data"
BY_ID = {estimator.id: estimator for estimator in register_estimators()}


def expected(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def columns(name):
    with (FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: [row[key] for row in rows] for key in rows[0]}


def published(estimate, std_error):
    """GroupData of published summaries in the order given."""
    labels = [f"{i:04d}" for i in range(len(estimate))]
    return GroupData.from_estimates(labels, estimate, np.broadcast_to(std_error, np.shape(estimate)))


def trials(name):
    """The BCG trials or the eight schools."""
    found = columns(name)
    return published([float(y) for y in found["y"]], [float(se) for se in found["se"]])


def batting():
    hits = np.array([int(h) for h in columns("batting")["hits"]])
    return published(hits / 45, np.sqrt(expected("batting")["variance"]))
