"""Uploads are read in processes of their own: one that takes too much is a sentence, and the next is read."""

import os
import threading

import pytest

from dashboard.ingest import Reading, UnreadableFile, store_table
from dashboard.ingest.raw_rows import raw_rows
from dashboard.plugin_host.reading_processes import ReadingProcesses
from tests.waiting import PATIENCE, wait_for

CSV = b"score,school\n1.5,a\n2.5,a\n3,b\n4,b\n"


@pytest.fixture
def reading():
    found = ReadingProcesses()
    yield found
    found.close()


def put(folder, content, name="a.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


def process_of(reading):
    (process,) = reading._pool.idle
    return process.id


@pytest.mark.slow
def test_a_file_is_read_as_in_the_server_and_the_process_is_used_again(reading, tmp_path):
    source = put(tmp_path, CSV)
    here = store_table(source, name="a.csv", target=tmp_path / "here")
    there = reading.store(source, name="a.csv", target=tmp_path / "there")
    assert (there.columns, there.rows, there.path) == (here.columns, here.rows, tmp_path / "there")
    first = process_of(reading)
    reading.store(source, name="a.csv", target=tmp_path / "again")
    assert process_of(reading) == first


@pytest.mark.slow
def test_a_refusal_comes_with_all_it_says(reading, tmp_path):
    source = put(tmp_path, b"1.5|a\n2.5|b\n3.5|a\n")
    with pytest.raises(UnreadableFile) as here:
        store_table(source, name="a.csv", target=tmp_path / "here")
    with pytest.raises(UnreadableFile) as there:
        reading.store(source, name="a.csv", target=tmp_path / "there")
    assert str(there.value) == str(here.value)
    assert (there.value.line, there.value.suggestion) == (here.value.line, here.value.suggestion)
    given = {"name": "a.csv", "folder": tmp_path, "reading": Reading(delimiter=";")}
    assert reading.raw(source, **given) == raw_rows(source, **given)


@pytest.mark.parametrize(
    ("limit", "said", "why"),
    [
        ({"seconds": 0.0}, "seconds that a file may take", "time"),
        ({"most_bytes": 1}, "GB of memory", "memory"),
    ],
)
def test_a_file_past_a_limit_is_a_sentence_and_its_process_ends(tmp_path, limit, said, why):
    reading = ReadingProcesses(**limit)
    source = put(tmp_path, CSV)
    with pytest.raises(UnreadableFile, match=said):
        reading.store(source, name="a.csv", target=tmp_path / "t")
    assert not reading._pool.idle
    assert not reading._pool.busy
    assert reading.ended == {why: 1}
    assert reading.raw(source, name="a.csv", folder=tmp_path) is None
    reading.close()


@pytest.mark.slow
def test_a_process_that_is_ended_from_outside_is_replaced(reading, tmp_path):
    source = put(tmp_path, CSV)
    reading.store(source, name="a.csv", target=tmp_path / "t")
    os.kill(process_of(reading), 9)
    wait_for(lambda: reading._pool.idle[0].has_ended)
    assert reading.store(source, name="a.csv", target=tmp_path / "t").rows == 4


def test_more_than_can_wait_are_turned_away_in_a_sentence(tmp_path):
    reading = ReadingProcesses(at_once=1, waiting=0)
    source, fifo = put(tmp_path, CSV), tmp_path / "slow.csv"
    os.mkfifo(fifo)  # whoever reads it waits for a writer
    refused = []

    def read_slow():
        try:
            reading.store(fifo, name="slow.csv", target=tmp_path / "slow")
        except UnreadableFile as error:
            refused.append(error)

    thread = threading.Thread(target=read_slow)
    thread.start()
    wait_for(lambda: reading._pool.busy)
    with pytest.raises(UnreadableFile, match="is reading others: try again"):
        reading.store(source, name="a.csv", target=tmp_path / "t")
    reading.close()
    thread.join(PATIENCE)
    assert len(refused) == 1
