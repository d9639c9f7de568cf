"""What the controls of the comparison say, and the choices that this makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.session.choices import Choices, checked_level, kind_of, shared_options, spread_shared
from estimators import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.ingest.json_values import OptionValue
    from dashboard.session.sources import SourceControls
    from estimators import Registry


@dataclass(frozen=True)
class PageControls:
    """The controls' values as the browser sent them; what was left empty is not among the options."""

    source: SourceControls
    on: frozenset[str]
    """Ids of the estimators whose switches are on."""
    shared: Mapping[str, OptionValue]
    """By name, the options that several estimators share."""
    own: tuple[tuple[str, str, OptionValue], ...]
    """(estimator id, option name, value) of the others."""
    level: object
    sort: str | None
    show_own: bool
    bootstrap: bool = False
    arrangement: str | None = None
    waved_off: tuple[str, ...] = ()
    """The keys of hints that were waved off."""


def choices_of(registry: Registry, controls: PageControls) -> Choices:
    """The controls as choices.

    Raises:
        OptionError: an option out of its bounds, in the words of its control.
        DataError, DesignError: the source's own controls do not do.
        ValueError: a level that the page does not offer.

    """
    options = spread_shared(registry, shared_options(registry), controls.shared)
    options += [(i, name, value_within_bounds(registry, i, name, value)) for i, name, value in controls.own]
    return Choices(
        source=kind_of(controls.source.token).from_controls(controls.source),
        on=tuple(i for i in registry if i in controls.on),
        options=tuple(options),
        level=checked_level(controls.level),
        bootstrap=controls.bootstrap,
        sort=controls.sort or "",
        show_own=controls.show_own,
        arrangement=controls.arrangement or "",
        waved_off=controls.waved_off,
    )


def value_within_bounds(registry: Registry, estimator_id: str, name: str, value: OptionValue) -> OptionValue:
    """The value of an option. Raises OptionError in the words of its control where it is out of bounds."""
    estimator = registry.get(estimator_id)
    if estimator is None:
        return value  # of a plugin that has gone meanwhile: it is passed over
    spec = next((spec for spec in estimator.option_specs() if spec.name == name), None)
    if spec is None:
        raise OptionError(f"{estimator.label} has no option {name}")
    try:
        spec.parse(value)
    except OptionError as error:
        raise OptionError(f"{spec.label} of {estimator.label}{str(error).removeprefix(name)}") from error
    return value
