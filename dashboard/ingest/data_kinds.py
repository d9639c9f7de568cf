"""What a line of a file is: a row, or the summary of a group, and which columns the summary is in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.json_values import text
from estimators.data.interval_limits import errors_of_limits, normal_limits
from estimators.data.ratio_names import ratio_name
from estimators.data.summaries import DataKind
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from numpy.typing import NDArray

    from estimators import GroupData

ROWS: Final = "rows"
RATE_REMARK: Final = (
    "The variance of each rate is taken as the pooled rate over its exposure: too small where a true rate is "
    "above average, too large below it."
)


@dataclass(frozen=True)
class SummaryKind:
    """One kind of summaries: what its columns hold, by the names of ``GroupData``'s constructors."""

    id: DataKind
    needed: tuple[str, ...]
    """What each line needs, what is compared first."""
    spreads: tuple[str, ...] = ()
    """Of these one is needed too."""
    limits: tuple[str, ...] = ()
    """Or both of these."""
    extras: tuple[str, ...] = ()
    """What may be named beside them, is shown, and changes nothing; no line is left out for a blank one."""

    @property
    def roles(self) -> tuple[str, ...]:
        """All that its columns may be."""
        return *self.needed, *self.spreads, *self.limits, *self.extras

    def is_complete(self, roles: Collection[str]) -> bool:
        """Whether columns with these roles are enough."""
        spread = not self.spreads or any(role in roles for role in self.spreads)
        spread = spread or (bool(self.limits) and set(self.limits) <= set(roles))
        return spread and set(self.needed) <= set(roles)


LIMITS: Final = ("low", "high")
"""The ends of a published interval."""
USUAL_LEVEL: Final = 0.95
"""The level of intervals whose columns do not name another one."""
SUMMARY_KINDS: Final[dict[str, SummaryKind]] = {
    kind.id: kind
    for kind in (
        SummaryKind("means", ("mean", "n"), ("sd", "variance", "se")),
        SummaryKind("estimates", ("estimate",), ("se", "variance"), LIMITS, ("n",)),
        SummaryKind("counts", ("events", "trials")),
        SummaryKind("rates", ("events", "exposure")),
    )
}
DATA_KINDS: Final[tuple[str, ...]] = get_args(DataKind)
SIZES: Final = frozenset({"n", "trials", "exposure"})
"""The roles whose 0 says that there is nothing to see of a group."""
COUNTED: Final = frozenset({"n", "trials", "events"})
"""The roles of whole numbers."""


@dataclass(frozen=True)
class LineForm:
    """What a line of a file can be, with the one measure of spread that it has, as a person chooses it."""

    id: str
    label: str
    kind: DataKind = "rows"
    main: str = ""
    """The role of what is compared; nothing of rows."""
    beside: tuple[str, ...] = ()
    """The roles of the other columns of numbers."""

    @property
    def extras(self) -> tuple[str, ...]:
        """The roles of columns that may be named besides, and change nothing."""
        return () if self.kind == ROWS else SUMMARY_KINDS[self.kind].extras


LINE_FORMS: Final = {
    form.id: form
    for form in (
        LineForm("rows", "Rows"),
        LineForm("means-sd", "Means, SD, n", "means", "mean", ("sd", "n")),
        LineForm("means-variance", "Means, var., n", "means", "mean", ("variance", "n")),
        LineForm("means-se", "Means, SE, n", "means", "mean", ("se", "n")),
        LineForm("estimates-se", "Estimates, SE", "estimates", "estimate", ("se",)),
        LineForm("estimates-variance", "Estimates, var.", "estimates", "estimate", ("variance",)),
        LineForm("estimates-ci", "Estimates, CI", "estimates", "estimate", LIMITS),
        LineForm("counts", "Events of trials", "counts", "events", ("trials",)),
        LineForm("rates", "Rates of events", "rates", "events", ("exposure",)),
    )
}
ROLE_LABELS: Final = {
    "sd": "SD",
    "variance": "Variance",
    "se": "SE",
    "n": "n",
    "trials": "Trials",
    "exposure": "Exposure",
    "low": "Lower end",
    "high": "Upper end",
}
"""What the columns beside what is compared are called on the page."""


@dataclass(frozen=True)
class SummaryColumns:
    """Which columns hold the summaries of the groups."""

    kind: DataKind
    columns: tuple[tuple[str, str], ...]
    """(role, name of the column), what is compared first, in the order of the kind's roles."""

    @property
    def outcome(self) -> str:
        """The column with what is compared."""
        return self.columns[0][1]

    @property
    def form(self) -> LineForm:
        """What its lines are."""
        telling = set(self.by_role) - set(SUMMARY_KINDS[self.kind].extras)
        return next(f for f in LINE_FORMS.values() if {f.main, *f.beside} == telling)

    @property
    def beside(self) -> tuple[tuple[str, str], ...]:
        """(role, name of the column) but for what is compared."""
        return self.columns[1:]

    @property
    def by_role(self) -> dict[str, str]:
        """Columns by role."""
        return dict(self.columns)

    @property
    def has_limits(self) -> bool:
        """Whether the ends of intervals say how precise the estimates are."""
        return set(LIMITS) <= set(self.by_role)

    @property
    def level(self) -> float:
        """That of the intervals: what the columns of both of their ends name, such as 90, else 95%."""
        by_role = self.by_role
        named = [set(re.findall(r"(?<![\d.])(80|90|99)(?![\d.])", by_role[role])) for role in LIMITS]
        both = named[0] & named[1]
        return int(both.pop()) / 100 if len(both) == 1 else USUAL_LEVEL

    @property
    def of_ratios(self) -> bool:
        """Whether estimates with intervals are called as ratios, so that their logarithms are compared."""
        return self.has_limits and ratio_name(self.outcome) is not None

    @property
    def compared(self) -> str:
        """What is compared: the outcome, its logarithm, or events by what they are counted of."""
        if self.kind in ("counts", "rates"):
            return " / ".join(name for _, name in self.columns)
        return f"log {self.outcome}" if self.of_ratios else self.outcome

    @property
    def remark(self) -> str | None:
        """A sentence on what is made of the columns; None where they are taken as they are."""
        if self.kind == "rates":
            return RATE_REMARK
        if not self.has_limits:
            return None
        low, high = (excerpt(self.by_role[role]) for role in LIMITS)
        logs = f", of the logarithms, as {excerpt(self.outcome)} holds ratios" if self.of_ratios else ""
        return (
            f"Standard errors are told by {low} and {high}, taken for the ends of {level_text(self.level)} "
            f"intervals of the normal distribution: their distance by {normal_limits(self.level):.4g}{logs}."
        )

    @classmethod
    def of(cls, kind: str, given: Mapping[str, str | None]) -> SummaryColumns:
        """The columns ``given`` by role, None where there is none.

        Raises:
            UnreadableFile: there is no such kind, a column is missing or too many, or one has two roles.

        """
        known = SUMMARY_KINDS.get(kind)
        if known is None:
            raise UnreadableFile(
                f"{excerpt(kind)} is no kind of summaries: there are {', '.join(SUMMARY_KINDS)}."
            )
        columns: dict[str, str] = {role: given[role] or "" for role in known.roles if given.get(role)}
        missing = [role for role in known.needed if role not in columns]
        spreads = [role for role in known.spreads if role in columns]
        limits = [role for role in known.limits if role in columns]
        if limits:
            missing += [role for role in known.limits if role not in columns]
        elif known.spreads and not spreads:
            missing.append(" or ".join(known.spreads))
        if missing:
            raise UnreadableFile(f"For {kind} say which column holds the {' and the '.join(missing)}.")
        if limits and spreads:
            raise UnreadableFile(
                f"For {kind} {spreads[0]} is enough: name either it or the {' and the '.join(known.limits)}."
            )
        if len(spreads) > 1:
            raise UnreadableFile(f"For {kind} one of {' and '.join(spreads)} is enough: name one of them.")
        names = list(columns.values())
        again = next((name for name in names if names.count(name) > 1), None)
        if again is not None:
            both = " and ".join(role for role, name in columns.items() if name == again)
            raise UnreadableFile(f"{excerpt(again)} cannot be both the {both}: choose different columns.")
        return cls(known.id, tuple(columns.items()))

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``from_json``."""
        return {"kind": self.kind, "columns": self.by_role}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> SummaryColumns:
        """What ``to_json`` gave.

        Raises:
            KeyError, TypeError, ValueError: it is garbled.

        """
        columns = {text(role): text(name) for role, name in given["columns"].items()}
        return cls.of(text(given["kind"]), columns)

    def groups(self, labels: Iterable[str], values: Mapping[str, NDArray[Any]]) -> GroupData:
        """The groups of J lines from their labels and numbers ``(J,)`` by role.

        Raises:
            estimators.DataError: numbers that cannot be.

        """
        from estimators import GroupData

        if self.has_limits:
            names = [str(label) for label in labels]
            numbers = (values[role] for role in ("estimate", *LIMITS))
            found = errors_of_limits(names, *numbers, level=self.level, ratios=self.of_ratios)
            return GroupData.from_estimates(names, found.estimate, found.std_error, n=values.get("n"))
        named = {"std_error" if role == "se" else role: numbers for role, numbers in values.items()}
        if self.kind == "means":
            return GroupData.from_means(labels, **named)
        if self.kind == "estimates":
            return GroupData.from_estimates(labels, **named)
        if self.kind == "counts":
            return GroupData.from_counts(labels, **named)
        return GroupData.from_rates(labels, **named)
