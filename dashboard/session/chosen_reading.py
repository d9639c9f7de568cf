"""How a file is read and which of its rows take part, as the page holds it: JSON values and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboard.ingest import ALL_ROWS, AS_FOUND, Condition, Reading, RowFilter
from dashboard.ingest.data_kinds import LINE_FORMS, ROWS, SummaryColumns
from dashboard.ingest.json_values import sequence, text
from dashboard.ingest.reading import operator_of
from dashboard.session.chosen_model import model_from_json, model_to_json, of_summaries, without_columns
from estimators.data.frames import NOTHING_BESIDE, ModelColumns


def rows_to_json(rows: RowFilter) -> dict[str, Any]:
    """Which rows take part; empty for all of them."""
    conditions = [[condition.column, condition.operator, condition.value] for condition in rows.where]
    found: dict[str, Any] = {"exclude": list(rows.exclude), "where": conditions}
    return {name: value for name, value in found.items() if value}


def rows_from_json(given: object) -> RowFilter:
    """What `rows_to_json` gave; nothing at all is every row. Raises as `Reading.from_json`."""
    if given is None:
        return ALL_ROWS
    if not isinstance(given, Mapping):
        raise TypeError(given)
    exclude = tuple(map(text, sequence(given.get("exclude", []))))
    return RowFilter(exclude, tuple(map(_condition, sequence(given.get("where", [])))))


def _condition(given: object) -> Condition:
    column, written, value = map(text, sequence(given))
    return Condition(column, operator_of(written), value)


@dataclass(frozen=True)
class ChosenReading:
    """What the page's store holds of the file that is open, besides its columns."""

    token: str
    reading: Reading = AS_FOUND
    rows: RowFilter = ALL_ROWS
    waved_off: tuple[str, ...] = ()
    """The keys of hints that are not to be shown again."""
    before: Before | None = None
    """What was chosen before the last change, so that it can be undone."""
    event_of: str = ""
    """The outcome that the word that counts as 1 was chosen for."""
    form: str = ROWS
    """What a line is: a key of `data_kinds.LINE_FORMS`."""
    beside: tuple[tuple[str, str], ...] = ()
    """(role, column) of summaries but for the outcome; nothing for a column that is not chosen yet."""
    model: ModelColumns = NOTHING_BESIDE
    """Covariates and weights."""

    def reading_of(self, outcome: str) -> Reading:
        """The reading for an outcome; a word that counts as 1 is for the one that it was chosen for."""
        return self.reading if outcome == self.event_of else replace(self.reading, event=None)

    def summary_of(self, outcome: str) -> SummaryColumns | None:
        """The columns of summaries with this outcome; None where lines are rows.

        Raises UnreadableFile with the column that is missing.
        """
        form = LINE_FORMS[self.form]
        if form.id == ROWS:
            return None
        return SummaryColumns.of(form.kind, {form.main: outcome, **dict(self.beside)})

    def with_summary(self, summary: SummaryColumns | None) -> ChosenReading:
        """The same with these columns of summaries."""
        if summary is None:
            return replace(self, form=ROWS, beside=())
        model = without_columns(of_summaries(self.model), (name for _, name in summary.columns))
        return replace(self, form=summary.form.id, beside=summary.beside, model=model)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `from_json`."""
        return {
            "token": self.token,
            "reading": self.reading.set_options(),
            "rows": rows_to_json(self.rows),
            "waved_off": list(self.waved_off),
            "before": None if self.before is None else self.before.to_json(),
            "event_of": self.event_of,
            "form": self.form,
            "beside": dict(self.beside),
            "model": model_to_json(self.model),
        }

    @classmethod
    def from_json(cls, given: object, token: str) -> ChosenReading:
        """What `to_json` gave; what is found from the file where that is of another file, or nothing.

        Raises TypeError or ValueError where it is garbled.
        """
        if not isinstance(given, Mapping) or given.get("token") != token:
            return cls(token)
        return cls(
            token,
            Reading.from_json(given.get("reading")),
            rows_from_json(given.get("rows")),
            tuple(map(text, sequence(given.get("waved_off", [])))),
            Before.from_json(given.get("before")),
            text(given.get("event_of", "")),
            _form(given.get("form", ROWS)),
            tuple((text(role), text(name)) for role, name in dict(given.get("beside", {})).items()),
            model_from_json(given.get("model")),
        )


def _form(given: object) -> str:
    if text(given) not in LINE_FORMS:
        raise ValueError(given)
    return text(given)


@dataclass(frozen=True)
class Before:
    """What was chosen before a change, and what the change was."""

    words: str
    """What was done, for the line that offers to undo it."""
    reading: Reading
    rows: RowFilter
    outcome: str
    group: str
    model: ModelColumns = NOTHING_BESIDE

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `from_json`."""
        return {
            "words": self.words,
            "reading": self.reading.set_options(),
            "rows": rows_to_json(self.rows),
            "outcome": self.outcome,
            "group": self.group,
            "model": model_to_json(self.model),
        }

    @classmethod
    def from_json(cls, given: object) -> Before | None:
        """What `to_json` gave; None for nothing. Raises TypeError or ValueError where it is garbled."""
        if not isinstance(given, Mapping):
            return None
        words, outcome, group = (text(given.get(name)) for name in ("words", "outcome", "group"))
        reading, rows = Reading.from_json(given.get("reading")), rows_from_json(given.get("rows"))
        return cls(words, reading, rows, outcome, group, model_from_json(given.get("model")))
