"""Design: what is simulated, checked; and the four designs of the answer that this project grew from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.errors import OptionError
from estimators.simulation.effects import SHAPES
from estimators.simulation.seeds import whole_seed
from estimators.simulation.streams import STREAMS

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_GROUPS = 1_000_000
LARGEST_NUMBER = 1e70
"""Fourth powers of errors are still numbers."""
BYTES_PER_ROW, BYTES_PER_GROUP = 64, 600
"""What a simulated row and group take in memory at the peak, roughly."""
MEMORY_LIMIT = 4 * 2**30
ONE_HUGE = "one-huge"
HUGE, TINY = 500, 2
LEAST_SPREAD = 1e-100
"""The smallest spread above 0: squares of far smaller ones are no doubles with full precision."""
MOST_ERROR_RATIO = 1000.0
SIZES_STREAM = 0x51_2E5
GOLDEN = 0.6180339887498949


class DesignError(OptionError):
    """One field of a design is out of its bounds; ``field`` names it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True)
class Design:
    """J groups of simulated rows: y_ij = mean + b_j + e_ij, b_j with standard deviation ``sigma_group``.

    Checked when it is made; hashable. Spreads and ``mean`` are in the outcome's units. Raises DesignError,
    which names the field.
    """

    groups: int = 20
    """J."""
    per_group: str = "10"
    """Rows per group: ``10`` in each, ``2-40`` evenly spread over that range, ``~2-40`` each drawn from it
    (equally likely, fixed by the seed), a list ``5,5,20``, or ``one-huge`` (500 rows in the first group, 2 in
    each other)."""
    mean: float = 0.0
    sigma_group: float = 1.0
    """Standard deviation of the true effects; 0: all groups are alike, and nothing is drawn for them."""
    sigma_error: float = 1.0
    """Standard deviation of the rows within groups; as above."""
    effects: str = "normal"
    """Shape of the true effects, an id of ``SHAPES``."""
    shape: float | None = None
    """The parameter of that shape; None: its default."""
    error_ratio: float = 1.0
    """Largest over smallest standard deviation within groups; their mean square stays sigma_error^2."""
    seed: int = 1
    stream: str = "numpy"
    """``numpy`` (PCG64), or ``r``: R's default generator, draw for draw."""
    skip: int = 0
    """Normal draws that are thrown away first."""

    def __post_init__(self) -> None:
        """Check every field; whole numbers that came as floats become ints."""
        for name in ("groups", "seed", "skip"):
            object.__setattr__(self, name, _whole(name, getattr(self, name)))
        for name in ("mean", "sigma_group", "sigma_error", "error_ratio"):
            object.__setattr__(self, name, _finite(name, getattr(self, name)))
        if not 1 <= self.groups <= MOST_GROUPS:
            raise DesignError("groups", f"give from 1 to {MOST_GROUPS:,} groups, not {self.groups:,}")
        self._check_spreads()
        if not 1 <= self.error_ratio <= MOST_ERROR_RATIO:
            raise DesignError(
                "error_ratio",
                f"largest over smallest spread within groups lies from 1 to {MOST_ERROR_RATIO:g}, "
                f"not at {self.error_ratio:g}",
            )
        if self.stream not in STREAMS:
            raise DesignError("stream", f"the stream is one of {', '.join(STREAMS)}, not {self.stream!r}")
        try:
            whole_seed(self.seed)
        except OptionError as error:
            raise DesignError("seed", str(error)) from None
        if not 0 <= self.skip <= 10_000_000:
            raise DesignError("skip", f"skip from 0 to 10,000,000 draws, not {self.skip:,}")
        self._check_effects()
        object.__setattr__(self, "per_group", str(self.per_group).replace(" ", ""))
        self._check_memory()

    def _check_spreads(self) -> None:
        for name, label in (("sigma_group", "between groups"), ("sigma_error", "within groups")):
            spread = getattr(self, name)
            if spread < 0:
                raise DesignError(name, f"the spread {label} is 0 or more, not {spread:g}")
            if 0 < spread < LEAST_SPREAD:
                raise DesignError(
                    name,
                    f"the spread {label} is 0 or at least {LEAST_SPREAD:g}, not {spread:g}; "
                    "count the outcome in smaller units",
                )

    def _check_effects(self) -> None:
        if self.effects not in SHAPES:
            raise DesignError("effects", f"effects are one of {', '.join(SHAPES)}, not {self.effects!r}")
        parameter = SHAPES[self.effects].parameter
        if self.shape is None:
            return
        object.__setattr__(self, "shape", _finite("shape", self.shape))
        if parameter is None:
            raise DesignError("shape", f"{self.effects} effects take no number")
        if not parameter.allows(float(self.shape)):
            raise DesignError("shape", f"{parameter.label.lower()}: {parameter.bounds}, not {self.shape:g}")

    def _check_memory(self) -> None:
        rows = largest_total(self.per_group, self.groups)
        needed = rows * BYTES_PER_ROW + self.groups * BYTES_PER_GROUP
        if needed > MEMORY_LIMIT:
            raise DesignError(
                "per_group",
                f"{rows:,} rows would take about {needed / 2**30:,.0f} GB of memory, and "
                f"{MEMORY_LIMIT >> 30} is the limit: ask for fewer groups or rows",
            )

    @property
    def shape_value(self) -> float:
        """The parameter of the shape in use; 0 where it takes none."""
        parameter = SHAPES[self.effects].parameter
        return self.shape if self.shape is not None else 0.0 if parameter is None else parameter.default

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(J,) rows of each group, in the order in which groups are drawn."""
        return frozen_array(_sizes(self.per_group, self.groups, self.seed), np.int64)

    @property
    def equal_sizes(self) -> bool:
        """Whether all groups have the same number of rows."""
        return bool((self.sizes == self.sizes[0]).all())

    @cached_property
    def error_spread(self) -> NDArray[np.float64]:
        """(J,) standard deviation of the rows of each group, in the outcome's units.

        Geometrically spaced from smallest to largest and dealt out so that neighbours differ; the mean of
        their squares is sigma_error^2.
        """
        if self.error_ratio == 1:
            return frozen_array(np.full(self.groups, self.sigma_error))
        place = np.argsort(np.argsort((np.arange(self.groups) + 0.5) * GOLDEN % 1.0))
        factor = self.error_ratio ** (place / max(self.groups - 1, 1))
        return frozen_array(self.sigma_error * factor / np.sqrt(np.mean(np.square(factor))))

    @property
    def ratio(self) -> float:
        """sigma_group / sigma_error; infinite where sigma_error is 0."""
        if self.sigma_error == 0:
            return float("inf")
        return self.sigma_group / self.sigma_error

    def to_json(self) -> dict[str, Any]:
        """Plain values, for :meth:`from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Design:
        """What :meth:`to_json` gave; missing fields take their defaults.

        Raises:
            DesignError: a field is unknown or out of its bounds.

        """
        known = {field.name for field in fields(cls)}
        unknown = [str(name) for name in given if name not in known]
        if unknown:
            raise DesignError(unknown[0], f"a design has no {', '.join(unknown)}; it has {', '.join(known)}")
        for name in ("per_group", "effects", "stream"):
            if not isinstance(given.get(name, ""), (str, int)):
                raise DesignError(name, f"{name} is text, not {given[name]!r}")
        return cls(**given)


def largest_total(per_group: str, groups: int) -> int:
    """The most rows that a rule for the sizes can give.

    Raises:
        DesignError: the rule cannot be read, or does not fit the number of groups.

    """
    if per_group == ONE_HUGE:
        return HUGE + (groups - 1) * TINY
    if "," in per_group:
        return sum(_list(per_group, groups))
    low, high = _range(per_group)
    return groups * (high if per_group.startswith("~") else (low + high + 1) // 2)


def _sizes(per_group: str, groups: int, seed: int) -> NDArray[np.int64]:
    if per_group == ONE_HUGE:
        return np.where(np.arange(groups) == 0, HUGE, TINY)
    if "," in per_group:
        return np.array(_list(per_group, groups), dtype=np.int64)
    low, high = _range(per_group)
    if per_group.startswith("~"):
        rng = np.random.Generator(np.random.PCG64([abs(seed), int(seed < 0), SIZES_STREAM]))
        return rng.integers(low, high, groups, endpoint=True)
    return np.rint(np.linspace(low, high, groups)).astype(np.int64)


def _range(per_group: str) -> tuple[int, int]:
    found = re.fullmatch(r"~?([0-9]{1,15})(?:-([0-9]{1,15}))?", per_group)
    if not found:
        raise DesignError(
            "per_group",
            f"rows per group are written 10, 2-40, ~2-40, 5,5,20 or {ONE_HUGE}, not {per_group!r}",
        )
    low, high = int(found[1]), int(found[2] or found[1])
    if not 1 <= low <= high:
        raise DesignError(
            "per_group", f"rows per group go from 1 upwards, smaller number first, not {per_group}"
        )
    return low, high


def _list(per_group: str, groups: int) -> list[int]:
    parts = per_group.split(",")
    if not all(re.fullmatch(r"[0-9]{1,15}", part) and int(part) >= 1 for part in parts):
        raise DesignError(
            "per_group", f"a list of rows per group holds whole numbers from 1, not {per_group!r}"
        )
    if len(parts) != groups:
        raise DesignError(
            "per_group", f"the list names the rows of {len(parts)} groups, but there are {groups:,} groups"
        )
    return [int(part) for part in parts]


def _finite(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise DesignError(name, f"{_words(name)} is a number, not {value!r}") from None
    if isinstance(value, bool) or not abs(number) <= LARGEST_NUMBER:
        raise DesignError(name, f"{_words(name)} is a number up to {LARGEST_NUMBER:g}, not {value}")
    return number


def _whole(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise DesignError(name, f"{_words(name)} is a whole number, not {value!r}") from None
    if isinstance(value, bool) or number != (value if isinstance(value, int) else float(value)):
        raise DesignError(name, f"{_words(name)} is a whole number, not {value!r}")
    return number


def _words(name: str) -> str:
    known = {
        "groups": "the number of groups",
        "sigma_group": "the spread between groups",
        "sigma_error": "the spread within groups",
        "error_ratio": "largest over smallest spread within groups",
        "skip": "the number of draws to skip",
        "shape": "the number of the effects' shape",
    }
    return known.get(name, f"the {name}")


_POST = Design(groups=5, per_group="5", mean=16, sigma_group=1, sigma_error=5, seed=1673, stream="r")


@dataclass(frozen=True)
class Preset:
    """A design with a name."""

    id: str
    label: str
    design: Design


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        p.id: p
        for p in (
            Preset("model1", "Model 1", _POST),
            Preset("model2", "Model 2", replace(_POST, sigma_group=5, skip=30)),
            Preset("model3", "Model 3", replace(_POST, sigma_group=5, sigma_error=1, skip=60)),
            Preset("model1b", "Model 1b", replace(_POST, per_group="500", skip=90)),
        )
    }
)
"""The data sets of the answer: drawn one after the other after one ``set.seed(1673)``, hence ``skip``."""
