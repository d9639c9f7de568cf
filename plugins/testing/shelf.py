"""What the tests of the shelf's distributions share; it is on pytest's path."""

import os
import subprocess
import sys
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


def check_import_is_light(package: ModuleType, heavy: tuple[str, ...]) -> None:
    """Assert that importing a distribution, in a process of its own, imports none of ``heavy``."""
    code = f"import sys, {package.__name__}; print([m for m in {heavy!r} if m in sys.modules])"
    found_by = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=found_by
    )
    assert ran.stdout.strip() == "[]"
