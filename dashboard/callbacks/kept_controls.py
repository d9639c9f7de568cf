"""The controls of a source that is opened again: as its owner left them, not as the last source has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import set_props

from dashboard.pages import ids
from dashboard.session.choices import Choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dashboard.session.comparisons import Comparisons


def kept_choices(
    comparisons: Comparisons, owner: str, choices: Choices, controls: Iterable[Mapping[str, Any]]
) -> Choices:
    """The choices with methods, options, level and display as they were kept for this source, if they were.

    `controls` are those of the page with their ids and values; what differs on them is set.
    """
    kept = Choices.from_json(comparisons.workspace.load_choices(owner, choices.source.token))
    if kept is None:
        return choices
    on = tuple(i for i in comparisons.registry if i in kept.on)
    wanted = replace(kept, source=choices.source, on=on)
    for control in controls:
        value = _wanted_value(wanted, control)
        if value is not None and value != control.get("value"):
            set_props(control["id"], {control["property"]: value})
    return wanted


def _wanted_value(choices: Choices, control: Mapping[str, Any]) -> object:
    """What a control says for these choices; None for one that is of no account here."""
    own = control["id"]
    if not isinstance(own, dict):
        plain = {
            ids.LEVEL: f"{choices.level:g}",
            ids.BOOTSTRAP: choices.bootstrap,
            ids.SORT: choices.sort,
            ids.SHOW_OWN: choices.show_own,
            ids.ARRANGEMENT: choices.arrangement,
            ids.LOWER_BETTER: choices.smallest_first,
            ids.AS_RATIOS: choices.as_ratios,
        }
        return plain.get(own)
    kind = own.get("type")
    if kind == ids.estimator_switch("")["type"]:
        return own["id"] in choices.on
    values = {(estimator, name): value for estimator, name, value in choices.options}
    if kind == ids.estimator_option("", "")["type"]:
        return values.get((own["id"], own["name"]))
    if kind == ids.shared_option("")["type"]:
        return next((value for (_, name), value in values.items() if name == own["name"]), None)
    return None
