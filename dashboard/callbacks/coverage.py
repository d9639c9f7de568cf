"""``POST /coverage``: what the intervals on screen cover for groups like these, as far as it is counted.

The body holds the page's ``choices``, ``begin``: whether to count what nobody has counted before, and
``stop``: whether to stop what is counted for this session.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.exceptions import BadRequest

from dashboard.callbacks.scenes import scene_on_screen
from dashboard.serving.server import owner
from dashboard.words.calibration import (
    COUNT,
    STOP_COUNTING,
    STOPPED,
    coverage_line,
    coverage_sentences,
    how_counted,
)

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.counted_coverage import CountedCoverage
    from dashboard.words.calibration import Count


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the route."""
    server.add_url_rule("/coverage", "coverage", partial(_answer, comparisons), methods=["POST"])


def _answer(comparisons: Comparisons) -> dict[str, Any]:
    given = flask.request.get_json(silent=True)
    if not isinstance(given, dict):
        raise BadRequest("This request holds no question; start it from the page.")
    scene = scene_on_screen(comparisons, given.get("choices"))
    if scene is None:  # it has gone between two questions: whoever took it away says so
        return asdict(Covered())
    if given.get("stop"):
        return asdict(stopped(comparisons.coverage, owner(), scene))
    return asdict(covered(comparisons.coverage, owner(), scene, begin=bool(given.get("begin"))))


@dataclass(frozen=True)
class Covered:
    """What the page says of the intervals on screen."""

    line: str = ""
    explanation: str = ""
    """What the line rests on."""
    methods: tuple[tuple[str, str], ...] = ()
    """Label and sentence of each method with intervals."""
    pending: bool = False
    """Whether there is more to come."""
    action: str = ""
    """What the button beside the line is called, which stops the count or begins it again; empty for none."""


def covered(coverage: CountedCoverage, who: str, scene: Scene, *, begin: bool) -> Covered:
    """What is known by now; ``begin``: whether to count the rest."""
    counts = coverage.look(who, scene, begin=begin)
    pending = any(count.pending for count in counts)
    return _said(scene, counts, pending=pending, action=STOP_COUNTING if pending else "")


def stopped(coverage: CountedCoverage, who: str, scene: Scene) -> Covered:
    """Stop what is counted for a session, and say what is known by then."""
    coverage.forget(who)
    counts = coverage.look(who, scene, begin=False)
    known = [replace(count, problem=STOPPED) if count.pending else count for count in counts]
    return _said(scene, known, pending=False, action=COUNT if known != counts else "")


def _said(scene: Scene, counts: list[Count], *, pending: bool, action: str) -> Covered:
    reference = None if scene.reference is None else scene.reference.id
    sentences = coverage_sentences(counts)
    first = [text for count, (_, text) in zip(counts, sentences, strict=True) if count.series.id == reference]
    return Covered(
        line=coverage_line(counts, reference),
        explanation=" ".join([how_counted(scene.comparison.data), *first]),
        methods=tuple(sentences),
        pending=pending,
        action=action,
    )
