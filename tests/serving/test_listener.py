"""A real server on a free port: large bodies, clients that leave, ports, signals and memory."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from dashboard.ingest import store_table
from dashboard.serving import fair_server, server
from dashboard.serving.door import Door, Tokens, put_door
from dashboard.serving.large_bodies import refused_at_head
from dashboard.serving.listener import THREADS, CannotListen, Listener, bind
from tests.serving.small_app import CSV, make_app, nothing_is_left
from tests.waiting import PATIENCE, wait_for


@pytest.fixture
def app(root):
    return make_app(root)


@contextmanager
def listening(app, root, cap=2**20, **options):
    workspace = server.workspace_of(app)
    listener = Listener(
        app,
        bind("127.0.0.1", 0, or_next_free=False),
        max_body_bytes=cap,
        too_large_message=workspace.too_large_message,
        **options,
    )
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        yield int(re.search(r":(\d+)/", listener.url)[1])
    finally:
        listener.stop()
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive()


def ask(port, method, path, body=None, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers


@pytest.mark.slow
def test_over_http_a_file_arrives_in_one_piece_or_in_chunks(app, root):
    content = b"y,g\n" + b"1.5,a\n2.5,b\n" * 100_000  # past what waitress keeps in memory
    with listening(app, root, cap=2**24) as port:
        whole = ask(port, "PUT", "/upload?name=a.csv", content, X_Requested_With="x")
        pieces = (content[start : start + 70_000] for start in range(0, len(content), 70_000))
        chunked = ask(port, "PUT", "/upload?name=a.csv", pieces, X_Requested_With="x")
    assert [(status, answer["rows"]) for status, answer, _ in (whole, chunked)] == [(200, 200_000)] * 2


def test_over_http_a_body_over_the_cap_is_413_with_the_sentence(root):
    app = make_app(root, max_upload_bytes=1000)
    with listening(app, root, cap=1000) as port:
        announced = ask(port, "PUT", "/upload?name=a.csv", b"1" * 1001, X_Requested_With="x")
        chunked = ask(port, "PUT", "/upload?name=a.csv", iter([b"1" * 600] * 2), X_Requested_With="x")
        just_fits = ask(port, "PUT", "/upload?name=a.csv", CSV.ljust(1000, b"\n"), X_Requested_With="x")
    for status, answer, _ in (announced, chunked):
        assert status == 413
        assert "this server takes" in answer["error"]
    assert just_fits[0] == 200


def test_a_body_over_the_cap_is_not_invited(root):
    app = make_app(root, max_upload_bytes=1000)
    with (
        listening(app, root, cap=1000) as port,
        socket.create_connection(("127.0.0.1", port), PATIENCE) as client,
    ):
        client.sendall(
            b"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert client.recv(100).startswith(b"HTTP/1.1 413")


def head_of(path, *lines):
    return "\r\n".join([f"PUT {path} HTTP/1.1", "Host: x", "X-Requested-With: x", *lines, "", ""]).encode()


def refused_before_its_body(port, path, *lines):
    """The first line of the answer to a head alone."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(head_of(path, *lines))
        return client.recv(2**12).decode().partition("\r\n")[0]


@pytest.mark.parametrize("size", ["Content-Length: 2000000", "Transfer-Encoding: chunked"])
def test_a_large_body_is_not_taken_of_a_stranger_nor_with_anything_but_an_upload(
    app, root, monkeypatch, size
):
    tokens = Tokens()
    put_door(app, Door(tokens=tokens))
    cookie = app.test_client().get("/", query_string={"token": tokens.of_run}).headers["Set-Cookie"]
    at_head = partial(refused_at_head, app, server.workspace_of(app))
    with listening(app, root, cap=2**24, refused_at_head=at_head) as port:
        assert refused_before_its_body(port, "/upload?name=a.csv", size) == "HTTP/1.1 403 Forbidden"
        bad = "Cookie: " + cookie.partition(";")[0] + "x"
        assert refused_before_its_body(port, "/upload?name=a.csv", size, bad) == "HTTP/1.1 403 Forbidden"
        guess = "Authorization: Basic dXNlcjpwYXNzd29yZA=="
        assert refused_before_its_body(port, "/upload?name=a.csv", size, guess) == "HTTP/1.1 403 Forbidden"
        mine = "Cookie: " + cookie.partition(";")[0]
        assert refused_before_its_body(port, "/upload/", size, mine).startswith("HTTP/1.1 413 ")
        assert refused_before_its_body(port, "/_dash-update-component", size, mine).startswith(
            "HTTP/1.1 413 "
        )
        content = CSV.ljust(1_500_000, b"\n")
        for head in (mine, f"Authorization: Bearer {tokens.of_run}"):
            name, _, value = head.partition(": ")
            sent = content if "Length" in size else iter([content])
            status, answer, _ = ask(
                port, "PUT", "/upload?name=a.csv", sent, X_Requested_With="x", **{name: value}
            )
            assert (status, answer["name"]) == (200, "a.csv")
        full = replace(server.workspace_of(app).quota, free=2**60)
        monkeypatch.setattr(server.workspace_of(app), "quota", full)
        assert refused_before_its_body(port, "/upload?name=a.csv", size, mine).startswith("HTTP/1.1 507 ")


def test_a_client_that_leaves_midway_leaves_no_file(app, root):
    with listening(app, root, cap=2**24) as port:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            head = "PUT /upload?name=a.csv HTTP/1.1\r\nHost: x\r\nX-Requested-With: x\r\n"
            client.sendall(f"{head}Content-Length: 3000000\r\n\r\n".encode() + b"1" * 1_000_000)
        assert ask(port, "GET", "/health")[0] == 200
    assert nothing_is_left(root)


def test_a_dataset_whose_client_has_left_while_it_was_read_is_not_kept(root):
    begun, go_on = threading.Event(), threading.Event()

    def slow_store(source, *, name, target, reading):
        begun.set()
        assert go_on.wait(PATIENCE)
        return store_table(source, name=name, target=target, reading=reading)

    app = make_app(root, store=slow_store)
    with listening(app, root) as port:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            head = "PUT /upload?name=a.csv HTTP/1.1\r\nHost: x\r\nX-Requested-With: x\r\n"
            client.sendall(f"{head}Content-Length: {len(CSV)}\r\n\r\n".encode() + CSV)
            assert begun.wait(PATIENCE)
        assert ask(port, "GET", "/health")[0] == 200  # by now the server has seen the other one leave
        go_on.set()
        wait_for(lambda: nothing_is_left(root))


@pytest.mark.slow
def test_memory_stays_flat_while_a_large_body_comes_in(tmp_path):
    program = textwrap.dedent("""
        import flask, resource, shutil, sys
        from pathlib import Path
        from dashboard.serving import server
        from dashboard.ingest import Table
        from dashboard.storage.workspace import Workspace

        def store(source, *, name, target, reading):
            shutil.copyfile(source, target)
            return Table(target, name, 0, ())

        app = flask.Flask("test")
        server.install(app, Workspace(Path(sys.argv[1]), store=store), csp_hashes=list)

        def peak():
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            return str(most if sys.platform == "darwin" else most * 1024)

        app.add_url_rule("/peak", "peak", peak)
        server.serve(app, port=None, browser=False)
    """)
    megabytes = 96
    with running([sys.executable, "-c", program, str(tmp_path / "data")]) as (_, port):
        ask(port, "PUT", "/upload?name=small.csv", CSV, X_Requested_With="x")
        before = ask(port, "GET", "/peak")[1]
        sent = ask(
            port,
            "PUT",
            "/upload?name=large.csv",
            (b"1" * 2**20 for _ in range(megabytes)),
            X_Requested_With="x",
            Content_Length=str(megabytes * 2**20),
        )
        grown = ask(port, "GET", "/peak")[1] - before
    assert sent[0] == 200
    assert next((tmp_path / "data").glob("owners/*/datasets/*/table.parquet")).stat().st_size
    assert grown < megabytes * 2**20 / 3


@contextmanager
def running(command, errors=None):
    """Start a server as a process of its own; gives it and the port it printed, in `printed` all it said."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=Path(__file__).parents[2], bufsize=1
    )
    try:
        line = process.printed = process.stdout.readline()
        yield process, int(re.search(r"http://127\.0\.0\.1:(\d+)/", line)[1])
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


SERVE = textwrap.dedent("""
    import flask, sys
    from pathlib import Path
    from dashboard.serving import server
    from dashboard.storage.workspace import Workspace

    app = flask.Flask("test")
    server.install(app, Workspace(Path(sys.argv[1])), csp_hashes=list)
    server.serve(app, browser=False)
""")


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_serving_ends_cleanly_and_without_a_given_port_takes_the_next_free_one(tmp_path, end):
    one, two = ([sys.executable, "-c", SERVE, str(tmp_path / name)] for name in ("one", "two"))
    with running(one) as (first, port), running(two) as (_, other):
        assert other != port
        assert ask(other, "GET", "/health")[0] == 200
        assert ask(port, "GET", "/health", Host="evil.example")[0] == 421
        first.send_signal(end)
        assert first.wait(timeout=PATIENCE) == 0


def test_a_taken_port_is_said_when_it_was_asked_for_and_passed_over_when_not():
    with closing(bind("127.0.0.1", 0, or_next_free=False)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"Port {port} is taken"):
            bind("127.0.0.1", port, or_next_free=False)
        with closing(bind("127.0.0.1", port, or_next_free=True)) as next_free:
            assert port < next_free.getsockname()[1] <= port + 50


def test_an_address_that_is_not_ours_is_said():
    with pytest.raises(CannotListen, match="Cannot listen on"):
        bind("192.0.2.1", 0, or_next_free=False)


def test_connections_that_trickle_shut_nobody_out(app, root):
    with listening(app, root, most_connections=16) as port:
        slow = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(40)]
        for number, client in enumerate(slow):
            with suppress(OSError):  # the server has closed it for a newer one
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-%d: " % number)
        for _ in range(3):
            assert ask(port, "GET", "/dataset/none")[0] == 404
        for client in slow:
            client.close()


def test_a_request_that_does_not_come_to_an_end_is_closed(app, root, monkeypatch):
    monkeypatch.setattr(fair_server, "GRACE_SECONDS", 0.0)
    with listening(app, root) as port, socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
        assert client.recv(100) == b""


def test_probes_are_answered_while_every_thread_is_busy(app, root):
    go_on, begun = threading.Event(), threading.Semaphore(0)

    def slow():
        begun.release()
        assert go_on.wait(PATIENCE)
        return "done"

    app.add_url_rule("/slow", "slow", slow)
    with listening(app, root) as port:
        threads = [threading.Thread(target=http_get, args=(port, "/slow")) for _ in range(THREADS + 4)]
        for thread in threads:
            thread.start()
        for _ in range(THREADS):
            assert begun.acquire(timeout=PATIENCE)
        for path in ("/health", "/healthz", "/readyz"):
            assert ask(port, "GET", path)[0] == 200
        go_on.set()
        for thread in threads:
            thread.join(PATIENCE)


def http_get(port, path):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()


def test_requests_take_turns_by_address():
    class Asked:
        def __init__(self, address, number):
            self.addr, self.number = (address, 1), number

    turns = fair_server.TurnsByAddress()
    for number in range(3):
        turns.append(Asked("a", number))
    turns.append(Asked("b", 0))
    assert len(turns) == 4
    order = [(task.addr[0], task.number) for task in (turns.popleft() for _ in range(4))]
    assert order == [("a", 0), ("b", 0), ("a", 1), ("a", 2)]
    assert not turns


SERVE_LARGE = textwrap.dedent("""
    import flask, sys
    from pathlib import Path
    from dashboard.serving import server
    from dashboard.storage.workspace import Workspace

    app = flask.Flask("test")
    server.install(app, Workspace(Path(sys.argv[1])), csp_hashes=list)
    app.add_url_rule("/large", "large", lambda: flask.Response(b"x" * 2**20 for _ in range(64)))
    server.serve(app, port=None, browser=False)
""")


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_a_large_answer_that_is_under_way_is_delivered_before_the_end(tmp_path, end):
    with running([sys.executable, "-c", SERVE_LARGE, str(tmp_path / "data")]) as (process, port):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/large")
            answer = connection.getresponse()
            first = len(answer.read(2**16))
            process.send_signal(end)
            assert first + sum(map(len, iter(lambda: answer.read(2**20), b""))) == 64 * 2**20
        assert process.wait(timeout=PATIENCE) == 0
