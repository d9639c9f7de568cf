"""``POST /coverage``: what the intervals on screen cover for groups like these, as far as it is counted.

The body holds the page's ``choices``, and ``begin``: whether to count what nobody has counted before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.callbacks.linked_groups import scene_answer
from dashboard.words.calibration import HOW, coverage_line, coverage_sentences

if TYPE_CHECKING:
    import flask

    from dashboard.callbacks.linked_groups import Asked
    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.counted_coverage import CountedCoverage


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the route."""
    server.add_url_rule("/coverage", "coverage", scene_answer(comparisons, _covered), methods=["POST"])


def _covered(comparisons: Comparisons, scene: Scene, given: Asked) -> dict[str, Any]:
    return covered(comparisons.coverage, scene, begin=bool(given.get("begin")))


def covered(coverage: CountedCoverage, scene: Scene, *, begin: bool) -> dict[str, Any]:
    """The line, what it rests on, each method's sentence, and whether there is more to come."""
    counts = coverage.look(scene, begin=begin)
    reference = None if scene.reference is None else scene.reference.id
    sentences = coverage_sentences(counts)
    first = [text for count, (_, text) in zip(counts, sentences, strict=True) if count.series.id == reference]
    return {
        "line": coverage_line(counts, reference),
        "explanation": " ".join([HOW, *first]),
        "methods": sentences,
        "pending": any(count.pending for count in counts),
    }
