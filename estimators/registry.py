"""Find the estimators: the built-ins, installed distributions and single files, all through one hook."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pluggy

from estimators import builtins, hookspecs
from estimators.contract import ID_PATTERN, Estimator
from estimators.discovery import BUILT_IN, Discovery, PluginFailure, Source
from estimators.errors import OptionError
from estimators.options import OptionSpec


@dataclass(frozen=True)
class PluginStatus:
    """One plugin that was found: what of it is there, and what was left out."""

    source: Source
    estimators: tuple[str, ...]
    """Ids of its estimators that are registered, in display order."""
    failures: tuple[PluginFailure, ...]
    """Why something of it was left out; empty when all is well."""


class Registry(Mapping[str, Estimator]):
    """Estimators by id, in display order; with where each comes from and what was left out."""

    def __init__(
        self,
        entries: Iterable[tuple[Estimator, Source]],
        failures: Iterable[PluginFailure],
        plugins: Iterable[Source],
        files: Mapping[Path, Source] | None = None,
    ) -> None:
        """Sort the estimators into display order.

        Args:
            entries: estimators with distinct ids, each with the plugin that brings it.
            failures: what was left out.
            plugins: every plugin that was found, each once, whatever became of it.
            files: whose code lies in a file, by its resolved path.

        """
        ordered = sorted(entries, key=lambda entry: (entry[0].order, entry[0].id))
        self._estimators = {estimator.id: estimator for estimator, _ in ordered}
        self._sources = {estimator.id: source for estimator, source in ordered}
        self.failures = tuple(failures)
        self.plugins = tuple(plugins)
        self.files = dict(files or {})

    def __getitem__(self, estimator_id: str) -> Estimator:
        return self._estimators[estimator_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._estimators)

    def __len__(self) -> int:
        return len(self._estimators)

    def source(self, estimator_id: str) -> Source:
        """Where an estimator comes from."""
        return self._sources[estimator_id]

    def statuses(self) -> tuple[PluginStatus, ...]:
        """What became of every plugin that was found: blupboard itself first, then the others by name."""
        return tuple(
            PluginStatus(
                source=source,
                estimators=tuple(name for name in self if self._sources[name] == source),
                failures=tuple(failure for failure in self.failures if failure.source == source),
            )
            for source in self.plugins
        )

    def find(self, estimator_id: str) -> Estimator:
        """The estimator, or OptionError with the ids that there are."""
        if estimator_id not in self._estimators:
            raise OptionError(
                f"there is no estimator {estimator_id!r}; there are {', '.join(self._estimators)}"
            )
        return self._estimators[estimator_id]


def build_registry(
    plugins_dirs: Iterable[str | Path] = (),
    *,
    entry_points: bool = True,
    files: Iterable[str | Path] = (),
) -> Registry:
    """Collect the built-ins and every plugin that loads.

    Built anew by each call; importing something registers nothing. A plugin that fails to load, registers an
    id that is taken, or misspells a hook is left out and told of in ``failures``. An id belongs to the
    built-ins first, then to the first plugin by name, and to ``files`` last.

    Args:
        plugins_dirs: folders whose ``*.py`` files are plugins, save those whose name starts with ``_``.
        entry_points: whether installed distributions with entry points in the group ``blupboard`` take part.
        files: single plugin files besides; one that was found before is not taken twice.

    Raises:
        OptionError: a folder or a file does not exist.

    """
    found = Discovery()
    if entry_points:
        found.look_in_environment()
    for folder in dict.fromkeys(Path(given).resolve() for given in plugins_dirs):
        found.look_in_folder(folder)
    own = Source(BUILT_IN, BUILT_IN, _own_version())
    sources = [own, *sorted(found.sources, key=lambda source: source.name)]
    loaded = [(own, builtins), *sorted(found.loaded, key=lambda plugin: plugin[0].name)]
    sorted_sources, sorted_plugins = len(found.sources), len(found.loaded)
    for file in files:
        found.look_at_file(Path(file).resolve())
    sources.extend(found.sources[sorted_sources:])
    loaded.extend(found.loaded[sorted_plugins:])
    entries: dict[str, tuple[Estimator, Source]] = {}
    for source, plugin in loaded:
        for estimator in _estimators_of(plugin, source, found.failures):
            taken = entries.get(estimator.id)
            if taken is None:
                entries[estimator.id] = (estimator, source)
                continue
            reason = f"the id {estimator.id!r} is taken by {taken[1]}, so that of {source} is left out"
            found.failures.append(PluginFailure(source, reason, "give it an id of its own"))
    return Registry(entries.values(), found.failures, sources, found.files)


def _own_version() -> str | None:
    import importlib.metadata

    try:
        return importlib.metadata.version(hookspecs.PROJECT)
    except importlib.metadata.PackageNotFoundError:
        return None


def _estimators_of(plugin: Any, source: Source, failures: list[PluginFailure]) -> list[Estimator]:  # noqa: ANN401
    """What one plugin registers, asked on its own so that its failure stays its own."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    hook = manager.hook.register_estimators
    try:
        manager.register(plugin, name=source.name)
        manager.check_pending()
        batches = hook()
        given = [estimator for batch in batches for estimator in batch]
        faults = [_fault(estimator) for estimator in given]
    except pluggy.PluginValidationError as error:
        hooks = ", ".join(sorted(name for name in vars(hookspecs) if name.startswith("register_")))
        failures.append(PluginFailure(source, str(error), f"the hooks are {hooks}: mend the spelling"))
        return []
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin's hook raises is its own fault
        mend = "register_estimators must return a list of instances of Estimator"
        failures.append(PluginFailure(source, f"{type(error).__name__}: {error}", mend))
        return []
    if not manager.get_hookcallers(plugin):
        failures.append(PluginFailure(source, "it has no hook: mark register_estimators with @hookimpl"))
    elif hook.get_hookimpls() and not batches:
        failures.append(PluginFailure(source, "its register_estimators returns no list of estimators"))
    failures.extend(PluginFailure(source, fault) for fault in faults if fault is not None)
    return [estimator for estimator, fault in zip(given, faults, strict=True) if fault is None]


def _fault(estimator: object) -> str | None:
    """Why something that a plugin registered cannot be used, or None; may raise what the plugin raises."""
    if not isinstance(estimator, Estimator):
        return f"it registers {estimator!r}, which is no instance of Estimator"
    missing = [
        name for name in ("id", "label", "summary") if not isinstance(getattr(estimator, name, None), str)
    ]
    if missing:
        return f"{type(estimator).__name__} lacks {', '.join(missing)}"
    if not ID_PATTERN.fullmatch(estimator.id):
        return f"the id {estimator.id!r} must be lower-case letters, digits, _ and -, starting with a letter"
    if fault := _hint_fault(estimator):
        return fault
    try:
        estimator.make_options(estimator.make_options())
        specs = estimator.option_specs()
    except Exception as error:  # noqa: BLE001 - as above
        return f"the options of {estimator.id} do not hold their own defaults: {error}"
    return next((fault for spec in specs if (fault := _option_fault(estimator.id, spec))), None)


def _hint_fault(estimator: Estimator) -> str | None:
    """What would break the lists and pictures that show every estimator."""
    order = estimator.order
    if not isinstance(order, (int, float)) or math.isnan(order):
        return f"the order of {estimator.id} must be a number, not {order!r}"
    if not isinstance(estimator.citation, str):
        return f"the citation of {estimator.id} must be text, not {estimator.citation!r}"
    for name in ("color", "symbol"):
        value = getattr(estimator, name)
        if value is not None and not isinstance(value, str):
            return f"the {name} of {estimator.id} must be text or None, not {value!r}"
    return None


def _option_fault(estimator_id: str, spec: OptionSpec) -> str | None:
    """What would break the controls and lists that show every option."""
    name = f"{estimator_id}.{spec.name}"
    if not isinstance(spec.default, (bool, int, float, str)):
        kind = type(spec.default).__name__
        return f"the default of the option {name} is a {kind}: give a bool, int, float or str"
    if not isinstance(spec.label, str) or not isinstance(spec.help, str):
        return f"the label and the help of the option {name} must be text"
    if any(not isinstance(bound, (int, float, type(None))) for bound in (spec.minimum, spec.maximum)):
        return f"the bounds of the option {name} must be numbers"
    return None
