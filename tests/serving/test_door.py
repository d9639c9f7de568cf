"""Who may come in: with the token of a start, with a password, or named by a proxy; and nobody else."""

import base64
import hashlib
import io
import sys
import threading

import pytest

from dashboard.cli.door_flags import chosen_door
from dashboard.serving import passwords as passwords_room
from dashboard.serving.asked_from import trust_proxies
from dashboard.serving.door import Door, Tokens, put_door
from dashboard.serving.passwords import HashedPassword, UnusablePasswords, hash_password, read_passwords
from dashboard.serving.tries import AT_ONCE, PAUSE_SECONDS, Tries
from tests.serving.small_app import CSV, OURS, make_app
from tests.serving.test_listener import ask, running

HTML = {"Accept": "text/html"}
PASSWORD = "corréct horse"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(passwords_room, "_COST", (2, 1, 1))


@pytest.fixture
def tokens():
    return Tokens()


@pytest.fixture
def app(root, tokens):
    app = make_app(root)
    put_door(app, Door(tokens=tokens))
    return app


@pytest.fixture
def asking(root):
    """An application that asks for a password."""
    app = make_app(root)
    put_door(app, Door(passwords=(hash_password(PASSWORD), hash_password("another one"))))
    return app


def enter(client, secret, **options):
    return client.post(
        "/enter", data={"secret": secret}, headers={"Sec-Fetch-Site": "same-origin"}, **options
    )


def test_without_the_token_there_is_a_sentence_that_says_where_it_is(app):
    for path, method in (("/", "GET"), ("/upload?name=a.csv", "PUT"), ("/nowhere", "GET"), ("/enter", "GET")):
        answer = app.test_client().open(path, method=method, headers=OURS, data=CSV)
        assert answer.status_code == 403
        assert "the address that it printed in the terminal" in answer.json["error"]
    page = app.test_client().get("/", headers=HTML)
    assert page.status_code == 403
    assert "the address that it printed in the terminal" in page.text
    assert 'action="/enter"' in page.text
    assert "the page" not in page.text


def test_the_address_with_the_token_opens_the_page_for_good_and_does_not_stay_in_the_address(app, tokens):
    client = app.test_client()
    answer = client.get("/", query_string={"token": tokens.of_run})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/").text == "the page"
    assert client.put("/upload?name=a.csv", data=CSV, headers=OURS).status_code == 200
    assert app.test_client().get("/").status_code == 403


def test_whoever_came_in_is_known_after_the_server_began_anew(root, tokens):
    first, second = make_app(root), make_app(root)
    put_door(first, Door(tokens=tokens))
    put_door(second, Door(tokens=Tokens()))
    before, after = first.test_client(), second.test_client()
    before.get("/", query_string={"token": tokens.of_run})
    name = first.config["SESSION_COOKIE_NAME"]
    after.set_cookie(name, before.get_cookie(name).value)
    assert after.get("/").status_code == 200
    stranger = second.test_client()
    assert stranger.get("/", query_string={"token": tokens.of_run}).status_code == 403  # of the run before


def test_wrong_tries_of_others_do_not_keep_the_token_out_and_an_old_address_not_who_is_in(app, tokens):
    stranger, owner = app.test_client(), app.test_client()
    for _ in range(AT_ONCE + 2):
        stranger.get("/?token=wrong")
    assert stranger.get("/?token=wrong").status_code == 429
    assert owner.get(f"/?token={tokens.of_run}").status_code == 303
    assert owner.get("/?token=of-yesterday").status_code == 303
    assert owner.get("/", headers=HTML).status_code == 200


def test_a_password_in_an_address_opens_nothing_and_its_form_says_where_it_comes_from(asking):
    assert asking.test_client().get("/", query_string={"token": PASSWORD}).status_code == 403
    page = asking.test_client().get("/", headers=HTML).text
    # else the form is sent with the origin "null" where the page came over plain http
    assert '<meta name="referrer" content="same-origin">' in page


def test_a_ticket_opens_once(app, tokens):
    ticket = tokens.ticket()
    assert app.test_client().get("/", query_string={"token": ticket}).status_code == 303
    assert app.test_client().get("/", query_string={"token": ticket}).status_code == 403
    assert ticket != tokens.ticket()


@pytest.mark.parametrize("wrong", ["", "x", "\x00", "é" * 1_000])
def test_a_wrong_token_opens_nothing(app, wrong):
    client = app.test_client()
    assert enter(client, wrong).status_code == 403
    assert client.get("/", query_string={"token": wrong}).status_code == 403
    assert client.get("/").status_code == 403


def test_a_password_opens_as_it_was_typed_on_any_keyboard(asking):
    for secret in (PASSWORD, "corre\u0301ct horse", "another one"):
        client = asking.test_client()
        assert enter(client, secret).status_code == 303
        assert client.get("/").text == "the page"
    wrong = enter(asking.test_client(), "correct horse", buffered=True)
    assert (
        wrong.json["error"]
        == "That is not it: try again. This page asks for a password: whoever runs it can tell you."
    )


def test_a_page_of_elsewhere_cannot_enter_in_a_visitors_name(asking):
    answer = asking.test_client().post(
        "/enter", data={"secret": PASSWORD}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert "another site" in answer.json["error"]


def test_another_password_ends_what_the_one_before_opened(root):
    first, second = make_app(root), make_app(root)
    put_door(first, Door(passwords=(hash_password(PASSWORD),)))
    put_door(second, Door(passwords=(hash_password(PASSWORD),)))  # another salt
    before, after = first.test_client(), second.test_client()
    enter(before, PASSWORD)
    name = first.config["SESSION_COOKIE_NAME"]
    after.set_cookie(name, before.get_cookie(name).value)
    assert after.get("/").status_code == 403


@pytest.mark.parametrize("kind", ["Basic", "Bearer"])
def test_a_program_sends_the_password_with_each_request_and_is_let_in_for_that_one(asking, kind):
    sent = PASSWORD if kind == "Bearer" else base64.b64encode(f"any:{PASSWORD}".encode()).decode()
    if kind == "Bearer":
        put_door(asking, Door(passwords=(hash_password("plain text"),)))
        sent = "plain text"
    client = asking.test_client()
    assert client.get("/", headers={"Authorization": f"{kind} {sent}"}).status_code == 200
    assert client.get("/").status_code == 403
    assert client.get("/", headers={"Authorization": f"{kind} {sent[1:]}"}).status_code == 403
    assert client.get("/", headers={"Authorization": "Digest x"}).status_code == 403


def test_wrong_tries_of_an_address_are_slowed_and_others_are_not(asking):
    proxied = {"environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    answers = [enter(asking.test_client(), "wrong", **proxied) for _ in range(AT_ONCE + 1)]
    assert [answer.status_code for answer in answers] == [403] * AT_ONCE + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= PAUSE_SECONDS + 1
    assert enter(asking.test_client(), PASSWORD, **proxied).status_code == 429
    assert enter(asking.test_client(), PASSWORD, environ_base={"REMOTE_ADDR": "192.0.2.2"}).status_code == 303


def test_tries_come_back_with_time_and_are_counted_by_the_network_of_an_address():
    now = [1_000.0]
    tries = Tries(lambda: now[0])
    for number in range(AT_ONCE):
        assert tries.pause_seconds("2001:db8::9") == 0
        tries.note_wrong(f"2001:db8::{number}")
    assert tries.pause_seconds("2001:db8::ffff") == PAUSE_SECONDS
    assert tries.pause_seconds("2001:db8:0:1::1") == tries.pause_seconds("192.0.2.1") == 0
    now[0] += PAUSE_SECONDS
    assert tries.pause_seconds("2001:db8::9") == 0
    tries.note_wrong("2001:db8::9")
    assert tries.pause_seconds("2001:db8::9") == PAUSE_SECONDS
    now[0] += 1_000
    for _ in range(AT_ONCE):
        assert tries.pause_seconds("2001:db8::9") == 0
        tries.note_wrong("2001:db8::9")
    assert tries.pause_seconds("2001:db8::9") == PAUSE_SECONDS


def test_many_who_come_at_once_leave_threads_to_others(asking, monkeypatch):
    go_on, begun = threading.Event(), threading.Semaphore(0)

    def slow(self, _):
        begun.release()
        assert go_on.wait(30)
        return True

    monkeypatch.setattr(HashedPassword, "fits", slow)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(enter(asking.test_client(), "x").status_code))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    assert begun.acquire(timeout=30)
    assert begun.acquire(timeout=30)
    while len(found) < 4:
        threads[0].join(0.01)
    assert found == [429] * 4
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [303] * 6 + [429] * 4


def test_what_a_proxy_says_is_whose_files_are_shown(root):
    app = make_app(root)
    trust_proxies(app, 1)
    put_door(app, Door(user_header="X-Remote-User"))
    ann, bob = {"X-Remote-User": "ann@example.org"}, {"X-Remote-User": "bob"}
    token = app.test_client().put("/upload?name=a.csv", data=CSV, headers=OURS | ann).json["token"]
    assert app.test_client().get(f"/dataset/{token}", headers=ann).status_code == 200
    assert app.test_client().get(f"/dataset/{token}", headers=bob).status_code == 404
    for headers in ({}, {"X-Remote-User": " "}):
        answer = app.test_client().get(f"/dataset/{token}", headers=headers)
        assert answer.status_code == 403
        assert "sign in" in answer.json["error"]
        assert "<form" in app.test_client().get("/", headers=HTML | headers).text
    owners = [path.name for path in (root / "owners").iterdir()]
    assert hashlib.sha256(b"user ann@example.org").hexdigest()[:32] in owners


def test_a_cookie_of_a_session_is_no_user(root):
    """Whoever had files before the proxy asked for names cannot be told by a cookie any more."""
    first, second = make_app(root), make_app(root)
    put_door(second, Door(user_header="X-Remote-User"))
    before, client = first.test_client(), second.test_client()
    token = before.put("/upload?name=a.csv", data=CSV, headers=OURS).json["token"]
    name = first.config["SESSION_COOKIE_NAME"]
    client.set_cookie(name, before.get_cookie(name).value)
    assert before.get(f"/dataset/{token}").status_code == 200
    assert client.get(f"/dataset/{token}", headers={"X-Remote-User": "ann"}).status_code == 404


def test_scrypt_is_that_of_rfc_7914(monkeypatch):
    """Its second and third examples, cut to the bytes that are kept."""
    for password, salt, cost, digest in (
        (
            "password",
            b"NaCl",
            (1024, 8, 16),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162",
        ),
        (
            *("pleaseletmein", b"SodiumChloride", (16384, 8, 1)),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
        ),
    ):
        assert HashedPassword(*cost, salt, bytes.fromhex(digest)).fits(password)
        assert not HashedPassword(*cost, salt, bytes.fromhex(digest)).fits(password + "x")


def test_a_file_of_passwords_has_a_line_for_each(tmp_path):
    one, two = hash_password("first password"), hash_password("second password")
    assert str(one) != str(hash_password("first password"))
    file = tmp_path / "passwords"
    file.write_text(f"# the class of 2026\n\n{one}\n  {two}\n")
    assert [p.fits("second password") for p in read_passwords(file)] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "secret\n",
        "scrypt$2$1$1$AAAA\n",
        "scrypt$3$1$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "scrypt$1073741824$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "scrypt$2$99999$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "scrypt$2$1$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAA\n",
        "scrypt$2$1$1$!!!$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "x\n" * 11,
    ],
)
def test_a_file_that_holds_no_passwords_is_refused(tmp_path, text):
    file = tmp_path / "passwords"
    file.write_text(text)
    with pytest.raises(UnusablePasswords, match="blupboard hash-password writes one"):
        read_passwords(file)
    with pytest.raises(UnusablePasswords, match="cannot be read"):
        read_passwords(tmp_path / "none")


def test_the_command_line_hashes_a_password(blupboard, refused, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", io.StringIO("a class of 2026\n"))
    file = tmp_path / "passwords"
    file.write_text(blupboard("hash-password").out)
    (kept,) = read_passwords(file)
    assert kept.fits("a class of 2026")
    assert "class" not in file.read_text()
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert refused("hash-password") == "A password has 8 to 1,000 characters."


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--auth-header", "X-User"], "--behind-proxy"),
        (
            ["--auth-header", "X-User", "--behind-proxy", "1", "--token"],
            "leave out --password-file and --token",
        ),
        (["--auth-header", "X User", "--behind-proxy", "1"], "the name of a header"),
        (["--password-file", "nowhere"], "cannot be read"),
    ],
)
def test_options_that_cannot_be_are_refused(refused, tmp_path, options, said):
    assert said in refused("serve", "--no-browser", "--port", "0", "--data-dir", tmp_path / "d", *options)


def settings(token=None, password_file=None, auth_header=None):
    return {"token": token, "password_file": password_file, "auth_header": auth_header}


def test_all_doors_are_off_unless_they_are_asked_for():
    assert chosen_door(settings(), 0) is None
    assert chosen_door(settings(token=False), 1) is None
    assert chosen_door(settings(token=True), 0).tokens is not None
    assert chosen_door(settings(auth_header="X-Remote-User"), 1).user_header == "X-Remote-User"


@pytest.mark.slow
def test_a_server_that_is_started_with_a_token_prints_the_address_that_opens_it(tmp_path):
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--no-browser", "--port", "0", "--token"]
    with running([*command, "--data-dir", str(tmp_path / "d")]) as (process, port):
        token = process.printed.partition("?token=")[2].split()[0]
        assert ask(port, "GET", "/_dash-layout")[0] == 403
        assert ask(port, "GET", "/healthz")[0] == 200
        assert ask(port, "GET", "/_dash-layout", Authorization=f"Bearer {token}")[0] == 200
