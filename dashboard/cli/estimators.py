"""``blupboard estimators``: what is registered and where each comes from."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dashboard.cli.shared import plugins_dir_option, report_plugin_failures
from dashboard.cli.stdout import load_plugins, to_stdout


@click.command("estimators")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
@plugins_dir_option
def estimators_command(layout: str, plugins_dirs: tuple[Path, ...]) -> None:
    """List the estimators and where each comes from."""
    registry = load_plugins(plugins_dirs)
    rows = [
        {
            "id": estimator.id,
            "label": estimator.label,
            "summary": estimator.summary,
            "source": registry.source(estimator.id).name,
            "origin": registry.source(estimator.id).origin,
            "version": registry.source(estimator.id).version,
            "citation": estimator.citation,
            "options": [
                {
                    "name": spec.name,
                    "label": spec.label,
                    "help": spec.help,
                    "default": spec.default,
                    "minimum": spec.minimum,
                    "maximum": spec.maximum,
                    "choices": None if spec.choices is None else list(spec.choices),
                }
                for spec in estimator.option_specs()
            ],
        }
        for estimator in registry.values()
    ]
    if layout == "json":
        lines = [json.dumps(rows, indent=1)]
    else:
        lines = []
        ids, sources = (max(len(str(row[name])) for row in rows) for name in ("id", "source"))
        for row in rows:
            place = f"{row['id']!s:{ids}}  {row['source']!s:{sources}}"
            lines.append(f"{place}  {row['label']}: {row['summary']}")
    to_stdout("".join(f"{line}\n" for line in lines).encode())
    report_plugin_failures(registry)
