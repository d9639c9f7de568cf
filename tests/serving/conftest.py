"""Fixtures for tests of what is kept and served."""

import pytest

from dashboard.storage.workspace import Workspace


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def workspace(root):
    return Workspace(root)
