"""Numbers that this project did not compute and how far off we are."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

from estimators import GroupData, build_registry

FOLDER = Path(__file__).parent / "data" / "oracles"
BUILT_IN = build_registry(entry_points=False)
STORED_METHODS = tuple(BUILT_IN[name] for name in ("ols", "reml", "ml", "james_stein", "grand_mean"))
"""The methods in the stored scripts and in what R made of them; one more joins when they are written anew."""
LOCATIONS = ("mu", "estimate")
SCALED = ("mu_std_error", "sigma_group", "sigma_error", "prediction", "conditional")
"""What is judged on the scale of the larger sigma."""
RELATIVE = ("criterion", "log_likelihood")
ABSOLUTE = ("icc",)


def read_json(*parts):
    return json.loads(FOLDER.joinpath(*parts).read_text(encoding="utf-8"))


def read_columns(*parts):
    """The columns of a CSV file as lists of text."""
    with FOLDER.joinpath(*parts).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def read_data(*parts, group="group"):
    """GroupData of a CSV file with its group column and y."""
    columns = read_columns(*parts)
    return GroupData.from_arrays(columns["y"], columns[group])


def set_names():
    return sorted(path.stem for path in (FOLDER / "expected").glob("*.json"))


def solved_sets():
    """(set, method) for every set that has a solution."""
    return [
        (name, method)
        for name in set_names()
        for method in ("reml", "ml")
        if "undefined" not in read_json("expected", f"{name}.json")[method.upper()]
    ]


def parameter(fit, name):
    return fit.parameters[name].value


def solution_errors(name, method):
    """By quantity the worst error of a fit: on the larger sigma's scale, relative, or absolute (the ICC).

    ``ulp`` is the worst error of a location in units in its last place, or in the larger sigma's where the
    location is smaller than that.
    """
    expected = read_json("expected", f"{name}.json")
    answer, data = expected[method.upper()], read_data("sets", f"{name}.csv")
    assert dict(zip(data.labels, data.n.tolist(), strict=True)) == dict(
        zip(expected["group"], expected["n"], strict=True)
    )
    order = [expected["group"].index(label) for label in data.labels]
    prediction = BUILT_IN[method].fit(data, {"std_error": "prediction"})
    conditional = BUILT_IN[method].fit(data, {"std_error": "conditional"})
    pairs = {
        "mu": (parameter(prediction, "mu"), answer["mu"]),
        "mu_std_error": (parameter(prediction, "mu_std_error"), answer["se_beta"][0]),
        "sigma_group": (parameter(prediction, "sigma_group"), answer["sigma_g"]),
        "sigma_error": (parameter(prediction, "sigma_error"), answer["sigma_e"]),
        "icc": (parameter(prediction, "icc"), answer["icc"]),
        "criterion": (parameter(prediction, "criterion"), answer["criterion"]),
        "log_likelihood": (parameter(prediction, "log_likelihood"), answer["logLik"]),
        "estimate": (prediction.estimate, np.array(answer["coef"])[order]),
        "prediction": (prediction.std_error, np.array(answer["coef_pred_se"])[order]),
        "conditional": (conditional.std_error, np.sqrt(np.array(answer["cond_var"])[order])),
    }
    scale = max(answer["sigma_g"], answer["sigma_e"])
    errors = {}
    for key, (got, want) in pairs.items():
        unit = 1.0 if key in ABSOLUTE else abs(want) if key in RELATIVE else scale
        errors[key] = float(np.max(np.abs(np.subtract(got, want)) / unit))
    errors["ulp"] = max(
        float(np.max(np.abs(np.subtract(got, want)) / np.spacing(np.maximum(np.abs(want), scale))))
        for got, want in (pairs[key] for key in LOCATIONS)
    )
    return errors
