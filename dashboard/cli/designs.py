"""The dials of a simulated design on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

import click

from dashboard.cli.shared import Command, with_options

if TYPE_CHECKING:
    from estimators import Design, DesignError


class Dials(TypedDict, total=False):
    """The options of a design by parameter name; None: not given."""

    groups: int | None
    per_group: str | None
    mean: float | None
    sigma_group: float | None
    sigma_error: float | None
    effects: str | None
    error_ratio: float | None


DIALS = (
    click.option("--groups", type=int, metavar="J", help="Number of groups. [default: 20]"),
    click.option(
        "--per-group",
        metavar="N",
        help="Rows per group: 10 in each; a range 2-40, evenly spread; ~2-40, drawn from it; a list 5,5,20, "
        "which also gives the number of groups; or one-huge (500 in the first, 2 in each other). "
        "[default: 10]",
    ),
    click.option("--mean", type=float, help="Population mean; --mean=-5 if negative. [default: 0]"),
    click.option(
        "--sigma-group", type=float, help="Standard deviation of the true group means. [default: 1]"
    ),
    click.option(
        "--sigma-error", type=float, help="Standard deviation of the rows within groups. [default: 1]"
    ),
    click.option(
        "--effects",
        metavar="SHAPE",
        help="Shape of the true group means: normal, t, skewed, clusters or sparse; with a number of its "
        "own as in t:3. [default: normal]",
    ),
    click.option(
        "--error-ratio",
        type=float,
        help="Largest over smallest standard deviation within groups. [default: 1]",
    ),
)
"""Not given: None, which leaves the default to Design."""


def design_options(command: Command) -> Command:
    """Add the dials of a design, in order."""
    return with_options(command, DIALS)


def make_design(given: Mapping[str, Any], start: Design | None = None) -> Design:
    """The design with the dials that were given, by parameter name; None: not given, as in ``start``.

    Raises:
        ClickException: a dial is out of its bounds; the sentence names its option.

    """
    from estimators import Design, DesignError

    fields = {name: value for name, value in given.items() if value is not None}
    if "effects" in fields:
        fields["effects"], colon, number = fields["effects"].partition(":")
        fields["shape"] = number if colon else None
    if "," in fields.get("per_group", ""):
        fields.setdefault("groups", fields["per_group"].count(",") + 1)
    try:
        return Design(**fields) if start is None else replace(start, **fields)
    except DesignError as error:
        raise click.ClickException(f"{option_of(error)}: {error}") from None


def option_of(error: DesignError) -> str:
    """The option that sets the field which is out of its bounds."""
    return "--effects" if error.field == "shape" else "--" + error.field.replace("_", "-")
