"""What is on screen of groups that came as summaries, as scripts in R and Python that hold the summaries.

Means with SD and n, and events out of trials, become rows with just these: that is all that the methods of
means see of rows. For estimates and rates, whose variances are known, the methods here have no code in other
programs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.scripts.literals import comment, r_number, r_text
from dashboard.scripts.python_code import python_fitting, python_names
from dashboard.scripts.r_code import R_PRINT, r_factor, r_fitting, r_script_text
from dashboard.scripts.statsmodels_code import statsmodels_fitting, statsmodels_script_text
from estimators.data.left_out import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from estimators import Comparison, GroupData

_R_ROWS = {
    "means": """\
# Rows with just these means and SDs, which is all that the methods below see of rows
g <- {g}
y <- unlist(Map(function(mean, sd, n) {{
  if (n > 1) mean + sd * as.vector(scale(seq_len(n))) else mean
}}, own_mean, own_sd, own_n))""",
    "counts": """\
# The trials as rows of 0 and 1
g <- {g}
y <- unlist(Map(function(y, n) rep(c(1, 0), c(y, n - y)), events, own_n))""",
}
_PYTHON_ROWS = {
    "means": """\
# Rows with just these means and SDs, which is all that the methods below see of rows
def rows(mean, sd, n):
    steps = np.arange(n) - (n - 1) / 2
    return mean + sd * steps / steps.std(ddof=1) if n > 1 else np.array([mean])


y = np.concatenate([rows(*group) for group in zip(own_mean, own_sd, own_n)])""",
    "counts": """\
# The trials as rows of 0 and 1
y = np.concatenate([np.repeat([1.0, 0.0], [y, n - y]) for y, n in zip(events, own_n)])""",
}
_R_KNOWN = """\
# With the package metafor (Viechtbauer 2010), for comparison: tau is the spread between groups
model <- metafor::rma(yi = own_mean, sei = own_se, slab = group, method = "REML")
print(model)
print(metafor::blup(model))"""
_PYTHON_KNOWN = """\
# For comparison, tau^2 by Paule and Mandel's method, and the mean with its error
from statsmodels.stats.meta_analysis import combine_effects

print(combine_effects(np.array(own_mean), np.array(own_se) ** 2, method_re="iterated").summary_frame())"""


def summaries_scripts(
    comparison: Comparison, file_name: str, plugins_dirs: Sequence[str] = ()
) -> tuple[str, str, str]:
    """(R, Python with blupboard, Python without) of a comparison of groups that came as summaries."""
    data = comparison.data
    head = [comment(f"The {data.kind} of {file_name}, as blupboard read them"), *_left_out(data)]
    columns = _columns(data)
    return (
        _r_script(comparison, head, columns),
        _python_script(comparison, head, columns, plugins_dirs),
        _statsmodels_script(comparison, head, columns),
    )


def _left_out(data: GroupData) -> list[str]:
    return [comment(f"Not used: {sentence}") for sentence in sentences(data.left_out, "line")]


def _columns(data: GroupData) -> dict[str, NDArray[Any]]:
    """The numbers of the summaries ``(J,)``, by what they are called in the scripts."""
    if data.counts is not None and data.counts.of_trials:
        return {"events": data.counts.events, "own_n": data.n}
    if data.known_variance is None:
        sd = np.sqrt(data.ss_within / np.maximum(data.n - 1, 1))
        return {"own_mean": data.mean, "own_sd": sd, "own_n": data.n}
    known = {"own_mean": data.mean, "own_se": np.sqrt(data.known_variance)}
    if data.counts is None:
        return known
    return {"events": data.counts.events, "exposure": data.counts.exposure, **known}


def _r_script(comparison: Comparison, head: list[str], columns: dict[str, NDArray[Any]]) -> str:
    data = comparison.data
    given = [_r_vector("group", map(r_text, data.labels))]
    given += [_r_vector(name, map(r_number, values)) for name, values in columns.items()]
    beginning = "\n".join([*head, *given])
    if data.known_variance is not None:
        return "\n\n".join([beginning, *_without_code(comparison), _R_KNOWN]) + "\n"
    rows = _R_ROWS[data.kind].format(g=r_factor("rep(group, own_n)"))
    return r_script_text([beginning, rows, *r_fitting(comparison), R_PRINT])


def _python_script(
    comparison: Comparison,
    head: list[str],
    columns: dict[str, NDArray[Any]],
    plugins_dirs: Sequence[str],
) -> str:
    data = comparison.data
    made = {
        "means": "from_means(group, own_mean, own_n, sd=own_sd)",
        "counts": "from_counts(group, events, own_n)",
        "estimates": "from_estimates(group, own_mean, own_se)",
        "rates": "from_rates(group, events, exposure)",
    }[data.kind]
    lines = [
        f"from estimators import {', '.join(sorted(['GroupData', *python_names(comparison, plugins_dirs)]))}",
        "",
        *head,
        *_python_vectors(data, columns),
        f"data = GroupData.{made}",
        *python_fitting(comparison, "data", plugins_dirs),
    ]
    return "\n".join(lines) + "\n"


def _statsmodels_script(comparison: Comparison, head: list[str], columns: dict[str, NDArray[Any]]) -> str:
    data = comparison.data
    beginning = [*head, *_python_vectors(data, columns)]
    if data.known_variance is not None:
        return "\n".join(
            ["import numpy as np", "", *beginning, *_without_code(comparison), "", _PYTHON_KNOWN, ""]
        )
    lines = [
        *beginning,
        _PYTHON_ROWS[data.kind],
        "g, labels = np.repeat(np.arange(len(group)), own_n), np.array(group)",
    ]
    return statsmodels_script_text(["\n".join(lines), *statsmodels_fitting(comparison)])


def _without_code(comparison: Comparison) -> list[str]:
    """A comment on each method: its numbers, and that it has no code for known variances."""
    from dashboard.scripts.method_code import method_comments

    lines = []
    for result in comparison.results:
        if result.fit is None:
            lines.append(comment(f"{result.label}: left out, {result.message}"))
        else:
            lines.append("\n".join([*method_comments(result), comment("It has no code for known variances")]))
    return lines


def _r_vector(name: str, values: Iterable[str]) -> str:
    return f"{name} <- c({', '.join(values)})"


def _python_vectors(data: GroupData, columns: dict[str, NDArray[Any]]) -> list[str]:
    given = [f"group = {data.labels.tolist()!r}"]
    return [*given, *(f"{name} = {values.tolist()!r}" for name, values in columns.items())]
