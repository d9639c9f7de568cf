"""The panel "What may I conclude?": three questions to set, and their answers in words with their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, scrollable
from dashboard.session.asked_questions import COUNT, DISCORDANCE, FIRST_LIMIT, PERCENT, PRICE
from estimators.inference.selection import LOCAL, TAIL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.words.conclusions import Answer
    from dashboard.words.pinned_pairs import ComparedGroup

RATES = {"0.01": "1%", "0.05": "5%", "0.1": "10%", "0.2": "20%"}
BOUND = {TAIL: "on average over those named", LOCAL: "for each one named"}
"""What the error rate is a rate of."""
BETTER, WORSE = "better", "worse"
HEADLINE_METHOD = "@headline"
"""The choice of the method that the headline speaks of; no estimator's id starts with ``@``."""
LIMIT_LABEL = (
    "Between 0 and 1: what a pair in the right order is worth where one in the wrong order costs 1, or the "
    "largest share of pairs in the wrong order"
)
GRADED_BY = {PRICE: "gain of a right pair, λ", DISCORDANCE: "share of pairs wrong"}
TRACE = "The numbers"


def conclude_panel() -> html.Section:
    """The controls, and places for the answers."""
    return html.Section(
        [
            html.Header(
                [
                    html.H2("What may I conclude?"),
                    html.Span(id=ids.CONCLUDE_LINE, className="subtitle"),
                    dcc.Clipboard(
                        html.Button("Copy", className="quiet-link", **aria(label="Copy the answers as text")),
                        id=ids.CONCLUDE_COPY,
                        content="",
                        copied_children="Copied",
                        className="copy",
                    ),
                    _saved_as("CSV", ids.CONCLUDE_CSV),
                    _saved_as("JSON", ids.CONCLUDE_JSON),
                ]
            ),
            html.Div(
                [
                    _question(_above_controls(), ids.CONCLUDE_ABOVE),
                    _question(_best_controls(), ids.CONCLUDE_BEST),
                    _question(_grade_controls(), ids.CONCLUDE_GRADES),
                    _question([html.Strong("Can those that are pinned be told apart?")], ids.CONCLUDE_PINNED),
                ],
                className="questions",
            ),
        ],
        className="panel conclude",
    )


def _saved_as(kind: str, link_id: str) -> html.A:
    """A link to the answers as a file."""
    return html.A(
        kind, id=link_id, href="#", className="quiet-link", **aria(label=f"Save the answers as {kind}")
    )


def _question(controls: list[Any], place: str) -> html.Div:
    return html.Div([html.Div(controls, className="question"), html.Div(id=place, **aria(live="polite"))])


def _above_controls() -> list[Any]:
    return [
        html.Strong("Which are"),
        _select(ids.CONCLUDE_SIDE, {BETTER: "above", WORSE: "below"}, BETTER, "Above or below", 96),
        dmc.NumberInput(
            id=ids.CONCLUDE_VALUE, placeholder="the average", size="xs", w=116, debounce=400,
            hideControls=True, **aria(label="A value; empty: the average"),
        ),
        html.Strong("?"),
        html.Span("error rate"),
        _select(ids.CONCLUDE_RATE, RATES, "0.05", "Error rate", 76),
        _select(ids.CONCLUDE_CRITERION, BOUND, TAIL, "What the error rate bounds", 240),
        html.Span("by"),
        _select(ids.CONCLUDE_METHOD, {HEADLINE_METHOD: "the headline's"}, HEADLINE_METHOD, "Method", 170),
    ]  # fmt: skip


def _best_controls() -> list[Any]:
    return [
        html.Strong("Which are the best"),
        dmc.NumberInput(
            id=ids.CONCLUDE_TOP, value=3, min=0, size="xs", w=72, debounce=400, **aria(label="How many"),
        ),
        dmc.Select(
            id=ids.CONCLUDE_TOP_IN, data=top_choices("groups"), value=COUNT, allowDeselect=False,
            size="xs", w=180, **aria(label="In number, or in percent of all"),
        ),
        html.Strong("?"),
    ]  # fmt: skip


def _grade_controls() -> list[Any]:
    return [
        html.Strong("Can they be graded?"),
        html.Span("by"),
        _select(ids.CONCLUDE_GRADED_BY, GRADED_BY, PRICE, "What settles the grades", 168),
        dmc.NumberInput(
            id=ids.CONCLUDE_LIMIT, placeholder=f"{FIRST_LIMIT[PRICE]:g}", min=0, max=1, step=0.05, size="xs",
            w=80, debounce=400, **aria(label=LIMIT_LABEL),
        ),
    ]  # fmt: skip


def top_choices(groups: str) -> list[dict[str, str]]:
    """In what the best are counted, as choices of a select; ``groups`` is their plural."""
    return [{"value": COUNT, "label": groups}, {"value": PERCENT, "label": f"percent of all {groups}"}]


def _select(name: str, choices: dict[str, str], value: str, label: str, width: int) -> dmc.Select:
    return dmc.Select(
        id=name,
        data=[{"value": key, "label": words} for key, words in choices.items()],
        value=value,
        allowDeselect=False,
        size="xs",
        w=width,
        **aria(label=label),
    )


def answer_block(answer: Answer, lists: Sequence[tuple[str, str]] = ()) -> list[Any]:
    """The sentence, grades where there are any, and the numbers in a fold."""
    block: list[Any] = [
        html.P([html.Strong(answer.answer), " ", html.Span(answer.detail)], className="conclusion")
    ]
    if lists:
        block.append(
            html.Dl(
                [part for name, members in lists for part in (html.Dt(name), html.Dd(members))],
                className="grades",
            )
        )
    if answer.numbers:
        rows = [html.Tr([html.Th(name, scope="row"), html.Td(value)]) for name, value in answer.numbers]
        block.append(
            html.Details([html.Summary(TRACE), html.Table(html.Tbody(rows))], className="conclusion-numbers")
        )
    return block


HOW_TO_PIN = "Click a group in a view to pin it, and another one with Shift or Ctrl."


def pinned_block(
    answer: Answer, compared: Sequence[ComparedGroup], value: Callable[[float], str]
) -> list[Any]:
    """The sentence on pinned groups; of more than two a line for each, with its letters and its bar."""
    block: list[Any] = answer_block(answer)
    if compared:
        low, high = min(group.low for group in compared), max(group.high for group in compared)
        head = html.Tr(
            [
                html.Th(name, scope="col")
                for name in ("group", "letters", "estimate", "comparison bar", "its ends")
            ]
        )
        rows = [_compared_row(group, low, high, value) for group in compared]
        table = html.Table([html.Thead(head), html.Tbody(rows)], className="compared")
        block.append(html.Div(table, className="check-table", **scrollable("Pinned groups")))
    return block


def _compared_row(group: ComparedGroup, low: float, high: float, value: Callable[[float], str]) -> html.Tr:
    left, width = (100 * (x / (high - low)) for x in (group.low - low, group.high - group.low))
    bar = html.Span(style={"left": f"{left:.2f}%", "width": f"{width:.2f}%"})
    return html.Tr(
        [
            html.Th(group.name, scope="row"),
            html.Td(group.letters, className="letters"),
            html.Td(value(group.estimate)),
            html.Td(html.Div(bar, className="bar")),
            html.Td(f"{value(group.low)} to {value(group.high)}"),
        ]
    )
