"""The HTTP side: who may see what, what an upload is answered, and what every answer carries."""

import gzip
import io
import json
import time

import flask
import flask_compress
import pytest
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import create_environ, run_wsgi_app

from dashboard.serving import server
from dashboard.serving.asked_from import answer_for, is_loopback
from dashboard.storage.quota import Quota
from tests.serving.small_app import CSV, OURS, make_app, nothing_is_left


@pytest.fixture
def app(root):
    return make_app(root)


@pytest.fixture
def client(app):
    return app.test_client()


def put(client, content=CSV, name="scores.csv", headers=OURS, **options):
    return client.put("/upload", query_string={"name": name}, data=content, headers=headers, **options)


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


@pytest.mark.slow_cases
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
    answer_for(app, "127.0.0.1")
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
    answer_for(app, "127.0.0.1")
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
    assert is_loopback(host) is answer


# -- what every answer carries ----------------------------------------------------------------------------


def test_every_answer_carries_the_security_headers(client):
    for path in ("/", "/health", "/nowhere", "/broken"):
        headers = client.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "'sha256-abc='" in policy["script-src"]
        assert "'unsafe-inline'" not in policy["script-src"]
        assert "'unsafe-eval'" in policy["script-src"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_long_answers_are_compressed_for_whoever_reads_that(app):
    app.add_url_rule("/long", "long", lambda: flask.jsonify(list(range(5_000))))
    client = app.test_client()
    plain = client.get("/long")
    sent = client.get("/long", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert sent.headers["Content-Encoding"] == "br"
    assert len(sent.data) < len(plain.data) / 2
    assert "Content-Encoding" not in client.get("/health", headers={"Accept-Encoding": "gzip"}).headers


def test_a_script_is_compressed_once_and_an_answer_each_time(app, monkeypatch):
    done = []
    compress = flask_compress.flask_compress._compress_data
    monkeypatch.setattr(
        "flask_compress.flask_compress._compress_data",
        lambda app, data, algorithm: done.append(algorithm) or compress(app, data, algorithm),
    )
    texts = iter(["a" * 5_000, "b" * 5_000])
    app.add_url_rule("/long", "long", lambda: next(texts))
    script = "/_dash-component-suites/plotly/package_data/plotly.{}.min.js"
    bare = script.replace("{}.", "")
    for name, address in (("script", script.format("<version>")), ("bare", bare)):
        app.add_url_rule(address, name, lambda version="": f"plotly {'x' * 5_000}")
    client = app.test_client()

    def bodies(encoding, *addresses):
        answers = [client.get(address, headers={"Accept-Encoding": encoding}) for address in addresses]
        assert {answer.headers["Content-Encoding"] for answer in answers} == {encoding}
        return [answer.data for answer in answers]

    scripts = bodies("gzip", script.format("v7_1m12"), script.format("v9m99"), bare, bare)
    assert [gzip.decompress(body)[:6] for body in scripts] == [b"plotly"] * 4
    assert done == ["gzip"]
    bodies("br", script.format("v7_1m12"))
    assert done == ["gzip", "br"]
    assert [gzip.decompress(body)[:1] for body in bodies("gzip", "/long", "/long")] == [b"a", b"b"]


def test_a_strict_policy_runs_no_code_made_from_text(root):
    app = make_app(root, install={"strict_scripts": True})
    policy = app.test_client().get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy.split("style-src")[0]


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


# -- names, sites, probes, caches -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listens_on", "asked", "status"),
    [
        ("127.0.0.1", "evil.example", 421),
        ("0.0.0.0", "evil.example", 421),
        ("0.0.0.0", "192.168.0.7:8050", 200),
        ("0.0.0.0", "[fe80::1]:8050", 200),
        ("::", "localhost", 200),
        ("192.168.0.7", "192.168.0.7", 200),
        ("192.168.0.7", "192.168.0.8", 421),
        ("stats.example.org", "STATS.example.org:80", 200),
        ("stats.example.org", "localhost", 200),
        ("127.0.0.1", "[::1", 421),
    ],
)
def test_a_server_answers_under_the_names_of_where_it_listens(app, client, listens_on, asked, status):
    answer_for(app, listens_on)
    assert client.get("/health", headers={"Host": asked}).status_code == status


def test_where_there_is_no_origin_the_referer_counts(client):
    other = {**OURS, "Referer": "http://evil.example/page"}
    assert put(client, headers=other).status_code == 403
    assert put(client, headers={**OURS, "Referer": "http://localhost/"}).status_code == 200
    assert put(client, headers={**OURS, "Referer": "http://[x"}).status_code == 403


def test_what_is_somebodys_own_stays_in_no_cache(client):
    token = put(client).json["token"]
    for path in (f"/dataset/{token}", "/nowhere", "/broken"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get("/").headers.get("Cache-Control", "")


def test_ready_says_what_is_in_the_way(app, client, root, monkeypatch):
    assert client.get("/readyz").json == {"status": "ready", "problems": []}
    assert "Set-Cookie" not in client.get("/readyz").headers
    (root / "signing.key").write_bytes(b"x")
    monkeypatch.setattr(server.workspace_of(app), "quota", Quota(free=2**60))
    (root / "incoming").rmdir()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert len(answer.json["problems"]) == 3
    assert client.get("/healthz").status_code == client.get("/health").status_code == 200
