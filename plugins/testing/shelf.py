"""What the tests of the shelf's distributions share; it is on pytest's path."""

from types import ModuleType

from estimators import Estimator, GroupFit


def values(fit: GroupFit) -> dict[str, float | None]:
    """The parameters of a fit as plain numbers, by name."""
    return {name: parameter.value for name, parameter in fit.parameters.items()}


def value(fit: GroupFit, name: str) -> float | None:
    """One parameter of a fit."""
    return fit.parameters[name].value


def codes(fit: GroupFit) -> list[str]:
    """The codes of what a fit notes, in order."""
    return [note.code for note in fit.notes]


def check_names_are_explained(package: ModuleType) -> None:
    """Assert that every public name of a distribution says what it is."""
    for name in package.__all__:
        assert getattr(package, name).__doc__, name


def check_options_are_explained(estimator: Estimator) -> None:
    """Assert that a method has a source, and each of its options a label and a sentence."""
    assert estimator.citation
    for spec in estimator.option_specs():
        assert spec.label, spec.name
        assert spec.help.endswith("."), spec.name
