"""Datasets that everyone may read: samples, and files named on the command line."""

import threading

import pytest

from dashboard.ingest import Reading, store_table
from dashboard.storage.errors import UnknownDataset
from dashboard.storage.workspace import Workspace

CSV = b"score,school\n1.5,a\n2.5,a\n3,b\n4,b\n"
DAY = 86_400


class CountingStore:
    """`ingest.store_table`, counting how often a file is read."""

    def __init__(self):
        self.calls = 0

    def __call__(self, source, *, name, target, reading):
        self.calls += 1
        return store_table(source, name=name, target=target, reading=reading)


def test_a_sample_is_everyones_and_read_once(root, tmp_path):
    source = tmp_path / "rail.csv"
    source.write_bytes(CSV)
    store = CountingStore()
    workspace = Workspace(root, samples={"rail": source}, store=store)
    workspace.save_choices("ann", "sample-rail", {"level": 0.5})
    assert workspace.get("bob", "sample-rail").table.rows == 4
    assert workspace.load_choices("bob", "sample-rail") == {}
    assert workspace.list("ann") == ()
    with pytest.raises(UnknownDataset):
        workspace.delete("ann", "sample-rail")
    again = Workspace(root, samples={"rail": source}, store=store)
    assert again.load_choices("ann", "sample-rail") == {"level": 0.5}
    assert store.calls == 1


def test_a_new_version_of_a_sample_replaces_the_old_and_no_other(root, tmp_path):
    samples = {"rail": tmp_path / "rail.csv", "rail-2": tmp_path / "rail-2.csv"}
    for source in samples.values():
        source.write_bytes(CSV)
    before = Workspace(root, samples=samples)
    old = {name: before.get("ann", f"sample-{name}").table.path for name in samples}
    samples["rail"].write_bytes(CSV + b"5,c\n")
    after = Workspace(root, samples=samples)
    assert after.get("ann", "sample-rail").table.rows == 5
    assert not old["rail"].exists()
    assert old["rail-2"].exists()


def test_a_sample_asked_for_by_many_at_once_is_read_once(root, tmp_path):
    source = tmp_path / "rail.csv"
    source.write_bytes(CSV)
    store = CountingStore()
    workspace = Workspace(root, samples={"rail": source}, store=store)
    rows = []
    threads = [
        threading.Thread(target=lambda: rows.append(workspace.get("ann", "sample-rail").table.rows))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows == [4] * 6
    assert store.calls == 1


def test_a_file_of_this_machine_is_everyones_in_this_process(root, tmp_path):
    source = tmp_path / "mine.csv"
    source.write_bytes(CSV)
    store = CountingStore()
    workspace = Workspace(root, store=store)
    token = workspace.import_file(source).token
    workspace.save_choices("ann", token, {"outcome": "score"})
    assert workspace.get("ann", token).name == workspace.get("bob", token).name == "mine.csv"

    again = Workspace(root, store=store)
    with pytest.raises(UnknownDataset):
        again.get("ann", token)
    assert again.import_file(source).token == token
    assert again.load_choices("ann", token) == {"outcome": "score"}
    assert store.calls == 1

    source.write_bytes(CSV + b"5,c\n")
    assert again.import_file(source).table.rows == 5
    assert again.get("ann", token).table.rows == 5
    assert source.read_bytes() == CSV + b"5,c\n"


def test_a_shared_file_is_read_as_it_is_asked_for(root, tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("A,B\n1.5,2\n3,4\n")
    store = CountingStore()
    workspace = Workspace(root, store=store)
    stacked = Reading(stack=("A:B",))
    for reading, rows in ((stacked, 4), (stacked, 4), (None, 2)):
        assert workspace.import_file(path, reading).table.rows == rows
    assert store.calls == 2
