"""Stays in eight wards with covariates and weights, and the models that are asked of them."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np

from dashboard.ingest import ModelColumns
from dashboard.session.first_choices import first_choices


def ward_rows() -> str:
    """Stays in eight wards of two types; three rows lack the age, one the outcome."""
    random = np.random.default_rng(20)
    lines = ["ward,type,age,sex,code,w,days"]
    for k, ward in enumerate("ABCDEFGH"):
        kind, level = ("acute", "long")[k % 2], random.normal(0, 1.5)
        for _ in range(int(random.integers(6, 30))):
            age, sex, code = (
                int(random.normal(60 + 3 * k, 9)),
                random.choice(["f", "m"]),
                random.integers(1, 4),
            )
            days = (
                2 + 0.1 * age + (sex == "m") + 0.7 * (code == 2) + 2 * (k % 2) + level + random.normal(0, 2)
            )
            lines.append(f"{ward},{kind},{age},{sex},{code},{random.integers(1, 5)},{days:.2f}")
    for place in (3, 20, 41):
        cells = lines[place].split(",")
        lines[place] = ",".join([*cells[:2], "", *cells[3:]])
    lines[30] = lines[30].rsplit(",", 1)[0] + ","
    return "\n".join(lines) + "\n"


WARDS = ward_rows()
TRIALS = "trial,region,yi,vi\na,n,-0.9,0.33\nb,n,-1.6,0.19\nc,s,-1.3,0.42\nd,s,-1.4,0.02\ne,s,-0.2,0.05\n"
MODELS = {
    "adjusted": ModelColumns(adjust=("age", "sex")),
    "explained": ModelColumns(explained_by=("type",)),
    "both": ModelColumns(adjust=("age", "code"), explained_by=("type",), categorical=("code",)),
    "curved": ModelColumns(adjust=("age", "sex"), curves=(("age", "spline3"),)),
    "precision": ModelColumns(adjust=("age",), weights="w"),
    "frequency": ModelColumns(weights="w", weight_kind="frequency"),
    "survey": ModelColumns(weights="w", weight_kind="survey"),
}


def opened_wards(comparisons):
    """Choices with which the file is opened."""
    dataset = comparisons.workspace.receive("ann", "wards.csv", io.BytesIO(WARDS.encode()), None)
    choices = first_choices(comparisons, "ann", dataset.token)
    return replace(choices, source=replace(choices.source, outcome="days", group="ward"))


def with_model(choices, model):
    return replace(choices, source=replace(choices.source, model=model))
