"""What a test of this folder reads in one pass is judged row by row too, and must come out alike."""

import pytest

from dashboard.ingest import reduce
from tests.ingest.agreement import checked_groups


@pytest.fixture(autouse=True, scope="package")
def one_pass_agrees():
    patch = pytest.MonkeyPatch()
    patch.setattr(reduce, "_plain_groups", checked_groups)
    yield
    patch.undo()
