"""How many rows a group would need, as a terminal table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from dashboard.cli.output import column_lines

if TYPE_CHECKING:
    from collections.abc import Callable

Answers = dict[str, Any]

NO_SPREAD = (
    "The spread between groups is estimated as 0, so nothing can be told apart and predictions have no "
    "width: plan by the upper end of the interval."
)
SENTENCES = {
    "reliability": "A reliability of {value:g}",
    "width": "An interval by prediction {value:g} wide",
    "own_width": "An interval by a group's own mean {value:g} wide",
    "p_best": "A chance of {value:g} that the group that looks best is the best",
}


def plan_json(answers: Answers) -> bytes:
    """Everything, null where no number of rows will do."""
    return (json.dumps(answers, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def plan_csv(answers: Answers) -> bytes:
    """The curve."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(answers["curve"][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(answers["curve"])
    return buffer.getvalue().encode()


def plan_table(answers: Answers) -> bytes:
    """For reading: what each goal needs, and the curve."""
    head = (
        f"By {answers['label']}: spread between groups {answers['sigma_group']:.4g}, within groups "
        f"{answers['sigma_error']:.4g}; {answers['groups']:,} groups"
    )
    lines = [_sentence(w, answers["ratio_interval"], answers["level"]) for w in answers["wanted"]]
    if (further := answers["new_group"]) is not None:
        ends = f"{further['low']:.5g} to {further['high']:.5g}"
        lines.append(f"The true mean of a further group is expected from {ends} ({answers['level']:.0%}).")
    if answers["sigma_group"] == 0:
        lines.append(NO_SPREAD)
    heads = ["rows", "reliability", "width", "own_width", "p_best"]
    rows = [
        [f"{point['rows']:,}", *(f"{point[name]:.4g}" for name in heads[1:])] for point in answers["curve"]
    ]
    return ("\n".join([head, *lines, "", *column_lines([heads, *rows])]) + "\n").encode()


def _sentence(wanted: dict[str, Any], ends: dict[str, float] | None, level: float) -> str:
    def text(rows: int | None) -> str:
        return "no number of rows" if rows is None else f"{rows:,}"

    rows = wanted["rows"]
    said = SENTENCES[wanted["goal"]].format(value=wanted["value"])
    need = (
        "is reached by no number of rows" if rows is None else f"needs {rows:,} row{'s'[: rows != 1]} a group"
    )
    if ends is None or wanted["goal"] == "own_width":
        return f"{said} {need}."
    low, high = text(wanted["rows_at_low_ratio"]), text(wanted["rows_at_high_ratio"])
    return f"{said} {need}; {low} and {high} at the ends of the ratio's exact {level:.0%} interval."


LAYOUTS: dict[str, Callable[[Answers], bytes]] = {"table": plan_table, "csv": plan_csv, "json": plan_json}
