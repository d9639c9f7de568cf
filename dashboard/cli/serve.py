"""``blupboard serve``: the dashboard."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Unpack

import click

from dashboard.cli.door_flags import DoorSettings, chosen_door, door_options
from dashboard.cli.reading_flags import stack_option
from dashboard.cli.shared import plugins_dir_option, reading_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import dash
    from click.decorators import FC


def _at_least_one(name: str, default: int, text: str) -> Callable[[FC], FC]:
    return click.option(name, type=click.IntRange(1), default=default, show_default=True, help=text)


@click.command("serve", context_settings={"auto_envvar_prefix": "BLUPBOARD"})
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; by default 8050 or the next free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.option(
    "--desktop", is_flag=True, help="Open the page in a window of its own; closing it ends the server."
)
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE", help="Open the page on this file.")
@click.option("--outcome", metavar="COLUMN", help="The outcome column of --data.")
@click.option("--group", metavar="COLUMN", help="The grouping column of --data.")
@stack_option
@click.option("--data-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where uploads are kept.")
@_at_least_one("--max-upload-mb", 2048, "The largest upload, in MB.")
@_at_least_one("--keep-mb-each", 10_240, "What is kept for one visitor, in MB.")
@_at_least_one("--keep-mb-total", 102_400, "What is kept for all visitors together, in MB.")
@_at_least_one("--keep-days", 30, "How long a file is kept that nobody looks at.")
@_at_least_one("--cache-mb", 512, "What was computed is kept for reuse in so much memory, in MB.")
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    envvar="BLUPBOARD_ALLOWED_HOST",
    metavar="NAME",
    help="A name under which the server may be asked, besides the local ones and --host.  [multiple]",
)
@click.option(
    "--behind-proxy",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="How many reverse proxies in front tell scheme, host and address of a visitor.",
)
@door_options
@click.option(
    "--strict-scripts",
    is_flag=True,
    help="Forbid scripts of the page to make code from text; views of plugins then do without WebGL.",
)
@click.option(
    "--log-format",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="What is logged to stderr: what goes wrong, as text; or a line of JSON for each request too.",
)
@click.option("--metrics", is_flag=True, help="Answer at /metrics what Prometheus asks.")
@click.option(
    "--plugin-seconds",
    type=click.FloatRange(0, min_open=True),
    default=10,
    show_default=True,
    help="How long a plugin may take for one fit.",
)
@click.option(
    "--connection",
    "connections",
    multiple=True,
    envvar="BLUPBOARD_CONNECTION",
    metavar="NAME=URL",
    help="A database whose tables visitors may compare, as in school=postgresql://db/school.  [multiple]",
)
@click.option(
    "--statement-seconds",
    type=click.FloatRange(0, min_open=True),
    default=60,
    show_default=True,
    help="How long such a database may take.",
)
@plugins_dir_option
def serve_command(
    *, host: str, port: int | None, no_browser: bool, desktop: bool, **settings: Unpack[Settings]
) -> None:
    """Serve the dashboard on this machine and open it in the browser.

    Each option may be given by a variable, BLUPBOARD_DATA_DIR for --data-dir.
    """
    from dashboard.serving.listener import CannotListen
    from dashboard.serving.server import serve
    from dashboard.storage.errors import WorkspaceError

    refuse_columns_of_no_file(settings)
    if settings["token"] is None:
        settings["token"] = _token_is_due(host, settings, opens=desktop or not no_browser, desktop=desktop)
    try:
        with _data_folder(settings["data_dir"]) as folder:
            app = configured_app(settings | {"data_dir": folder})
            serve(app.server, host, port, browser=not no_browser, desktop=desktop)
    except (CannotListen, WorkspaceError) as error:
        raise click.ClickException(str(error)) from error
    _end_with_threads()


def _end_with_threads() -> NoReturn:
    """End the process though threads may be at work whose answer nobody waits for any more.

    The interpreter would wait for those of pools, and others die inside compiled code, which aborts.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or nobody reads it
            stream.flush()
    os._exit(0)


def _token_is_due(host: str, settings: Settings, *, opens: bool, desktop: bool) -> bool:
    """Whether strangers are kept out unasked: where something of ours opens the address with the token.

    Other accounts of a machine reach what listens on it. Scripts and proxies, which open nothing, do so as
    they always did.
    """
    from dashboard.serving.asked_from import is_loopback
    from dashboard.serving.desktop import has_screen

    otherwise = settings["behind_proxy"] or settings["password_file"] or settings["auth_header"]
    return opens and (desktop or has_screen()) and is_loopback(host) and not otherwise


@contextmanager
def _data_folder(asked: Path | None) -> Iterator[Path]:
    """The folder asked for, else the account's, or one for this run where another server has that."""
    from tempfile import TemporaryDirectory

    from dashboard.storage.private_files import default_root
    from dashboard.storage.root_folder import is_in_use

    if asked is not None:
        yield asked
    elif not is_in_use(root := default_root()):
        yield root
    else:
        click.echo(
            f"Another server uses the data folder {root}: what is uploaded here is kept until this one ends. "
            "To keep it longer, name a folder with --data-dir.",
            err=True,
        )
        with TemporaryDirectory(prefix="blupboard-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)


class Settings(DoorSettings):
    """The options that say what is served, and to whom."""

    data: Path | None
    outcome: str | None
    group: str | None
    stack: tuple[str, ...]
    data_dir: Path | None
    max_upload_mb: int
    keep_mb_each: int
    keep_mb_total: int
    keep_days: int
    cache_mb: int
    allowed_hosts: tuple[str, ...]
    behind_proxy: int
    strict_scripts: bool
    log_format: str
    metrics: bool
    plugin_seconds: float
    plugins_dirs: tuple[Path, ...]
    connections: tuple[str, ...]
    statement_seconds: float


def refuse_columns_of_no_file(settings: Settings) -> None:
    """Raise ClickException where columns are named and no file."""
    if settings["data"] is None and (settings["outcome"] or settings["group"] or settings["stack"]):
        raise click.ClickException(
            "--outcome, --group and --stack name columns of a file: give it with --data FILE"
        )


def configured_app(settings: Settings) -> dash.Dash:
    """The dashboard as these options have it. Raises ClickException and WorkspaceError with a sentence."""
    from dashboard.app import create_app
    from dashboard.ingest.named_connections import named_connections
    from dashboard.serving.asked_from import allow_hosts, trust_proxies
    from dashboard.serving.door import put_door
    from dashboard.serving.json_log import log_as_json
    from dashboard.serving.metrics import install_metrics
    from dashboard.serving.passwords import UnusablePasswords
    from dashboard.serving.server import workspace_of
    from dashboard.storage.quota import Quota

    with reading_files():
        app = create_app(
            data_dir=settings["data_dir"],
            plugins_dirs=settings["plugins_dirs"],
            plugin_seconds=settings["plugin_seconds"],
            max_upload_bytes=settings["max_upload_mb"] * 2**20,
            quota=Quota(owner=settings["keep_mb_each"] * 2**20, total=settings["keep_mb_total"] * 2**20),
            keep_days=settings["keep_days"],
            cache_bytes=settings["cache_mb"] * 2**20,
            data=settings["data"],
            outcome=settings["outcome"],
            group=settings["group"],
            stack=settings["stack"],
            connections=named_connections(settings["connections"], settings["statement_seconds"]),
            strict_scripts=settings["strict_scripts"],
        )
    try:
        door = chosen_door(settings, settings["behind_proxy"])
    except UnusablePasswords as error:
        raise click.ClickException(str(error)) from error
    if door is not None:
        put_door(app.server, door)
    if settings["log_format"] == "json":
        log_as_json(app.server)
    if settings["metrics"]:
        install_metrics(app.server, workspace_of(app.server))
    if settings["allowed_hosts"]:
        allow_hosts(app.server, settings["allowed_hosts"])
    if settings["behind_proxy"]:
        trust_proxies(app.server, settings["behind_proxy"])
    return app
