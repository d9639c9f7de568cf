"""Plugins in processes of their own, in the risk study and in the comparisons that are kept."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.callbacks.risk import _begin
from dashboard.plugin_host.stand_ins import for_many, seconds_for, with_stand_ins
from dashboard.plugin_host.wire import Fault
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.running_studies import RunningStudies
from dashboard.session.simulation import ChosenDesign
from dashboard.storage.workspace import Workspace
from estimators import DataError, Design, RiskStudy, run_risk
from tests.plugin_host.several import DATA
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

# In the risk study

DESIGN = Design(groups=6, per_group="4", sigma_group=1.0, sigma_error=1.0)


def test_a_study_says_the_same_of_a_stand_in(registry, originals, folder):
    names = ("good", "rows", "many", "ols")

    def study(given):
        return RiskStudy(DESIGN, for_many(given[name] for name in names), replicates=20, seed=3)

    here, there = run_risk(study(originals)).to_dict(), run_risk(study(registry)).to_dict()
    assert there["estimators"] == here["estimators"]
    assert (folder / "batches").read_text() == "20"


def test_a_study_asks_a_method_that_hangs_once(originals, hasty, folder):
    hangs = with_stand_ins(originals, hasty)["hangs"]
    study = RiskStudy(DESIGN, for_many([hangs]), replicates=50, seed=3)
    (found,) = run_risk(study).to_dict()["estimators"]
    assert found["failed"] == 50
    assert found["failures"] == [
        {"reason": "it was stopped after 2 seconds, the time that a plugin may take here", "count": 50}
    ]
    assert (folder / "tries").read_text() == "x"


def test_studies_of_the_same_are_equal(registry):
    one, two = (RiskStudy(DESIGN, for_many([registry["good"]]), replicates=9) for _ in range(2))
    assert one == two
    assert one != RiskStudy(DESIGN, for_many([registry["many"]]), replicates=9)


def test_a_study_of_slow_plugins_waits_until_it_is_asked_for(registry):
    registry["good"].fit(DATA)
    registry["good"].last_seconds = 1.0
    both = for_many([registry["good"], registry["many"]])
    assert seconds_for(both, 40) == 40.0
    study = RiskStudy(DESIGN, both, replicates=40)
    studies = RunningStudies()
    said = _begin(studies, "ann", study, asked=False)
    assert said == {"left": "Press Run to measure this scenario"}
    assert studies.look("ann") is None
    assert _begin(studies, "ann", study, asked=True) == {}
    wait_for(lambda: studies.look("ann").state == "done")
    studies.close()


def test_a_study_is_cancelled_while_a_plugin_hangs(registry, folder):
    studies = RunningStudies()
    studies.start("ann", RiskStudy(DESIGN, for_many([registry["hangs"]]), replicates=50))
    wait_for((folder / "pid").is_file)
    studies.cancel("ann")
    wait_for(lambda: studies.look("ann").state == "cancelled")
    registry["hangs"]._processes.close()
    studies.close()


# Kept comparisons


@pytest.fixture
def comparisons(tmp_path, registry, processes):
    return Comparisons(Workspace(tmp_path / "data"), registry, processes=processes)


def test_a_fit_is_kept_for_other_levels_and_other_companions(comparisons, folder):
    choices = Choices(ChosenDesign(DESIGN), ("good",))
    first = comparisons.comparison("ann", choices)
    other = comparisons.comparison("ann", Choices(ChosenDesign(DESIGN), ("ols", "good"), level=0.5))
    assert other["good"].fit is first["good"].fit
    width = np.ptp(np.array(other["good"].interval), axis=0)
    np.testing.assert_allclose(width, 1.0)
    np.testing.assert_allclose(np.ptp(np.array(first["good"].interval), axis=0), 1.9)


def test_the_page_does_not_wait_for_what_takes_long(comparisons, folder):
    choices = Choices(ChosenDesign(DESIGN), ("hangs", "ols"))
    first = comparisons.comparison("ann", choices, 0.0)
    assert [(r.id, r.fit is None, r.message, r.pending) for r in first.results] == [
        ("ols", False, None, False), ("hangs", True, "is being fitted …", True),
    ]  # fmt: skip
    wait_for((folder / "pid").is_file)
    comparisons.comparison("ann", choices, 0.0)
    assert (folder / "tries").read_text() == "x"
    comparisons.processes.close()
    last = comparisons.comparison("ann", choices)
    assert [r.message for r in last.results] == [None, "it ended the process that it ran in"]
    assert comparisons.comparison("ann", choices) is last


def test_a_dial_that_is_dragged_does_not_wait_for_what_is_slow(comparisons, monkeypatch):
    choices = Choices(ChosenDesign(DESIGN), ("good", "ols"))
    assert [s.id for s in comparisons.passing_scene("ann", choices).series] == ["good", "ols"]
    with monkeypatch.context() as patched:
        patched.setattr(type(comparisons.processes), "all_busy", property(lambda _: True))
        assert [s.id for s in comparisons.passing_scene("ann", choices).series] == ["ols"]
    comparisons.registry["good"].last_seconds = 5.0
    assert [s.id for s in comparisons.passing_scene("ann", choices).series] == ["ols"]
    assert [s.id for s in comparisons.scene("ann", choices).series] == ["good", "ols"]


def test_an_error_is_known_by_its_own_class_or_by_its_name():
    assert isinstance(Fault.of(DataError("one")).exception(), DataError)
    error = Fault("Peculiar", "one").exception()
    assert (type(error).__name__, str(error)) == ("Peculiar", "one")
