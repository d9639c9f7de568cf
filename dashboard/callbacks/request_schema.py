"""What dash is asked, looked at before dash does: paths that it knows, and requests to callbacks.

Dash takes a request to be what its own page sends, and fails in the middle of a callback where it is not.
Each request is compared here with the callback that it names: the same inputs and states, each with a value
of a kind that its component can have. Everything else is answered 400, with one line in the log. What fails
after that is a fault of ours: 500, with its traceback in the log.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import flask
from dash.exceptions import DependencyException
from werkzeug.exceptions import BadRequest, NotFound

from dashboard.pages import ids
from dashboard.pages.dials import SIZE_RULES
from dashboard.pages.risk import RANGES
from estimators.simulation.effects import SHAPES

if TYPE_CHECKING:
    import dash
    from dash import Output

ENDPOINT: Final = "/_dash-update-component"
ANY_PATH: Final = "/<path:path>"
"""Where dash answers every path with the page, for pages with addresses of their own; these have none."""
REFUSED: Final = "This request is not one that the page makes; reload the page and try again."
NOWHERE: Final = "There is nothing at this address; the page is at the address without a path."
DEEPEST: Final = 20
"""How far values may be nested; those of the page reach ten."""
_LONGEST_ECHO: Final = 80
_Check = Callable[[object], bool]


def install(app: dash.Dash) -> None:
    """Check what comes to the routes of `app` before dash or a route of ours sees it.

    A path that is none is 404. To be called when all routes are there.
    """
    server = app.server
    server.before_request(lambda: _check_request(app))
    server.register_error_handler(DependencyException, lambda _: ({"error": NOWHERE}, NotFound.code))


def problem_of(app: dash.Dash, body: object) -> str | None:
    """What is wrong with the body of a request to a callback, in a few words; None where nothing is."""
    if not isinstance(body, dict):
        return "no object"
    output = body.get("output")
    callback = app.callback_map.get(output) if isinstance(output, str) else None
    if callback is None:
        return f"no such callback: {_echo(output)}"
    if not callback["no_output"] and not _is_like_outputs(body.get("outputs"), callback["output"]):
        return "other outputs"
    if not _list_of(_is_text)(body.get("changedPropIds", [])):
        return "changedPropIds that are no texts"
    return next(_problems(body, callback), None)


def _problems(body: Mapping[str, Any], callback: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the inputs and states of a request."""
    for part in ("inputs", "state"):
        found, wanted = body.get(part, []), callback[part]
        if not isinstance(found, list) or len(found) != len(wanted):
            yield f"other {part}"
            continue
        for given, spec in zip(found, wanted, strict=True):
            if (problem := _problem_of_dependency(given, spec)) is not None:
                yield problem


def _check_request(app: dash.Dash) -> None:
    request = flask.request
    if request.endpoint == ANY_PATH:
        raise NotFound(NOWHERE)
    if request.method != "POST":
        return
    try:
        body = request.get_json(silent=True)
        problem = _unsound(body) or (problem_of(app, body) if request.endpoint == ENDPOINT else None)
    except RecursionError:
        problem = "nested too deeply"
    if problem is not None:
        raise _refusal(problem)


def _refusal(problem: str) -> BadRequest:
    flask.current_app.logger.warning("a request to a callback was refused: %s", problem)
    return BadRequest(REFUSED)


def _problem_of_dependency(given: object, spec: Mapping[str, str]) -> str | None:
    """What is wrong with what came for one input or state: one component's, or a list for a pattern."""
    pattern = json.loads(spec["id"]) if spec["id"].startswith("{") else None
    many = pattern is not None and any(isinstance(part, list) for part in pattern.values())
    is_option = pattern is not None and pattern["type"] in _OPTIONS
    can_be = _PLAIN_VALUE if is_option else _check_of(spec["id"], spec["property"])
    if many != isinstance(given, list):
        return f"no value for {spec['id']}"
    for one in given if isinstance(given, list) else [given]:
        if not isinstance(one, dict) or one.get("property") != spec["property"]:
            return f"another property than {spec['property']} of {spec['id']}"
        if not _is_id(one.get("id"), spec["id"], pattern):
            return f"another id than {spec['id']}: {_echo(one.get('id'))}"
        if not can_be(one.get("value")):
            return f"a value that {spec['id']}.{spec['property']} cannot have: {_echo(one.get('value'))}"
    return None


def _is_id(given: object, name: str, pattern: Mapping[str, object] | None) -> bool:
    if pattern is None:
        return given == name
    return (
        isinstance(given, dict)
        and given.keys() == pattern.keys()
        and all(
            isinstance(given[key], (str, int)) and (isinstance(part, list) or given[key] == part)
            for key, part in pattern.items()
        )
    )


def _is_like_outputs(given: object, wanted_outputs: Output | Sequence[Output]) -> bool:
    """Whether what came names these outputs, one each: dash would write elsewhere, or fail."""
    found = given if isinstance(given, list) else [given]
    outputs = wanted_outputs if isinstance(wanted_outputs, (list, tuple)) else [wanted_outputs]
    return len(found) == len(outputs) and all(
        isinstance(one, dict)
        and _is_text(one.get("property"))
        and one["property"].partition("@")[0] == wanted.component_property  # after it: whose of several it is
        and one.get("id") == wanted.component_id
        for one, wanted in zip(found, outputs, strict=True)
    )


# -- what a value can be ----------------------------------------------------------------------------------


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _none_or(*checks: _Check) -> _Check:
    return lambda value: value is None or any(check(value) for check in checks)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _has_token(value: object) -> bool:
    return isinstance(value, dict) and _is_text(value.get("token"))


def _is_file(value: object) -> bool:
    """A file that was opened: its name too, where there is one."""
    return isinstance(value, dict) and _has_token(value) and _is_text(value.get("name", ""))


def _list_of(check: _Check) -> _Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _one_of(texts: Iterable[str]) -> _Check:
    known = frozenset(texts)
    return lambda value: isinstance(value, str) and value in known


def _name_of(pattern: Mapping[str, object]) -> str:
    """An id of several parts, as dash writes it."""
    return json.dumps(pattern, sort_keys=True, separators=(",", ":"))


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _anything(_: object) -> bool:
    return True


_PLAIN_VALUE = _none_or(_is_text, _is_number, _is_switch, _list_of(_none_or(_is_text, _is_number)))
_CLICKS = _none_or(_is_count)
_TEXT = _none_or(_is_text)
_TEXT_OR_NUMBER = _none_or(_is_text, _is_number)
_OF_PROPERTY: Final[Mapping[str, _Check]] = {
    "n_clicks": _CLICKS,
    "n_intervals": _CLICKS,
    "checked": _none_or(_is_switch),
    "value": _PLAIN_VALUE,
    "getRowsRequest": _none_or(_is_object),
    "id": _is_object,
}
"""By the name of a property, what its value can be; anything where it is not named."""
_OPTIONS: Final = frozenset({ids.estimator_option("", "")["type"], ids.shared_option("")["type"]})
"""Controls of one option each: what is no switch has no `checked`, and dash may send its value for it."""
_OF_COMPONENT: Final[Mapping[tuple[str, str], _Check]] = {
    (ids.DATASET, "data"): _none_or(_is_file),
    (ids.UPLOADED, "data"): _none_or(_has_token),
    (ids.REFUSED, "data"): _none_or(_has_token),
    (ids.DESIGN, "data"): _none_or(_is_object),
    (ids.CONNECTED, "data"): _none_or(_is_object),
    (ids.CHOICES, "data"): _none_or(_is_object),
    (ids.RISK_CHOICES, "data"): _none_or(_is_object),
    (ids.READING, "data"): _none_or(_is_object),
    (ids.VIEW_PARTS, "data"): _none_or(_is_object),
    (ids.PAGE, "data"): _TEXT,
    (ids.THEME, "data"): _TEXT,
    (_name_of(ids.dial("effects")), "value"): _one_of(SHAPES),
    (ids.SIZE_RULE, "value"): _one_of(rule["value"] for rule in SIZE_RULES),
    (ids.RISK_DIAL, "value"): _none_or(_one_of(("", *RANGES))),
    (ids.RISK_SEED, "data"): _is_count,
    (ids.RISK_SHOWN, "data"): _is_count,
    (ids.RISK_TICK, "data"): _CLICKS,
    (ids.UNDER_WAY_SHOWN, "data"): _none_or(_is_object),
    (ids.UNDER_WAY_NEWS, "data"): _none_or(_is_object),
    **{
        (name, "value"): _TEXT
        for name in (
            ids.OUTCOME,
            ids.GROUP,
            ids.CONNECTION,
            ids.CONNECTED_TABLE,
            ids.CONNECTED_OUTCOME,
            ids.CONNECTED_GROUP,
            ids.LINE_FORM,
            ids.LEVEL,
            ids.SORT,
            ids.ARRANGEMENT,
            ids.RISK_LOSS,
            ids.SCORECARD_METHOD,
            ids.SOURCES,
            ids.FILTER_COLUMN,
            ids.FILTER_OPERATOR,
            ids.CONCLUDE_METHOD,
            ids.CONCLUDE_SIDE,
            ids.CONCLUDE_CRITERION,
            ids.CONCLUDE_TOP_IN,
            ids.CONCLUDE_GRADED_BY,
        )
    },
    **{
        (name, "value"): _TEXT_OR_NUMBER
        for name in (
            ids.FILTER_VALUE,
            ids.RISK_BEST,
            ids.RISK_LINE,
            ids.RISK_LOW,
            ids.RISK_HIGH,
            ids.RISK_REPLICATES,
            ids.CONCLUDE_VALUE,
            ids.CONCLUDE_RATE,
            ids.CONCLUDE_TOP,
            ids.CONCLUDE_LIMIT,
        )
    },
}


def _check_of(name: str, prop: str) -> _Check:
    return _OF_COMPONENT.get((name, prop)) or _OF_PROPERTY.get(prop, _anything)


def _unsound(body: object) -> str | None:
    """What no request of the page holds: numbers that are none, halves of characters, great depth."""
    if not isinstance(body, dict):
        return "no object"
    level: list[object] = [body]
    for _ in range(DEEPEST):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below += value.keys()
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and not _is_text(value):
                return "half a character"
            elif isinstance(value, (int, float)) and not abs(value) < math.inf:
                return "a number that is none"
        level = below
        if not level:
            return None
    return "nested too deeply"


def _echo(value: object) -> str:
    """What came, cut: it may be as long as a request."""
    if isinstance(value, (dict, list)):
        return f"{type(value).__name__} of {len(value)}"
    text = ascii(value if not isinstance(value, int) or abs(value) < 2**53 else "a long number")
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."
