"""Everything of a session, deleted at its word."""

import io

import pytest

from dashboard.pages import ids
from dashboard.serving.server import workspace_of
from dashboard.words.kept_files import after_removal, before_removal
from tests.dashboard.page_requests import CALLBACK, SAME_SITE, callback_bodies

SECRET = b"marks_of_ann,class_of_ann\n1.5,Alice\n2.5,Alice\n3,Bert\n4,Bert\n"
HEADERS = {**SAME_SITE, "X-Requested-With": "fetch"}


def upload(client, name):
    return client.put(f"/upload?name={name}", input_stream=io.BytesIO(SECRET), headers=HEADERS).json["token"]


def press(client, button):
    (body,) = [
        body
        for body in callback_bodies(client)
        if body["inputs"][0:1] and isinstance(body["inputs"][0], dict) and body["inputs"][0]["id"] == button
    ]
    body["inputs"][0]["value"] = 1
    return client.post(CALLBACK, json=body, headers=SAME_SITE)


@pytest.mark.slow
def test_files_say_how_long_they_are_kept_and_the_panel_what_would_go(client):
    upload(client, "marks.csv")
    page = client.get("/_dash-layout").text
    assert "4 rows, kept until " in page
    assert "of 10 GB used" in page
    assert "1 file (" in press(client, ids.FORGET).text


@pytest.mark.slow
def test_all_of_a_session_goes_and_nothing_of_anybody_else(app, client):
    workspace = workspace_of(app.server)
    other = app.server.test_client()
    other.get("/", headers={"Accept": "text/html"})
    kept = upload(other, "others.csv")
    upload(client, "marks.csv")
    with client.session_transaction() as session:
        who = session["owner"]
    before = client.get_cookie(app.server.config["SESSION_COOKIE_NAME"]).value
    assert len(workspace.list(who)) == 1

    answer = press(client, ids.FORGET_NOW)
    assert answer.json["response"][ids.ADDRESS] == {"href": "/"}
    assert workspace.list(who) == ()
    page = client.get("/_dash-layout").text
    assert "and all your settings were removed from this server for good." in page
    assert "marks.csv" not in page
    assert "were removed" not in client.get("/_dash-layout").text  # it is said once

    with client.session_transaction() as session:
        assert session["owner"] != who
    client.set_cookie(app.server.config["SESSION_COOKIE_NAME"], before)
    assert "marks.csv" not in client.get("/_dash-layout").text
    assert "others.csv" in other.get("/_dash-layout").text
    with other.session_transaction() as session:
        assert [dataset.token for dataset in workspace.list(session["owner"])] == [kept]


@pytest.mark.slow
def test_a_page_that_was_just_drawn_deletes_nothing(app, client):
    upload(client, "marks.csv")
    for body in callback_bodies(client):
        client.post(CALLBACK, json=body, headers=SAME_SITE)
    assert "marks.csv" in client.get("/_dash-layout").text


def test_the_sentences_count():
    assert before_removal(2, "1 MB").startswith("2 files (1 MB) and all your settings go at once")
    assert after_removal(1, "10 bytes") == (
        "1 file (10 bytes) and all your settings were removed from this server for good."
    )
    assert after_removal(0, "10 bytes") == "Your settings were removed from this server for good."
