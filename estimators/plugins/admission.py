"""What is wrong with something that a plugin registers: told before anything else has to live with it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from estimators.contract.estimator import ID_PATTERN, Estimator
from estimators.contract.options import OptionSpec
from estimators.contract.version import STATED_BY, contract_fault
from estimators.data.features import features_fault
from estimators.plugins.reader import Reader, own_suffix
from estimators.plugins.sample import Sample
from estimators.plugins.view import View

SUFFIX_PATTERN = re.compile(r"\.[^/\\\s]+")
LONGEST_SAMPLE_ID = 60
"""It becomes part of an address."""

Contribution = Estimator | Sample | Reader | View
"""What a plugin can bring."""

KINDS: Mapping[str, type[Contribution]] = MappingProxyType(
    {
        "register_estimators": Estimator,
        "register_datasets": Sample,
        "register_readers": Reader,
        "register_views": View,
    }
)
"""What each hook returns a list of."""


def registration_fault(thing: object, kind: type[Contribution]) -> str | None:
    """Why something registered as a ``kind`` cannot be used, or None; may raise what its code raises."""
    if not isinstance(thing, kind):
        return f"it registers {thing!r}, which is no instance of {kind.__name__}"
    missing = [name for name in _TEXTS[kind] if not isinstance(getattr(thing, name, None), str)]
    if missing:
        return f"{type(thing).__name__} lacks {', '.join(missing)}"
    if not ID_PATTERN.fullmatch(thing.id):
        return f"the id {thing.id!r} must be lower-case letters, digits, _ and -, starting with a letter"
    return _FAULTS[kind](thing)


def _estimator_fault(estimator: Estimator) -> str | None:
    if fault := contract_fault(getattr(estimator, STATED_BY)):
        return fault
    if fault := features_fault(estimator.handles):
        return f"handles of {estimator.id} {fault}"
    if fault := _hint_fault(estimator):
        return fault
    try:
        estimator.make_options(estimator.make_options())
        specs = estimator.option_specs()
    except Exception as error:  # noqa: BLE001 - whatever a plugin's options raise is its own fault
        return f"the options of {estimator.id} do not hold their own defaults: {error}"
    return next((fault for spec in specs if (fault := _option_fault(estimator.id, spec))), None)


def _hint_fault(estimator: Estimator) -> str | None:
    """What would break the lists and pictures that show every estimator."""
    order = estimator.order
    if not isinstance(order, (int, float)) or math.isnan(order):
        return f"the order of {estimator.id} must be a number, not {order!r}"
    if not isinstance(estimator.citation, str):
        return f"the citation of {estimator.id} must be text, not {estimator.citation!r}"
    if not isinstance(estimator.on_at_first, bool):
        return f"on_at_first of {estimator.id} must be True or False, not {estimator.on_at_first!r}"
    codes = estimator.remedy_for
    if not isinstance(codes, frozenset) or not all(isinstance(code, str) for code in codes):
        return f"remedy_for of {estimator.id} must be a frozenset of texts, not {codes!r}"
    for name in ("color", "symbol"):
        value = getattr(estimator, name)
        if value is not None and not isinstance(value, str):
            return f"the {name} of {estimator.id} must be text or None, not {value!r}"
    return None


def _option_fault(estimator_id: str, spec: OptionSpec) -> str | None:
    """What would break the controls and lists that show every option."""
    name = f"{estimator_id}.{spec.name}"
    if not isinstance(spec.default, (bool, int, float, str)):
        kind = type(spec.default).__name__
        return f"the default of the option {name} is a {kind}: give a bool, int, float or str"
    if not isinstance(spec.label, str) or not isinstance(spec.help, str):
        return f"the label and the help of the option {name} must be text"
    if any(not isinstance(bound, (int, float, type(None))) for bound in (spec.minimum, spec.maximum)):
        return f"the bounds of the option {name} must be numbers"
    return None


def _sample_fault(sample: Sample) -> str | None:
    if len(sample.id) > LONGEST_SAMPLE_ID:
        return f"the id {sample.id!r} is longer than {LONGEST_SAMPLE_ID} characters"
    try:
        there = sample.file.is_file()
    except AttributeError:
        return f"the file of the dataset {sample.id} must be a pathlib.Path, not {sample.file!r}"
    return None if there else f"the file of the dataset {sample.id} does not exist: {sample.file}"


def _reader_fault(reader: Reader) -> str | None:
    suffixes = reader.suffixes
    if not isinstance(suffixes, (tuple, list)) or not suffixes:
        return f"the suffixes of the reader {reader.id} must be a tuple such as ('.sav',)"
    bad = [s for s in suffixes if not (isinstance(s, str) and SUFFIX_PATTERN.fullmatch(s))]
    if bad:
        return f"the suffix {bad[0]!r} of the reader {reader.id} must be text that starts with a dot"
    own = [(s, end) for s in suffixes if (end := own_suffix(s))]
    if own:
        suffix, end = own[0]
        return f"the suffix {suffix!r} of the reader {reader.id} is no new one: blupboard reads {end} itself"
    return None if callable(reader.read) else f"read of the reader {reader.id} must be a function of a path"


def _view_fault(view: View) -> str | None:
    if callable(view.figure):
        return None
    return f"figure of the view {view.id} must be a function of a comparison and a look"


_TEXTS: Mapping[type, tuple[str, ...]] = {
    Estimator: ("id", "label", "summary"),
    Sample: ("id", "title", "outcome", "group", "paragraph", "source"),
    Reader: ("id", "label"),
    View: ("id", "title", "subtitle"),
}
_FAULTS: Mapping[type, Callable[..., str | None]] = {
    Estimator: _estimator_fault,
    Sample: _sample_fault,
    Reader: _reader_fault,
    View: _view_fault,
}
