"""The flags that say what a line of the file is: a row, or the summary of a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from dashboard.cli.shared import Command, with_options

KINDS = ("rows", "means", "estimates", "counts", "rates")
"""As `data_kinds.DATA_KINDS`, which is not read before it is needed."""
_ROLES = {
    "estimate": "The column of published estimates.",
    "se": "Their standard errors, or those of means.",
    "variance": "Their variances, or those of the rows behind means.",
    "low": "In place of both the lower ends of their intervals, of 95% if not named otherwise,",
    "high": "and the upper ends. Of OR, RR, HR and other ratios the logarithms are compared.",
    "mean": "The column of published means.",
    "sd": "The standard deviations of the rows behind them.",
    "n": "How many rows there are behind them.",
    "events": "The column with numbers of events.",
    "trials": "Out of how many trials.",
    "exposure": "In how much exposure, such as time.",
}
KIND_FLAGS = ("kind", *_ROLES)
_OPTIONS = (
    click.option(
        "--kind",
        type=click.Choice(KINDS),
        help="What a line is: a row, or the mean, estimate, events or rate of a group.",
    ),
    *(click.option(f"--{role}", metavar="COLUMN", help=text) for role, text in _ROLES.items()),
)


def kind_options(command: Command) -> Command:
    """Add the flags to a command, which gets them as keywords."""
    return with_options(command, _OPTIONS)


@dataclass(frozen=True)
class KindGiven:
    """What a command was told a line is."""

    kind: str | None
    """None where nothing was said."""
    named: Mapping[str, str]
    """Columns of summaries by role."""


def kind_given(given: Mapping[str, Any], outcome: str | None) -> KindGiven:
    """What a command's keywords say a line is; without ``--kind`` the columns that are named say it.

    Raises:
        ClickException: columns of different kinds, or an outcome beside them.

    """
    from dashboard.ingest.data_kinds import ROWS, SUMMARY_KINDS

    named = {role: given[role] for role in _ROLES if given[role] is not None}
    kind = given["kind"]
    if kind is None and named:
        kinds = SUMMARY_KINDS.values()
        able = [k for k in kinds if set(named) <= set(k.roles) - set(k.extras)]
        able = able or [k for k in kinds if set(named) <= set(k.roles)]
        if len(able) != 1:
            flags = " and ".join(f"--{role}" for role in named)
            raise click.ClickException(f"{flags} alone do not say what a line is: add --kind")
        kind = able[0].id
    if kind in (None, ROWS):
        if named:
            raise click.ClickException(f"--{next(iter(named))} is for summaries, not for --kind rows")
        return KindGiven(kind if outcome is None else ROWS, {})
    if outcome is not None:
        first = SUMMARY_KINDS[kind].needed[0]
        raise click.ClickException(f"--outcome is for rows: for {kind} name the column with --{first}")
    strange = [role for role in named if role not in SUMMARY_KINDS[kind].roles]
    if strange:
        flags = ", ".join(f"--{role}" for role in SUMMARY_KINDS[kind].roles)
        raise click.ClickException(f"--{strange[0]} is not for {kind}: they take {flags}")
    return KindGiven(kind, named)
