"""What the callbacks put into the empty places of the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, explained
from dashboard.pages.file_reading import with_cells
from dashboard.pages.symbols import estimator_symbol
from dashboard.words.comparison import dropped_warning, interval_kind
from dashboard.words.grammar import sentence, shortened
from dashboard.words.numbers import number_by_error
from estimators.contract.fit import STANDARD_PARAMETERS
from estimators.contract.impossible_ends import notes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dashboard.scene.scene import Scene, Series
    from dashboard.session.comparisons import Comparisons
    from dashboard.words.comparison import Card, Headline
    from estimators import Parameter, Result, Sample


def headline_text(headline: Headline) -> list[Any]:
    """The answer in bold, the rest plain."""
    return [html.Strong(headline.answer), " ", html.Span(headline.detail)]


def headline_to_come(words: str) -> html.Span:
    """What a reader aloud hears while the headline shows its shape: a heading has words at all times."""
    return html.Span(words, className="to-come visually-hidden")


def answer_places(headline_id: str, cards_id: str, words: str) -> html.Div:
    """Where a page's headline and cards come, with the words of the heading until then."""
    return html.Div(
        [
            html.H1(headline_to_come(words), id=headline_id, className="headline", **aria(live="polite")),
            html.Div(id=cards_id, className="cards"),
        ],
        className="answer",
    )


def card_boxes(cards: Iterable[Card]) -> list[html.Div]:
    """A box for each number."""
    return [
        html.Div(
            [
                html.Span(card.title, className="card-title"),
                html.Span(
                    [
                        html.Span(card.value, className="card-value"),
                        html.Span(card.extra, className="card-extra"),
                    ]
                ),
                _interval(card),
            ],
            className="card",
            **explained(card.help),
        )
        for card in cards
    ]


def _interval(card: Card) -> html.Span:
    """Empty as long as it is not known, so that the card keeps its height."""
    if not card.name:
        return html.Span(card.interval, className="card-interval")
    return html.Span(card.interval, className="card-interval", id=ids.card_interval(card.name))


def remedy(scene: Scene, comparisons: Comparisons) -> list[html.Button]:
    """A button for the first method, not yet on, that does without what a note of the headline's warns of."""
    reference = scene.reference
    fit = None if reference is None else reference.result.fit
    codes = set() if fit is None else {note.code for note in fit.notes}
    on = {result.id for result in scene.comparison.results}
    carried = scene.comparison.data.carries
    able = [e for e in comparisons.registry.values() if e.remedy_for & codes and carried <= e.handles]
    if not able or on & {e.id for e in able}:
        return []
    first = able[0]
    symbol = estimator_symbol(comparisons.styles[first.id])
    return [
        html.Button(
            [symbol, f"Add {first.label}, which does not collapse"],
            id=ids.remedy_button(first.id),
            n_clicks=0,
            **explained(first.summary),
        )
    ]


def failures(scene: Scene, comparisons: Comparisons) -> list[html.Div]:
    """A card for rows left out where they are many, and one for each reason why methods have no result."""
    boxes = []
    warning = dropped_warning(scene.comparison.data)
    if warning:
        boxes.append(html.Div(html.P(warning), className="failure"))
    reasons: dict[str, list[Result]] = {}
    for result in (r for r in scene.comparison.failed if not r.pending):
        reasons.setdefault(result.message or "", []).append(result)
    for message, results in reasons.items():
        symbols = [estimator_symbol(comparisons.styles[result.id]) for result in results]
        who = ", ".join(result.label for result in results)
        text = html.Div([html.Strong(f"{who}: no result"), html.P(sentence(message))])
        boxes.append(html.Div([*symbols, text], className="failure"))
    return boxes


def notes(scene: Scene) -> list[html.Div]:
    """The estimators' notes, each once with the names of those who make it."""
    who_says: dict[tuple[str, str], list[str]] = {}
    for series in scene.series:
        for note in notes_of(scene.comparison.data, series.result):
            who_says.setdefault((note.severity, note.text), []).append(series.label)
    return [
        html.Div([html.Strong(", ".join(who) + ": "), html.Span(text)], className=f"note {severity}")
        for (severity, text), who in who_says.items()
    ]


def parameters(scene: Scene, comparisons: Comparisons) -> html.Table | html.P:
    """The estimators' parameters side by side; a dash where a method has none."""
    columns: dict[tuple[str, str], Parameter] = {}
    for series in scene.series:
        for name, parameter in _found(series).items():
            columns.setdefault((name, _likelihood_of(series, name)), parameter)
    order = list(STANDARD_PARAMETERS)
    named = sorted(columns, key=lambda key: order.index(key[0]) if key[0] in order else len(order))
    if not named:
        return html.P("None of the methods that are on estimates parameters.", className="quiet")
    head = html.Tr(
        [
            html.Th("Method", scope="col"),
            *(
                html.Th(
                    f"{parameter_label(scene, columns[key])}{key[1]}",
                    scope="col",
                    **explained(columns[key].help),
                )
                for key in named
            ),
            html.Th("Interval", scope="col", **explained("What the interval is computed with.")),
        ]
    )
    body = []
    for series in scene.series:
        found = _found(series)
        error = found["mu_std_error"].value if "mu_std_error" in found else None
        cells = [
            html.Td(
                number_by_error(
                    found[name].value if name in found and kind == _likelihood_of(series, name) else None,
                    error if name == "mu" else None,
                    digits=6,
                )
            )
            for name, kind in named
        ]
        heading = html.Th([estimator_symbol(comparisons.styles[series.id]), series.label], scope="row")
        body.append(html.Tr([heading, *cells, html.Td(interval_kind(series))]))
    said = [html.Caption("μ, its error and the spreads are of logarithms.")] if scene.is_ratio else []
    return html.Table([*said, html.Thead(head), html.Tbody(body)], className="parameters")


def parameter_label(scene: Scene, parameter: Parameter) -> str:
    """What a parameter is called: of published estimates the spread between groups is τ."""
    published = scene.published_error is not None and parameter.name == "sigma_group"
    return parameter.label.replace("σg", "τ") if published else parameter.label


def _found(series: Series) -> Mapping[str, Parameter]:
    return series.result.fit.parameters if series.result.fit else {}


def _likelihood_of(series: Series, name: str) -> str:
    """Which likelihood a parameter is of, behind its label: those of different ones cannot be compared."""
    if name not in ("criterion", "log_likelihood"):
        return ""
    kind = series.result.estimator.likelihood
    return f", {series.label}" if kind is None else f", {kind.upper()}"


def about_sample(sample: Sample) -> html.Div:
    """What to look at in a sample, and where it comes from."""
    source = [html.P(sample.source, className="source")] if sample.source else []
    return html.Div([html.P([html.Strong(f"{sample.title}. "), sample.paragraph]), *source])


def source_chip(title: str, facts: Iterable[str]) -> list[Any]:
    """What the groups come from, in one line."""
    return [html.Strong(title, **explained(title)), html.Span("".join(f" · {fact}" for fact in facts))]


def alert(message: str) -> dmc.Alert:
    """One sentence about what is wrong."""
    return refusal(sentence(message))


def refusal(words: str) -> dmc.Alert:
    """Why a file cannot be read: a sentence as it is, which may begin with the name of the file."""
    return dmc.Alert(with_cells(shortened(words)), color="red", variant="light", p="xs")
