"""The HTTP side: who may see what, what an upload is answered, and what every answer carries."""

import http.client
import io
import json
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import create_environ, run_wsgi_app

from dashboard import server
from dashboard.ingest import store_table
from dashboard.listener import CannotListen, Listener, bind
from dashboard.workspace import Workspace

CSV = b"score,school\n1.5,a\n2.5,a\n3,b\n4,b\n"
OURS = {"X-Requested-With": "XMLHttpRequest"}


def make_app(root, *, install=None, **options):
    app = flask.Flask("test")
    workspace = Workspace(root, **options)
    server.install(app, workspace, **{"csp_hashes": lambda: ["'sha256-abc='"], **(install or {})})

    @app.get("/")
    def page():
        return "the page"

    @app.get("/dataset/<token>")
    def dataset(token):
        return workspace.get(server.owner(), token).name

    @app.get("/broken")
    def broken():
        raise RuntimeError("a secret detail")

    return app


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def app(root):
    return make_app(root)


@pytest.fixture
def client(app):
    return app.test_client()


def put(client, content=CSV, name="scores.csv", headers=OURS, **options):
    return client.put("/upload", query_string={"name": name}, data=content, headers=headers, **options)


def nothing_is_left(root):
    return not list((root / "incoming").iterdir()) and not list((root / "owners").rglob("table.parquet"))


# -- uploads and sessions ---------------------------------------------------------------------------------


def test_an_upload_is_answered_with_its_token_and_size(client):
    answer = put(client)
    assert answer.status_code == 200
    token = answer.json.pop("token")
    assert {**answer.json, "token": token} == {"token": token, "name": "scores.csv", "rows": 4, "columns": 2}
    assert client.get(f"/dataset/{token}").text == "scores.csv"


def test_two_sessions_never_see_each_others_data(app):
    ann, bob = app.test_client(), app.test_client()
    token = put(ann).json["token"]
    refused = bob.get(f"/dataset/{token}")
    unknown = bob.get(f"/dataset/{'0' * 32}")
    assert (refused.status_code, refused.json) == (unknown.status_code, unknown.json)
    assert refused.status_code == 404
    assert ann.get(f"/dataset/{token}").status_code == 200


def session_cookie(app, client):
    return client.get_cookie(app.config["SESSION_COOKIE_NAME"])


def test_a_tampered_or_forged_cookie_gets_nothing(app):
    ann = app.test_client()
    token = put(ann).json["token"]
    name, good = app.config["SESSION_COOKIE_NAME"], session_cookie(app, ann).value
    forger = flask.Flask("forger", root_path=".")
    forger.secret_key = b"x" * 32
    serializer = SecureCookieSessionInterface().get_signing_serializer
    owner = serializer(app).loads(good)
    forged = serializer(forger).dumps(owner)
    middle = len(good) // 2
    tampered = good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :]
    for value, status in ((good, 200), (tampered, 404), (forged, 404), ("", 404)):
        other = app.test_client()
        other.set_cookie(name, value)
        assert other.get(f"/dataset/{token}").status_code == status


def test_the_cookie_is_http_only_lax_and_lasts_a_year(app, client):
    client.get("/")
    cookie = session_cookie(app, client)
    assert (cookie.http_only, cookie.same_site, cookie.secure) == (True, "Lax", False)
    assert cookie.expires.timestamp() - time.time() > 364 * 86_400


def test_over_https_the_cookie_is_secure(app, root):
    client = app.test_client()
    client.get("/", base_url="https://localhost")
    assert session_cookie(app, client).secure
    proxied = make_app(root, install={"proxies": 1})
    client = proxied.test_client()
    client.get("/", headers={"X-Forwarded-Proto": "https"})
    assert session_cookie(proxied, client).secure


def test_a_forwarded_scheme_is_not_believed_without_a_proxy(app, client):
    client.get("/", headers={"X-Forwarded-Proto": "https"})
    assert not session_cookie(app, client).secure


def test_visiting_the_page_renews_the_cookie_and_its_parts_do_not(client):
    client.get("/")
    assert "Set-Cookie" not in client.get("/", headers={"Accept": "*/*"}).headers
    assert "Set-Cookie" in client.get("/", headers={"Accept": "text/html,*/*"}).headers


def test_a_restart_keeps_datasets_and_cookies_valid(app, root):
    client = app.test_client()
    token = put(client).json["token"]
    cookie = session_cookie(app, client)
    again = make_app(root)
    client = again.test_client()
    client.set_cookie(again.config["SESSION_COOKIE_NAME"], cookie.value)
    assert client.get(f"/dataset/{token}").text == "scores.csv"


def test_servers_with_different_keys_keep_their_cookies_apart(app, tmp_path):
    other = make_app(tmp_path / "other")
    assert other.config["SESSION_COOKIE_NAME"] != app.config["SESSION_COOKIE_NAME"]


# -- what is refused --------------------------------------------------------------------------------------


def test_over_the_cap_by_its_announced_length_is_413_unread(root):
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

    client = make_app(root, max_upload_bytes=10).test_client()
    answer = client.put(
        "/upload?name=a.csv", input_stream=Unread(), headers=OURS, environ_overrides={"CONTENT_LENGTH": "11"}
    )
    assert answer.status_code == 413
    assert "larger than the 10 bytes this server takes" in answer.json["error"]


def test_over_the_cap_without_an_announced_length_is_413(root):
    client = make_app(root, max_upload_bytes=10).test_client()
    answer = client.put(
        "/upload?name=a.csv",
        input_stream=io.BytesIO(CSV),
        headers=OURS,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413
    assert "larger than the 10 bytes this server takes" in answer.json["error"]
    assert nothing_is_left(root)


@pytest.mark.parametrize("terminated", [{}, {"wsgi.input_terminated": True}])
def test_an_interrupted_upload_is_400_and_leaves_no_file(client, root, terminated):
    answer = client.put(
        "/upload?name=a.csv",
        input_stream=io.BytesIO(CSV),
        headers=OURS,
        environ_overrides={"CONTENT_LENGTH": str(len(CSV) + 1), **terminated},
    )
    assert answer.status_code == 400
    assert "interrupted" in answer.json["error"]
    assert nothing_is_left(root)


def test_no_length_and_no_end_is_411(app):
    environ = create_environ("/upload?name=a.csv", method="PUT", input_stream=io.BytesIO(CSV), headers=OURS)
    environ.pop("wsgi.input_terminated", None)
    environ.pop("CONTENT_LENGTH", None)
    body, status, _ = run_wsgi_app(app, environ, buffered=True)
    assert status.startswith("411 ")
    assert json.loads(b"".join(body))["error"]


def test_a_file_without_a_number_is_422_with_the_sentence(client, root):
    answer = put(client, b"a,b\nx,y\nx,z\n", name="words.csv")
    assert answer.status_code == 422
    assert answer.json["error"].endswith(".")
    assert nothing_is_left(root)


def test_an_upload_needs_a_name(client):
    assert put(client, name="").status_code == 400


@pytest.mark.parametrize(
    "name", ["../../x.csv", "/etc/passwd", "<script>alert(1)</script>", "a\\b.csv", "é 名.csv"]
)
def test_path_like_names_are_only_text(client, root, tmp_path, name):
    assert put(client, name=name).json["name"] == name
    assert [path.name for path in tmp_path.iterdir()] == [root.name]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**OURS, "Sec-Fetch-Site": "cross-site"},
        {**OURS, "Sec-Fetch-Site": "same-site"},
        {**OURS, "Origin": "http://evil.example"},
        {**OURS, "Origin": "http://localhost:9999"},
        {**OURS, "Origin": "null"},
    ],
)
def test_uploads_from_other_sites_are_refused(client, root, headers):
    answer = put(client, headers=headers)
    assert answer.status_code == 403
    assert nothing_is_left(root)


@pytest.mark.parametrize(
    "headers", [OURS, {**OURS, "Sec-Fetch-Site": "same-origin"}, {**OURS, "Origin": "http://localhost"}]
)
def test_uploads_from_the_page_are_taken(client, headers):
    assert put(client, headers=headers).status_code == 200


def test_other_sites_cannot_call_back_either(app, client):
    app.add_url_rule("/callback", "callback", lambda: "done", methods=["POST"])
    assert client.post("/callback", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/callback", headers={"Sec-Fetch-Site": "same-origin"}).text == "done"


def test_on_loopback_only_local_names_are_answered(app, client):
    server.restrict_to_loopback(app)
    for host in ("localhost", "localhost:8050", "127.0.0.1:8050", "[::1]:8050"):
        assert client.get("/health", headers={"Host": host}).status_code == 200
    for host in ("evil.example", "evil.example:8050", "127.0.0.1.evil.example"):
        refused = client.get("/health", headers={"Host": host})
        assert refused.status_code == 421
        assert refused.json["error"]


def test_named_hosts_are_answered_beside_the_local_ones(root):
    app = make_app(root, install={"hosts": ["stats.example.org"]})
    client = app.test_client()
    assert client.get("/health", headers={"Host": "evil.example"}).status_code == 421
    server.restrict_to_loopback(app)
    for host in ("stats.example.org", "localhost"):
        assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.2", False),
        ("stats.example.org", False),
    ],
)
def test_which_addresses_are_loopback(host, answer):
    assert server.is_loopback(host) is answer


# -- what every answer carries ----------------------------------------------------------------------------


def test_every_answer_carries_the_security_headers(client):
    for path in ("/", "/health", "/nowhere", "/broken"):
        headers = client.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "'sha256-abc='" in policy["script-src"]
        assert "'unsafe-inline'" not in policy["script-src"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_the_hashes_of_scripts_are_asked_for_once_with_the_first_answer(root):
    asked = []
    app = make_app(root, install={"csp_hashes": lambda: asked.append(1) or ["'sha256-late='"]})
    assert asked == []
    client = app.test_client()
    assert "'sha256-late='" in client.get("/").headers["Content-Security-Policy"]
    client.get("/")
    assert asked == [1]


def test_errors_are_one_sentence_without_the_details(client, caplog):
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json["error"].endswith(".")
    assert "a secret detail" in caplog.text


def test_health_is_answered_without_a_session(client):
    answer = client.get("/health")
    assert answer.json == {"status": "ok"}
    assert "Set-Cookie" not in answer.headers


# -- a real server ----------------------------------------------------------------------------------------


@contextmanager
def listening(app, root, cap=2**20):
    workspace = server.workspace_of(app)
    listener = Listener(
        app,
        bind("127.0.0.1", 0, or_next_free=False),
        max_body_bytes=cap,
        too_large_message=workspace.too_large_message,
    )
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        yield int(re.search(r":(\d+)/", listener.url)[1])
    finally:
        listener.stop()
        thread.join(timeout=30)
        assert not thread.is_alive()


def ask(port, method, path, body=None, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


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
    with listening(app, root, cap=1000) as port, socket.create_connection(("127.0.0.1", port), 30) as client:
        client.sendall(
            b"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert client.recv(100).startswith(b"HTTP/1.1 413")


def test_a_client_that_leaves_midway_leaves_no_file(app, root):
    with listening(app, root, cap=2**24) as port:
        with socket.create_connection(("127.0.0.1", port), 30) as client:
            head = "PUT /upload?name=a.csv HTTP/1.1\r\nHost: x\r\nX-Requested-With: x\r\n"
            client.sendall(f"{head}Content-Length: 3000000\r\n\r\n".encode() + b"1" * 1_000_000)
        assert ask(port, "GET", "/health")[0] == 200
    assert nothing_is_left(root)


def test_a_dataset_whose_client_has_left_while_it_was_read_is_not_kept(root):
    reading, go_on = threading.Event(), threading.Event()

    def slow_store(source, *, name, target):
        reading.set()
        assert go_on.wait(30)
        return store_table(source, name=name, target=target)

    app = make_app(root, store=slow_store)
    with listening(app, root) as port:
        with socket.create_connection(("127.0.0.1", port), 30) as client:
            head = "PUT /upload?name=a.csv HTTP/1.1\r\nHost: x\r\nX-Requested-With: x\r\n"
            client.sendall(f"{head}Content-Length: {len(CSV)}\r\n\r\n".encode() + CSV)
            assert reading.wait(30)
        assert ask(port, "GET", "/health")[0] == 200  # by now the server has seen the other one leave
        go_on.set()
        until(lambda: nothing_is_left(root))


def test_memory_stays_flat_while_a_large_body_comes_in(tmp_path):
    program = textwrap.dedent("""
        import flask, resource, shutil, sys
        from pathlib import Path
        from dashboard import server
        from dashboard.ingest import Table
        from dashboard.workspace import Workspace

        def store(source, *, name, target):
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
def running(command):
    """Start a server as a process of its own; gives it and the port it printed."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent, bufsize=1
    )
    try:
        line = process.stdout.readline()
        yield process, int(re.search(r"http://127\.0\.0\.1:(\d+)/", line)[1])
    finally:
        process.terminate()
        process.communicate(timeout=30)


SERVE = textwrap.dedent("""
    import flask, sys
    from pathlib import Path
    from dashboard import server
    from dashboard.workspace import Workspace

    app = flask.Flask("test")
    server.install(app, Workspace(Path(sys.argv[1])), csp_hashes=list)
    server.serve(app, browser=False)
""")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_serving_ends_cleanly_and_without_a_given_port_takes_the_next_free_one(tmp_path, end):
    command = [sys.executable, "-c", SERVE, str(tmp_path / "data")]
    with running(command) as (first, port), running(command) as (_, other):
        assert other != port
        assert ask(other, "GET", "/health")[0] == 200
        assert ask(port, "GET", "/health", Host="evil.example")[0] == 421
        first.send_signal(end)
        assert first.wait(timeout=30) == 0


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
