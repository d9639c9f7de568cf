"""What is logged and counted of requests: enough to find a fault, nothing of what anybody sent or has."""

import json
import logging
import re
import signal
import sys
from collections import Counter

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dashboard.app import create_app
from dashboard.serving.answered import REQUEST_ID, tell_of_answers
from dashboard.serving.json_log import JsonLines, log_answer
from dashboard.serving.lifetime import at_work
from dashboard.serving.metrics import install_metrics
from dashboard.serving.server import workspace_of
from tests.serving.small_app import CSV, OURS, make_app
from tests.serving.test_listener import ask, running
from tests.waiting import PATIENCE


@pytest.fixture
def lines(root):
    """An application, and what the log says of it, a dict each."""
    found = []

    class Kept(logging.Handler):
        def emit(self, record):
            found.append(json.loads(JsonLines().format(record)))

    app = make_app(root)
    tell_of_answers(app, log_answer)
    handler, loggers = Kept(), (logging.getLogger("blupboard.requests"), app.logger)
    loggers[0].setLevel(logging.INFO)
    for logger in loggers:
        logger.addHandler(handler)
    yield app, found
    for logger in loggers:
        logger.removeHandler(handler)
    loggers[0].setLevel(logging.NOTSET)


def get(app, path, method="GET", **options):
    return app.test_client().open(path, method=method, buffered=True, **options)


def test_an_answer_has_one_line_found_by_its_header(lines):
    app, found = lines
    answer = get(app, "/dataset/secret-token?who=Alice", headers={"Cookie": "x=Bert"})
    (line,) = found
    assert line.pop("time").startswith("20")
    assert line.pop("milliseconds") >= 0
    assert line == {
        "level": "info",
        "logger": "blupboard.requests",
        "message": "answered",
        "request_id": answer.headers[REQUEST_ID],
        "method": "GET",
        "route": "/dataset/<token>",
        "status": 404,
    }


@pytest.mark.parametrize(
    ("path", "method", "route", "status"),
    [
        ("/", "GET", "/", 200),
        ("/healthz", "GET", "/healthz", 200),
        ("/upload?name=Alice.csv", "PUT", "/upload", 200),
        ("/Alice/Bert", "GET", "unknown", 404),
        ("/", "ALICE", "/", 405),
        ("/broken", "GET", "/broken", 500),
    ],
)
def test_whatever_is_asked_nothing_of_it_is_in_the_log(lines, path, method, route, status):
    app, found = lines
    sent = {"data": CSV, "headers": OURS} if method == "PUT" else {}
    get(app, path, method, **sent)
    assert (found[-1]["status"], found[-1]["method"]) == (status, "unknown" if method == "ALICE" else method)
    assert found[-1]["route"] in {route, "unknown"}
    assert not re.search("Alice|Bert|score|owner", json.dumps(found))


def test_a_fault_is_one_line_more_with_where_it_was_raised_and_not_what_was_said(lines):
    app, found = lines

    @app.get("/deep")
    def deep():
        try:
            {}["Alice"]
        except KeyError as error:
            raise ValueError("Bert") from error

    answer = get(app, "/deep")
    fault, line = found
    assert fault["request_id"] == line["request_id"] == answer.headers[REQUEST_ID]
    assert (fault["level"], fault["message"]) == ("error", "unforeseen error")
    first, second = fault["traceback"].split("\nKeyError\n")[0], fault["traceback"].splitlines()[-1]
    assert "in deep" in first
    assert second == "ValueError"
    assert "'Alice'" not in fault["message"]


def test_what_is_put_into_a_message_is_not_written():
    record = logging.LogRecord("x", logging.WARNING, __file__, 7, "%s cannot be read", ("Alice",), None)
    line = json.loads(JsonLines().format(record))
    assert line["message"] == "%s cannot be read"
    assert line["where"] == "test_log_and_metrics:7"


def test_a_stream_is_timed_to_its_end(root):
    app, told, at = make_app(root), [], []
    tell_of_answers(app, told.append)

    def pieces():
        yield b"1"
        at.append(len(told))
        yield b"2"

    app.add_url_rule("/pieces", "pieces", lambda: app.response_class(pieces()))
    assert get(app, "/pieces").data == b"12"
    assert at == [0]
    assert len(told) == 1


def samples(text):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.slow
def test_metrics_count_what_was_asked_and_name_nobody(tmp_path):
    app = create_app(data_dir=tmp_path / "data")
    workspace = workspace_of(app.server)
    install_metrics(app.server, workspace)
    client = app.server.test_client()
    with at_work(app.server, workspace):
        sent = client.put("/upload?name=Alice.csv", data=CSV, headers=OURS, buffered=True)
    for _ in range(3):
        client.get("/export/Bert?choices=Alice", buffered=True)
    client.open("/healthz", method="ALICE", buffered=True)
    answer = client.get("/metrics", buffered=True)
    found = samples(answer.text)
    requests = {key: value for key, value in found.items() if key[0] == "blupboard_requests_total"}
    of_route = Counter()
    for key, value in requests.items():
        of_route[dict(key[1:])["route"], dict(key[1:])["status"]] += value
    assert of_route["/upload", "200"] == 1
    assert sum(of_route.values()) == 5
    assert found["blupboard_request_seconds_count", ("route", "/upload")] == 1
    assert found["blupboard_jobs", ("state", "running")] == found["blupboard_jobs", ("state", "waiting")] == 0
    assert found["blupboard_disk_free_bytes",] > 0
    assert found["blupboard_kept_bytes",] > len(CSV)
    assert {key[1][1] for key in found if key[0] == "blupboard_cache_bytes"} == {
        *("sources", "fits", "comparisons", "scenes")
    }
    assert not re.search("Alice|Bert|ALICE|score|" + sent.json["token"], answer.text)


@pytest.mark.slow
def test_there_are_no_metrics_unless_they_are_asked_for(tmp_path):
    client = create_app(data_dir=tmp_path / "data").server.test_client()
    assert client.get("/metrics").status_code == 404


AT_WORK = """
import threading, time
threading.Thread(target=time.sleep, args=(3600,)).start()
from dashboard.cli import main
main()
"""
"""The command line beside a thread whose work takes an hour."""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_server_writes_json_alone_and_ends_whatever_is_at_work(tmp_path):
    command = [sys.executable, "-c", AT_WORK, "serve", "--no-browser", "--port", "0", "--log-format"]
    with (tmp_path / "errors").open("w+") as errors:
        with running([*command, "json", "--data-dir", str(tmp_path / "d")], errors) as (process, port):
            header = ask(port, "GET", "/healthz")[2][REQUEST_ID]
            ask(port, "GET", "/secret?x=Alice")
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        errors.seek(0)
        found = [json.loads(line) for line in errors]
    assert [line["status"] for line in found] == [200, 404]
    assert found[0]["request_id"] == header
