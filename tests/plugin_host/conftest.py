"""Processes for the plugin of `several`, and the registries with and without them."""

from __future__ import annotations

import pytest

from dashboard.plugin_host.processes import PluginProcesses
from dashboard.plugin_host.stand_ins import with_stand_ins
from dashboard.plugin_host.wire import Setup
from dashboard.session.choices import LEVELS
from estimators import build_registry
from tests.plugin_host.several import PLUGIN
from tests.waiting import PATIENCE


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "plugins"
    path.mkdir()
    (path / "several.py").write_text(PLUGIN)
    return path


@pytest.fixture
def processes(folder):
    """Processes that are given up on slowly, so that a busy machine makes no difference."""
    made = PluginProcesses(Setup((str(folder),), LEVELS), seconds=PATIENCE)
    yield made
    made.close()


@pytest.fixture
def hasty(folder):
    made = PluginProcesses(Setup((str(folder),), LEVELS), seconds=2.0, processes=1)
    yield made
    made.close()


@pytest.fixture
def originals(folder):
    return build_registry([folder], entry_points=False)


@pytest.fixture
def registry(originals, processes):
    return with_stand_ins(originals, processes)
