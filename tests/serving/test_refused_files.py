"""An upload that cannot be read is kept as it came, and read as soon as it is said how."""

import io
import json
import os

import pytest

from dashboard.ingest import Reading, UnreadableFile
from dashboard.storage.errors import UnknownDataset
from dashboard.storage.refused_files import delete_refused, refused_files
from dashboard.storage.workspace import Workspace
from tests.ingest.made_files import xlsx

BARS = b"1.5|a\n2.5|b\n3.5|a\n4.5|b\n"
"""Without names of its columns."""
DAY = 86_400


@pytest.fixture
def workspace(root):
    return Workspace(root)


def refused(workspace, content, name="titled.csv"):
    with pytest.raises(UnreadableFile) as error:
        workspace.receive("ann", name, io.BytesIO(content), None)
    return error.value


def test_a_refused_file_is_read_when_it_is_said_how(workspace, root):
    error = refused(workspace, BARS, "bars.txt")
    (kept,) = refused_files(root, "ann")
    assert (kept.token, kept.name, kept.sentence) == (error.kept_as, "bars.txt", str(error))
    assert workspace.list("ann") == ()

    with pytest.raises(UnreadableFile) as again:
        workspace.read_refused("ann", kept.token, Reading(delimiter=";"))
    (kept,) = refused_files(root, "ann")
    assert (kept.sentence, kept.reading) == (str(again.value), Reading(delimiter=";"))

    read = workspace.read_refused("ann", kept.token, Reading(delimiter="|", header=0))
    assert read.table.rows == 4
    assert Workspace(root).get("ann", kept.token) == read
    assert refused_files(root, "ann") == ()
    assert workspace.reread("ann", kept.token, Reading(delimiter="|", header=0, quote="'")).table.rows == 4


@pytest.mark.slow
def test_the_first_rows_and_the_one_found_fault_with_are_shown_as_they_stand(workspace):
    good = b"".join(b"g%d,%d\n" % (i % 4, i) for i in range(60_000))
    token = refused(workspace, b"group,y\n" + good + b"g1,2,3\n", "long.csv").kept_as
    kept, raw = workspace.raw_rows("ann", token)
    assert kept.line == 60_002
    assert raw.numbers == (*range(1, 21), 60_002)
    assert list(raw.cells[:2]) == [("group,y",), ("g0,0",)]
    assert raw.cells[-1] == ("g1,2,3",)
    assert raw.encoding == "UTF-8"


def test_text_is_shown_by_the_encoding_that_was_tried(workspace):
    token = refused(workspace, "ville\nOrléans\nNîmes\n".encode("mac_roman"), "villes.txt").kept_as
    with pytest.raises(UnreadableFile):
        workspace.read_refused("ann", token, Reading(encoding="mac_roman"))
    _, raw = workspace.raw_rows("ann", token)
    assert raw.cells == (("ville",), ("Orléans",), ("Nîmes",))


def test_a_workbook_is_kept_where_it_has_another_sheet(workspace, tmp_path):
    rows = [["About", "this"], ["a", "b"]]
    book = xlsx(rows, tmp_path, "Notes", more=[("Data", [["g", "y"], ["a", 1.5], ["b", 2]], "visible")])
    token = refused(workspace, book, "book.xlsx").kept_as
    _, raw = workspace.raw_rows("ann", token)
    assert (raw.sheet, raw.sheets) == ("Notes", ("Notes", "Data"))
    assert raw.cells == (("About", "this"), ("a", "b"))
    assert workspace.read_refused("ann", token, Reading(sheet="Data")).table.sheet == "Data"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("empty.csv", b""),
        ("half.csv.gz", b"\x1f\x8b\x08"),
    ],
)
def test_what_no_choice_can_help_is_not_kept(workspace, root, name, content):
    assert refused(workspace, content, name).kept_as is None
    assert refused_files(root, "ann") == ()


def test_it_is_its_owners_alone_and_gone_when_deleted_replaced_or_old(workspace, root):
    token = refused(workspace, BARS).kept_as
    with pytest.raises(UnknownDataset):
        workspace.raw_rows("bob", token)
    with pytest.raises(UnknownDataset):
        workspace.read_refused("bob", token, Reading(delimiter="|"))
    later = refused(workspace, BARS + b"5.5|c\n").kept_as
    assert [kept.token for kept in refused_files(root, "ann")] == [later]
    workspace.receive("ann", "titled.csv", io.BytesIO(b"g,y\na,1\nb,2\n"), None)
    assert refused_files(root, "ann") == ()

    token = refused(workspace, BARS).kept_as
    delete_refused(root, "ann", token)
    with pytest.raises(UnknownDataset):
        delete_refused(root, "ann", token)

    refused(workspace, BARS)
    (kept,) = refused_files(root, "ann")
    old = kept.folder.stat().st_mtime - 40 * DAY
    os.utime(kept.folder, (old, old))
    Workspace(root)
    assert not kept.folder.exists()


def test_half_a_note_is_no_file(workspace, root):
    refused(workspace, BARS)
    (kept,) = refused_files(root, "ann")
    (kept.folder / "refused.json").write_text(json.dumps({"name": "x"}))
    assert refused_files(root, "ann") == ()
