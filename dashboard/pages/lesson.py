"""The lesson: the four models side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.figures.lesson import lesson_figures
from dashboard.pages import ids
from dashboard.pages.attributes import aria, data
from dashboard.pages.graph import STILL, Graph
from dashboard.pages.symbols import estimator_symbol
from dashboard.session import lesson
from dashboard.words import lesson as words

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.scene.style import Style


def lesson_panel() -> html.Main:
    """An empty place that a callback fills when the page is first shown."""
    return html.Main(html.Div(id=ids.LESSON), className="lesson on-lesson", id="lesson")


def lesson_content(models: Iterable[lesson.Model]) -> list[Any]:
    """What the lesson is, the four models, and why one of them lies on the boundary."""
    models = list(models)
    figures = lesson_figures([model.scene for model in models])
    return [
        html.Header(
            [
                html.H1(lesson.TITLE),
                html.Div([html.P(_whole(text)) for text in lesson.OPENING], className="lesson-opening"),
                html.P(dmc.Anchor("The answer on Cross Validated", href=words.ANSWER, size="sm")),
                _questions(),
                html.P(_whole(lesson.READING), className="lesson-reading"),
            ],
            className="lesson-head",
        ),
        html.Div(
            [_model(model, figure) for model, figure in zip(models, figures, strict=True)],
            className="lesson-models",
        ),
        html.Section(
            [
                html.H2(lesson.WHY_TITLE),
                html.Ol([html.Li([html.Strong(step), " ", _whole(said)]) for step, said in lesson.WHY]),
            ],
            className="panel lesson-why",
        ),
        _terms(),
        _in_r(),
    ]


def _questions() -> html.Section:
    """Questions whose answers open one by one: what was guessed says whether it is right, and why."""
    return html.Section(
        [
            html.H2(words.QUESTIONS_TITLE),
            *(
                html.Div([html.P(question), *map(_choice, choices)], className="lesson-question")
                for question, choices in words.QUESTIONS
            ),
        ],
        className="lesson-questions",
    )


def _choice(choice: words.Choice) -> html.Details:
    verdict = html.Strong("Yes. " if choice.is_right else "Not this. ")
    return html.Details([html.Summary(choice.name), html.P([verdict, _whole(choice.why)])])


def _terms() -> html.Section:
    entries = [html.Div([html.Dt(term), html.Dd(meaning)]) for term, meaning in words.TERMS]
    return html.Section([html.H2(words.TERMS_TITLE), html.Dl(entries)], className="panel lesson-terms")


def _in_r() -> html.Section:
    return html.Section(
        [
            html.H2(words.R_TITLE),
            html.P(words.R_INTRODUCTION),
            html.Pre(html.Code(words.R_LINES), tabIndex="0", role="region", **aria(label=words.R_TITLE)),
            html.P(words.R_ELSEWHERE),
        ],
        className="panel lesson-r",
    )


def _whole(text: str) -> str:
    """The text with equations that no line breaks in two."""
    return text.replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")


def _model(model: lesson.Model, figure: go.Figure) -> html.Section:
    preset = model.preset
    style_of = {series.label: series.style for series in model.scene.series}
    picture = Graph(figure=figure, config=STILL, class_name="lesson-graph")
    return html.Section(
        [
            html.Div(
                [
                    html.H2([preset.label, html.Span(model.setting, className="lesson-setting")]),
                    html.P(model.claim, className="lesson-claim"),
                ],
                className="lesson-name",
            ),
            html.Div(
                picture, role="img", **aria(label=f"{preset.label}: own means, predictions and true means")
            ),
            html.P(_whole(model.text), className="lesson-text"),
            _group_table(model, style_of),
            _spread_table(model, style_of),
            dmc.Button(
                "Open in Simulate",
                id=ids.lesson_button(preset.id),
                n_clicks=0,
                variant="default",
                size="sm",
                **aria(label=f"Open in Simulate: {preset.label}"),
            ),
        ],
        className="panel lesson-model",
        **data(preset=preset.id),
    )


def _group_table(model: lesson.Model, style_of: Mapping[str, Style]) -> html.Table:
    head = ["group", "true mean", "own mean (OLS)", *style_of]
    return _table("The five groups", head, model.group_rows(), style_of, "lesson-groups")


def _spread_table(model: lesson.Model, style_of: Mapping[str, Style]) -> html.Table:
    rows = [
        (s.label, lesson.decimals(s.between), lesson.decimals(s.within), _weight(s.weight))
        for s in model.spreads()
    ]
    return _table("Spreads and weight", ["spreads", "σg", "σe", "weight"], rows, style_of, "lesson-spreads")


def _weight(weight: float) -> html.Span:
    """The number with a bar behind it: the share of a distance to the mean that is kept."""
    return html.Span(
        [
            html.Span(className="lesson-bar", style={"width": f"{100 * weight:.2f}%"}),
            html.Span(lesson.decimals(weight)),
        ],
        className="lesson-weight",
    )


def _table(
    caption: str,
    head: Iterable[str],
    rows: Iterable[tuple[Any, ...]],
    style_of: Mapping[str, Style],
    name: str,
) -> html.Table:
    def name_with_symbol(label: str) -> list[Any]:
        return [estimator_symbol(style_of[label]), label] if label in style_of else [label]

    return html.Table(
        [
            html.Caption(caption, className="visually-hidden"),
            html.Thead(html.Tr([html.Th(name_with_symbol(label), scope="col") for label in head])),
            html.Tbody(
                [
                    html.Tr(
                        [html.Th(name_with_symbol(first), scope="row"), *(html.Td(cell) for cell in rest)]
                    )
                    for first, *rest in rows
                ]
            ),
        ],
        className=f"lesson-table {name}",
    )
