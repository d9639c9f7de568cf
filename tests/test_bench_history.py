"""The history of the benchmarks: what is kept of a run, and which ratio is a failure."""

import json

import pytest

from benchmarks import history


def test_a_ratio_past_the_best_is_a_failure_and_kept_all_the_same(tmp_path):
    path = tmp_path / "history.jsonl"
    for ratio in (1.0, 1.2):
        history.keep({"CSV": ratio}, 3, path)
    with pytest.raises(SystemExit, match=r"CSV: 1\.31, more than 1\.3 times the best, 1\.00"):
        history.keep({"CSV": 1.31, "new": 9.0}, 3, path)
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["ratios"] for line in kept] == [{"CSV": 1.0}, {"CSV": 1.2}, {"CSV": 1.31, "new": 9.0}]
    assert set(kept[0]) == {"date", "machine", "python", "versions", "ratios"}


def test_fewer_than_three_runs_are_not_kept(tmp_path):
    history.keep({"CSV": 1.0}, 2, tmp_path / "history.jsonl")
    assert not (tmp_path / "history.jsonl").exists()


def test_another_kind_of_machine_says_nothing(tmp_path):
    path = tmp_path / "history.jsonl"
    history.keep({"CSV": 1.0}, 3, path)
    path.write_text(path.read_text().replace(f'"cores": {history.machine()["cores"]}', '"cores": 4096'))
    history.keep({"CSV": 5.0}, 3, path)
