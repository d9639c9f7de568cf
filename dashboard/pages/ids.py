"""The names by which components and callbacks find each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dash.dependencies import Wildcard

    Part = str | Wildcard
    """What tells the components of one pattern apart: a text, or a wildcard for all of them."""

PROVIDER: Final = "provider"
PAGE: Final = "page"
PAGES: Final = ("compare", "risk", "lesson")
THEME: Final = "theme"
THEME_CHOICE: Final = "theme-choice"
PALETTE: Final = "palette"
THEME_TOGGLE: Final = "theme-toggle"

RAIL: Final = "rail"
UPLOAD_ZONE: Final = "upload-zone"
UPLOAD_INPUT: Final = "upload-input"
PASTE_BOX: Final = "paste-box"
PASTE_OPEN: Final = "paste-open"
UPLOADED: Final = "uploaded"
DATASET: Final = "dataset"
DESIGN: Final = "design"
SOURCES: Final = "sources"
SIMULATE: Final = "simulate"
DATABASE: Final = "database"
CONNECTED: Final = "connected"
CONNECTION: Final = "connection"
CONNECTED_TABLE: Final = "connected-table"
CONNECTED_OUTCOME: Final = "connected-outcome"
CONNECTED_GROUP: Final = "connected-group"
CONNECTED_READ: Final = "connected-read"
CONNECTED_PROBLEM: Final = "connected-problem"
CONNECTED_USED: Final = "connected-used"
SIZE_RULE: Final = "size-rule"
SHAPE_FIELD: Final = "shape-field"
ROLES: Final = "roles"
CHOICES: Final = "choices"

OUTCOME: Final = "outcome"
GROUP: Final = "group"
LINE_FORM: Final = "line-form"
BESIDE_COLUMNS: Final = "beside-columns"
MODEL_OPEN: Final = "model-open"
MODEL_FIELDS: Final = "model-fields"
MODEL_NUMBERS: Final = "model-numbers"
LEVEL: Final = "level"
BOOTSTRAP: Final = "bootstrap"
SORT: Final = "sort"
SHOW_OWN: Final = "show-own"
ARRANGEMENT: Final = "arrangement"
LOWER_BETTER: Final = "lower-better"
AS_RATIOS: Final = "as-ratios"
RATIOS_FIELD: Final = "ratios-field"

DATASET_CHIP: Final = "dataset-chip"
ROWS_USED: Final = "rows-used"
AS_READ: Final = "as-read"
READING: Final = "reading"
READING_NOTES: Final = "reading-notes"
READING_CHANGES: Final = "reading-changes"
READING_UNDO: Final = "reading-undo"
READING_PANEL: Final = "reading-panel"
READING_CONTROLS: Final = "reading-controls"
READING_PREVIEW: Final = "reading-preview"
READING_PROBLEM: Final = "reading-problem"
READING_RESET: Final = "reading-reset"
REFUSED: Final = "refused"
REFUSED_PANEL: Final = "refused-panel"
REFUSED_CONTROLS: Final = "refused-controls"
REFUSED_PREVIEW: Final = "refused-preview"
REFUSED_PROBLEM: Final = "refused-problem"
FILTER_COLUMN: Final = "filter-column"
FILTER_OPERATOR: Final = "filter-operator"
FILTER_VALUE: Final = "filter-value"
FILTER_ADD: Final = "filter-add"
LEAVE_OUT: Final = "leave-out"
LEFT_OUT_BY_HAND: Final = "left-out-by-hand"
PROBLEM: Final = "problem"
MY_FILES: Final = "my-files"
FORGET: Final = "forget"
FORGET_PANEL: Final = "forget-panel"
FORGET_WORDS: Final = "forget-words"
FORGET_PROBLEM: Final = "forget-problem"
FORGET_NOW: Final = "forget-now"
FORGET_NOT: Final = "forget-not"
ADDRESS: Final = "address"
ABOUT: Final = "about"

RISK_HEADLINE: Final = "risk-headline"
RISK_CARDS: Final = "risk-cards"
RISK_FAILURES: Final = "risk-failures"
RISK_FIGURE: Final = "risk-figure"
RISK_CHOICES: Final = "risk-choices"
RISK_FIGURES: Final = "risk-figures"
RISK_DRAW: Final = "risk-draw"
RISK_DRAWS: Final = "risk-draws"
RISK_SHOWN: Final = "risk-shown"
RISK_TICK: Final = "risk-tick"
RISK_ANSWERED: Final = "risk-answered"
RISK_WHERE: Final = "risk-where"
RISK_TABLE: Final = "risk-table"
RISK_SIZES: Final = "risk-sizes"
SCORECARD_METHOD: Final = "scorecard-method"
SCORECARD_RUN: Final = "scorecard-run"
SCORECARD_CANCEL: Final = "scorecard-cancel"
SCORECARD_DONE: Final = "scorecard-done"
SCORECARD_TABLE: Final = "scorecard-table"
SCORECARD_TIMER: Final = "scorecard-timer"
RISK_LOSS: Final = "risk-loss"
RISK_BEST: Final = "risk-best"
RISK_BEST_FIELD: Final = "risk-best-field"
RISK_LINE: Final = "risk-line"
RISK_LINE_FIELD: Final = "risk-line-field"
RISK_DIAL: Final = "risk-dial"
RISK_LOW: Final = "risk-low"
RISK_HIGH: Final = "risk-high"
RISK_RANGE: Final = "risk-range"
RISK_REPLICATES: Final = "risk-replicates"
RISK_PROBLEM: Final = "risk-problem"
RISK_DONE: Final = "risk-done"
RISK_LEFT: Final = "risk-left"
RISK_PROGRESS: Final = "risk-progress"
RISK_RUN: Final = "risk-run"
RISK_AGAIN: Final = "risk-again"
RISK_CANCEL: Final = "risk-cancel"
RISK_TAKE: Final = "risk-take"
RISK_TAKEN: Final = "risk-taken"
RISK_TIMER: Final = "risk-timer"
RISK_SEED: Final = "risk-seed"

LESSON: Final = "lesson-content"

HEADLINE: Final = "headline"
CARDS: Final = "cards"
HOW_SURE: Final = "how-sure"
COVERAGE: Final = "coverage"
COVERAGE_STOP: Final = "coverage-stop"
COVERAGE_BY_METHOD: Final = "coverage-by-method"
REMEDY: Final = "remedy"
TRUTHS_PLAY: Final = "truths-play"
TRUTHS_SHOWN: Final = "truths-shown"
CLOSEST: Final = "closest"
DRAW_BAR: Final = "draw-bar"
DRAW_AGAIN: Final = "draw-again"
DRAW_MANY: Final = "draw-many"
DRAW_TALLY: Final = "draw-tally"
FAILURES: Final = "failures"
NOTES: Final = "notes"
PARAMETERS: Final = "parameters"
UNDER_WAY: Final = "under-way"
UNDER_WAY_SHOWN: Final = "under-way-shown"
UNDER_WAY_NEWS: Final = "under-way-news"
UNDER_WAY_TIMER: Final = "under-way-timer"

CHECKS_PANEL: Final = "checks-panel"
CHECKS_ANSWER: Final = "checks-answer"
PLAN_PANEL: Final = "plan-panel"
PLAN_ANSWER: Final = "plan-answer"

CONCLUDE_METHOD: Final = "conclude-method"
CONCLUDE_SIDE: Final = "conclude-side"
CONCLUDE_VALUE: Final = "conclude-value"
CONCLUDE_RATE: Final = "conclude-rate"
CONCLUDE_CRITERION: Final = "conclude-criterion"
CONCLUDE_TOP: Final = "conclude-top"
CONCLUDE_TOP_IN: Final = "conclude-top-in"
CONCLUDE_GRADED_BY: Final = "conclude-graded-by"
CONCLUDE_LIMIT: Final = "conclude-limit"
CONCLUDE_LINE: Final = "conclude-line"
CONCLUDE_ABOVE: Final = "conclude-above"
CONCLUDE_BEST: Final = "conclude-best"
CONCLUDE_GRADES: Final = "conclude-grades"
CONCLUDE_PINNED: Final = "conclude-pinned"
PINNED: Final = "pinned"
CONCLUDE_CSV: Final = "conclude-csv"
CONCLUDE_JSON: Final = "conclude-json"
CONCLUDE_COPY: Final = "conclude-copy"

PLOTLY: Final = "plotly"
FIGURES: Final = "figures"
GROUPS_INDEX: Final = "groups-index"
VIEW_PARTS: Final = "view-parts"
LATER_FIGURES: Final = "later-figures"

TABLE: Final = "table"
TABLE_BOX: Final = "table-box"
FIND: Final = "find-group"
LINK_STATUS: Final = "link-status"
GROUP_CARDS: Final = "group-cards"
GROUP_CARDS_CLOSE: Final = "group-cards-close"
GROUP_CARDS_JUMP: Final = "group-cards-jump"

PLUGINS_OPEN: Final = "plugins-open"
PLUGINS_MODAL: Final = "plugins-modal"
CODE_MODAL: Final = "code-modal"
CODE_R: Final = "code-r"
CODE_PYTHON: Final = "code-python"
CODE_STATSMODELS: Final = "code-statsmodels"
DOWNLOAD_CSV: Final = "download-csv"
DOWNLOAD_TIDY: Final = "download-tidy"
PRINT: Final = "print-page"
PICTURE: Final = "picture"
"""Which view is to be saved, and as what."""
DOWNLOAD_RANKS: Final = "download-ranks"
DOWNLOAD_ROWS: Final = "download-rows"
STACK_MODAL: Final = "stack-modal"
STACK_COLUMNS: Final = "stack-columns"
STACK_NAMES: Final = "stack-names"
STACK_PROBLEM: Final = "stack-problem"
COMPARISON: Final = "comparison"
COMPARISON_CLASS: Final = "comparison on-compare"
RAIL_TOGGLE: Final = "rail-toggle"
SINK: Final = "sink"


def view_graph(view_id: str) -> str:
    """The graph of a view."""
    return f"view-{view_id}"


def view_panel(view_id: str) -> str:
    """The card around it."""
    return f"panel-{view_id}"


def card_interval(parameter: str) -> str:
    """The interval in the card of a parameter."""
    return f"interval-{parameter}"


def remedy_button(estimator_id: Part) -> dict[str, Any]:
    """The button that switches on a method that does without what a note warns of."""
    return {"type": "remedy", "id": estimator_id}


def dial(name: Part) -> dict[str, Any]:
    """The input that holds one field of the design."""
    return {"type": "dial", "name": name}


def dial_slider(name: Part) -> dict[str, Any]:
    """The slider beside it."""
    return {"type": "dial-slider", "name": name}


def dial_error(name: Part) -> dict[str, Any]:
    """The line under it that says what is wrong."""
    return {"type": "dial-error", "name": name}


def preset_button(preset: Part) -> dict[str, Any]:
    """The button that sets all dials to one of the designs with a name."""
    return {"type": "preset", "id": preset}


def lesson_button(preset: Part) -> dict[str, Any]:
    """The button of the lesson that opens one of the designs with a name in the simulation."""
    return {"type": "lesson-open", "id": preset}


def estimator_switch(estimator_id: Part) -> dict[str, Any]:
    """The switch of one estimator."""
    return {"type": "estimator-on", "id": estimator_id}


def estimator_option(estimator_id: Part, name: Part) -> dict[str, Any]:
    """The control of one option."""
    return {"type": "estimator-option", "id": estimator_id, "name": name}


def beside_column(role: Part) -> dict[str, Any]:
    """The list of columns for a number that a summary has besides the outcome."""
    return {"type": "beside-column", "role": role}


def model_column(role: Part) -> dict[str, Any]:
    """The control for a field of `ModelColumns`, such as what to adjust for, or a covariate's curve."""
    return {"type": "model-column", "role": role}


def shared_option(name: Part) -> dict[str, Any]:
    """The control of an option that several estimators share."""
    return {"type": "shared-option", "name": name}


def page_link(page: Part) -> dict[str, Any]:
    """The entry of the bar that shows one of PAGES."""
    return {"type": "page-link", "id": page}


def sample_button(sample: Part) -> dict[str, Any]:
    """The button that opens a sample."""
    return {"type": "open-sample", "id": sample}


def file_button(token: Part) -> dict[str, Any]:
    """The button that opens an earlier upload."""
    return {"type": "open-file", "id": token}


def file_delete(token: Part) -> dict[str, Any]:
    """The button that deletes an earlier upload."""
    return {"type": "delete-file", "id": token}


def stack_open(place: Part) -> dict[str, Any]:
    """A button that opens the list of columns to stack."""
    return {"type": "stack-open", "id": place}


def stack_button(what: Part) -> dict[str, Any]:
    """The button that stacks the columns that are ``offered`` or ``chosen``, or ``none``."""
    return {"type": "stack", "id": what}


def file_undo(token: Part) -> dict[str, Any]:
    """The button that brings a deleted upload back."""
    return {"type": "undo-delete", "id": token}


def reading_option(name: Part) -> dict[str, Any]:
    """The control of one option of how the file is read."""
    return {"type": "reading-option", "name": name}


def refused_button(token: Part) -> dict[str, Any]:
    """The button that shows an upload that could not be read."""
    return {"type": "open-refused", "id": token}


def refused_delete(token: Part) -> dict[str, Any]:
    """The button that deletes it."""
    return {"type": "delete-refused", "id": token}


def refused_try(what: Part) -> dict[str, Any]:
    """The button that reads it as the refusal suggests."""
    return {"type": "try-refused", "what": what}


def refused_option(name: Part) -> dict[str, Any]:
    """The control of one option of how it is read."""
    return {"type": "refused-option", "name": name}


def hint_button(key: Part) -> dict[str, Any]:
    """The button that does what a hint says."""
    return {"type": "hint", "key": key}


def hint_off(key: Part) -> dict[str, Any]:
    """The button that waves a hint off."""
    return {"type": "hint-off", "key": key}


def take_back(option: Part, value: Part) -> dict[str, Any]:
    """The button that takes back one thing that was set of the file's reading or its rows."""
    return {"type": "take-back", "option": option, "value": value}


def undo_button(what: Part) -> dict[str, Any]:
    """The button that undoes what was done last."""
    return {"type": "undo", "what": what}


def open_code(language: Part) -> dict[str, Any]:
    """The menu entry that shows code."""
    return {"type": "open-code", "language": language}
