"""One process serves a data folder: a second one is refused, and what a killed one held is free."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

from dashboard.storage.errors import InUse, UnusableRoot
from dashboard.storage.root_folder import FORMAT, sole_use
from dashboard.storage.workspace import Workspace
from tests.serving.small_app import CSV
from tests.waiting import PATIENCE, wait_for

APP = "dashboard.serving.wsgi:app"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn and kill -9 are not of Windows")


def serve_command(root):
    return [
        sys.executable,
        "-m",
        "dashboard.cli",
        "serve",
        "--no-browser",
        "--port",
        "0",
        "--data-dir",
        str(root),
    ]


def gunicorn(port, *options):
    bound = ["--bind", f"127.0.0.1:{port}", "--threads", "4"]
    return [sys.executable, "-m", "gunicorn", *bound, *(options or ("--workers", "1")), APP]


def environment(**settings):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BLUPBOARD_")}
    return kept | {f"BLUPBOARD_{name}": str(value) for name, value in settings.items()}


@contextmanager
def started(command, **settings):
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(**settings)
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def ended(command, **settings):
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, env=environment(**settings), check=False
    )


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, method, path, body=None, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers


def answers(port):
    try:
        return ask(port, "GET", "/healthz")
    except OSError:
        return None


@pytest.mark.slow
def test_a_second_server_of_a_folder_is_refused_and_a_killed_one_lets_go(root):
    with started(serve_command(root)) as first:
        address = re.search(r"http://\S+", first.stdout.readline())[0]
        second = ended(serve_command(root))
        assert second.returncode == 2
        said = f"Another server (process {first.pid} at {address}) uses the data folder {root}"
        assert said in " ".join(second.stderr.split())
        first.send_signal(signal.SIGKILL)
        first.wait(PATIENCE)
        with started(serve_command(root)) as third:
            assert "blupboard is at" in third.stdout.readline()


@pytest.mark.slow
def test_a_second_server_of_the_accounts_own_folder_keeps_its_files_apart_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    command = serve_command(tmp_path)[:-2]
    with started(command) as first:
        assert "blupboard is at" in first.stdout.readline()
        with started(command) as second:
            assert (
                f"Another server uses the data folder {tmp_path / 'blupboard'}:" in second.stdout.readline()
            )
            address = re.search(r"http://[^:]+:(\d+)", second.stdout.readline())
            assert ask(int(address[1]), "GET", "/readyz")[0] == 200
            second.terminate()
            assert second.wait(PATIENCE) == 0


def test_a_folder_is_free_again_after_its_use(root):
    Workspace(root)
    with sole_use(root), pytest.raises(InUse, match=f"process {os.getpid()}"), sole_use(root):
        pass
    with sole_use(root):
        pass


def test_a_folder_of_a_newer_version_is_refused_and_left_as_it_is(root):
    Workspace(root)
    written = json.dumps({"format": FORMAT + 1})
    (root / "format.json").write_text(written)
    with pytest.raises(UnusableRoot, match=f"is of format {FORMAT + 1}, and this version of blupboard reads"):
        Workspace(root)
    assert (root / "format.json").read_text() == written
    (root / "format.json").write_text("{")
    Workspace(root)
    assert json.loads((root / "format.json").read_text()) == {"format": FORMAT}


@pytest.mark.slow
def test_gunicorn_serves_it_as_the_variables_say(root):
    port = free_port()
    with started(gunicorn(port), DATA_DIR=root, MAX_UPLOAD_MB=1, ALLOWED_HOST="stats.example.org") as process:
        wait_for(lambda: answers(port))
        assert ask(port, "GET", "/readyz")[0] == 200
        ours = {"X-Requested-With": "x"}
        assert ask(port, "PUT", "/upload?name=a.csv", CSV, **ours)[0] == 200
        assert ask(port, "PUT", "/upload?name=a.csv", b"1" * (2**20 + 1), **ours)[0] == 413
        assert ask(port, "GET", "/", Host="stats.example.org")[0] == 200
        assert ask(port, "GET", "/", Host="evil.example")[0] == 421
        assert list(root.glob("owners/*/datasets/*/table.parquet"))
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert list((root / "incoming").iterdir()) == []


@pytest.mark.slow
def test_gunicorn_with_several_processes_is_refused(root):
    with started(gunicorn(free_port(), "--workers", "2"), DATA_DIR=root) as process:
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert "would not know of each other" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_processes_made_after_loading_answer_with_a_sentence(root):
    port = free_port()
    with started(gunicorn(port, "--workers", "1", "--preload"), DATA_DIR=root):
        wait_for(lambda: answers(port))
        status, said, _ = ask(port, "GET", "/healthz")
    assert status == 503
    assert "without --preload" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "said"),
    [({"MAX_UPLOAD_MB": "many"}, "--max-upload-mb"), ({"OUTCOME": "y"}, "--data FILE")],
)
def test_variables_that_cannot_be_end_it_with_a_sentence(root, settings, said):
    done = ended([sys.executable, "-c", f"import {APP.partition(':')[0]}"], DATA_DIR=root, **settings)
    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr
