"""How many rows a group would need, as a terminal table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.output import column_lines
from dashboard.words.plan import no_spread
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from estimators import Comparison, Result

Answers = dict[str, Any]

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
    if not answers["curve"]:
        raise click.ClickException("published estimates have no rows that could be more: there is no curve")
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(answers["curve"][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(answers["curve"])
    return buffer.getvalue().encode()


def plan_table(answers: Answers) -> bytes:
    """For reading: what each goal needs, and the curve."""
    within = answers["sigma_error"]
    head = f"By {answers['label']}: spread between groups {answers['sigma_group']:.4g}"
    head += "" if within is None else f", within groups {within:.4g}"
    head += " in an exposure of 1" if answers["kind"] == "rates" else ""
    head += f"; {answers['groups']:,} groups"
    noun = {"counts": "trials", "rates": "of exposure"}.get(answers["kind"], "rows")
    lines = [_sentence(w, answers["ratio_interval"], answers["level"], noun) for w in answers["wanted"]]
    if (further := answers["new_group"]) is not None:
        low, high = further["low"], further["high"]
        ends = f"{low:.5g} to {high:.5g}"
        place = f" with {_place(further['at'])}" if "at" in further else ""
        level = level_text(answers["level"])
        lines.append(f"The true mean of a further group{place} is expected from {ends} ({level}).")
        lines += [
            f"No group has {name} so far out: the line may not go on." for name in further.get("beyond", ())
        ]
    if answers["sigma_group"] == 0 and answers["curve"]:
        lines.append(no_spread("groups", empty=answers["ratio_interval"] is None))
    if not answers["curve"]:
        return ("\n".join([head, *lines]) + "\n").encode()
    heads = ["rows", "reliability", "width", "own_width", "p_best"]
    lines_of_curve = [
        [f"{point['rows']:,.12g}", *(f"{point[name]:.4g}" for name in heads[1:])]
        for point in answers["curve"]
    ]
    names = [noun.removeprefix("of "), *heads[1:]]
    return ("\n".join([head, *lines, "", *column_lines([names, *lines_of_curve])]) + "\n").encode()


def _place(at: dict[str, object]) -> str:
    return " and ".join(f"{name} {value}" for name, value in at.items())


def without_rows(comparison: Comparison, result: Result) -> Answers:
    """What there is of a plan for published means, which have no rows that could be more."""
    found = {} if result.fit is None else result.fit.parameters
    return {
        "estimator": result.id,
        "label": result.label,
        "level": comparison.level,
        "groups": len(comparison.data),
        "sigma_group": found["sigma_group"].value,
        "sigma_error": None,
        "ratio": None,
        "ratio_interval": None,
        "wanted": [],
        "curve": [],
    }


def _sentence(wanted: dict[str, Any], ends: dict[str, float] | None, level: float, noun: str) -> str:
    exposure = noun.startswith("of ")
    nothing = "no exposure" if exposure else f"no number of {noun}"

    def text(rows: float | None) -> str:
        return nothing if rows is None else f"{rows:,.12g}"

    rows = wanted["rows"]
    said = SENTENCES[wanted["goal"]].format(value=wanted["value"])
    what = noun.removesuffix("s") if rows == 1 and not exposure else noun
    need = f"is reached by {nothing}" if rows is None else f"needs {text(rows)} {what} a group"
    if ends is None or wanted["goal"] == "own_width":
        return f"{said} {need}."
    low, high = text(wanted["rows_at_low_ratio"]), text(wanted["rows_at_high_ratio"])
    of = "spread's" if exposure else "ratio's"
    interval = f"the {of} exact {level_text(level)} interval"
    return f"{said} {need}; {low} and {high} at the ends of {interval}."


LAYOUTS: dict[str, Callable[[Answers], bytes]] = {"table": plan_table, "csv": plan_csv, "json": plan_json}
