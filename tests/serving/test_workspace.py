"""Datasets on disk: each found by its owner alone, after a restart too, and nothing left of what failed."""

import errno
import gc
import io
import stat
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest

from dashboard.ingest import UnreadableFile, guess_roles
from dashboard.ingest.role_words import name_words
from dashboard.ingest.summary_names import may_be_known, words_of
from dashboard.storage.errors import (
    Interrupted,
    NoRoom,
    TooLarge,
    UnknownDataset,
    UnusableRoot,
    format_bytes,
)
from dashboard.storage.expiry import forget_owner
from dashboard.storage.private_files import default_root
from dashboard.storage.workspace import MAX_CHOICES_BYTES, Workspace
from tests.serving.kept_files import CSV, age, files_in, receive
from tests.waiting import PATIENCE


def test_a_received_file_is_found_by_its_owner(workspace):
    received = receive(workspace)
    found = workspace.get("ann", received.token)
    assert found == received
    assert (found.name, found.table.rows, len(found.table.columns)) == ("scores.csv", 4, 2)
    assert found.table.path.is_file()


@pytest.mark.parametrize("gone", ["all", "one"])
def test_nothing_of_what_was_removed_stays_in_memory(root, workspace, gone):
    received = receive(workspace)
    held = weakref.ref(workspace.get("ann", received.token).table)
    assert workspace.get("ann", received.token).table is held()
    if gone == "all":
        forget_owner(root, "ann")
    else:
        workspace.delete("ann", received.token)
    del received
    gc.collect()
    assert held() is None


def test_names_of_columns_of_what_was_removed_do_not_stay_in_memory(workspace):
    received = receive(workspace)
    guess_roles(received.table)
    may_be_known(received.table.columns[0].name)
    workspace.delete("ann", received.token)
    assert [kept.cache_info().currsize for kept in (name_words, words_of, may_be_known)] == [0, 0, 0]


def test_someone_elses_dataset_is_as_unknown_as_one_that_never_was(workspace):
    token = receive(workspace, "ann").token
    with pytest.raises(UnknownDataset) as theirs:
        workspace.get("bob", token)
    with pytest.raises(UnknownDataset) as nobodys:
        workspace.get("bob", "0" * len(token))
    assert str(theirs.value) == str(nobodys.value)
    for refused in (
        lambda: workspace.load_choices("bob", token),
        lambda: workspace.save_choices("bob", token, {}),
        lambda: workspace.remember_current("bob", token),
        lambda: workspace.delete("bob", token),
    ):
        with pytest.raises(UnknownDataset):
            refused()
    assert workspace.list("bob") == ()
    assert workspace.get("ann", token)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "../ann", "a/b", "a\\b", "x" * 500, "sample-", "sample-../x", "local-1", "\0"]
)
def test_odd_tokens_are_unknown(workspace, token):
    for ask in (workspace.get, workspace.delete, workspace.load_choices):
        with pytest.raises(UnknownDataset):
            ask("ann", token)


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "name", ["../../escape.csv", "/etc/passwd", "C:\\boot.ini", "..", "=cmd()", "<b>bold</b>.csv", "Ü 名.csv"]
)
def test_names_are_only_text(workspace, root, tmp_path, name):
    dataset = receive(workspace, name=name)
    assert dataset.name == name
    assert {path.name for path in tmp_path.iterdir()} == {root.name}
    assert {path.name for path in files_in(root, "owners")} == {"table.parquet", "meta.json", "upload"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\n\x1b[1m\u202eb.csv", "a[1mb.csv"), ("  ", "upload"), ("x" * 300 + ".csv.gz", None)],
)
def test_names_are_fit_to_show(workspace, name, shown):
    got = receive(workspace, name=name).name
    assert len(got) <= 200
    assert got == shown if shown else got.endswith("x.csv.gz")


def test_too_large_by_its_announced_length_is_refused_unread(root):
    workspace = Workspace(root, max_upload_bytes=len(CSV) - 1)
    stream = io.BytesIO(CSV)
    with pytest.raises(TooLarge, match=f"larger than the {len(CSV) - 1} bytes"):
        workspace.receive("ann", "a.csv", stream, len(CSV))
    assert stream.tell() == 0


def test_too_large_without_an_announced_length_leaves_nothing(root):
    workspace = Workspace(root, max_upload_bytes=len(CSV) - 1)
    with pytest.raises(TooLarge):
        workspace.receive("ann", "a.csv", io.BytesIO(CSV), None)
    assert files_in(root, "incoming", "owners") == []
    assert Workspace(root, max_upload_bytes=len(CSV)).receive("ann", "a.csv", io.BytesIO(CSV), None)


def test_an_interrupted_stream_leaves_nothing(workspace, root):
    with pytest.raises(Interrupted):
        workspace.receive("ann", "a.csv", io.BytesIO(CSV), len(CSV) + 1)
    assert list((root / "incoming").iterdir()) == []
    assert workspace.list("ann") == ()


def test_no_more_is_read_than_announced(workspace):
    stream = io.BytesIO(CSV + b"the next request")
    assert workspace.receive("ann", "a.csv", stream, len(CSV)).table.rows == 4
    assert stream.read() == b"the next request"


def test_an_unreadable_file_leaves_nothing(workspace, root):
    with pytest.raises(UnreadableFile):
        receive(workspace, content=b"a,b\nx,y\nx,z\n")
    assert list((root / "incoming").iterdir()) == []
    assert workspace.list("ann") == ()


def test_a_full_disk_is_said_and_leaves_nothing(workspace, root):
    class Full(io.BytesIO):
        def read(self, size=-1):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(NoRoom):
        workspace.receive("ann", "a.csv", Full(), 10)
    assert list((root / "incoming").iterdir()) == []


@pytest.mark.slow
def test_the_body_is_taken_in_small_pieces(workspace):
    sizes = []

    class Watched(io.BytesIO):
        def read(self, size=-1):
            sizes.append(size)
            return super().read(size)

    content = b"y,g\n" + b"1.5,a\n2.5,b\n" * 400_000
    workspace.receive("ann", "a.csv", Watched(content), len(content))
    assert min(sizes) > 0
    assert max(sizes) <= 2**20


def test_a_restart_finds_data_choices_and_the_current_dataset(workspace, root):
    token = receive(workspace).token
    workspace.save_choices("ann", token, {"outcome": "score", "level": 0.9})
    workspace.remember_current("ann", token)
    again = Workspace(root)
    assert again.get("ann", token).table.rows == 4
    assert again.load_choices("ann", token) == {"outcome": "score", "level": 0.9}
    assert again.current("ann") == token
    assert again.current("bob") is None


def test_the_owners_datasets_are_listed_newest_first_until_deleted(workspace):
    first, second = (receive(workspace, name=name) for name in ("first.csv", "second.csv"))
    workspace.remember_current("ann", second.token)
    workspace.save_choices("ann", second.token, {"a": 1})
    assert [dataset.name for dataset in workspace.list("ann")] == ["second.csv", "first.csv"]
    workspace.delete("ann", second.token)
    assert [dataset.token for dataset in workspace.list("ann")] == [first.token]
    assert workspace.current("ann") is None
    assert (
        files_in(workspace.root, f"owners/{next((workspace.root / 'owners').iterdir()).name}/choices") == []
    )


def test_choices_have_a_cap_and_the_old_ones_stay(workspace):
    token = receive(workspace).token
    workspace.save_choices("ann", token, {"a": 1})
    with pytest.raises(TooLarge):
        workspace.save_choices("ann", token, {"a": "x" * MAX_CHOICES_BYTES})
    assert workspace.load_choices("ann", token) == {"a": 1}


def test_damaged_choices_count_as_none(workspace, root):
    token = receive(workspace).token
    workspace.save_choices("ann", token, {"a": 1})
    next((root / "owners").rglob(f"{token}.json")).write_text('{"a": ')
    assert workspace.load_choices("ann", token) == {}


def test_what_nobody_used_for_long_is_removed_at_the_next_start(root, tmp_path):
    source = tmp_path / "rail.csv"
    source.write_bytes(CSV)
    workspace = Workspace(root, samples={"rail": source}, keep_days=30)
    old, used = receive(workspace), receive(workspace)
    sample = workspace.get("ann", "sample-rail")
    for dataset in (old, used):
        workspace.save_choices("ann", dataset.token, {"a": 1})
    for dataset in (old, used, sample):
        age(dataset.table.path.parent / "meta.json", 31)
    workspace.get("ann", used.token)
    again = Workspace(root, keep_days=30)
    assert [dataset.token for dataset in again.list("ann")] == [used.token]
    assert again.load_choices("ann", used.token) == {"a": 1}
    assert not old.table.path.exists()
    assert not sample.table.path.exists()
    assert [path.stem for path in root.rglob("choices/*.json")] == [used.token]


def test_an_owner_who_stays_away_is_forgotten_and_one_who_comes_is_not(root, tmp_path):
    source = tmp_path / "rail.csv"
    source.write_bytes(CSV)
    workspace = Workspace(root, samples={"rail": source})
    for owner in ("ann", "bob"):
        workspace.save_choices(owner, "sample-rail", {"a": 1})
    for home in (root / "owners").iterdir():
        age(home, 31)
    workspace.get("bob", "sample-rail")
    again = Workspace(root, samples={"rail": source})
    assert again.load_choices("ann", "sample-rail") == {}
    assert again.load_choices("bob", "sample-rail") == {"a": 1}


def test_remains_of_interrupted_uploads_go_and_what_others_receive_now_stays(workspace, root):
    for name, days in (("old", 1), ("running", 0)):
        folder = root / "incoming" / name
        folder.mkdir()
        (folder / "upload").write_bytes(CSV)
        age(folder / "upload", days)
        age(folder, 1)
    loose = root / "incoming" / "loose"
    loose.write_bytes(CSV)
    age(loose, 1)
    Workspace(root)
    assert [path.name for path in (root / "incoming").iterdir()] == ["running"]


def test_a_dataset_of_another_version_is_absent_and_not_an_error(workspace):
    dataset = receive(workspace)
    meta = dataset.table.path.parent / "meta.json"
    meta.write_text(meta.read_text().replace('"examples"', '"specimens"'))
    with pytest.raises(UnknownDataset):
        workspace.get("ann", dataset.token)
    assert workspace.list("ann") == ()


def test_only_this_account_can_look_inside(workspace, root):
    receive(workspace)
    workspace.signing_key()
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in root.iterdir() if path.is_dir()} == {0o700}
    assert stat.S_IMODE((root / "signing.key").stat().st_mode) == 0o600


def test_all_get_the_same_signing_key(workspace, root):
    keys = []
    start = threading.Barrier(8)

    def ask():
        start.wait()
        keys.append(Workspace(root).signing_key())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert set(keys) == {workspace.signing_key()}
    assert len(workspace.signing_key()) == 32
    assert [path.name for path in root.glob("signing.key*")] == ["signing.key"]


def test_a_root_that_cannot_be_used_is_said(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(UnusableRoot, match="--data-dir"):
        Workspace(taken)


@pytest.mark.parametrize(
    ("platform", "variable", "below_home"),
    [
        ("linux", "XDG_DATA_HOME", (".local", "share")),
        ("darwin", None, ("Library", "Application Support")),
        ("win32", "LOCALAPPDATA", ("AppData", "Local")),
    ],
)
def test_the_default_root_follows_the_platform(monkeypatch, tmp_path, platform, variable, below_home):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert default_root() == tmp_path.joinpath(*below_home, "blupboard")
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
        assert default_root() == tmp_path / "elsewhere" / "blupboard"


@pytest.mark.parametrize(
    ("count", "words"), [(2 * 2**30, "2 GB"), (3 * 2**19, "1.5 MB"), (2048, "2 kB"), (17, "17 bytes")]
)
def test_sizes_in_words(count, words):
    assert format_bytes(count) == words


def test_importing_the_workspace_loads_nothing_heavy():
    heavy = {"duckdb", "pandas", "pyarrow", "numpy", "flask", "dash", "plotly", "narwhals"}
    code = f"import sys, dashboard.storage.workspace; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert done.stdout.strip() == "[]"
