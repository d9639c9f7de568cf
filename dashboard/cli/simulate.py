"""``blupboard simulate``: draw rows of a design, with the truth beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import click

from dashboard.cli.designs import Dials, design_options, make_design
from dashboard.cli.stdout import write_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimators import Design


class AllDials(Dials, total=False):
    """With those of the random numbers."""

    seed: int | None
    stream: str | None


@click.command("simulate")
@design_options
@click.option("--seed", type=int, help="From -(2^31 - 1) to 2^31 - 1. [default: 1]")
@click.option(
    "--stream",
    metavar="numpy|r",
    help="Random numbers: numpy's PCG64, or R's default generator, draw for draw. [default: numpy]",
)
@click.option(
    "--preset", metavar="ID", help="model1, model2, model3 or model1b: fixes all of the above instead."
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write here instead."
)
def simulate_command(*, preset: str | None, output: Path | None, **dials: Unpack[AllDials]) -> None:
    """Draw rows from a design and print them as CSV: group, y and the group's true mean."""
    design = make_design(dials) if preset is None else _preset(preset, dials)
    from dashboard.scripts.simulated_csv import csv_pieces
    from estimators import simulate

    simulated = simulate(design)
    write_answer(csv_pieces(simulated), output)


def _preset(name: str, dials: Mapping[str, Any]) -> Design:
    from estimators import PRESETS

    if name not in PRESETS:
        raise click.ClickException(f"--preset is one of {', '.join(PRESETS)}, not {name!r}")
    given = ["--" + dial.replace("_", "-") for dial, value in dials.items() if value is not None]
    if given:
        raise click.ClickException(f"--preset {name} fixes {', '.join(given)}: leave out one or the other")
    return PRESETS[name].design
