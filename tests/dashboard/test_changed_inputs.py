"""Changes that dash puts into one call are all heard."""

import pytest
from dash._callback_context import context_value
from dash._utils import AttributeDict

from dashboard.callbacks import comparison, risk
from dashboard.callbacks.changed_inputs import changed_inputs
from dashboard.pages import ids


@pytest.fixture
def changed():
    """Call it with properties, as in ``risk-tick.data``: they have called the callback."""
    before = context_value.get()

    def call(*properties):
        triggered = [{"prop_id": name, "value": 1} for name in properties]
        context_value.set(AttributeDict(triggered_inputs=triggered))

    yield call
    context_value.set(before)


class Studies:
    """Notes who cancelled."""

    def __init__(self):
        self.cancelled = []

    def cancel(self, who):
        self.cancelled.append(who)

    def look(self, who):
        return None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_study_is_cancelled_though_a_tick_comes_with_it(changed, monkeypatch, order):
    monkeypatch.setattr(risk, "owner", lambda: "ann")
    names = (f"{ids.RISK_TICK}.data", f"{ids.RISK_CANCEL}.n_clicks")
    changed(*(names[i] for i in order))
    studies = Studies()
    page = {"page": "risk", "choices": {}, "tick": 3, "seed": 1, "shown": 0}
    assert risk._on_event(None, studies, **page)["answered"] == 3
    assert studies.cancelled == ["ann"]


def test_patterns_and_plain_ids_are_told_apart(changed):
    changed(f"{ids.LEVEL}.value", '{"id":"reml","type":"estimator-switch"}.checked')
    assert changed_inputs() == [ids.LEVEL, {"id": "reml", "type": "estimator-switch"}]


def test_a_control_of_another_source_counts_for_nothing_only_if_it_is_alone():
    token, of_another = "a" * 32, ids.DESIGN  # a file's
    assert comparison._is_of_no_account([of_another], token, {})
    assert not comparison._is_of_no_account([of_another, ids.LEVEL], token, {})
    assert not comparison._is_of_no_account([of_another], token, None)
