"""``blupboard hash-password``: a line for the file of ``serve --password-file``."""

from __future__ import annotations

import sys

import click


@click.command("hash-password")
def hash_password_command() -> None:
    """Ask for a password and print the line that is kept of it.

    Where stdin is no terminal its first line is taken: put the line that is printed into the file that
    "blupboard serve --password-file" names. The password cannot be read off it.
    """
    from dashboard.serving.passwords import hash_password

    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    click.echo(str(hash_password(password)))
