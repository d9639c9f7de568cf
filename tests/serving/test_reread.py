"""A dataset whose file is read another way: the same token, the new table or the old one."""

import io
import time

import pytest

from dashboard.ingest import Reading, UnreadableFile
from dashboard.storage.errors import NoUpload, UnknownDataset
from dashboard.storage.kept_upload import PACKED, PLAIN
from dashboard.storage.workspace import Workspace

MAC = "score,ville\n1,Orléans\n2,Orléans\n3,Angoulême\n4,Angoulême\n".encode("mac_roman")
AS_MAC = Reading(encoding="mac_roman")


@pytest.fixture
def workspace(root):
    return Workspace(root)


def receive(workspace, content=MAC, name="villes.csv"):
    return workspace.receive("ann", name, io.BytesIO(content), None)


def names_in(root):
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def towns(dataset):
    return dataset.table.column("ville").examples


def test_a_file_is_read_again_under_its_token_and_for_later_sessions(workspace, root):
    before = receive(workspace)
    assert "Orléans" not in towns(before)
    again = workspace.reread("ann", before.token, AS_MAC)
    assert towns(again) == ("Orléans", "Angoulême")
    assert (again.token, again.name, again.created) == (before.token, before.name, before.created)
    assert again.table.path != before.table.path
    assert before.table.path.is_file(), "who reads the old table may finish"
    found = Workspace(root).get("ann", before.token)
    assert (found, found.reading) == (again, AS_MAC)
    assert workspace.list("ann") == (again,)

    back = workspace.reread("ann", before.token, Reading())
    assert towns(back) == towns(before)
    assert not before.table.path.exists()


def test_only_the_layout_is_the_tables(workspace):
    token = receive(workspace).token
    read = workspace.reread("ann", token, Reading(encoding="mac_roman", decimal=",", missing=("9",)))
    assert read.reading == AS_MAC


@pytest.mark.parametrize("refuses", ["the file", "the one who asks"])
def test_a_reading_that_cannot_be_leaves_the_old_one(workspace, root, refuses):
    before = receive(workspace)
    files = names_in(root)

    def check(draft):
        assert draft.table.rows == 4
        raise UnreadableFile("Not this one.")

    reading, message = (
        (Reading(encoding="mac_roman"), "Not this one")
        if refuses != "the file"
        else (
            Reading(delimiter="|"),
            "villes.csv",
        )
    )
    with pytest.raises(UnreadableFile, match=message):
        workspace.reread("ann", before.token, reading, check)
    assert workspace.get("ann", before.token) == before
    assert names_in(root) == files


def test_what_is_someone_elses_is_not_read(workspace):
    token = receive(workspace).token
    with pytest.raises(UnknownDataset):
        workspace.reread("bob", token, AS_MAC)


def test_a_dataset_that_was_kept_without_its_upload_says_so(workspace, root):
    token = receive(workspace).token
    (upload,) = (path for path in root.rglob("*") if path.name in (PLAIN, PACKED))
    upload.unlink()
    with pytest.raises(NoUpload, match="upload it again"):
        workspace.reread("ann", token, AS_MAC)


@pytest.mark.slow
def test_an_upload_is_packed_where_that_saves_much_and_goes_with_its_dataset(workspace, root):
    repeated = b"score,ville\n" + b"1,Nice\n2,Lyon\n" * 50_000
    small = receive(workspace, b"score,ville\n1,Nice\n2,Lyon\n")
    packed = receive(workspace, repeated)
    sizes = {p.parent.name: (p.name, p.stat().st_size) for p in root.rglob("upload*")}
    assert sizes[packed.token][0] == PACKED
    assert sizes[packed.token][1] < len(repeated) / 20
    assert sizes[small.token][0] == PLAIN
    assert workspace.reread("ann", packed.token, Reading(delimiter=",")).table.rows == 100_000
    for dataset in (packed, small):
        workspace.delete("ann", dataset.token)
    assert not list(root.rglob("upload*"))


@pytest.mark.slow
def test_a_sample_or_a_shared_file_is_read_otherwise_for_one_person_only(root, tmp_path):
    path = tmp_path / "villes.csv"
    path.write_bytes(MAC)
    workspace = Workspace(root, samples={"villes": path})
    for token in (workspace.import_file(path).token, "sample-villes"):
        common = workspace.get("bob", token)
        assert towns(workspace.reread("ann", token, AS_MAC)) == ("Orléans", "Angoulême")
        assert workspace.get("ann", token).reading == AS_MAC
        assert workspace.get("bob", token) == common
        assert workspace.list("ann") == ()
        assert towns(workspace.reread("ann", token, Reading())) == towns(common)


def test_another_file_in_the_place_of_a_shared_one_is_read_as_found(root, tmp_path):
    path = tmp_path / "villes.csv"
    path.write_bytes(MAC)
    workspace = Workspace(root)
    token = workspace.import_file(path).token
    workspace.reread("ann", token, AS_MAC)
    time.sleep(0.01)
    path.write_bytes(MAC + "5,Nîmes\n6,Nîmes\n".encode("mac_roman"))
    workspace.import_file(path)
    assert workspace.get("ann", token).table.rows == 6
    assert workspace.get("ann", token).reading == Reading()
