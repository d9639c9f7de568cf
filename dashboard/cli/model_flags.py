"""The flags that say what the model has beside an outcome and a group: covariates and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.shared import Command, with_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimators.data.frames import ModelColumns

WEIGHT_KINDS = ("precision", "frequency", "survey")
"""As `estimators.data.weights.WEIGHT_KINDS`, which is not read before it is needed."""
_OPTIONS = (
    click.option(
        "--adjust",
        multiple=True,
        metavar="COLUMN",
        help="Compare groups as if all had the same mix of this; may be repeated.",
    ),
    click.option(
        "--explained-by",
        multiple=True,
        metavar="COLUMN",
        help="Pull groups towards what this lets expect of them; may be repeated.",
    ),
    click.option(
        "--categorical",
        multiple=True,
        metavar="COLUMN",
        help="Numbers in this covariate are codes; may be repeated.",
    ),
    click.option(
        "--curve",
        "curves",
        multiple=True,
        metavar="COLUMN=SHAPE",
        help="This covariate is a curve: poly2 to poly4, or spline3 to spline5 by its number of knots; may "
        "be repeated.",
    ),
    click.option("--weights", metavar="COLUMN", help="The column with the rows' weights."),
    click.option(
        "--weight-kind",
        type=click.Choice(WEIGHT_KINDS),
        help="A row's variance is divided by its weight; it occurs so often; or it stands for so many. "
        "[default: precision]",
    ),
)


def model_options(command: Command) -> Command:
    """Add the flags to a command, which gets them as keywords."""
    return with_options(command, _OPTIONS)


def model_given(given: Mapping[str, Any], *, rows: bool) -> ModelColumns:
    """The columns that are named among a command's keywords; ``rows``: whether a line is a row.

    Raises:
        ClickException: a kind of weights without weights, or what summaries do not have.

    """
    from estimators.data.frames import ModelColumns

    if given["weight_kind"] is not None and given["weights"] is None:
        raise click.ClickException("--weight-kind goes with --weights")
    for flag in ("adjust", "weights"):
        if given[flag] and not rows:
            raise click.ClickException(f"--{flag} is for rows: summaries of groups take --explained-by")
    names = {flag: tuple(given[flag]) for flag in ("adjust", "explained_by", "categorical")}
    return ModelColumns(
        **names,
        weights=given["weights"],
        weight_kind=given["weight_kind"] or WEIGHT_KINDS[0],
        curves=tuple(map(_curve, given["curves"])),
    )


def _curve(written: str) -> tuple[str, str]:
    """A covariate and its shape. Raises ClickException where there is none of them."""
    from estimators.data.curves import SHAPES

    name, _, shape = written.rpartition("=")
    if not name or shape not in SHAPES:
        raise click.ClickException(
            f"--curve {written!r}: give a covariate and its shape, such as age=poly2; shapes are "
            f"{', '.join(SHAPES)}"
        )
    return name, shape
