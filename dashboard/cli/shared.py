"""What several commands have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from estimators import Registry

Command = TypeVar("Command", bound=Callable[..., Any])


def plugins_dir_option(command: Command) -> Command:
    """Add ``--plugins-dir``, which may be repeated."""
    return click.option(
        "--plugins-dir",
        "plugins_dirs",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        envvar="BLUPBOARD_PLUGINS_DIR",
        help="A folder whose .py files are plugins; may be repeated.",
    )(command)


def remark(text: str) -> None:
    """Say something on one line of stderr."""
    click.echo(f"blupboard: {' '.join(text.split())}", err=True)


def report_plugin_failures(registry: Registry) -> None:
    """Name each plugin that was left out, and why."""
    for failure in registry.failures:
        remark(f"plugin {failure.source.name} left out: {failure.reason}")


@contextmanager
def reading_files() -> Iterator[None]:
    """Turn what can be wrong with a file into a sentence for the person."""
    from dashboard.ingest import UnreadableFile

    try:
        yield
    except UnreadableFile as error:
        raise click.ClickException(str(error)) from error
    except FileNotFoundError as error:
        raise click.ClickException(f"there is no file {error.filename!r}; check the path") from error
    except IsADirectoryError as error:
        raise click.ClickException(f"{error.filename!r} is a folder; name a file") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.ClickException(f"the file {error.filename!r} cannot be used: {reason}") from error
