"""Simulated data as a script that draws the same rows and fits them: R with lme4, and Python.

R draws what its own generator gave. Numbers that it cannot draw stand in the script, or, where they are many,
are read from the CSV of the page.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import fields
from itertools import groupby
from typing import TYPE_CHECKING

from dashboard.scripts.literals import r_number
from dashboard.scripts.python_code import python_fitting, python_names
from dashboard.scripts.r_code import R_PRINT, r_factor, r_fitting, r_script_text
from dashboard.scripts.simulated_csv import FILE_NAME
from dashboard.scripts.statsmodels_code import statsmodels_fitting, statsmodels_script_text
from estimators.simulation.design import GOLDEN, Design
from estimators.simulation.effects import SHAPES

if TYPE_CHECKING:
    from estimators import Comparison, Simulated

MOST_WRITTEN = 2_000
"""Numbers up to which a script carries them itself."""
_R_STREAM = "r"
_WIDTH = 100


def simulated_r_script(comparison: Comparison, simulated: Simulated) -> str:
    """An R script that draws or reads ``simulated`` and prints one line for each group, its true mean too.

    There is a column for each estimator of ``comparison`` that has R code; the others become comments. Last
    comes how far each column is from the truth.
    """
    fitting = r_fitting(comparison)
    parts = [
        _r_rows(simulated),
        f"g <- {r_factor('g')}\n" + r'cat(length(y), "rows in", nlevels(g), "groups\n")',
        *fitting,
    ]
    if any("\nkeep(" in f"\n{part}" for part in fitting):
        parts += [
            "tidy$true_mean <- unname(true_mean[tidy$group])",
            R_PRINT,
            "# Root mean squared distance from the true means in this one draw: the closest first\n"
            "off <- (tidy$estimate - tidy$true_mean)^2\n"
            "print(sort(sqrt(tapply(off, tidy$estimator, mean))))",
        ]
    return r_script_text(parts)


def simulated_statsmodels_script(comparison: Comparison) -> str:
    """A Python script for those without blupboard that reads the CSV of the page and fits the rows.

    Says of each method that has code for statsmodels how far it is from the truth.
    """
    reading = [
        '# In blupboard choose Export, "Simulated rows as CSV", and put it where Python runs',
        f'rows = pd.read_csv("{FILE_NAME}", float_precision="round_trip")',
        'y = rows["y"].to_numpy()',
        'g, labels = pd.factorize(rows["group"], sort=True)',
    ]
    fitting = statsmodels_fitting(comparison)
    if any("\nkeep(" in part for part in fitting):
        fitting += [
            "# Root mean squared distance from the true means in this one draw: the closest first",
            'truth = rows.groupby("group")["true_mean"].first()',
            'off = (tidy["estimate"] - tidy["group"].map(truth)) ** 2',
            'print((off.groupby(tidy["estimator"]).mean() ** 0.5).sort_values().to_string())',
        ]
    return statsmodels_script_text(["\n".join(reading), *fitting])


def simulated_python_script(
    comparison: Comparison, design: Design, *, plugins_dirs: Sequence[str] = ()
) -> str:
    """A Python script that draws ``design``, runs the same comparison and says who is closest to the truth.

    Args:
        comparison: what is on screen: its estimators, options and level.
        design: what is simulated.
        plugins_dirs: folders of plugin files that the estimators come from, beside those that are installed.

    """
    names = ["Design", *python_names(comparison, plugins_dirs), "simulate"]
    lines = [
        f"from estimators import {', '.join(names)}",
        "",
        *_python_drawing(design),
        *python_fitting(comparison, "simulated.data", plugins_dirs),
        "",
        "# Root mean squared distance from the true means in this one draw: the closest first",
        "off = [",
        "    (float(((result.fit.estimate - simulated.true_mean) ** 2).mean() ** 0.5), result.label)",
        "    for result in comparison.succeeded",
        "]",
        "for error, label in sorted(off):",
        '    print(f"{label}: {error:.6g}")',
    ]
    return "\n".join(lines) + "\n"


def _python_drawing(design: Design) -> list[str]:
    """Lines that make ``simulated``: the dials that are not at their defaults, one a line."""
    dials = {f.name: value for f in fields(Design) if (value := getattr(design, f.name)) != f.default}
    lines = [] if design.stream == _R_STREAM else ["# Another version of numpy may draw other numbers"]
    design_lines = ["design = Design()"]
    if dials:
        design_lines = ["design = Design(", *(f"    {name}={value!r}," for name, value in dials.items()), ")"]
    return [*lines, *design_lines, "simulated = simulate(design)"]


def _r_rows(simulated: Simulated) -> str:
    """Lines that make ``y``, ``g`` (text, as long) and ``true_mean``, named by group."""
    design = simulated.design
    sizes = _r_sizes(design)
    draws = design.stream == _R_STREAM
    if sizes is None or not (draws or len(simulated.outcome) <= MOST_WRITTEN):
        return _r_read(design)
    rows = _r_draws(design) if draws else _r_literals(simulated)
    names = [
        'names(true_mean) <- paste0("g", seq_along(n))',
        "g <- rep(names(true_mean), n)",
    ]
    return "\n".join([rows[0], f"n <- {sizes}", *rows[1:], *names])


def _r_draws(design: Design) -> list[str]:
    """What comes before the sizes ``n``, and after them; draws in the order of ``estimators.simulate``."""
    before = ["# The effects are drawn first, then the errors of all rows, group after group"]
    before.append(f"set.seed({design.seed})")
    if design.skip:
        before.append(f"invisible(rnorm({design.skip}))  # drawn before, and not used here")
    spread = r_number(design.sigma_error)
    after = [f"true_mean <- {r_number(design.mean)} + {_r_effects(design)}"]
    if design.sigma_error == 0:
        return ["\n".join(before), *after, "y <- rep(true_mean, n)"]
    if design.error_ratio != 1:
        after += [
            "# Standard deviations within groups: evenly spaced on a logarithmic scale, dealt out so that",
            "# neighbours differ; the mean of their squares is that of the one spread",
            f"place <- rank(((seq_along(n) - 0.5) * {GOLDEN!r}) %% 1) - 1",
            f"spread <- {r_number(design.error_ratio)}^(place / {max(design.groups - 1, 1)})",
            f"spread <- {spread} * spread / sqrt(mean(spread^2))",
        ]
        spread = "rep(spread, n)"
    return ["\n".join(before), *after, f"y <- rep(true_mean, n) + rnorm(sum(n), 0, {spread})"]


def _r_effects(design: Design) -> str:
    """An R expression for the effects; R's own rnorm draws nothing where the spread is 0, nor does this."""
    if design.sigma_group == 0:
        return f"rep(0, {design.groups})"
    drawn = SHAPES[design.effects].r_code(str(design.groups), design.shape_value)
    return f"{r_number(design.sigma_group)} * " + (f"({drawn})" if " " in drawn else drawn)


def _r_literals(simulated: Simulated) -> list[str]:
    true_mean = (simulated.design.mean + simulated.effect).tolist()
    return [
        "# The random numbers are numpy's, which R cannot draw: here are the rows with all their digits",
        f"true_mean <- {_r_vector(true_mean)}",
        f"y <- {_r_vector(simulated.outcome.tolist())}",
    ]


def _r_read(design: Design) -> str:
    numpys = "The random numbers are numpy's, which R cannot draw."
    why = "The sizes of the groups are too many to write here." if design.stream == _R_STREAM else numpys
    return "\n".join(
        [
            f"# {why}",
            '# In blupboard choose Export, "Simulated rows as CSV", and put it into R\'s working directory',
            f'rows <- read.csv("{FILE_NAME}")',
            "y <- rows$y",
            "g <- rows$group",
            "true_mean <- setNames(rows$true_mean, g)[!duplicated(g)]",
        ]
    )


def _r_sizes(design: Design) -> str | None:
    """An R expression for the rows of each group, in runs of equal sizes; None where it would be too long."""
    runs = [(int(size), len(list(same))) for size, same in groupby(design.sizes.tolist())]
    if len(runs) == 1:
        return f"rep({runs[0][0]}, {runs[0][1]})"
    written = min(design.groups, 2 * len(runs))
    if written > MOST_WRITTEN:
        return None
    if written == design.groups:
        return _r_vector(design.sizes.tolist())
    return f"rep({_r_vector([size for size, _ in runs])}, {_r_vector([times for _, times in runs])})"


def _r_vector(values: Sequence[float]) -> str:
    """``c(...)`` with every digit, on as many lines as it takes."""
    text = f"c({', '.join(map(r_number, values))})"
    return text if len(text) <= _WIDTH else textwrap.fill(text, _WIDTH, subsequent_indent="  ")
