"""Requests that no page makes, to every callback and every route: refused in a line, never a failure."""

import copy
import io
import json
import logging
import random
import re
from unittest.mock import Mock

import pytest

from dashboard.app import create_app
from dashboard.callbacks.request_schema import ENDPOINT
from dashboard.serving.door import Door, Tokens, put_door
from dashboard.serving.metrics import install_metrics
from dashboard.serving.passwords import hash_password
from dashboard.serving.server import workspace_of
from tests.dashboard.page_requests import CALLBACK, SAME_SITE, callback_bodies, components

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated, use args_grouping:DeprecationWarning")
SECRET = b"marks_of_ann,class_of_ann\n1.5,Alice\n2.5,Alice\n3,Bert\n4,Bert\n"
GARBLED = (
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "x" * 5_000,
    "\x00",
    [],
    [[]],
    [None, 1],
    {},
    {"token": 1},
    {"token": "sample-rail"},
    {"token": "../x"},
    {"token": "sample-rail", "name": []},
    {"id": [1]},
    {"source": 3, "on": 5},
)
UPLOAD = "/upload?name=marks.csv"
PLACE = "shape-field.children"
"""Of a callback that is short."""


def ask(client, body):
    return client.post(CALLBACK, json=body, headers=SAME_SITE)


@pytest.mark.slow
def test_the_requests_of_a_page_that_was_just_opened_are_answered(client, caplog):
    statuses = {body["output"]: ask(client, body).status_code for body in callback_bodies(client)}
    assert len(statuses) > 25
    assert set(statuses.values()) <= {200, 204}, {k: v for k, v in statuses.items() if v > 204}
    assert not caplog.records


@pytest.mark.slow
def test_an_option_that_is_no_switch_may_come_with_its_value_as_checked(client, caplog):
    """Dash's page sends that once such an option was changed."""
    options = ("estimator-option", "shared-option")
    sent = 0
    for body in callback_bodies(client):
        entries = [one for entry in body["inputs"] if isinstance(entry, list) for one in entry]
        found = [e for e in entries if e["id"]["type"] in options and e["property"] == "checked"]
        for entry in found:
            entry["value"] = "flat"
        if found:
            sent += 1
            assert ask(client, body).status_code == 200
    assert sent
    assert not caplog.records


def places(value, path=()):
    """Every place in a body that something else can be put at."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*path, key)
        yield from places(below, (*path, key))


def changed(body, rng):
    """A copy of a body with something else at one of its places, or without it."""
    other = copy.deepcopy(body)
    *path, last = rng.choice(list(places(other)))
    at = other
    for key in path:
        at = at[key]
    if rng.random() < 0.1:
        del at[last]
    else:
        at[last] = rng.choice(GARBLED)
    return other


def with_a_file(body, token, choices):
    """A request of a page that shows a file."""
    values = {
        "dataset": {"token": token, "name": "marks.csv"},
        "choices": choices,
        "reading": {"token": token},
    }
    for one in [*body["inputs"], *body["state"]]:
        if isinstance(one, dict) and isinstance(one["id"], str) and one["id"] in values:
            one["value"] = values[one["id"]]
    return body


@pytest.mark.slow
@pytest.mark.parametrize("shown", ["the example", "a file"])
def test_whatever_comes_to_a_callback_is_answered_or_refused_in_one_line(client, caplog, shown):
    rng = random.Random(15)
    bodies = list(callback_bodies(client))
    if shown == "a file":
        token = client.put(UPLOAD, data=SECRET, headers={"X-Requested-With": "x"}).json["token"]
        choices = opened(client, token)
        bodies = [with_a_file(body, token, choices) for body in bodies]
    for body in bodies:
        for _ in range(10):
            caplog.clear()
            other = changed(body, rng)
            status = ask(client, other).status_code
            assert status in {200, 204, 400}, other
            assert len(caplog.records) == (status == 400)
            assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"{}", b"[]", b"1", b"null", b'{"output":1}', b'{"output":"x"}', b"[" * 100_000),
        *(b'{"output":NaN}', b'{"output":"\\ud800"}', b'{"output":{' + b'"a":{' * 50 + b"}" * 52),
    ],
)
def test_a_body_that_is_no_request_is_refused(client, body):
    for path in (CALLBACK, "/groups/some", "/simulate/frame", "/checks"):
        answer = client.post(path, data=body, headers=SAME_SITE, content_type="application/json")
        assert answer.status_code in ({400} if path == CALLBACK else {400, 410}), path
        assert answer.json["error"].endswith(".")


@pytest.mark.slow
def test_what_a_component_cannot_hold_is_refused_before_its_callback_runs(client, caplog):
    for body in callback_bodies(client):
        for part in ("inputs", "state"):
            for place, given in enumerate(body[part]):
                if isinstance(given, dict) and given["property"] == "n_clicks":
                    other = copy.deepcopy(body)
                    other[part][place]["value"] = {"a": "long " * 100}
                    caplog.clear()
                    assert ask(client, other).status_code == 400
                    (record,) = caplog.records
                    assert "cannot have: dict of 1" in record.getMessage()


@pytest.mark.slow
@pytest.mark.parametrize("where", ["a callback", "a route", "a download"])
def test_a_fault_of_ours_is_500_with_its_traceback_in_the_log(client, caplog, monkeypatch, where):
    token = client.put(UPLOAD, data=SECRET, headers={"X-Requested-With": "x"}).json["token"]
    choices = opened(client, token)
    (short,) = (body for body in callback_bodies(client) if body["output"] == PLACE)
    ask_it, ours = {
        "a callback": (lambda: ask(client, short), "pages.dials._field"),
        "a route": (
            lambda: client.post("/groups/named", json={"choices": choices}, headers=SAME_SITE),
            "callbacks.linked_groups._groups",
        ),
        "a download": (lambda: client.get("/export/lesson.csv"), "callbacks.downloads.lesson_lines"),
    }[where]
    assert ask_it().status_code == 200
    for error in (TypeError, ValueError, KeyError, AttributeError, ZeroDivisionError):
        monkeypatch.setattr(f"dashboard.{ours}", Mock(side_effect=error("of ours")))
        caplog.clear()
        answer = ask_it()
        assert answer.status_code == 500, error
        assert "of ours" not in answer.text
        (record,) = caplog.records
        assert record.levelname == "ERROR"
        assert record.exc_info[0] is error


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("output", "value"), [(PLACE, "nowhere"), (PLACE, None), (PLACE, []), ("risk-low.value", "nowhere")]
)
def test_a_choice_that_a_list_does_not_have_is_refused(client, output, value):
    (body,) = (b for b in callback_bodies(client) if output in b["output"])
    body["inputs"][0]["value"] = value
    assert ask(client, body).status_code == 400


def own_routes(app):
    for rule in app.server.url_map.iter_rules():
        if (
            rule.endpoint not in {ENDPOINT, "static", "_dash_assets.static", "upload"}
            and "<" not in rule.rule
        ):
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield method, rule.rule


def garbled_route_bodies(rng, choices):
    for key in (
        "choices",
        "parts",
        "keys",
        "positions",
        "outlines",
        "text",
        "draw",
        "method",
        "design",
        "view",
    ):
        for value in rng.sample(GARBLED, 2):
            yield {"choices": choices, key: value}
    for value in rng.sample(GARBLED, 2):
        yield {"choices": choices, "outlines": [{"id": "graph-groups", "x": value, "y": [1]}, value]}
        yield {
            "choices": choices,
            "id": "x",
            "parts": {"view": choices, "views": {"groups": {"height": 1e300}}},
        }


def opened(client, token):
    """The choices of the page that has just opened a dataset."""
    (body,) = (b for b in callback_bodies(client) if b["output"].startswith("..choices.data..."))
    for one in body["inputs"]:
        if isinstance(one, dict) and one["id"] == "dataset":
            one["value"] = {"token": token, "name": "marks.csv"}
        if isinstance(one, dict) and one["id"] in ("outcome", "group"):
            one["value"] = {"outcome": "marks_of_ann", "group": "class_of_ann"}[one["id"]]
    return ask(client, body).json["response"]["choices"]["data"]


@pytest.mark.slow
def test_whatever_comes_to_a_route_is_answered_or_refused_without_a_traceback(app, client, caplog):
    rng = random.Random(15)
    token = client.put(UPLOAD, data=SECRET, headers={"X-Requested-With": "x"}).json["token"]
    choices = opened(client, token)
    for method, path in own_routes(app):
        if method == "GET" and not path.startswith("/export/"):
            continue  # takes nothing from the address
        for body in garbled_route_bodies(rng, choices):
            if method == "POST":
                answer = client.post(path, json=body, headers=SAME_SITE)
            else:
                answer = client.get(path, query_string={k: json.dumps(v) for k, v in body.items()})
            assert answer.status_code < 500, (path, body)
    assert not [record for record in caplog.records if record.exc_info]


def aimed_at(body, token, choices):
    """A request of a page for the dataset of somebody else, whose choices and token are known."""
    for one in [*body["inputs"], *body["state"]]:
        if isinstance(one, list):
            for button in one:
                if isinstance(button["id"], dict) and "id" in button["id"]:
                    button["id"]["id"] = token
        elif one["id"] in ("dataset", "uploaded", "refused"):
            one["value"] = {"token": token, "name": "x", "again": True}
        elif one["id"] == "choices":
            one["value"] = choices
    return body


@pytest.mark.slow
@pytest.mark.parametrize("who", ["another session", "no session", "a forged one"])
def test_no_route_and_no_callback_gives_anyone_elses_data(app, client, who):
    token = client.put(UPLOAD, data=SECRET, headers={"X-Requested-With": "x"}).json["token"]
    choices = opened(client, token)
    other = app.server.test_client(use_cookies=who != "no session")
    if who == "another session":
        other.get("/", headers={"Accept": "text/html"})
    elif who == "a forged one":
        other.set_cookie(app.server.config["SESSION_COOKIE_NAME"], "eyJvd25lciI6ImFubiJ9.aaaa.bbbb")
    told = [ask(other, aimed_at(body, token, choices)) for body in callback_bodies(other)]
    for method, path in own_routes(app):
        if method == "POST":
            body = {"choices": choices, "keys": [0, 1], "positions": [0, 1], "text": "", "begin": True}
            told.append(other.post(path, json=body, headers=SAME_SITE))
        else:
            query = {"choices": json.dumps(choices), "kept": token, "asked": "{}"}
            told += [other.get(path, query_string={k: query[k]}) for k in ("choices", "kept")]
    for answer in told:
        assert answer.status_code < 500
        for secret in (b"Alice", b"Bert"):
            assert secret not in answer.data
    assert client.get("/_dash-layout").status_code == 200
    assert (
        "Alice"
        in client.post("/groups/named", json={"choices": choices, "text": "Ali"}, headers=SAME_SITE).text
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "door",
    [Door(tokens=Tokens()), Door(passwords=(hash_password("a password"),)), Door(user_header="X-User")],
)
def test_before_a_door_no_route_and_no_callback_answers_but_the_probes(tmp_path, client, door):
    app = create_app(data_dir=tmp_path / "data")
    install_metrics(app.server, workspace_of(app.server))
    put_door(app.server, door)
    stranger = app.server.test_client()
    told = {body["output"]: ask(stranger, body) for body in callback_bodies(client)}
    assert len(told) > 25
    open_to_all = set()
    for rule in app.server.url_map.iter_rules():
        path = re.sub(r"<[^>]*>", "x", rule.rule)
        for method in sorted(rule.methods - {"HEAD"}):
            answer = told[method, path] = stranger.open(path, method=method, headers=SAME_SITE)
            if answer.status_code != 403:
                open_to_all.add(path)
                del told[method, path]
    assert open_to_all == {"/health", "/healthz", "/readyz"}
    for answer in told.values():
        assert answer.status_code == 403
        assert len(answer.json["error"]) < 200


@pytest.mark.parametrize(
    "path", ["/readyz/x", "/x", "/_dash-component-suites/dash/x.js", "/upload", "/a/b?c=1"]
)
def test_an_unknown_path_is_404(client, path):
    answer = client.get(path)
    assert answer.status_code in {404, 405}
    assert answer.json["error"].endswith(".")


def test_bodies_outside_uploads_have_a_cap_and_uploads_another(client):
    long = json.dumps({"output": "x" * 2**20})
    refused = client.post(CALLBACK, data=long, headers=SAME_SITE, content_type="application/json")
    assert refused.status_code == 413
    table = SECRET + b"5,Carl\n" * 200_000
    taken = client.put(
        UPLOAD, input_stream=io.BytesIO(table), content_length=len(table), headers={"X-Requested-With": "x"}
    )
    assert taken.status_code == 200


def test_the_log_of_a_refused_request_is_short(client, caplog):
    with caplog.at_level(logging.WARNING):
        ask(client, {"output": "y" * 100_000})
    (record,) = caplog.records
    assert len(record.getMessage()) < 250


@pytest.mark.slow
@pytest.mark.parametrize("field", ["groups", "per_group", "mean", "effects", "nowhere"])
def test_what_was_sent_is_not_echoed_at_its_length(client, field):
    (design,) = (p["data"] for name, p in components(client.get("/_dash-layout").json) if name == "design")
    body = {"design": {**design, field: "9," * 200_000}, "choices": {}}
    answer = client.post("/simulate/frame", json=body, headers=SAME_SITE)
    assert answer.json["problem"]["message"]
    assert len(answer.data) < 2_000
    named = client.get("/export/table.csv", query_string={"choices": "[" * 50_000})
    assert named.status_code == 400
    assert len(named.data) < 2_000


@pytest.mark.slow
def test_whoever_comes_without_a_cookie_leaves_no_trace_on_the_disk(app, client):
    home = workspace_of(app.server).root / "owners"
    before = len(list(home.iterdir()))
    for body in callback_bodies(client):
        ask(app.server.test_client(use_cookies=False), body)
    app.server.test_client().get("/", headers={"Accept": "text/html"})
    assert len(list(home.iterdir())) == before
    for body in callback_bodies(client):
        ask(client, body)
    assert len(list(home.iterdir())) == before + 1
