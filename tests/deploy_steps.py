"""The steps of docs/deploy.md, taken on this machine: ``make deploy`` (it installs packages).

What the container file runs, runs in a bare virtual environment; nginx stands in front where it is installed;
the data folder is backed up, upgraded, and put back.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.serving.test_one_process import free_port
from tests.waiting import wait_for

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "docs" / "deploy"
CSV = b"score,school\n1.5,a\n2.5,a\n3,b\n4,b\n"
OURS = {"X-Requested-With": "x", "Host": "stats.example.org"}


def instructions():
    """Each instruction of the container file with what it says."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line and line[0] != "#"]


def said(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def run(command, **options):
    subprocess.run(command, check=True, **options)


def install(folder):
    """What the first stage of the container file runs, in `folder`."""
    source = folder / "src"
    for name in ("pyproject.toml", "constraints.txt", "README.md", "LICENSE", "dashboard", "estimators"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        copy(ROOT / name, source / name)
    for what, step in instructions():
        if what == "RUN" and "/opt/blupboard" in step:
            here = step.replace("/opt/blupboard", str(folder / "venv")).replace("/src", str(source))
            said(f"RUN {step}")
            run(here.replace("python -m venv", f"{sys.executable} -m venv"), shell=True)


def ask(port, method, path, body=None, *, tls=False, **headers):
    kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    unchecked = {"context": ssl._create_unverified_context()} if tls else {}
    connection = kind("127.0.0.1", port, timeout=30, **unchecked)
    connection.request(method, path, body, OURS | headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content.decode(), answer.headers


@contextmanager
def server(folder, data, port):
    """The container's command with its variables."""
    variables = dict(
        pair.split("=") for what, pairs in instructions() if what == "ENV" for pair in pairs.split()
    )
    variables |= {"BLUPBOARD_DATA_DIR": str(data), "BLUPBOARD_PORT": str(port), "BLUPBOARD_HOST": "127.0.0.1"}
    more = {
        "BLUPBOARD_BEHIND_PROXY": "1",
        "BLUPBOARD_ALLOWED_HOST": "stats.example.org",
        "BLUPBOARD_METRICS": "1",
    }
    command = [str(folder / "venv/bin/blupboard"), *json.loads(dict(instructions())["CMD"])]
    process = subprocess.Popen(command, env=os.environ | variables | more, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: _is_up(port) or process.poll() is not None)
    try:
        yield process
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=60)
        assert process.returncode in (0, 2), errors
        assert all(json.loads(line) for line in errors.splitlines() if process.returncode == 0)


def _is_up(port):
    with suppress(OSError):
        return ask(port, "GET", "/healthz")[0] == 200
    return False


@contextmanager
def nginx(folder, port):
    """nginx with the example, on a port of its own."""
    secure = free_port()
    key, certificate = folder / "key.pem", folder / "cert.pem"
    name = ["-subj", "/CN=stats.example.org", "-keyout", key, "-out", certificate]
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *name], stderr=subprocess.DEVNULL)
    text = (DEPLOY / "nginx.conf").read_text()
    for before, after in (
        ("listen 443", f"listen {secure}"),
        ("127.0.0.1:8050", f"127.0.0.1:{port}"),
        ("/etc/ssl/stats.example.org.pem", str(certificate)),
        ("/etc/ssl/stats.example.org.key", str(key)),
    ):
        assert before in text
        text = text.replace(before, after)
    (folder / "site.conf").write_text(text)
    places = "".join(
        f"{part}_temp_path {folder}/{part};" for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"pid {folder}/pid; events {{}} http {{ access_log off; {places} include {folder}/site.conf; }}"
    (folder / "nginx.conf").write_text(whole)
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors"), "-g", "daemon off;"]
    run([*command[:5], "-t"])
    process = subprocess.Popen(command)
    try:
        wait_for(lambda: _is_up_behind(secure))
        yield secure
    finally:
        process.terminate()
        process.wait(30)


def _is_up_behind(port):
    with suppress(OSError):
        return ask(port, "GET", "/healthz", tls=True)[0] == 200
    return False


def through_nginx(port):
    """What the example promises."""
    status, text, headers = ask(port, "PUT", "/upload?name=a.csv", CSV, tls=True)
    assert status == 200, text
    cookie = headers["Set-Cookie"]
    assert "Secure" in cookie
    assert ask(port, "GET", "/metrics", tls=True)[0] == 403
    assert (
        ask(port, "PUT", "/upload?name=a.csv", None, tls=True, **{"Content-Length": str(501 * 2**20)})[0]
        == 413
    )
    held = [
        http.client.HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context())
        for _ in range(40)
    ]
    for connection in held:  # a request that does not come to its end
        connection.connect()
        connection.sock.sendall(
            b"PUT /upload?name=b.csv HTTP/1.1\r\nHost: stats.example.org\r\nContent-Length: 9\r\n\r\n1"
        )
    time.sleep(1)
    assert ask(port, "GET", "/healthz", tls=True)[0] == 503
    for connection in held:
        connection.close()
    said("nginx: upload, Secure cookie, /metrics refused, 501 MB refused, the 41st connection refused")


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        install(folder)
        data, port = folder / "data", free_port()
        with server(folder, data, port) as process:
            check = json.loads(dict(instructions())["HEALTHCHECK"].split("CMD ", 1)[1])
            run([str(folder / "venv/bin/python"), *(part.replace("8050", str(port)) for part in check[1:])])
            assert ask(port, "GET", "/readyz")[0] == 200
            assert "blupboard_jobs" in ask(port, "GET", "/metrics")[1]
            status, text, headers = ask(port, "PUT", "/upload?name=a.csv", CSV)
            assert status == 200, text
            cookie = headers["Set-Cookie"].partition(";")[0]
            said("the container's command serves, its health check passes, a file is taken")
            if shutil.which("nginx") and shutil.which("openssl"):
                with nginx(folder, port) as secure:
                    through_nginx(secure)
            else:
                said("nginx or openssl is not installed: the example was not tried")
            shutil.copytree(data, folder / "while-running")
            process.terminate()
            process.wait(60)
        shutil.copytree(data, folder / "backup")
        (data / "format.json").write_text('{"format": 99}')  # as a newer version would have left it
        with server(folder, data, port) as process:
            assert process.wait(60) == 2
            said("a folder of a newer version is refused")
        for copy in ("backup", "while-running"):
            shutil.rmtree(data)
            shutil.copytree(folder / copy, data)
            with server(folder, data, port):
                page = ask(port, "GET", "/_dash-layout", Cookie=cookie)[1]
                assert re.search(r"a\.csv", page)
            said(f"put back from the copy {copy}: the file is there for whoever had it")


if __name__ == "__main__":
    main()
