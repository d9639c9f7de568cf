"""The answers to the three questions as a terminal table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from dashboard.cli.output import column_lines
from dashboard.words.conclusions import answer_lines, rate_words
from estimators.data.left_out import printable_label

if TYPE_CHECKING:
    from collections.abc import Callable

Answers = dict[str, Any]
MOST_NAMED = 20
"""Groups that a sentence names; all of them are marked above it."""


def selection_json(answers: Answers) -> bytes:
    """Everything."""
    return (json.dumps(answers, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def selection_csv(answers: Answers) -> bytes:
    """A line for each group, with what is said of it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    lines = answer_lines(answers)
    writer.writerow(lines[0])
    writer.writerows([line.values() for line in lines])
    return buffer.getvalue().encode()


def selection_table(answers: Answers) -> bytes:
    """For reading, the likeliest groups first."""
    lines = sorted(answer_lines(answers), key=lambda line: -line["probability"])
    rows = [list(lines[0]), *([_cell(value) for value in line.values()] for line in lines)]
    side = "below" if answers["lower_is_better"] else "above"
    named = sum(line["called"] for line in answers["above"])
    sentences = [
        f"{answers['label']}: {named:,} of {len(lines):,} groups are said to be {side}; "
        f"{_few(answers['expected_false'])} of them are expected not to be. {rate_words(answers)}"
    ]
    if "best" in answers:
        best = answers["best"]
        sure = sum(line["called"] for line in best)
        sentences.append(
            f"Of the {len(best):,} named as the best, {count_text(answers['expected_correct'])} are expected "
            f"to be; {sure:,} of them can be said to be, of which {_few(answers['expected_false_best'])} are "
            "expected to be wrong."
        )
    able = [printable_label(name) for name in answers["confidence_set"]]
    more = f" and {len(able) - MOST_NAMED:,} more" if len(able) > MOST_NAMED else ""
    sentences.append(f"The best is among: {', '.join(able[:MOST_NAMED])}{more}.")
    if "grades" in answers:
        sentences.append(
            f"Grades: {answers['discordance']:.2%} of pairs are expected to be graded the wrong way round."
        )
    if "drawn" in answers:
        sentences.append(
            "Chances that have no formula are from {draws:,} draws, seed {seed}.".format(**answers["drawn"])
        )
    return ("\n".join([*column_lines(rows), "", *sentences]) + "\n").encode()


LAYOUTS: dict[str, Callable[[Answers], bytes]] = {
    "table": selection_table,
    "csv": selection_csv,
    "json": selection_json,
}


def _few(count: float) -> str:
    """An expected number of errors, to two digits where that says something."""
    return count_text(count, 2) if count == 0 or count >= 0.01 else "less than 0.01"


def count_text(count: float, digits: int = 3) -> str:
    """An expected number, to so many digits or all those before the point."""
    return f"{count:,.0f}" if count >= 10 ** (digits - 1) else f"{count:.{digits}g}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "-"
    return f"{value:.4f}" if isinstance(value, float) else printable_label(str(value))
