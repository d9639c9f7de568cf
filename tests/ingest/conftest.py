"""What a test of this folder reads in one pass is judged row by row too, and must come out alike."""

import pytest

from dashboard.ingest import judge_rows, plain_text, reduce, sum_plain_rows
from tests.ingest.agreement import IN_ONE_PASS, checked_groups


@pytest.fixture(autouse=True, scope="package")
def one_pass_agrees():
    patch = pytest.MonkeyPatch()
    patch.setattr(reduce, "_plain_groups", checked_groups)
    yield
    patch.undo()


@pytest.fixture
def small_pieces(monkeypatch):
    """A file of a few lines is then read in several pieces, by several workers, and not held."""
    for name in ("FIRST_BYTES", "PIECE_BYTES"):
        monkeypatch.setattr(plain_text, name, 48)
    for module in (sum_plain_rows, judge_rows):
        monkeypatch.setattr(module, "ROWS_HELD", 3)


@pytest.fixture
def one_pass(monkeypatch):
    """What each file came to in one pass; None where its rows had to be judged."""
    came = []

    def noted(found, folder):
        came.append(IN_ONE_PASS(found, folder))
        return came[-1]

    monkeypatch.setattr("dashboard.ingest.reduce._plain_groups", noted)
    return came
