"""``compare``: the estimators side by side, failing ones among them, as columns and as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from estimators import TIDY_COLUMNS, GroupData, GroupFit, Note, OptionError, compare
from tests.estimators.plugin_parts import DATA, Share, variant
from tests.oracles import BUILT_IN


def test_a_failing_estimator_stands_beside_the_others_with_its_reason():
    class Stops(Share):
        id = "stops"

        def _fit(self, data, options):
            raise SystemExit("enough")

    crash = variant(id="crash", _fit=lambda self, data, options: {}["x"])
    shape = variant(id="shape", _fit=lambda self, data, options: GroupFit([1.0]))
    ends = variant(
        id="ends",
        _fit=lambda self, data, options: GroupFit(
            data.mean, interval_fn=lambda level: (data.mean + 1, data.mean)
        ),
    )
    notes = variant(id="notes", _fit=lambda self, data, options: GroupFit(data.mean, notes=["mind"]))
    refused = variant(id="refused", _fit=BUILT_IN["james_stein"]._fit)
    three = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0, 5.0, 3.0], list("aabbcc"))
    found = compare(three, [crash, BUILT_IN["ols"], shape, ends, Stops(), notes, refused])
    assert [r.id for r in found.results] == ["crash", "ols", "shape", "ends", "stops", "notes", "refused"]
    assert [r.id for r in found.succeeded] == ["ols"]
    assert {r.id: r.message for r in found.failed} == {
        "crash": "the method failed with KeyError: 'x'",
        "shape": "the method did not keep to its contract: estimate has shape (1,), but there are 3 groups",
        "ends": "the method did not keep to its contract: interval_fn gave a lower end above the upper one",
        "stops": "the method failed with SystemExit: enough",
        "notes": "the method did not keep to its contract: notes holds 'mind': give instances of Note",
        "refused": "needs at least 4 groups",
    }
    failed = found["crash"]
    assert (failed.fit, failed.interval, failed.rank) == (None, None, None)
    as_dict = found.to_dict()["fits"][0]
    assert (as_dict["status"], as_dict["parameters"], as_dict["groups"]) == ("failed", None, [])


def test_comparing_takes_ids_instances_registries_and_nothing():
    ids = [r.id for r in compare(DATA, BUILT_IN).results]
    assert ids == list(BUILT_IN)
    assert [r.id for r in compare(DATA).results][: len(ids)] == ids
    assert [r.id for r in compare(DATA, "reml").results] == ["reml"]
    assert [r.id for r in compare(DATA, ["ml", Share(), "ml"]).results] == ["ml", "share"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimators": ["nobody"]}, "no estimator 'nobody'"),
        ({"estimators": [Share]}, "is no estimator: give instances"),
        ({"estimators": [Share(), variant()]}, "two different estimators have the id 'share'"),
        (
            {"estimators": ["ols"], "options": {"reml": {}}},
            "reml, which is not among the estimators compared",
        ),
        ({"estimators": ["reml"], "options": {"reml": {"std_error": "odd"}}}, "reml.std_error takes one of"),
        ({"level": 95}, "the interval level lies between 0 and 1, not at 95"),
    ],
)
def test_a_comparison_that_cannot_be_asked_for_is_refused(arguments, message):
    with pytest.raises(OptionError, match=message):
        compare(DATA, **arguments)


def test_options_reach_the_estimator():
    found = compare(DATA, ["reml", "ml"], options={"reml": {"std_error": "conditional"}}, level=0.8)
    assert (found["reml"].fit.std_error < found["ml"].fit.std_error).all()
    low, high = found["ml"].interval
    np.testing.assert_allclose(high - low, 2 * 1.5332062740589438 * found["ml"].fit.std_error)


def test_the_tidy_columns_hold_every_estimator_and_group():
    found = compare(DATA, BUILT_IN)
    tidy = found.tidy()
    assert tuple(tidy.columns) == TIDY_COLUMNS
    assert len(tidy) == len(BUILT_IN) * len(DATA)
    stein = tidy[tidy["estimator"] == "james_stein"]
    assert stein["std_error"].isna().all()
    assert stein["conf_low"].isna().all()
    assert sorted(stein["rank"]) == [1, 2, 3, 4]
    grand = tidy[tidy["estimator"] == "grand_mean"]
    assert grand["rank"].tolist() == [2.5] * 4
    columns = found.columns()
    assert columns["std_error"][columns["estimator"].index("james_stein")] is None


def test_plain_numbers_for_json():
    body = json.loads(json.dumps(compare(DATA, BUILT_IN).to_dict(), allow_nan=False))
    assert body["data"] == {
        "rows": 8,
        "used": 8,
        "dropped": {"missing_outcome": 0, "missing_group": 0, "not_a_number": 0, "not_finite": 0},
        "groups": 4,
    }
    fits = {fit["estimator"]: fit for fit in body["fits"]}
    keys = {"mu", "mu_std_error", "sigma_group", "sigma_error", "icc", "criterion", "log_likelihood"}
    assert all(set(fit["parameters"]) == keys for fit in fits.values())
    assert fits["ols"]["parameters"]["mu"] is None
    reml = fits["reml"]["parameters"]
    assert reml["log_likelihood"] == pytest.approx(-reml["criterion"] / 2)
    assert list(fits["reml"]["groups"][0]) == list(TIDY_COLUMNS[1:])
    assert fits["james_stein"]["groups"][0]["std_error"] is None


def test_notes_and_extra_parameters_are_handed_on():
    noted = variant(
        _fit=lambda self, data, options: GroupFit(
            data.mean, parameters={"tau": 2.0}, notes=[Note("odd", "info", "An odd thing.")]
        )
    )
    body = compare(DATA, [noted]).to_dict()["fits"][0]
    assert body["parameters"]["tau"] == 2.0
    assert body["notes"] == [{"code": "odd", "severity": "info", "text": "An odd thing."}]


def test_where_lower_is_better_rank_1_is_the_smallest():
    usual, turned = compare(DATA, BUILT_IN), compare(DATA, BUILT_IN, smallest_first=True)
    for result in turned.succeeded:
        np.testing.assert_array_equal(result.rank, len(DATA) + 1 - usual[result.id].rank)
    assert turned.to_dict()["lower_is_better"]
