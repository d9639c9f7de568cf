"""Looks for what may be amiss in the columns that were read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from dashboard.ingest.errors import excerpt
from dashboard.ingest.guess_encoding import likelier_encoding
from dashboard.ingest.hints import Hint
from dashboard.ingest.label_sql import label_key, shown_whole
from dashboard.ingest.left_out_sql import NO_GROUP
from dashboard.ingest.reading import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dashboard.ingest.row_facts import RowFacts
    from dashboard.ingest.sign_columns import SignColumn
    from dashboard.ingest.table import TextLayout
    from estimators import GroupData

_TOTALS: Final = """
    total totals grand-total subtotal sum all overall aggregated average mean
    gesamt insgesamt gesamtergebnis ergebnis summe alle durchschnitt mittelwert
    ensemble totale toutes tous moyenne totaal suma todos todas promedio média média-geral totalt yhteensä
    итого всего 合计 总计 合計 計
"""
_STATISTICS: Final = """
    n count sd std std-dev stdev s.d. stddev standard-deviation se sem s.e. std-error standard-error min max
    minimum maximum median variance var cv anzahl standardabweichung stabw effectif écart-type conteo
"""
_NOT_LABELS: Final = r"na n/a #n/a nan null (null) \n none . - -- #value! #ref! #div/0! #name? (blank)"
_DITTO: Final = "\" '' \u201d \u3003 \u2033 \u201e -\"- do. dto. dito ditto idem"
_OUTCOMES: Final = """
    died death dead survived survival event success successful passed pass failed fail failure readmitted
    readmission mortality cured recovered relapse response responded outcome y admitted hit won correct
    default defaulted churn churned case infected disease positive
    converted clicked
"""
TOTALS = frozenset(_TOTALS.split())
STATISTICS = frozenset(_STATISTICS.split())
NOT_LABELS = frozenset(_NOT_LABELS.split())
DITTO = frozenset(_DITTO.split())
OUTCOME_WORDS = frozenset(_OUTCOMES.split())
"""In lower case: what totals are called, what else stands below a column of numbers, what is no label, what
stands for the label above, and what outcomes of 0 and 1 are called."""
MOST_TOTALS: Final = 5
"""So many totals are named at once."""
MOST_LABELS: Final = 100_000
"""Labels of so many groups are compared with each other."""
_NEARLY = 0.005
_LEFT_OF_SPREAD = 0.1


def find_hints(
    facts: RowFacts,
    data: GroupData,
    layout: TextLayout | None,
    names: tuple[str, str],
    binary: Iterable[str] = (),
    *,
    signs: Iterable[SignColumn] = (),
) -> tuple[Hint, ...]:
    """All that may be amiss; `names` are those of outcome and group.

    `binary` are the columns of 0 and 1, `signs` those with the signs of amounts.
    """
    codes = list(_codes(facts))
    found = [*codes, *_totals(data), *_labels(data), *_merged_cells(facts, data)]
    found += [] if codes or any(hint.exclude for hint in found) else _far_row(facts, data, names[0])
    found += _open_quote(data, layout)
    found += [*_encoding(data, layout, names, facts), *binary_outcomes(names[0], binary)]
    found += _sign_beside(facts, data, names, signs)
    return tuple(found)


def group_hints(data: GroupData) -> tuple[Hint, ...]:
    """What may be amiss with groups that came as summaries."""
    return *_totals(data), *_labels(data)


def _codes(facts: RowFacts) -> Iterator[Hint]:
    """A code far from the rest, to which those belong that go on from it."""
    found, low, high = facts.codes()
    if not low < high:
        return
    for code in sorted(found, key=lambda code: max(code - high, low - code)):
        if max(code - high, low - code) <= high - low:
            low, high = min(low, code), max(high, code)
    for code, rows in sorted(found.items()):
        if max(code - high, low - code) > high - low:
            much = f"{rows:,} row{'' if rows == 1 else 's'}"
            yield Hint(
                "missing_code",
                f"{code:g} in {much} lies far from the rest ({low:g} to {high:g}) and may be a code for a "
                "missing value",
                missing=f"{code:g}",
            )


def _totals(data: GroupData) -> Iterator[Hint]:
    """A group called Total, or Total of another, whose value is that of its parts together."""
    if data.known_variance is not None or len(data) < 3 or len(data) > MOST_LABELS:
        return
    labels = data.labels.tolist()
    places = {label.strip().casefold(): place for place, label in enumerate(labels)}
    words = [label.casefold().strip(" :.*").split() for label in labels]
    parts = {
        place: [places[rest]]
        for place, own in enumerate(words)
        if len(own) > 1 and (rest := _without_total(own)) in places and places[rest] != place
    }
    totals = [place for place, own in enumerate(words) if "-".join(own) in TOTALS]
    plain = [i for i in range(len(labels)) if i not in parts and i not in totals]
    single = [i for i in plain if "-".join(words[i]) in STATISTICS and data.n[i] == 1]
    others = [i for i in plain if i not in single]
    if single and not any(_together(data, place, others) for place in totals):
        single, others = [], plain
    parts |= dict.fromkeys(totals, others)
    found = [(place, *told) for place, those in parts.items() if (told := _together(data, place, those))]
    for place, what, number in found[:MOST_TOTALS]:
        those = "the others" if place in totals else excerpt(labels[parts[place][0]])
        yield Hint(
            "total_group",
            f"The group {excerpt(labels[place])} holds {float(data.mean[place]):.6g}, which is the {what} of "
            f"{those} ({number:.6g}), and may be no group",
            exclude=labels[place],
        )
    for place in single[: MOST_TOTALS - len(found)]:
        beside = excerpt(labels[totals[0]])
        yield Hint(
            "total_group",
            f"The group {excerpt(labels[place])} stands in one row beside {beside}, and may be no group",
            exclude=labels[place],
        )


def _without_total(words: Sequence[str]) -> str:
    """A label of several words without the one that says total; nothing where none does."""
    for first, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
        if first in TOTALS:
            return " ".join(rest)
    return ""


def _together(data: GroupData, place: int, parts: Sequence[int]) -> tuple[str, float] | None:
    """What of its parts a group's value is, and that number; None where it is none of them."""
    if not parts:
        return None
    sums = data.n[parts] * data.mean[parts]
    numbers = {
        "sum": float(sums.sum()),
        "mean": float(sums.sum() / data.n[parts].sum()),
        "sum of the groups": float(data.mean[parts].sum()),
        "mean of the groups": float(data.mean[parts].mean()),
    }
    value = float(data.mean[place])
    near = (item for item in numbers.items() if math.isclose(value, item[1], rel_tol=_NEARLY))
    return next(near, None)


def _labels(data: GroupData) -> Iterator[Hint]:
    """Labels that differ in spaces, case or Unicode form only, or that stand for nothing."""
    labels = data.labels.tolist()
    if len(labels) > MOST_LABELS:
        return
    folded = len({label_key(label, "folded") for label in labels})
    if folded < len(labels):
        trimmed = len({label_key(label, "trimmed") for label in labels})
        first = _first_alike(labels)
        kinds = ["marks that cannot be seen"] if any(shown_whole(label) != label for label in first) else []
        kinds += ["capitals", "Unicode form"] if trimmed != folded else []
        differ = " or ".join(filter(None, (", ".join(["spaces", *kinds[:-1]]), *kinds[-1:])))
        alike = " and ".join(f"`{shown_whole(label)[:40]}`" for label in first)
        yield Hint(
            "similar_labels",
            f"Some labels differ only in {differ}, such as {alike}: "
            f"{len(labels):,} groups are then {folded:,}",
            labels="trimmed" if trimmed == folded else "folded",
        )
    for label in labels:
        if label.strip().casefold() in DITTO:
            yield Hint(
                "ditto_mark",
                f"`{label.strip()}` is used as a group, and may stand for the label above it",
                missing=label.strip(),
                fill_down=True,
            )
        elif label.strip().casefold() in NOT_LABELS:
            yield Hint(
                "missing_label",
                f"{excerpt(label)} is used as a group, and may stand for a missing label",
                missing=label.strip(),
            )


def _first_alike(labels: Sequence[str]) -> tuple[str, str]:
    """The first two labels that are the same but for spaces, capitals and Unicode form."""
    seen: dict[str, str] = {}
    for label in labels:
        before = seen.setdefault(label_key(label, "folded"), label)
        if before != label:
            return before, label
    raise ValueError(labels)


def _merged_cells(facts: RowFacts, data: GroupData) -> Iterator[Hint]:
    """Blank labels below filled ones, each of which comes about once."""
    blank, rows = facts.counts.get(NO_GROUP, 0), sum(facts.counts.values())
    filled, groups = rows - blank, len(data) + len(data.unused_labels)
    if facts.reading.fill_down or blank * 3 < rows or filled > 1.5 * groups:
        return
    lost = facts.numbers_below_labels()
    if lost:
        yield Hint(
            "merged_cells",
            f"{lost:,} rows with a number have a blank label below a filled one, as merged cells leave them: "
            "they may belong to the group above",
            fill_down=True,
        )


def _far_row(facts: RowFacts, data: GroupData, outcome: str) -> Iterator[Hint]:
    """One row so far out that it alone makes the spread."""
    n = data.total
    if n < 5:
        return
    low, high = facts.extremes()
    mean = data.origin + data.centered_grand_mean
    far = low if mean - low > high - mean else high
    squares = float(data.ss_within.sum()) + data.ss_between
    without = squares - (far - mean) ** 2 * n / (n - 1)
    if not squares > 0 or without > _LEFT_OF_SPREAD * squares or without <= 0:
        return
    line = facts.line_of(far)
    if line is None:
        return
    spread, spread_without = math.sqrt(squares / (n - 1)), math.sqrt(without / (n - 2))
    mean_without = (mean * n - far) / (n - 1)
    yield Hint(
        "far_row",
        f"One row, {far:.6g} ({facts.noun} {line}), makes nearly all of the spread: without it the "
        f"mean is {mean_without:.4g} rather than {mean:.4g}, and the standard deviation "
        f"{spread_without:.4g} rather than {spread:.4g}",
        where=Condition(outcome, "!=", f"{far!r}"),
    )


def _open_quote(data: GroupData, layout: TextLayout | None) -> Iterator[Hint]:
    """A cell that holds whole lines: the quotation mark before it stands for itself, as an inch mark does."""
    if layout is None or not layout.quote:
        return
    cells = [e.text for cause in data.left_out if cause.cause == "not_a_number" for e in cause.examples]
    for text in (*cells, *data.labels.tolist(), *data.unused_labels):
        lines = text.splitlines() if layout.delimiter in text else []
        if len(lines) > 1 and any(layout.delimiter in line for line in lines):
            yield Hint(
                "open_quote",
                f"One cell, {excerpt(lines[0])}, holds {len(lines):,} lines of the file: the quotation "
                "mark before it may stand for itself",
                quote="",
            )
            return


def _encoding(
    data: GroupData, layout: TextLayout | None, names: tuple[str, str], facts: RowFacts
) -> Iterator[Hint]:
    """An encoding that was guessed, with letters that look wrong."""
    if layout is None or layout.encoding != "windows-1252" or facts.reading.encoding is not None:
        return
    found = likelier_encoding([*names, *data.labels[:MOST_LABELS].tolist()])
    if found is not None:
        encoding, wrong, right = found
        yield Hint(
            "encoding",
            f"The encoding was guessed as windows-1252, and {excerpt(wrong)} looks wrong: "
            f"as {encoding} it is {excerpt(right)}",
            encoding=encoding,
        )


def binary_outcomes(outcome: str, binary: Iterable[str]) -> Iterator[Hint]:
    """Columns of 0 and 1 whose name is that of an outcome; `binary` are all columns of 0 and 1."""
    columns = list(binary)
    if outcome in columns:
        return
    for column in columns:
        words = set(column.casefold().replace("_", " ").replace(".", " ").split())
        if words & OUTCOME_WORDS:
            yield Hint(
                "binary_outcome",
                f"The column {excerpt(column)} holds 0 and 1 and may be the outcome: its means are shares",
                outcome=column,
            )


def _sign_beside(
    facts: RowFacts, data: GroupData, names: tuple[str, str], signs: Iterable[SignColumn]
) -> Iterator[Hint]:
    """Amounts without a sign, which another column holds; none is a share, or a count of two values."""
    column = next((column for column in signs if column.name not in names), None)
    if column is None or data.total < 2:
        return
    low, high = facts.extremes()
    if low >= 0 and high > 1:
        yield Hint(
            "sign_beside",
            f"No value of {excerpt(names[0])} is negative, and {excerpt(column.name)} says by "
            f"`{column.first}` and `{column.second}` its sign: amounts of both sides are taken together",
            where=Condition(column.name, "=", column.first),
        )
