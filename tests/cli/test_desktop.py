"""The window of its own: what is started, when it counts as closed, and what comes after it."""

import os
import stat
import sys
from pathlib import Path

import pytest

from dashboard.serving import desktop

URL = "http://127.0.0.1:8050/"


@pytest.fixture
def browser(monkeypatch):
    """A machine with a screen, no pywebview, and a default browser that is a list."""
    opened = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "webview", None)
    monkeypatch.setattr(desktop, "open_browser", opened.append)
    return opened


@pytest.fixture
def chromium(monkeypatch, tmp_path):
    """A stand-in for Chromium that notes its arguments and ends as told."""

    def make(status):
        program = tmp_path / "bin" / "chromium"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/arguments"\nexit {status}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/bin{os.pathsep}/usr/bin")
        return tmp_path / "arguments"

    return make


def profile_in(arguments):
    prefix = "--user-data-dir="
    return next(
        line.removeprefix(prefix) for line in arguments.read_text().split("\n") if line.startswith(prefix)
    )


def test_the_window_is_an_application_of_chromium_with_a_profile_of_ours(browser, chromium, tmp_path):
    arguments = chromium(0)
    assert desktop.open_window(URL, "blupboard", tmp_path / "window") is True
    assert f"--app={URL}" in arguments.read_text().split("\n")
    assert profile_in(arguments) == str(tmp_path / "window" / "chromium")
    assert browser == []


def test_a_profile_in_use_is_left_alone(browser, chromium, tmp_path):
    arguments = chromium(0)
    profile = tmp_path / "window" / "chromium"
    profile.mkdir(parents=True)
    (profile / "SingletonLock").symlink_to(f"host-with-dashes-{os.getpid()}")
    assert desktop.open_window(URL, "blupboard", tmp_path / "window") is True
    other = profile_in(arguments)
    assert other != str(profile)
    assert not Path(other).exists()


@pytest.mark.parametrize("euid", [0, 1000])
def test_the_sandbox_is_left_out_for_root_alone(browser, chromium, tmp_path, monkeypatch, euid):
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    arguments = chromium(0)
    desktop.open_window(URL, "blupboard", tmp_path / "window")
    assert ("--no-sandbox" in arguments.read_text().split("\n")) is (euid == 0)


def test_a_chromium_that_fails_gives_way_to_the_browser(browser, chromium, tmp_path):
    chromium(1)
    assert desktop.open_window(URL, "blupboard", tmp_path / "window") is False
    assert browser == [URL]


def test_without_any_chromium_the_browser_opens(browser, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert desktop.open_window(URL, "blupboard", tmp_path / "window") is False
    assert browser == [URL]


def test_without_a_screen_nothing_is_opened(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)

    def refuse(*_):
        raise AssertionError("something was opened")

    monkeypatch.setattr(desktop.subprocess, "Popen", refuse)
    monkeypatch.setattr(desktop.webbrowser, "open", refuse)
    assert desktop.open_window(URL, "blupboard", tmp_path / "window") is False
