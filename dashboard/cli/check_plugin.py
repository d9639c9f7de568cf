"""``blupboard check-plugin``: what is wrong with a plugin, and how it is mended."""

from __future__ import annotations

import contextlib
import importlib.metadata
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from dashboard.cli.shared import plugins_dir_option
from dashboard.cli.stdout import Overheard, to_stdout
from dashboard.words.plugins import usable_parts

if TYPE_CHECKING:
    from dashboard.plugin_host.processes import PluginProcesses
    from estimators import PluginStatus, Registry


@dataclass
class Verdict:
    """What is said of one plugin or of something that it brings: its name, and a sentence for each fault."""

    name: str
    faults: list[str]
    all_is_well: str = "keeps to the contract"

    def lines(self) -> Iterator[str]:
        """As it is printed."""
        if not self.faults:
            yield f"ok      {self.name} {self.all_is_well}"
            return
        yield f"failed  {self.name}"
        for fault in self.faults:
            yield f"        - {' '.join(fault.split())}"


@click.command("check-plugin")
@click.argument("plugin", metavar="FILE_OR_NAME")
@click.option(
    "--plugin-seconds",
    type=click.FloatRange(0, min_open=True),
    default=180,
    show_default=True,
    help="How long the check of one estimator or view may take.",
)
@plugins_dir_option
def check_plugin_command(plugin: str, plugin_seconds: float, plugins_dirs: tuple[Path, ...]) -> None:
    """Check a plugin and say what is wrong with it and how to mend it.

    FILE_OR_NAME is a .py file, an installed distribution, or the name of a plugin or the id of an estimator
    as "blupboard plugins" lists them. Exits with 0 if all is well and with 1 if there is a fault.
    """
    from dashboard.plugin_host.processes import PluginProcesses
    from dashboard.plugin_host.wire import Setup

    context = click.get_current_context()
    overheard = context.with_resource(Overheard())
    file = _as_file(plugin)
    registry = overheard.load(plugins_dirs, () if file is None else (file,))
    setup = Setup(tuple(map(str, plugins_dirs)), (), () if file is None else (str(file),))
    # a check that hangs or ends its process is a fault like others
    with contextlib.closing(PluginProcesses(setup, seconds=plugin_seconds, processes=1)) as processes:
        verdicts = [
            verdict
            for status in _statuses_of(registry, plugin, file)
            for verdict in _verdicts(
                registry, status, processes, printed=status.source.name in overheard.lines
            )
        ]
        if not verdicts and plugin in registry:
            verdicts = [_verdict(plugin, processes, "check", plugin)]
    verdicts = verdicts or [_without_entry_point(registry, plugin)]
    to_stdout("".join(f"{line}\n" for verdict in verdicts for line in verdict.lines()).encode())
    context.exit(1 if any(verdict.faults for verdict in verdicts) else 0)


def _as_file(plugin: str) -> Path | None:
    """The file that is meant; None if it is a name.

    Raises:
        ClickException: there is no such file, or it is none of Python.

    """
    path = Path(plugin)
    if path.suffix != ".py" and len(path.parts) < 2 and not path.is_file():
        return None
    if path.is_dir():
        raise click.ClickException(
            f"{plugin!r} is a folder: name its .py file, or install it and name the distribution"
        )
    if not path.is_file():
        raise click.ClickException(f"there is no file {plugin!r}; check the path")
    if path.suffix != ".py":
        raise click.ClickException(f"{plugin!r} is no .py file: a plugin is written in Python")
    return path


def _statuses_of(registry: Registry, plugin: str, file: Path | None) -> list[PluginStatus]:
    """The plugins of that file or name."""
    statuses = registry.statuses()
    if file is not None:
        source = registry.files[file.resolve()]
        return [status for status in statuses if status.source == source]
    return [status for status in statuses if _same_name(status.source.plugin_name, plugin)]


def _same_name(one: str, other: str) -> bool:
    """Whether two names of distributions are the same: case, dashes, dots and underscores do not matter."""
    plain = (re.sub(r"[-_.]+", "-", name).lower() for name in (one, other))
    return next(plain) == next(plain)


def _verdicts(
    registry: Registry, status: PluginStatus, processes: PluginProcesses, *, printed: bool
) -> Iterator[Verdict]:
    """What is said of the plugin as such, if anything, and of everything that it brings."""
    faults = [f"{f.reason} ({f.mend})" if f.mend else f.reason for f in status.failures]
    if printed:
        faults.append(
            "it prints to stdout when it is imported or asked for its estimators: use logging or stderr"
        )
    if not (usable_parts(status) or faults):
        faults.append("it registers no estimator: return instances of Estimator from register_estimators")
    if faults:
        yield Verdict(status.source.plugin_name, faults)
    for name in status.estimators:
        yield _verdict(name, processes, "check", name)
    yield from _other_verdicts(registry, status, processes)


def _other_verdicts(
    registry: Registry, status: PluginStatus, processes: PluginProcesses
) -> Iterator[Verdict]:
    """What is said of each sample and view; a reader cannot be tried without a file."""
    from dashboard.plugin_host.file_kinds import foreign_kinds
    from dashboard.plugin_host.sample_check import sample_fault

    kinds = foreign_kinds(registry)
    for name in status.samples:
        fault = sample_fault(registry.samples[name], kinds)
        yield Verdict(f"the dataset {name}", [] if fault is None else [fault])
    own = [] if status.source.is_built_in else list(status.estimators)
    for name in status.views:
        yield _verdict(f"the view {name}", processes, "check_view", name, own)
    for name in status.readers:
        ends = " and ".join(registry.readers[name].suffixes)
        yield Verdict(f"the reader {name}", [], f"is there for {ends}: try it on a file")


def _verdict(name: str, processes: PluginProcesses, check: str, *args: object) -> Verdict:
    """Hold an estimator, or a view with the estimators of its plugin, to the contract."""
    from estimators import NotRun
    from estimators.errors import error_sentence

    try:
        return Verdict(name, cast("list[str]", processes.call(check, *args)))
    except NotRun as error:
        return Verdict(name, [f"{error}: a fit or a figure has to come to an end, and must not exit"])
    except Exception as error:  # noqa: BLE001 - it is what the plugin's code raised: the verdict
        return Verdict(name, [f"it fails with {error_sentence(error)}"])


def _without_entry_point(registry: Registry, plugin: str) -> Verdict:
    """What is said of an installed distribution that is no plugin.

    Raises:
        ClickException: nothing has that name.

    """
    try:
        name = importlib.metadata.distribution(plugin).name
    except (importlib.metadata.PackageNotFoundError, ValueError):
        plugins = ", ".join(status.source.plugin_name for status in registry.statuses())
        folder = f"; the folder of that name is to be installed first: pip install ./{plugin}"
        raise click.ClickException(
            f"there is no plugin, estimator or distribution {plugin!r}; the plugins are {plugins}, "
            f"the estimators {', '.join(registry)}{folder if plugin and Path(plugin).is_dir() else ''}"
        ) from None
    return Verdict(
        name,
        [
            "it has no entry point in the group blupboard: name its module in pyproject.toml under "
            "[project.entry-points.blupboard] and install it anew"
        ],
    )
