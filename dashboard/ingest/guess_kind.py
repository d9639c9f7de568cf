"""What a line of a file is likeliest, by what columns are called and do: a row, or the summary of a group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dashboard.ingest.data_kinds import COUNTED, SIZES, SUMMARY_KINDS, SummaryColumns
from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.known_shares import events_with_share
from dashboard.ingest.reading import ALL_ROWS, AS_FOUND
from dashboard.ingest.role_words import is_called_as_time, names_a_unit, names_the_line
from dashboard.ingest.summary_names import (
    MAYBE,
    NONE,
    PART,
    SUMMARY_NAMES,
    WHOLE,
    likeness,
    may_be_known,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dashboard.ingest.data_kinds import SummaryKind
    from dashboard.ingest.reading import Reading, RowFilter
    from dashboard.ingest.table import Column, Table

_MOST_LEFT_OUT: Final = 0.2
"""The share of lines that cannot be used past which columns are none of summaries."""
_LARGEST_TABLE: Final = 200_000
"""Lines up to which a table is looked at as summaries: nobody publishes more."""


_AT_BATS: Final = frozenset({"ab", "atbats"})
"""The trials of which hits are an h."""
_HITS: Final = frozenset({"h", "hits"})
_IN_CARE: Final = frozenset(
    ["patient", "patients", "pat", "person", "individual", "pupil", "student", "child"]
)
"""Labels of people, who may belong to the units that are compared."""
_ORDER: Final = ("trials", "exposure", "n", "mean", "estimate", "events")
"""In this order columns are given their roles once the spread has its own: the plainest names first."""


@dataclass(frozen=True)
class GuessedSummary:
    """Columns that seem to hold a summary of a group in every line."""

    summary: SummaryColumns
    group: str
    why: str
    """What speaks for it, for people."""
    trouble: str | None = None
    """Why some numbers cannot be what the columns are then said to hold."""


def guess_kind(
    table: Table,
    *,
    group: str | None = None,
    reading: Reading = AS_FOUND,
    rows: RowFilter = ALL_ROWS,
    troubled: bool = False,
) -> GuessedSummary | None:
    """The kind of summaries that a table clearly holds; None where its lines are rows, or may be.

    With `troubled`, also where all is clear but for numbers that the columns cannot hold.

    Clear is where all columns of a kind are called as such and no other is as much (of two arms, say), their
    numbers can be what they then are (whole, no more events than trials, no SD below 0), and every line has
    a label of its own that is more than a number of the line, beside which no column names a unit that comes
    again. Counts of units with several lines each are troubled, unless `rows` leave one of each.
    """
    doubtful = None
    if table.stacked or not 1 < table.rows <= _LARGEST_TABLE:
        return None
    taken = () if group is None else (group,)
    for kind in SUMMARY_KINDS.values():
        known, share = (
            _counted(table, taken) if kind.id == "counts" else (_left_over(table, kind, taken), None)
        )
        columns = _columns_of(table, kind, known, taken, alone=True)
        if columns is None or not _is_named_plainly(columns):
            continue
        summary = SummaryColumns.of(kind.id, columns)
        label = group or label_column(table, summary.by_role.values()) or _unit_of_parts(table, summary)
        if label is None or not _names_groups(table, label, summary):
            continue
        trouble = _trouble(table, summary, label, reading, rows)
        found = GuessedSummary(summary, label, _reasons(table, summary, label, share), trouble)
        if trouble is None:
            return found
        doubtful = doubtful or (found if trouble else None)
    return doubtful if troubled else None


def guess_columns(
    table: Table,
    kind: str,
    named: Mapping[str, str],
    group: str | None,
    *,
    roles: Collection[str] | None = None,
) -> GuessedSummary:
    """The likeliest columns of a kind that was chosen, beside those ``named`` by role.

    With ``roles`` they are those alone: of several measures of spread, say, the one that is meant.

    Raises:
        UnreadableFile: a column is not named and none is called as such.

    """
    known = SUMMARY_KINDS.get(kind)
    if known is not None and roles is not None:
        spreads, limits = (tuple(r for r in some if r in roles) for some in (known.spreads, known.limits))
        known = replace(known, spreads=spreads, limits=limits)
    taken = () if group is None else (group,)
    columns = None if known is None else _columns_of(table, known, named, taken)
    summary = SummaryColumns.of(kind, named if columns is None else columns)
    label = group or label_column(table, summary.by_role.values())
    if label is None:
        raise UnreadableFile(
            f"No column of {table.name} has a label of its own in every line: name one with --group."
        )
    if summary.by_role == dict(named):
        return GuessedSummary(summary, label, "every line has a label of its own there")
    return GuessedSummary(summary, label, _reasons(table, summary, label))


def _left_over(table: Table, kind: SummaryKind, taken: Collection[str]) -> dict[str, str]:
    """What is compared, by its role, where it has a name of its own: the one column of numbers that is left.

    Nothing where another column may be it, or what else the kind needs is not called by its plain name. Whole
    numbers are no spread here: ``var`` may be a variety.
    """
    numbers = [
        c for c in table.columns if c.kind == "number" and c.not_outcome is None and c.name not in taken
    ]
    main, *others = kind.needed
    if len(numbers) != 2 + len(others):
        return {}
    spreads = [
        c for c in numbers if not c.whole and any(likeness(c.name, role) == WHOLE for role in kind.spreads)
    ]
    sizes = [c for c in numbers if any(likeness(c.name, role) == WHOLE for role in others)]
    rest = [c for c in numbers if c not in spreads and c not in sizes and not may_be_known(c.name)]
    if len(spreads) != 1 or len(sizes) != len(others) or len(rest) != 1:
        return {}
    return {main: rest[0].name}


def _counted(table: Table, taken: Collection[str]) -> tuple[dict[str, str], str | None]:
    """Events and trials by role where a further column, the second answer, holds the share of the events."""
    for column in table.columns:
        if column.kind == "number" and column.whole and likeness(column.name, "trials") in (WHOLE, PART):
            found = events_with_share(table, column, taken)
            if found is not None:
                return {"events": found[0], "trials": column.name}, found[1]
    return {}, None


def label_column(table: Table, taken: Collection[str]) -> str | None:
    """The likeliest column that names the group of each line, none of those ``taken``; None where none does.

    Every line then has a label of its own. Units come before other words, words before numbers.
    """
    able = [c for c in table.columns if c.name not in taken and _tells_lines_apart(c, table)]
    able.sort(key=lambda c: (not names_a_unit(c.name), c.kind == "number", names_the_line(c.name)))
    return able[0].name if able else None


def _unit_of_parts(table: Table, summary: SummaryColumns) -> str | None:
    """The column of units with several lines each, where these are clearly counts, as of women and men.

    None where a column says when: counts of several years may be rows.
    """
    roles = summary.by_role
    if summary.kind != "counts" or any(likeness(name, role) != WHOLE for role, name in roles.items()):
        return None
    if any(c.kind == "date" or is_called_as_time(c.name) for c in table.columns):
        return None
    units = (c for c in table.columns if c.name not in roles.values() and c.not_group is None)
    return next((c.name for c in units if c.kind == "text" and names_a_unit(c.name) and c.distinct > 1), None)


def _tells_lines_apart(column: Column, table: Table) -> bool:
    return column.not_group is None and 0 < column.distinct == table.rows - column.missing


def _names_groups(table: Table, label: str, summary: SummaryColumns) -> bool:
    """Whether a column names groups, not lines.

    Another column of units that have several lines says where units belong, if the labels are called units,
    no people in someone's care, and what is compared is counted of trials or called by more than a letter;
    else it names the groups.
    """
    column = table.column(label)
    if column is None or not (column.kind == "text" or names_a_unit(label)):
        return False
    if (
        names_a_unit(label)
        and _IN_CARE.isdisjoint(words_of(label))
        and (len(summary.outcome) > 1 or summary.kind == "counts")
    ):
        return True
    taken = {label, *summary.by_role.values()}
    others = (c for c in table.columns if c.name not in taken and c.not_group is None)
    return not any(names_a_unit(c.name) and 1 < c.distinct < 0.9 * (table.rows - c.missing) for c in others)


def _columns_of(
    table: Table, kind: SummaryKind, named: Mapping[str, str], taken: Collection[str], *, alone: bool = False
) -> dict[str, str] | None:
    """Columns by role, those ``named`` as they are; None where one that is needed is missing.

    ``alone``: None too where another column is as much like one of them.
    """
    able = [c for c in table.columns if c.kind == "number" and c.not_outcome is None and may_be_known(c.name)]
    numbers, whole = [c.name for c in able], {c.name for c in able if c.whole}
    found = dict(named)
    spreads = () if any(role in named for role in (*kind.spreads, *kind.limits)) else kind.spreads
    single = (*kind.limits, *(role for role in _ORDER if role in kind.needed))
    for roles in (spreads, *((role,) for role in single if role not in named)):
        if set(roles) <= set(kind.limits) and any(spread in found for spread in kind.spreads):
            continue
        free = [name for name in numbers if name not in taken and name not in found.values()]
        if roles == ("events",) and "".join(words_of(found.get("trials", ""))) in _AT_BATS:
            free = [name for name in free if "".join(words_of(name)) in _HITS]  # runs are none of at bats
        alike = [
            # what may be events of other trials is no more likely trials than what cannot
            (
                likeness(name, role, ratios="high" in found),
                role in COUNTED and name not in whole,
                k,
                role == "trials" and likeness(name, "events") < MAYBE,
                i,
            )
            for k, role in enumerate(roles)
            for i, name in enumerate(free)
        ]
        fitting = sorted(one for one in alike if one[0] < NONE)
        if not fitting:
            continue
        if alone and len(fitting) > 1 and fitting[0][:4] == fitting[1][:4]:
            return None
        found[roles[fitting[0][2]]] = free[fitting[0][4]]
    return found if kind.is_complete(found) else None


def _is_named_plainly(columns: Mapping[str, str]) -> bool:
    """Whether the names leave no doubt: not two that might be anything, none the spread of something else."""
    doubtful = [role for role, name in columns.items() if likeness(name, role) == MAYBE]
    if "events" in doubtful and "".join(words_of(columns.get("trials", ""))) not in _AT_BATS:
        return False
    of = {
        tuple(word for word in words_of(name) if word not in SUMMARY_NAMES[role])
        for role, name in columns.items()
        if role not in {*SIZES, "events"} and likeness(name, role) == PART
    }
    return len(doubtful) < 2 and len(of) < 2


def _trouble(
    table: Table, summary: SummaryColumns, group: str, reading: Reading, rows: RowFilter
) -> str | None:
    """Why numbers cannot be what the columns are then said to hold; None where they can.

    Nothing where they are rather rows of another kind.
    """
    from dashboard.ingest.summary_groups import table_summaries
    from estimators import DataError

    try:
        data = table_summaries(table, summary=summary, group=group, reading=reading, rows=rows).data
    except (DataError, UnreadableFile) as error:
        return str(error).rstrip(".")
    if data.kind == "rates" and data.counts is not None and data.counts.events.max() <= 1:
        return ""  # an event or none of each, and the time to it
    if len(data) < 2:
        return ""
    left = data.dropped.total
    return f"{left:,} of {table.rows:,} lines cannot be used" if left > _MOST_LEFT_OUT * table.rows else None


def _reasons(table: Table, summary: SummaryColumns, label: str, share: str | None = None) -> str:
    """What speaks for it, in one sentence; `share`: the column that holds the share of events in trials."""
    listed = ", ".join(f"{role} in {excerpt(name)}" for role, name in summary.columns)
    column = table.column(label)
    if column is not None and not _tells_lines_apart(column, table):
        return f"{listed}, by the names of the columns, and several lines for each label in {excerpt(label)}"
    by = "by the names of the columns" if share is None else f"whose share stands in {excerpt(share)}"
    return f"{listed}, {by}, and a label of its own in every line of {excerpt(label)}"
