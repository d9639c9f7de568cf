"""The coefficients of the covariates, in a fold under the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from dashboard.pages.attributes import scrollable
from dashboard.words.covariates import (
    COEFFICIENTS,
    RATIOS,
    coefficient_table,
    covariate_names,
    curves_line,
    levels_line,
    named,
)

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene


def coefficients_fold(scene: Scene) -> list[html.Details]:
    """A fold with a line for each term and a column for each method; nothing without covariates.

    It is open of published estimates.
    """
    covariates, table = scene.comparison.data.covariates, coefficient_table(scene)
    if covariates is None or not table:
        return []
    head, *lines = table
    names = [name for own in (False, True) for name in covariate_names(covariates, of_group=own)]
    body = [html.Tr([html.Th(term, scope="row"), *map(html.Td, cells)]) for term, *cells in lines]
    said = (RATIOS if scene.is_ratio else COEFFICIENTS, levels_line(covariates), curves_line(covariates))
    return [
        html.Details(
            [
                html.Summary(["Coefficients of ", named(names)]),
                html.Div(
                    html.Table(
                        [
                            html.Thead(html.Tr([html.Th(name, scope="col") for name in head])),
                            html.Tbody(body),
                        ],
                        className="parameters",
                    ),
                    className="parameters-box",
                    **scrollable("Coefficients"),
                ),
                html.P(" ".join(filter(None, said)), className="quiet"),
            ],
            className="coefficients",
            open=scene.comparison.data.kind == "estimates",  # what a meta-regression is made for
        )
    ]
