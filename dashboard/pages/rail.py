"""The left rail: data, roles, estimators, display."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, data, explained
from dashboard.pages.column_picker import column_options, column_picker
from dashboard.pages.controls import control_with_label, option_control, plugin_tag, plugin_words
from dashboard.pages.database import database_form
from dashboard.pages.dials import dials
from dashboard.pages.file_reading import column_names, row_filter
from dashboard.pages.line_form import beside_pickers, form_picker
from dashboard.pages.methods import methods, plugins_button
from dashboard.pages.model_columns import model_fold
from dashboard.pages.my_files import my_files
from dashboard.pages.once_shown import OnceShown
from dashboard.pages.risk import risk_rail
from dashboard.pages.stack_columns import stack_link
from dashboard.session.choices import (
    LEVELS,
    Choices,
    arrangement_choices,
    order_among,
    shared_options,
    sort_choices,
)
from dashboard.session.first_choices import held_reading, held_table
from estimators.inference.level_text import level_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from dashboard.ingest import Table
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.sources import Description
    from estimators import Design


def rail(
    comparisons: Comparisons,
    owner: str,
    choices: Choices,
    source: Description,
    design: Design,
    *,
    news: Sequence[str] = (),
) -> html.Aside:
    """Everything a person sets, in the order in which it is needed.

    ``design`` is what the dials show, ``news`` sentences about the files that are there no more.
    """
    files = my_files(comparisons.workspace, owner, choices.source.token)
    return html.Aside(
        [
            html.H2("Data", className="on-compare first"),
            html.H2("Scenario", className="on-risk first"),
            _sources(
                comparisons,
                _upload(comparisons, files, news),
                _database(comparisons, choices),
                source,
                design,
            ),
            html.P(id=ids.CONNECTED_USED, className="rows-used on-compare"),
            risk_rail(),
            html.Div(_roles(source.table, choices), className="on-compare"),
            html.Div(id=ids.PROBLEM, className="problem", role="alert"),
            html.H2("Estimators"),
            html.Div(methods(comparisons, choices, _values(choices)), className="estimators"),
            plugins_button(comparisons.registry),
            html.H2("Display", className="on-compare"),
            html.Div(_display(comparisons, choices, source), className="display-fields on-compare"),
        ],
        className="rail",
        id=ids.RAIL,
        **aria(label="Data, estimators and display"),
    )


def _upload(comparisons: Comparisons, files: list[html.Div], news: Sequence[str]) -> list[Component]:
    """Where files come in, and those that are there."""
    return [
        html.Div(
            id=ids.UPLOAD_ZONE,
            **data(
                max_bytes=str(comparisons.workspace.max_upload_bytes),
                also=" ".join(s for reader in comparisons.registry.readers.values() for s in reader.suffixes),
            ),
        ),
        _paste_box(),
        html.Div(files, id=ids.MY_FILES),
        html.Div([html.P(sentence, className="file-deleted") for sentence in news], role="status"),
    ]


def _database(comparisons: Comparisons, choices: Choices) -> html.Div | None:
    """Where a table of a database is chosen; None where the operator names none."""
    connections = comparisons.holdings.connections
    return database_form(connections.names, held_table(choices)) if connections else None


def _sources(
    comparisons: Comparisons,
    upload: list[Component],
    database: html.Div | None,
    source: Description,
    design: Design,
) -> dmc.Tabs:
    samples = [
        html.Button(
            [
                html.Span(
                    [sample.title, *plugin_tag(comparisons.registry.source_of(sample))],
                    className="sample-title",
                ),
                html.Span(f"{sample.outcome} by {sample.group}", className="sample-roles"),
            ],
            id=ids.sample_button(sample.id),
            className="sample",
            **explained(plugin_words(comparisons.registry.source_of(sample))),
        )
        for sample in comparisons.registry.samples.values()
    ]
    return dmc.Tabs(
        [
            dmc.TabsList(
                [
                    dmc.TabsTab("Upload", value="upload"),
                    *([dmc.TabsTab("Database", value=ids.DATABASE)] if database else []),
                    dmc.TabsTab("Simulate", value=ids.SIMULATE),
                    dmc.TabsTab("Samples", value="samples"),
                ],
                grow=True,
            ),
            *([dmc.TabsPanel(database, value=ids.DATABASE)] if database else []),
            dmc.TabsPanel(upload, value="upload"),
            dmc.TabsPanel(dials(design), value=ids.SIMULATE),
            dmc.TabsPanel(OnceShown([html.Div(samples, className="samples")]), value="samples"),
        ],
        id=ids.SOURCES,
        value=source.door,
        variant="pills",
        className="sources",
    )


def _paste_box() -> html.Div:
    """A place for cells from a spreadsheet; they may as well be pasted anywhere on the page."""
    return html.Div(
        [
            html.Textarea(
                id=ids.PASTE_BOX,
                rows=1,
                spellCheck="false",
                placeholder="or paste cells (Ctrl+V)",
                **aria(label="Paste cells"),
            ),
            html.Button("Open these cells", id=ids.PASTE_OPEN, type="button", hidden=True),
        ],
        className="paste",
    )


def _roles(table: Table | None, choices: Choices) -> html.Div:
    outcomes, groups = (
        ([], []) if table is None else (column_options(table, "outcome"), column_options(table, "group"))
    )
    held = held_reading(choices)
    return html.Div(
        [
            html.Button(
                id=ids.AS_READ,
                className="plain-button as-read",
                n_clicks=0,
                **explained("See and change how the file is read"),
            ),
            html.Div(id=ids.READING_CHANGES, className="chips"),
            form_picker(held),
            control_with_label("Outcome", column_picker(ids.OUTCOME, outcomes, choices.source.outcome)),
            html.Div(beside_pickers(table, held), id=ids.BESIDE_COLUMNS),
            control_with_label("Group", column_picker(ids.GROUP, groups, choices.source.group)),
            stack_link(),
            html.P(id=ids.ROWS_USED, className="rows-used"),
            html.Div(id=ids.READING_UNDO, className="reading-undo", role="status"),
            html.Div(id=ids.READING_NOTES, className="reading-notes"),
            model_fold(),
            row_filter(column_names(table)),
        ],
        className="roles",
        id=ids.ROLES,
    )


def _display(comparisons: Comparisons, choices: Choices, source: Description) -> list[Any]:
    values = _values(choices)
    fields = [
        control_with_label(
            "Interval",
            dmc.Select(
                id=ids.LEVEL,
                data=[{"value": f"{level:g}", "label": level_text(level)} for level in LEVELS],
                value=f"{choices.level:g}",
                allowDeselect=False,
                size="sm",
            ),
        )
    ]
    for spec in shared_options(comparisons.registry):
        given = next((v[spec.name] for v in values.values() if spec.name in v), spec.default)
        control = option_control(ids.shared_option(spec.name), spec, given, bare=True)
        fields.append(control_with_label(spec.label, control, spec.help))
    orders = sort_choices(
        comparisons.registry, choices.on, counts_rows=source.counts_rows, by_lines=source.by_lines
    )
    fields += [
        control_with_label(
            "Bootstrap intervals",
            dmc.Switch(
                id=ids.BOOTSTRAP, checked=choices.bootstrap, size="sm", **aria(label="Bootstrap intervals")
            ),
            "Groups like these are drawn from what each method found, and it is fitted to them again: how "
            "far off is it then? Needs no formula, and takes a moment.",
        ),
        control_with_label(
            "Sort by",
            dmc.Select(
                id=ids.SORT,
                data=orders,
                value=order_among(choices.sort, orders),
                allowDeselect=False,
                size="sm",
            ),
        ),
        control_with_label(
            "Methods",
            dmc.Select(
                id=ids.ARRANGEMENT,
                data=arrangement_choices(comparisons.registry, choices.on),
                value=choices.arrangement,
                allowDeselect=False,
                size="sm",
            ),
            "Up to three methods stand in one picture as it fits, more in a panel each.",
        ),
        control_with_label(
            "Own means",
            dmc.Switch(id=ids.SHOW_OWN, checked=choices.show_own, size="sm", **aria(label="Show own means")),
        ),
        *_ways_of_outcome(choices),
    ]
    return fields


def _ways_of_outcome(choices: Choices) -> list[html.Div]:
    """Switches that go with the outcome: which end is better, and whether it is a logarithm of ratios."""
    return [
        control_with_label(
            "Lower is better",
            dmc.Switch(
                id=ids.LOWER_BETTER,
                checked=choices.smallest_first,
                size="sm",
                **aria(label="Lower is better"),
            ),
            "Ranks and orders run from the smallest, as for mortality, length of stay or cost.",
        ),
        html.Div(
            control_with_label(
                "As ratios",
                dmc.Switch(id=ids.AS_RATIOS, checked=choices.as_ratios, size="sm", **aria(label="As ratios")),
                "Estimates that are logarithms of odds, risk, rate or hazard ratios are shown as these.",
            ),
            id=ids.RATIOS_FIELD,
            hidden=True,
        ),
    ]


def _values(choices: Choices) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for estimator_id, name, value in choices.options:
        values.setdefault(estimator_id, {})[name] = value
    return values
