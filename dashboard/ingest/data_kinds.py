"""What a line of a file is: a row, or the summary of a group, and which columns the summary is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.json_values import text
from estimators.data.summaries import DataKind

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

    @property
    def roles(self) -> tuple[str, ...]:
        """All that its columns may be."""
        return *self.needed, *self.spreads

    def is_complete(self, roles: Collection[str]) -> bool:
        """Whether columns with these roles are enough."""
        spread = not self.spreads or any(role in roles for role in self.spreads)
        return spread and set(self.needed) <= set(roles)


SUMMARY_KINDS: Final[dict[str, SummaryKind]] = {
    kind.id: kind
    for kind in (
        SummaryKind("means", ("mean", "n"), ("sd", "variance", "se")),
        SummaryKind("estimates", ("estimate",), ("se", "variance")),
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


LINE_FORMS: Final = {
    form.id: form
    for form in (
        LineForm("rows", "Rows"),
        LineForm("means-sd", "Means, SD, n", "means", "mean", ("sd", "n")),
        LineForm("means-variance", "Means, var., n", "means", "mean", ("variance", "n")),
        LineForm("means-se", "Means, SE, n", "means", "mean", ("se", "n")),
        LineForm("estimates-se", "Estimates, SE", "estimates", "estimate", ("se",)),
        LineForm("estimates-variance", "Estimates, var.", "estimates", "estimate", ("variance",)),
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
        return next(f for f in LINE_FORMS.values() if {f.main, *f.beside} == set(self.by_role))

    @property
    def beside(self) -> tuple[tuple[str, str], ...]:
        """(role, name of the column) but for what is compared."""
        return self.columns[1:]

    @property
    def by_role(self) -> dict[str, str]:
        """Columns by role."""
        return dict(self.columns)

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
        if known.spreads and not spreads:
            missing.append(" or ".join(known.spreads))
        if missing:
            raise UnreadableFile(f"For {kind} say which column holds the {' and the '.join(missing)}.")
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

        named = {"std_error" if role == "se" else role: numbers for role, numbers in values.items()}
        if self.kind == "means":
            return GroupData.from_means(labels, **named)
        if self.kind == "estimates":
            return GroupData.from_estimates(labels, **named)
        if self.kind == "counts":
            return GroupData.from_counts(labels, **named)
        return GroupData.from_rates(labels, **named)
