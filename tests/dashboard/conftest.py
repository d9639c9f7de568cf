"""The app with a data folder of its own, a visitor who has opened it, and comparisons without a page."""

import pytest

from dashboard.app import create_app
from dashboard.session.comparisons import Comparisons
from dashboard.storage.workspace import Workspace
from estimators import build_registry
from tests.dashboard.wards import opened_wards


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(data_dir=tmp_path_factory.mktemp("app") / "data")


@pytest.fixture
def client(app):
    client = app.server.test_client()
    client.get("/", headers={"Accept": "text/html"})
    return client


@pytest.fixture
def comparisons(tmp_path):
    return Comparisons(Workspace(tmp_path), build_registry(entry_points=False))


@pytest.fixture
def wards(comparisons):
    return opened_wards(comparisons)
