"""Labels that are compared without outer spaces, case or Unicode form: which stand for one group."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.ingest.engine import literal, select
from dashboard.ingest.errors import UnreadableFile, excerpt, name_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from dashboard.ingest.reading import Labels


_INVISIBLE: Final = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
)
"""Marks that no letter hangs on: hyphens that do not show, spaces of no width, marks of a direction."""


@dataclass(frozen=True)
class LabelNames:
    """What the labels of the table ``cells`` are called, and which are left out."""

    renamed: bool
    """Whether the table ``names (label, name)`` holds other names for some of them."""
    excluded: tuple[str, ...]
    """Labels as they stand whose groups are left out."""

    @property
    def column(self) -> str:
        """SQL for the name of a label, after `join`."""
        return "coalesce(n.name, u.label)" if self.renamed else "u.label"

    @property
    def join(self) -> str:
        """SQL that brings the names to a table ``u`` with a column ``label``."""
        return "LEFT JOIN names n ON n.label = u.label" if self.renamed else ""

    def is_excluded(self, label: str) -> str:
        """SQL for whether the group of a label is left out."""
        if not self.excluded:
            return "false"
        return f"coalesce({label} IN ({', '.join(map(literal, self.excluded))}), false)"


def label_names(
    connection: duckdb.DuckDBPyConnection,
    column: str,
    source: str,
    labels: Labels | None,
    exclude: tuple[str, ...],
) -> LabelNames:
    """The names of a column's labels. Raises UnreadableFile where there is no group to leave out."""
    if labels in (None, "exact") and not exclude:
        return LabelNames(False, ())
    counts = select(f"CAST({column} AS VARCHAR) AS label, count(*)", source, "GROUP BY label")
    rows = {label: n for label, n in connection.execute(counts).fetchall() if label is not None}
    names = merged_names(rows, labels)
    if names:
        import pyarrow as pa

        table = pa.table({"label": list(names), "name": list(names.values())})
        connection.register("names_given", table)
        connection.execute("CREATE OR REPLACE TABLE names AS SELECT * FROM names_given")
        connection.unregister("names_given")
    known = {label: names.get(label, label) for label in rows}
    groups, gone = set(known.values()), set(exclude)
    for label in exclude:
        if label not in groups:
            raise UnreadableFile(
                f"There is no group {excerpt(label)} to leave out: the groups are "
                f"{name_list(tuple(sorted(groups)))}."
            )
    return LabelNames(bool(names), tuple(label for label, name in known.items() if name in gone))


def shown_whole(label: str) -> str:
    """A label with the codes of its marks that cannot be seen, such as [U+200B] for a space of no width."""
    return label if label.isascii() else label.translate({mark: f"[U+{mark:04X}]" for mark in _INVISIBLE})


def label_key(label: str, labels: Labels | None) -> str:
    """What labels of one group have in common."""
    if labels in (None, "exact"):
        return label
    seen = label if label.isascii() else label.translate(_INVISIBLE)
    spaced = " ".join(seen.split()) or label  # of such marks alone: blank, it would be no label
    return spaced if labels == "trimmed" else unicodedata.normalize("NFKC", spaced).casefold()


def merged_names(rows: Mapping[str, int], labels: Labels | None) -> dict[str, str]:
    """The name of every label that is not its own: of those of one group the commonest, trimmed."""
    groups: dict[str, list[str]] = {}
    for label in rows:
        groups.setdefault(label_key(label, labels), []).append(label)
    names: dict[str, str] = {}
    for spellings in groups.values():
        name = _commonest(spellings, rows, labels)
        names.update({label: name for label in spellings if label != name})
    return names


def _commonest(spellings: Iterable[str], rows: Mapping[str, int], labels: Labels | None) -> str:
    often: dict[str, int] = {}
    for label in spellings:
        spelling = label_key(label, "trimmed") if labels in ("trimmed", "folded") else label
        often[spelling] = often.get(spelling, 0) + rows[label]
    return min(often, key=lambda spelling: (-often[spelling], spelling))
