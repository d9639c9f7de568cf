"""What a disk, quotas and the rights of an account allow to be kept, and what goes again."""

import errno
import io
import os
import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.ingest import Reading, UnreadableFile
from dashboard.storage.deleted_files import set_aside
from dashboard.storage.errors import (
    CannotWrite,
    NoRoom,
    UnusableRoot,
)
from dashboard.storage.expiry import Kept, forget_owner, kept_until
from dashboard.storage.incoming import work_folder
from dashboard.storage.private_files import owner_folder
from dashboard.storage.quota import Quota
from dashboard.storage.workspace import SIMULATED, Workspace
from tests.serving.kept_files import CSV, age, files_in, receive
from tests.waiting import PATIENCE


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 31])
def test_a_signing_key_that_is_cut_short_is_refused(workspace, root, content):
    workspace.signing_key()
    (root / "signing.key").write_bytes(content)
    with pytest.raises(UnusableRoot, match=f"{len(content)} of 32 bytes"):
        Workspace(root).signing_key()


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_that_cannot_be_written_is_said(workspace, root, number):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError(number, "no")

    with pytest.raises(CannotWrite, match="cannot write to its disk"):
        workspace.receive("ann", "a.csv", Broken(), 10)
    assert list((root / "incoming").iterdir()) == []


def test_a_data_folder_that_has_gone_is_said(workspace, root):
    shutil.rmtree(root)
    with pytest.raises(CannotWrite, match="cannot write to its disk"):
        workspace.receive("ann", "a.csv", io.BytesIO(CSV), None)
    assert workspace.list("ann") == ()


@pytest.mark.parametrize(
    ("quota", "said"),
    [
        (Quota(owner=10), "that are kept for you"),
        (Quota(total=10), "that it keeps"),
        (Quota(free=2**60), "nearly full"),
    ],
)
@pytest.mark.parametrize("length", [None, len(CSV)])
def test_what_goes_past_a_quota_is_not_kept(root, quota, said, length):
    workspace = Workspace(root, quota=quota)
    with pytest.raises(NoRoom, match=said):
        workspace.receive("ann", "a.csv", io.BytesIO(CSV), length)
    assert files_in(root, "incoming", "owners") == []


@pytest.mark.slow
def test_one_owners_quota_is_not_anothers(root):
    workspace = Workspace(root, quota=Quota(owner=2**14))
    with suppress(NoRoom):
        for _ in range(20):
            receive(workspace, "ann")
    with pytest.raises(NoRoom, match="delete some first"):
        receive(workspace, "ann")
    assert len(workspace.list("ann")) > 1
    assert receive(workspace, "bob")


def test_nobody_else_on_the_machine_can_read_what_is_kept(workspace, root):
    before = os.umask(0)
    try:
        token = receive(workspace).token
        workspace.save_choices("bob", SIMULATED, {"a": 1})
        with pytest.raises(UnreadableFile):
            receive(workspace, content=b"1.5|a\n2.5|b\n")
        workspace.reread("ann", token, Reading(missing=("3",)))
    finally:
        os.umask(before)
    paths = list((root / "owners").rglob("*"))
    assert len(paths) > 8
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}


def test_an_owner_can_have_all_forgotten_at_once(workspace, root):
    receive(workspace, "ann")
    set_aside(root, "ann", receive(workspace, "ann").token)
    with pytest.raises(UnreadableFile):
        receive(workspace, "ann", "refused.csv", b"1.5|a\n2.5|b\n")
    workspace.save_choices("ann", SIMULATED, {"a": 1})
    kept = receive(workspace, "bob")
    size = sum(path.stat().st_size for path in files_in(root, f"owners/{owner_folder(root, 'ann').name}"))
    assert forget_owner(root, "ann") == Kept(3, size)
    assert [folder.name for folder in (root / "owners").iterdir()] == [owner_folder(root, "bob").name]
    assert files_in(root, "incoming") == []
    assert workspace.list("ann") == ()
    assert workspace.list("bob") == (kept,)
    assert forget_owner(root, "ann") == Kept(0, 0)


def test_what_the_disk_does_not_let_go_is_said(workspace, root, monkeypatch):
    kept = receive(workspace, "ann")

    def read_only(*_):
        raise OSError(errno.EROFS, "no")

    monkeypatch.setattr(Path, "rename", read_only)
    with pytest.raises(CannotWrite, match="cannot write to its disk"):
        forget_owner(root, "ann")
    assert workspace.list("ann") == (kept,)


def test_the_day_on_which_a_file_goes_is_counted_from_its_last_use(workspace):
    folder = receive(workspace).table.path.parent
    today = datetime.now(UTC)
    assert kept_until(folder, 30) - today.date() in {timedelta(30), timedelta(31)}  # at midnight
    age(folder / "meta.json", 20)
    assert kept_until(folder, 30) - today.date() in {timedelta(10), timedelta(11)}


def test_what_a_process_that_was_killed_left_is_removed_at_the_next_start(workspace, root):
    code = (
        "import os, sys; from pathlib import Path; from dashboard.storage.incoming import work_folder\n"
        "with work_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'upload').write_bytes(b'x'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(root / "incoming")], timeout=PATIENCE, check=False)
    assert len(list((root / "incoming").iterdir())) == 1
    with work_folder(root / "incoming") as running:
        age(running, 1)
        Workspace(root)
        assert list((root / "incoming").iterdir()) == [running]
