"""Find the estimators: the built-ins, installed distributions and single files, all through one hook."""

from __future__ import annotations

import importlib.util
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from estimators import builtins, hookspecs
from estimators.contract import ID_PATTERN, Estimator
from estimators.errors import OptionError

if TYPE_CHECKING:
    from types import ModuleType

BUILT_IN, DISTRIBUTION = "built in", "distribution"


@dataclass(frozen=True)
class Source:
    """Where a plugin comes from."""

    name: str
    """The distribution's name, or the file's stem."""
    origin: str
    """``built in``, ``distribution``, or the path of the file."""
    version: str | None = None

    def __str__(self) -> str:
        if self.origin == BUILT_IN:
            return "blupboard itself"
        return f"the distribution {self.name}" if self.origin == DISTRIBUTION else f"the file {self.origin}"


@dataclass(frozen=True)
class PluginFailure:
    """A plugin, or one estimator of it, that was left out, and why."""

    source: Source
    reason: str


class Registry(Mapping[str, Estimator]):
    """Estimators by id, in display order; with where each comes from and what was left out."""

    def __init__(
        self,
        entries: Iterable[tuple[Estimator, Source]],
        failures: Iterable[PluginFailure],
        plugins: Iterable[Source],
    ) -> None:
        ordered = sorted(entries, key=lambda entry: (entry[0].order, entry[0].id))
        self._estimators = {estimator.id: estimator for estimator, _ in ordered}
        self._sources = {estimator.id: source for estimator, source in ordered}
        self.failures = tuple(failures)
        self.plugins = tuple(plugins)

    def __getitem__(self, estimator_id: str) -> Estimator:
        return self._estimators[estimator_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._estimators)

    def __len__(self) -> int:
        return len(self._estimators)

    def source(self, estimator_id: str) -> Source:
        """Where an estimator comes from."""
        return self._sources[estimator_id]

    def find(self, estimator_id: str) -> Estimator:
        """The estimator, or OptionError with the ids that there are."""
        if estimator_id not in self._estimators:
            raise OptionError(
                f"there is no estimator {estimator_id!r}; there are {', '.join(self._estimators)}"
            )
        return self._estimators[estimator_id]


def build_registry(plugins_dirs: Iterable[str | Path] = (), *, entry_points: bool = True) -> Registry:
    """Collect the built-ins and every plugin that loads.

    Built anew by each call; importing something registers nothing. A plugin that fails to load, registers an
    id that is taken, or misspells a hook is left out and told of in ``failures``.

    Args:
        plugins_dirs: folders whose ``*.py`` files are plugins, save those whose name starts with ``_``.
        entry_points: whether installed distributions with entry points in the group ``blupboard`` take part.

    Raises:
        OptionError: a folder does not exist.

    """
    failures: list[PluginFailure] = []
    loaded: list[tuple[Source, object]] = [(Source(BUILT_IN, BUILT_IN, _own_version()), builtins)]
    outside = [*(_entry_points(failures) if entry_points else ()), *_files(plugins_dirs, failures)]
    loaded.extend(sorted(outside, key=lambda found: found[0].name))
    entries: dict[str, tuple[Estimator, Source]] = {}
    for source, plugin in loaded:
        for estimator in _estimators_of(plugin, source, failures):
            taken = entries.get(estimator.id)
            if taken is not None:
                reason = f"the id {estimator.id!r} is taken by {taken[1]}, so that of {source} is left out"
                failures.append(PluginFailure(source, reason))
                continue
            entries[estimator.id] = (estimator, source)
    return Registry(entries.values(), failures, [source for source, _ in loaded])


def _own_version() -> str | None:
    import importlib.metadata

    try:
        return importlib.metadata.version(hookspecs.PROJECT)
    except importlib.metadata.PackageNotFoundError:
        return None


def _entry_points(failures: list[PluginFailure]) -> list[tuple[Source, object]]:
    import importlib.metadata

    found: list[tuple[Source, object]] = []
    for point in importlib.metadata.entry_points(group=hookspecs.PROJECT):
        dist = point.dist
        source = Source(dist.name if dist else point.name, DISTRIBUTION, dist.version if dist else None)
        try:
            found.append((source, point.load()))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin's import raises is its own fault
            failures.append(
                PluginFailure(source, f"importing it failed with {type(error).__name__}: {error}")
            )
    return found


def _files(folders: Iterable[str | Path], failures: list[PluginFailure]) -> list[tuple[Source, object]]:
    found: list[tuple[Source, object]] = []
    for folder in dict.fromkeys(Path(given).resolve() for given in folders):
        if not folder.is_dir():
            raise OptionError(f"the plugins folder {str(folder)!r} does not exist")
        for path in sorted(folder.glob("[!_]*.py")):
            source = Source(path.stem, str(path))
            try:
                found.append((source, _load_file(path)))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
                failures.append(
                    PluginFailure(source, f"importing it failed with {type(error).__name__}: {error}")
                )
    return found


def _load_file(path: Path) -> ModuleType:
    """Import a file under a name of its own, so that two folders may hold files of the same name."""
    name = f"_blupboard_plugin_{path.stem}_{zlib.crc32(str(path).encode()):08x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _estimators_of(plugin: Any, source: Source, failures: list[PluginFailure]) -> list[Estimator]:  # noqa: ANN401
    """What one plugin registers, asked on its own so that its failure stays its own."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name=source.name)
        manager.check_pending()
        batches = manager.hook.register_estimators()
        given = [estimator for batch in batches for estimator in batch]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
        failures.append(PluginFailure(source, f"{type(error).__name__}: {error}"))
        return []
    if not manager.get_hookcallers(plugin):
        failures.append(PluginFailure(source, "it has no hook: mark register_estimators with @hookimpl"))
    elif not batches:
        failures.append(PluginFailure(source, "its register_estimators returns no list of estimators"))
    good: list[Estimator] = []
    for estimator in given:
        fault = _fault(estimator)
        if fault is None:
            good.append(estimator)
        else:
            failures.append(PluginFailure(source, fault))
    return good


def _fault(estimator: object) -> str | None:
    """Why something that a plugin registered cannot be used, or None."""
    if not isinstance(estimator, Estimator):
        return f"it registers {estimator!r}, which is no instance of Estimator"
    missing = [
        name for name in ("id", "label", "summary") if not isinstance(getattr(estimator, name, None), str)
    ]
    if missing:
        return f"{type(estimator).__name__} lacks {', '.join(missing)}"
    if not ID_PATTERN.fullmatch(estimator.id):
        return f"the id {estimator.id!r} must be lower-case letters, digits, _ and -, starting with a letter"
    try:
        estimator.make_options(estimator.make_options())
    except Exception as error:  # noqa: BLE001 - as above
        return f"the options of {estimator.id} do not hold their own defaults: {error}"
    return None
