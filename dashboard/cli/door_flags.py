"""The options that say who may come in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from dashboard.cli.shared import with_options

if TYPE_CHECKING:
    from dashboard.cli.shared import Command
    from dashboard.serving.door import Door

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class DoorSettings(TypedDict):
    """What `door_options` adds."""

    token: bool | None
    password_file: Path | None
    auth_header: str | None


def door_options(command: Command) -> Command:
    """Add ``--token``, ``--password-file`` and ``--auth-header``."""
    return with_options(
        command,
        [
            click.option(
                "--token/--no-token",
                default=None,
                help="Let in only who opens the address that is printed, with a token of this start. "
                "By default where a browser or a window opens it, and only this machine can reach it.",
            ),
            click.option(
                "--password-file",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help='Ask for a password; FILE has lines of "blupboard hash-password", one for each.',
            ),
            click.option(
                "--auth-header",
                metavar="NAME",
                help="The header in which a proxy of --behind-proxy names who has signed in; "
                "that is whose files are shown.",
            ),
        ],
    )


def chosen_door(settings: DoorSettings, behind_proxy: int) -> Door | None:
    """The door that these options ask for; None: none, everybody may come in.

    Raises ClickException where they cannot be had, or not together.
    """
    from dashboard.serving.door import Door, Tokens
    from dashboard.serving.passwords import read_passwords

    header, file = settings["auth_header"], settings["password_file"]
    if header is not None:
        if not behind_proxy:
            raise click.ClickException(
                "--auth-header is believed of a proxy only: say with --behind-proxy how many there are"
            )
        if file is not None or settings["token"]:
            raise click.ClickException(
                "--auth-header leaves signing in to the proxy: leave out --password-file and --token"
            )
        if not _HEADER.fullmatch(header):
            raise click.ClickException(f"--auth-header is the name of a header, not {header!r}")
        return Door(user_header=header)
    if file is None and not settings["token"]:
        return None
    passwords = () if file is None else read_passwords(file)
    return Door(tokens=Tokens() if settings["token"] else None, passwords=passwords)
