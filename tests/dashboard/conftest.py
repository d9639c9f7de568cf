"""The app with a data folder of its own, and a visitor who has opened the page."""

import pytest

from dashboard.app import create_app


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(data_dir=tmp_path_factory.mktemp("app") / "data")


@pytest.fixture
def client(app):
    client = app.server.test_client()
    client.get("/", headers={"Accept": "text/html"})
    return client
