"""Datasets that are deleted: out of sight at once, back for some minutes, then gone for good."""

import io
import os
import time

import pytest

from dashboard.storage.deleted_files import UNDO_MINUTES, deleted_datasets, put_back, set_aside
from dashboard.storage.errors import UnknownDataset
from dashboard.storage.workspace import Workspace

CSV = b"score,school\n1.5,a\n2.5,a\n3,b\n4,b\n"


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "data")


def receive(workspace, name="pupils.csv"):
    return workspace.receive("ann", name, io.BytesIO(CSV), None)


def test_what_is_deleted_is_out_of_reach_and_comes_back_as_it_was(workspace):
    dataset = receive(workspace)
    workspace.save_choices("ann", dataset.token, {"level": 0.9})
    set_aside(workspace.root, "ann", dataset.token)
    for ask in (workspace.get, workspace.load_choices, workspace.delete):
        with pytest.raises(UnknownDataset):
            ask("ann", dataset.token)
    assert workspace.list("ann") == ()
    assert [d.name for d in deleted_datasets(workspace.root, "ann")] == ["pupils.csv"]

    back = put_back(workspace.root, "ann", dataset.token)
    assert back == dataset == workspace.get("ann", dataset.token)
    assert workspace.load_choices("ann", dataset.token) == {"level": 0.9}
    assert deleted_datasets(workspace.root, "ann") == ()


def test_nobody_else_can_delete_or_bring_back(workspace):
    token = receive(workspace).token
    with pytest.raises(UnknownDataset):
        set_aside(workspace.root, "bob", token)
    set_aside(workspace.root, "ann", token)
    assert deleted_datasets(workspace.root, "bob") == ()
    for whose, other in (("bob", token), ("ann", "../datasets"), ("ann", "")):
        with pytest.raises(UnknownDataset):
            put_back(workspace.root, whose, other)
    assert put_back(workspace.root, "ann", token).token == token


@pytest.mark.slow_cases
@pytest.mark.parametrize("meanwhile", ["the page is drawn", "undo is pressed", "the server starts"])
def test_after_some_minutes_nothing_is_left_of_it(workspace, meanwhile):
    old, young = receive(workspace, "old.csv").token, receive(workspace, "young.csv").token
    for token in (old, young):
        set_aside(workspace.root, "ann", token)
    (aside,) = workspace.root.glob(f"owners/*/deleted/{old}")
    past = time.time() - 60 * UNDO_MINUTES - 1
    os.utime(aside, (past, past))
    if meanwhile == "the page is drawn":
        assert [d.name for d in deleted_datasets(workspace.root, "ann")] == ["young.csv"]
    elif meanwhile == "undo is pressed":
        with pytest.raises(UnknownDataset):
            put_back(workspace.root, "ann", old)
    else:
        Workspace(workspace.root)
    assert not aside.exists()
    assert put_back(workspace.root, "ann", young).name == "young.csv"
