"""What several commands have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from estimators import Estimator, Registry, TopShare

Command = TypeVar("Command", bound=Callable[..., Any])


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """The command with these options of click, which ``--help`` lists in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def level_option(command: Command) -> Command:
    """Add ``--level``."""
    return click.option(
        "--level",
        type=float,
        default=0.95,
        show_default=True,
        help="Level of the intervals, between 0 and 1.",
    )(command)


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


def top_option(words: str) -> Callable[[Command], Command]:
    """``--top``, a number of groups or a share of them, with its help."""
    return click.option("--top", metavar="K|P%", callback=_top, help=words)


def _top(_: click.Context, __: click.Parameter, given: str | None) -> int | TopShare | None:
    from estimators import TopShare

    if given is None:
        return None
    text = given.strip()
    try:
        count = float(text[:-1]) if text.endswith("%") else int(text)
    except ValueError:
        raise click.ClickException(
            f"--top is a number of groups, or a share of them as in 10%, not {given!r}"
        ) from None
    return TopShare(count / 100.0) if text.endswith("%") else int(count)


def estimator_option(command: Command) -> Command:
    """Add ``--estimator``, which may be repeated."""
    return click.option(
        "--estimator",
        "ids",
        multiple=True,
        metavar="ID",
        help="Fit this one; may be repeated. By default those that are on when the page opens.",
    )(command)


def option_option(command: Command) -> Command:
    """Add ``--option``, which may be repeated."""
    return click.option(
        "--option", "settings", multiple=True, metavar="ID.NAME=VALUE", help="Set an estimator's option."
    )(command)


def chosen_estimators(registry: Registry, ids: tuple[str, ...]) -> list[Estimator]:
    """Those named, each once; if none is, those that take part where nobody has chosen.

    Raises:
        OptionError: there is no such estimator.

    """
    return [registry.find(name) for name in dict.fromkeys(ids)] if ids else list(registry.at_first)


def estimator_options(
    settings: tuple[str, ...], chosen: list[Estimator], std_error: str | None = None
) -> dict[str, dict[str, object]]:
    """Options by estimator id; ``--std-error`` goes to whoever offers it, ``--option`` wins over it.

    Raises:
        ClickException: a setting cannot be read, or is for an estimator that was not chosen.

    """
    known = {estimator.id for estimator in chosen}
    options: dict[str, dict[str, object]] = {}
    if std_error is not None:
        for estimator in chosen:
            offered = (spec.choices or () for spec in estimator.option_specs() if spec.name == "std_error")
            if any(std_error in choices for choices in offered):
                options[estimator.id] = {"std_error": std_error}
    for setting in settings:
        name, equals, value = setting.partition("=")
        estimator_id, dot, option = name.strip().partition(".")
        if not (equals and dot and estimator_id and option):
            raise click.ClickException(f"--option is written ID.NAME=VALUE, not {setting!r}")
        if estimator_id not in known:
            chosen_ids = ", ".join(estimator.id for estimator in chosen)
            raise click.ClickException(f"--option {setting}: {estimator_id} is not among {chosen_ids}")
        options.setdefault(estimator_id, {})[option] = value
    return options


def why_none(failed: Iterable[tuple[str, str]]) -> str:
    """Why nothing could be fitted, from each estimator's label and reason."""
    return f"no estimator could be fitted: {causes_of(failed)}"


def causes_of(failed: Iterable[tuple[str, str]]) -> str:
    """Each reason with the labels of the estimators that it keeps from something."""
    reasons: dict[str, list[str]] = {}
    for label, reason in failed:
        reasons.setdefault(reason, []).append(label)
    return "; ".join(f"{', '.join(who)}: {why}" for why, who in reasons.items())


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
