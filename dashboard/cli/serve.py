"""``blupboard serve``: the dashboard."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.cli.reading_flags import stack_option
from dashboard.cli.shared import plugins_dir_option, reading_files


@click.command("serve")
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
@click.option(
    "--max-upload-mb",
    type=click.IntRange(1),
    default=2048,
    show_default=True,
    help="The largest upload, in MB.",
)
@click.option(
    "--keep-mb-each",
    type=click.IntRange(1),
    default=10_240,
    show_default=True,
    help="What is kept for one visitor, in MB.",
)
@click.option(
    "--keep-mb-total",
    type=click.IntRange(1),
    default=102_400,
    show_default=True,
    help="What is kept for all visitors together, in MB.",
)
@click.option(
    "--keep-days",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help="How long a file is kept that nobody looks at.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
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
@click.option(
    "--plugin-seconds",
    type=click.FloatRange(0, min_open=True),
    default=10,
    show_default=True,
    help="How long a plugin may take for one fit.",
)
@plugins_dir_option
def serve_command(
    *,
    host: str,
    port: int | None,
    no_browser: bool,
    desktop: bool,
    data: Path | None,
    outcome: str | None,
    group: str | None,
    stack: tuple[str, ...],
    data_dir: Path | None,
    max_upload_mb: int,
    keep_mb_each: int,
    keep_mb_total: int,
    keep_days: int,
    allowed_hosts: tuple[str, ...],
    behind_proxy: int,
    plugin_seconds: float,
    plugins_dirs: tuple[Path, ...],
) -> None:
    """Serve the dashboard on this machine and open it in the browser."""
    if data is None and (outcome or group or stack):
        raise click.ClickException(
            "--outcome, --group and --stack name columns of a file: give it with --data FILE"
        )
    from dashboard.app import create_app
    from dashboard.serving.asked_from import allow_hosts, trust_proxies
    from dashboard.serving.listener import CannotListen
    from dashboard.serving.server import serve
    from dashboard.storage.errors import WorkspaceError
    from dashboard.storage.quota import Quota

    try:
        with reading_files():
            app = create_app(
                data_dir=data_dir,
                plugins_dirs=plugins_dirs,
                plugin_seconds=plugin_seconds,
                max_upload_bytes=max_upload_mb * 2**20,
                quota=Quota(owner=keep_mb_each * 2**20, total=keep_mb_total * 2**20),
                keep_days=keep_days,
                data=data,
                outcome=outcome,
                group=group,
                stack=stack,
            )
        if allowed_hosts:
            allow_hosts(app.server, allowed_hosts)
        if behind_proxy:
            trust_proxies(app.server, behind_proxy)
        serve(app.server, host, port, browser=not no_browser, desktop=desktop)
    except (CannotListen, WorkspaceError) as error:
        raise click.ClickException(str(error)) from error
