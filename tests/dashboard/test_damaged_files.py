"""Damaged files of a data folder: they cost what is in them, said in a sentence, and nothing else."""

import errno
import json
import os
import random

import pytest

from dashboard.pages import ids
from dashboard.serving import server
from dashboard.storage import private_files
from dashboard.storage.datasets import name_of_damaged, read_dataset
from tests.dashboard.page_requests import CALLBACK, SAME_SITE, callback_bodies

CSV = b"score,school\n1.5,Alpha\n2.5,Alpha\n3,Beta\n4,Beta\n"
OURS = {"X-Requested-With": "x"}
DEEP = "[" * 200_000
JSON_DAMAGE = (
    "",
    "{",
    "[]",
    "null",
    DEEP,
    '{"format": 1, "a": ' + DEEP,
    "\ud800",
)
OF_A_FIELD = (None, 5, -1.5, True, "x", "2026-13-45", "2026-01-01T00:00:00", [], [1], {}, {"a": [1]}, "\x00")
EACH_PAGE = 31
"""The page itself is asked for at one damage in so many: it takes ten times as long as the list of files."""
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated, use args_grouping:DeprecationWarning")


def put(client, name):
    return client.put(f"/upload?name={name}", data=CSV, headers=OURS).json["token"]


def opened(client, token):
    """What is answered when the page opens a dataset, with all pressed but what deletes it."""
    for body in callback_bodies(client):
        if ids.FORGET_NOW in [one["id"] for one in body["inputs"] if isinstance(one, dict)]:
            continue
        for one in [*body["inputs"], *body["state"]]:
            if isinstance(one, dict) and one["id"] in ("dataset", "uploaded"):
                one["value"] = {"token": token, "name": "x"}
            if isinstance(one, dict) and one["id"] in ("outcome", "group"):
                one["value"] = {"outcome": "score", "group": "school"}[one["id"]]
            if isinstance(one, dict) and one["property"] == "n_clicks":
                one["value"] = 1
        yield client.post(CALLBACK, json=body, headers=SAME_SITE)


def folder_of(app, token):
    root = server.workspace_of(app.server).root
    (folder,) = root.glob(f"owners/*/datasets/{token}")
    return folder


def damages(meta):
    """The text of a dataset's metadata, damaged in every place in every way."""
    yield from JSON_DAMAGE
    for key in meta:
        yield from (json.dumps({**meta, key: value}) for value in OF_A_FIELD if value != meta[key])
    for key in meta["table"]:
        for value in OF_A_FIELD:
            yield json.dumps({**meta, "table": {**meta["table"], key: value}})
    column = meta["table"]["columns"][0]
    for key in column:
        for value in OF_A_FIELD:
            yield json.dumps({**meta, "table": {**meta["table"], "columns": [{**column, key: value}]}})


@pytest.mark.slow
def test_damaged_metadata_cost_their_dataset_alone(app, client, caplog):
    put(client, "whole.csv")
    token = put(client, "damaged.csv")
    path = folder_of(app, token) / "meta.json"
    meta = json.loads(path.read_text())
    for number, text in enumerate(damages(meta)):
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        assert (read_dataset(path.parent) is None) == (name_of_damaged(path.parent) is not None), text[:300]
        if number % EACH_PAGE == 0:
            layout = client.get("/_dash-layout")
            assert layout.status_code == 200, text[:300]
            assert "whole.csv" in layout.text
            assert token in layout.text
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.slow
def test_a_dataset_that_cannot_be_read_is_named_and_can_be_deleted(app, client):
    put(client, "whole.csv")
    token = put(client, "broken-meta.csv")
    path = folder_of(app, token) / "meta.json"
    path.write_text(path.read_text().replace('"created": "20', '"created": "x'))
    layout = client.get("/_dash-layout").text
    assert "broken-meta.csv" in layout
    assert "cannot be read any more: delete it" in layout
    set_aside_by_page(client, token)
    assert "broken-meta.csv" not in client.get("/_dash-layout").text
    assert "whole.csv" in client.get("/_dash-layout").text


def set_aside_by_page(client, token):
    (body,) = (
        b
        for b in callback_bodies(client)
        if any(isinstance(i, list) and i and i[0]["id"].get("type") == "delete-file" for i in b["inputs"])
    )
    name = json.dumps({"id": token, "type": "delete-file"}, separators=(",", ":"), sort_keys=True)
    for one in body["inputs"][0]:
        one["value"] = 1 if one["id"]["id"] == token else None
    assert (
        client.post(
            CALLBACK, json={**body, "changedPropIds": [f"{name}.n_clicks"]}, headers=SAME_SITE
        ).status_code
        == 200
    )


@pytest.mark.slow
def test_a_damaged_table_is_a_sentence_wherever_it_is_opened(app, client, caplog):
    token = put(client, "table.csv")
    path = folder_of(app, token) / "table.parquet"
    good, rng = path.read_bytes(), random.Random(15)
    cut = [b"", b"PAR1", good[: len(good) // 2], good[:-8] + b"\xff" * 4 + good[-4:]]
    for _ in range(3):
        other = bytearray(good)
        for _ in range(rng.choice((1, 3, 20))):
            other[rng.randrange(4, len(other) - 8)] = rng.randrange(256)
        cut.append(bytes(other))
    meta = path.with_name("meta.json")
    for number, content in enumerate(cut):
        path.write_bytes(content)
        found = json.loads(meta.read_text())
        meta.write_text(json.dumps({**found, "created": f"2026-11-29T09:00:{number:02}+00:00"}))
        answers = list(opened(client, token))
        assert {answer.status_code for answer in answers} <= {200, 204}
        said = "".join(answer.text for answer in answers)
        if number < 4:
            assert "The table of this file is damaged: delete it here" in said
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 200
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["presets.json", "current.json", "choices/{}.json"])
def test_damaged_preferences_are_none(app, client, caplog, name):
    token = put(client, "kept.csv")
    path = folder_of(app, token).parents[1] / name.format(token)
    path.parent.mkdir(exist_ok=True)
    garbled = [json.dumps({"token": value, "on": value, token: value}) for value in OF_A_FIELD[::3]]
    for text in (*JSON_DAMAGE[::2], *garbled):
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        assert client.get("/_dash-layout").status_code == 200
    assert {answer.status_code for answer in opened(client, token)} <= {200, 204}
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.slow
def test_a_disk_that_cannot_be_written_is_said_and_what_is_there_can_be_looked_at(app, client, monkeypatch):
    token = put(client, "kept.csv")

    def full(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(private_files, "write_json", full)
    answers = list(opened(client, token))
    assert {answer.status_code for answer in answers} <= {200, 204}
    assert any('"choices"' in answer.text for answer in answers)
