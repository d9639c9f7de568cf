"""The power fails at any moment: datasets are there whole or not at all, and all that was said to be kept."""

import io
import json
import random
import sys

import pyarrow.parquet as pq
import pytest

from dashboard.ingest import Reading, UnreadableFile
from dashboard.storage.deleted_files import put_back, set_aside
from dashboard.storage.errors import UnusableRoot
from dashboard.storage.expiry import forget_owner
from dashboard.storage.kept_upload import unpacked_upload
from dashboard.storage.refused_files import refused_files
from dashboard.storage.workspace import Workspace
from tests.serving.power_cuts import Recorder, lay

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are not synced there")
ANN, BOB = "ann", "bob"
PLAIN = b"y,g\n1,a\n2,a\n3,b\n4,b\n"
PACKED = b"y;g\n" + b"1,5;a\n2,5;b\n" * 400
"""Long and even enough to be kept packed."""
STRANGE = b"1.5|a\n2.5|b\n3.5|a\n"
"""Refused until somebody says how to read it."""


def rows_of(dataset):
    return pq.read_table(dataset.table.path).to_pylist()


def lived(root, monkeypatch):
    """What happened to a folder, and what was in each dataset at any time, by its name."""
    root.mkdir()
    recorder, known = Recorder(root), {}

    def note(dataset):
        known.setdefault(dataset.name, []).append(rows_of(dataset))
        return dataset.token

    with recorder.watching(monkeypatch):
        workspace = Workspace(root)
        recorder.done(("key", workspace.signing_key()))
        take = lambda owner, name, content: note(workspace.receive(owner, name, io.BytesIO(content), None))  # noqa: E731
        plain = take(ANN, "plain.csv", PLAIN)
        recorder.done(("kept", ANN, "plain.csv"))
        packed = take(ANN, "packed.csv", PACKED)
        recorder.done(("kept", ANN, "packed.csv"))
        take(BOB, "plain.csv", PLAIN)
        recorder.done(("kept", BOB, "plain.csv"))
        note(workspace.reread(ANN, packed, Reading(decimal=",", delimiter=";")))
        note(workspace.reread(ANN, packed, Reading(delimiter=";", skip_rows=2, header=0)))
        with pytest.raises(UnreadableFile) as refused:
            workspace.receive(ANN, "strange.csv", io.BytesIO(STRANGE), None)
        recorder.done(("refused", ANN, "strange.csv"))
        recorder.done(("gone", ANN, None))  # while it is made a dataset it may be either
        note(workspace.read_refused(ANN, refused.value.kept_as, Reading(delimiter="|", header=0)))
        recorder.done(("kept", ANN, "strange.csv"))
        recorder.done(("gone", ANN, "packed.csv"))
        set_aside(root, ANN, packed)
        put_back(root, ANN, packed)
        recorder.done(("kept", ANN, "packed.csv"))
        recorder.done(("gone", ANN, "plain.csv"))
        workspace.delete(ANN, plain)
        recorder.done(("deleted", ANN, "plain.csv"))
        recorder.done(("gone", BOB, "plain.csv"))
        forget_owner(root, BOB)
        recorder.done(("deleted", BOB, "plain.csv"))
    return recorder, known


def promised(steps):
    """What the program had said by then: datasets kept and deleted, refused files, the key."""
    kept, deleted, refused, key = set(), set(), set(), None
    for what, *rest in (step.of for step in steps if step.what == "done"):
        if what == "key":
            (key,) = rest
        elif what == "refused":
            refused.add(tuple(rest))
        elif rest[1] is None:
            refused.clear()
        else:
            (kept.add if what == "kept" else kept.discard)(tuple(rest))
            if what == "deleted":
                deleted.add(tuple(rest))
    return kept, deleted, refused, key


def found_in(root, known, tmp_path):
    """The datasets by owner and name, each of which is looked at in whole."""
    workspace, found = Workspace(root), set()
    for owner in (ANN, BOB):
        assert workspace.damaged(owner) == ()
        for dataset in workspace.list(owner):
            assert rows_of(dataset) in known[dataset.name]
            scratch = tmp_path / "scratch"
            scratch.mkdir(exist_ok=True)
            upload = unpacked_upload(dataset.table.path.parent, scratch)
            assert (
                upload.read_bytes()
                == {"plain.csv": PLAIN, "packed.csv": PACKED, "strange.csv": STRANGE}[dataset.name]
            )
            (scratch / "upload").unlink(missing_ok=True)
            found.add((owner, dataset.name))
    return workspace, found


@pytest.mark.slow
def test_datasets_are_whole_or_absent_whenever_the_power_fails(tmp_path, monkeypatch):
    recorder, known = lived(tmp_path / "data", monkeypatch)
    monkeypatch.setattr("dashboard.storage.expiry.is_of_running", lambda _: False)  # after the power cut
    rng, seen = random.Random(15), set()
    for count in range(len(recorder.steps) + 1):
        for likely in (0.0, 1.0, 0.5, 0.5):
            tree = recorder.left_after(count, rng, likely)
            kept, deleted, refused, key = promised(recorder.steps[:count])
            state = hash((frozenset(tree.items()), frozenset(kept), frozenset(deleted)))
            if state in seen:
                continue
            seen.add(state)
            root = tmp_path / f"after-{len(seen)}"
            lay(tree, root)
            workspace, found = found_in(root, known, tmp_path)
            where = (count, likely, recorder.steps[max(count - 3, 0) : count])
            assert kept <= found, where
            assert not deleted & found, where
            assert refused <= {(ANN, one.name) for one in refused_files(root, ANN)}, where
            assert key in (None, workspace.signing_key()), where
            assert not list((root / "incoming").iterdir()), where
    assert len(seen) > 200


@pytest.mark.slow
@pytest.mark.parametrize("call", ["sync", "sync_below"])
def test_the_disk_that_forgets_finds_what_is_not_synced(tmp_path, monkeypatch, call):
    """The test above fails where either kind of sync is left out."""
    monkeypatch.setattr(f"dashboard.storage.private_files.{call}", lambda _: None)
    monkeypatch.setattr(f"dashboard.storage.datasets.{call}", lambda _: None)
    with pytest.raises((AssertionError, UnusableRoot, OSError, ValueError, json.JSONDecodeError)):
        test_datasets_are_whole_or_absent_whenever_the_power_fails(tmp_path, monkeypatch)
