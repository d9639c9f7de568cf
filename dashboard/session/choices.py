"""What a person chose on the page: which groups, which estimators, how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.ingest.json_values import OptionValue, option_value, sequence, text, truth_value
from dashboard.scene.scene import MULTIPLES, OVERLAID, SORT_GIVEN, SORT_NAME, SORT_RAW, SORT_ROWS
from dashboard.session.connected_table import ChosenTable
from dashboard.session.simulation import ChosenDesign
from dashboard.session.stored_file import ChosenColumns
from estimators.data.ratio_names import log_ratio_name

if TYPE_CHECKING:
    from dashboard.session.sources import ChosenSource
    from estimators import Estimator, OptionSpec, Registry

KINDS: tuple[type[ChosenSource], ...] = (ChosenDesign, ChosenTable, ChosenColumns)
"""The kinds of sources; the last one takes every token that is no other one's."""

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
DEFAULT_LEVEL = 0.95


@dataclass(frozen=True)
class Choices:
    """One state of the page; hashable. What comes from a browser is taken for granted nowhere."""

    source: ChosenSource
    on: tuple[str, ...]
    """Ids of the estimators that are switched on."""
    options: tuple[tuple[str, str, OptionValue], ...] = ()
    """(estimator id, option name, value) where it differs from the default."""
    level: float = DEFAULT_LEVEL
    bootstrap: bool = False
    """Whether intervals are asked for by the bootstrap."""
    sort: str = ""
    show_own: bool = True
    arrangement: str = ""
    """How several methods stand in one view: see `scene.Scene`."""
    waved_off: tuple[str, ...] = ()
    """The keys of hints about the file that are not to be shown again."""
    lower_better: tuple[str, ...] = ()
    """The outcomes of this source of which lower is better, in alphabetical order."""
    ratios: tuple[tuple[str, bool], ...] = ()
    """By outcome whether published estimates are shown as ratios, where that was said, in its order."""

    @property
    def smallest_first(self) -> bool:
        """Whether of the chosen outcome lower is better."""
        return self.source.outcome in self.lower_better

    @property
    def as_ratios(self) -> bool:
        """Whether published estimates are shown as ratios: as was said, else by the outcome's name."""
        outcome = self.source.outcome
        return dict(self.ratios).get(outcome, log_ratio_name(self.source.compared) is not None)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for :meth:`from_json`."""
        return {
            **self.source.to_json(),
            "on": list(self.on),
            "options": [list(entry) for entry in self.options],
            "level": self.level,
            "bootstrap": self.bootstrap,
            "sort": self.sort,
            "show_own": self.show_own,
            "arrangement": self.arrangement,
            "waved_off": list(self.waved_off),
            "lower_better": list(self.lower_better),
            "ratios": [list(entry) for entry in self.ratios],
        }

    @classmethod
    def from_json(cls, given: object) -> Choices | None:
        """What :meth:`to_json` gave; None for anything else."""
        if not isinstance(given, Mapping):
            return None
        try:
            return cls(
                source=source_from_json(given),
                on=tuple(text(i) for i in sequence(given["on"])),
                options=tuple(
                    (text(e), text(n), option_value(v))
                    for e, n, v in map(sequence, sequence(given["options"]))
                ),
                level=checked_level(given["level"]),
                bootstrap=truth_value(given.get("bootstrap", False)),
                sort=text(given["sort"]),
                show_own=truth_value(given["show_own"]),
                arrangement=text(given.get("arrangement", "")),
                waved_off=tuple(text(key) for key in sequence(given.get("waved_off", []))),
                lower_better=tuple(text(name) for name in sequence(given.get("lower_better", []))),
                ratios=tuple(
                    (text(name), truth_value(on))
                    for name, on in map(sequence, sequence(given.get("ratios", [])))
                ),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def options_by_estimator(self) -> dict[str, dict[str, OptionValue]]:
        """The options of the estimators that are on."""
        found: dict[str, dict[str, OptionValue]] = {}
        for estimator_id, name, value in self.options:
            if estimator_id in self.on:
                found.setdefault(estimator_id, {})[name] = value
        return found


def source_from_json(given: Mapping[str, Any]) -> ChosenSource:
    """The source that one of KINDS knows again. Raises KeyError, TypeError or ValueError where none does."""
    for kind in KINDS:
        if (found := kind.from_json(given)) is not None:
            return found
    raise ValueError(given)


def kind_of(token: str) -> type[ChosenSource]:
    """The kind of source behind a token."""
    return next(kind for kind in KINDS if kind.owns(token))


def checked_level(given: object) -> float:
    """A level that the page offers; raises ValueError for any other."""
    level = float(str(given))
    if level not in LEVELS:
        raise ValueError(given)
    return level


def shared_options(registry: Registry) -> tuple[OptionSpec, ...]:
    """Options that several estimators offer alike: the page asks for each of them once, for all.

    Only those that are on at first count. Each name is shared once: where others mean something else by it,
    they keep it as their own.
    """
    seen: dict[str, int] = {}
    specs: dict[str, OptionSpec] = {}
    for estimator in registry.at_first:
        for spec in estimator.option_specs():
            key = _likeness(spec)
            seen[key] = seen.get(key, 0) + 1
            specs[key] = spec
    by_name: dict[str, OptionSpec] = {}
    for key, count in seen.items():
        if count > 1:
            by_name.setdefault(specs[key].name, specs[key])
    return tuple(by_name.values())


def own_options(estimator: Estimator, shared: Iterable[OptionSpec]) -> tuple[OptionSpec, ...]:
    """The options of one estimator that are not shared with others."""
    likenesses = {_likeness(spec) for spec in shared}
    return tuple(spec for spec in estimator.option_specs() if _likeness(spec) not in likenesses)


def spread_shared(
    registry: Registry, shared: Iterable[OptionSpec], values: Mapping[str, OptionValue]
) -> list[tuple[str, str, OptionValue]]:
    """The shared options' values, given to every estimator that offers them."""
    by_likeness = {_likeness(spec): values[spec.name] for spec in shared if spec.name in values}
    return [
        (estimator.id, spec.name, by_likeness[_likeness(spec)])
        for estimator in registry.values()
        for spec in estimator.option_specs()
        if _likeness(spec) in by_likeness
    ]


def sort_choices(
    registry: Registry, on: Iterable[str], *, counts_rows: bool = True, by_lines: bool = False
) -> list[dict[str, str]]:
    """The orders that the page offers, as value and label; published means, and weights, are no rows.

    ``by_lines``: whether each group is a line of the file, whose order can be kept.
    """
    switched_on = set(on)
    return [
        {"value": "", "label": "Automatic"},
        *({"value": e.id, "label": e.label} for e in registry.values() if e.id in switched_on),
        {"value": SORT_RAW, "label": "Own mean"},
        {"value": SORT_ROWS, "label": "Rows" if counts_rows else "Information"},
        {"value": SORT_NAME, "label": "Name"},
        *([{"value": SORT_GIVEN, "label": "Order of the file"}] if by_lines else []),
    ]


def order_among(sort: str, offered: Iterable[Mapping[str, str]]) -> str:
    """The order that was chosen where the page offers it, else the automatic one."""
    return sort if any(order["value"] == sort for order in offered) else ""


def arrangement_choices(registry: Registry, on: Iterable[str]) -> list[dict[str, str]]:
    """How several methods may stand in one view, as value and label; each of them alone too."""
    switched_on = set(on)
    return [
        {"value": "", "label": "As fits"},
        {"value": OVERLAID, "label": "Overlaid"},
        {"value": MULTIPLES, "label": "Small multiples"},
        *({"value": e.id, "label": f"Only {e.label}"} for e in registry.values() if e.id in switched_on),
    ]


def _likeness(spec: OptionSpec) -> str:
    choices = None if spec.choices is None else tuple(spec.choices.items())
    return repr((spec.name, spec.default, spec.label, spec.minimum, spec.maximum, choices))
