"""What may be concluded as paragraphs, to paste into a report or a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.words.comparison import headline, rows_used
from dashboard.words.conclusions import above_answer, best_answer, grade_answer, grade_lists
from dashboard.words.spreads import how_sure

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene
    from dashboard.words.conclusions import Answer, Answers


def conclusion_report(scene: Scene, answers: Answers, by: str, value: str) -> str:
    """The headline, then question and answer; ``by`` says how it was concluded, ``value`` what was asked."""
    unit, first = scene.unit, headline(scene)
    many = f" {len(answers['best']):,}" if "best" in answers else ""
    grades = "; ".join(f"{name}: {members}" for name, members in grade_lists(answers, unit))
    paragraphs = [
        f"{scene.outcome}: {rows_used(scene.comparison.data)}.",
        " ".join(filter(None, (first.answer, first.detail, how_sure(scene)))),
        f"Which {unit.many} are {answers['side']} {value}? {_said(above_answer(answers, unit, value))}",
        f"Which are the best{many}? {_said(best_answer(answers, unit))}",
        f"Can they be graded? {_said(grade_answer(answers, unit, len(scene)))} {grades}".strip(),
        f"Concluded {by.replace(' · ', '; ')} (blupboard).",
    ]
    return "\n\n".join(paragraphs)


def _said(answer: Answer) -> str:
    return f"{answer.answer} {answer.detail}".strip()
