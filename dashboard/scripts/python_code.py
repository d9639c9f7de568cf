"""What is on screen as a script in Python with blupboard itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from dashboard.ingest.reading import AS_FOUND, Reading
from estimators.risk.bootstrapped import is_bootstrapped

if TYPE_CHECKING:
    from dashboard.scripts.file_rows import FileRows
    from estimators import Comparison, Result
    from estimators.data.frames import ModelColumns


def python_script(comparison: Comparison, rows: FileRows) -> str:
    """A Python script that reads the file as blupboard did, runs the same comparison and prints it, tidy."""
    names = sorted(
        {*python_names(comparison, rows.plugins_dirs), *(["build_registry"] if rows.reader else [])}
    )
    arguments = [f"Path({rows.file_name!r})", f"outcome={rows.outcome!r}", f"group={rows.group!r}"]
    ingest = ["reduce_file"]
    if rows.reading != AS_FOUND:
        arguments.append(f"reading={python_reading(rows.reading)}")
        ingest.append("Reading")
    if rows.chosen:
        arguments.append(f"rows={rows.chosen!r}")
        ingest += ["RowFilter", *(["Condition"] if rows.chosen.where else [])]
    if rows.model:
        arguments.append(f"beside={python_model(rows.model)}")
        ingest.append("ModelColumns")
    imports, kinds = [], list[str]()
    if rows.reader is not None:
        folders = repr(list(rows.plugins_dirs)) if rows.plugins_dirs else ""
        imports = ["from dashboard.plugin_host.file_kinds import foreign_kinds"]
        kinds = [
            "# The file is of a kind that a plugin reads",
            f"kinds = foreign_kinds(build_registry({folders}))",
        ]
        arguments.append("kinds=kinds")
    return "\n".join(
        [
            "from pathlib import Path",
            "",
            f"from dashboard.ingest import {', '.join(sorted(ingest))}",
            *imports,
            f"from estimators import {', '.join(names)}",
            "",
            *kinds,
            "data = reduce_file(",
            *(f"    {argument}," for argument in arguments),
            ")",
            "# With a frame at hand: data = GroupData.from_frame(frame, outcome=..., group=...)",
            *python_fitting(comparison, "data", rows.plugins_dirs),
            "",
        ]
    )


def python_names(comparison: Comparison, plugins_dirs: Sequence[str]) -> list[str]:
    """What :func:`python_fitting` needs from ``estimators``, in alphabetical order."""
    drawn = ["bootstrapped"] if any(map(is_bootstrapped, comparison.results)) else []
    return [*drawn, *(["build_registry"] if plugins_dirs else []), "compare"]


def python_fitting(comparison: Comparison, data: str, plugins_dirs: Sequence[str]) -> list[str]:
    """Lines that run the same comparison on the Python expression ``data`` and print the tidy table."""
    ids = [result.id for result in comparison.results]
    options = {result.id: changed for result in comparison.results if (changed := _changed_options(result))}
    chosen, lines = f"{ids!r}", list[str]()
    if plugins_dirs:
        chosen = f"[registry[name] for name in {ids!r}]"
        lines.append(f"registry = build_registry({[str(folder) for folder in plugins_dirs]!r})")
    lines += [
        "comparison = compare(",
        f"    {data},",
        f"    {chosen},",
        *([f"    options={options!r},"] if options else []),
        f"    level={comparison.level!r},",
        *(["    smallest_first=True,"] if comparison.smallest_first else []),
        ")",
        *_drawn_intervals(comparison),
        "print(comparison.tidy().to_string(index=False))",
    ]
    if comparison.failed:
        lines += ["for result in comparison.failed:", '    print(f"{result.label}: {result.message}")']
    return lines


def _drawn_intervals(comparison: Comparison) -> list[str]:
    """The line that has the same methods' intervals drawn, where any are."""
    drawn = [result.id for result in comparison.results if is_bootstrapped(result)]
    return [f"comparison = bootstrapped(comparison, {drawn!r})"] if drawn else []


def python_reading(reading: Reading) -> str:
    """The options that are not left to be found, as Python."""
    values = {field.name: getattr(reading, field.name) for field in fields(Reading)}
    given = {name: value for name, value in values.items() if value != getattr(AS_FOUND, name)}
    return f"Reading({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def python_model(model: ModelColumns) -> str:
    """Covariates and weights, as far as they are set, as Python."""
    given = {name: value for name, value in vars(model).items() if value}
    if model.weights is None:
        del given["weight_kind"]
    return f"ModelColumns({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def _changed_options(result: Result) -> dict[str, object]:
    """The options that are not at their defaults."""
    return {
        spec.name: value
        for spec in result.estimator.option_specs()
        if (value := getattr(result.options, spec.name)) != spec.default
    }
