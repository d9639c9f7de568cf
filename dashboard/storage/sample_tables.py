"""The tables of samples, made when one is first asked for and shared by all owners."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Protocol

from dashboard.storage.datasets import Dataset, move_dataset, note_use, read_dataset, remove_dataset
from dashboard.storage.errors import UnknownDataset, UnusableSample
from dashboard.storage.private_files import children, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

SAMPLE_PREFIX = "sample-"
"""Of the token of a sample, before its id."""


class BuildDataset(Protocol):
    """What makes a dataset of a file, in a work folder."""

    def __call__(self, source: Path, scratch: Path, *, name: str, token: str) -> Dataset:
        """Read `source` and leave its dataset in `scratch`."""


class SampleTables:
    """The samples by id, each with its file; their tables lie in `folder`."""

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, Path],
        scratch: Callable[[], AbstractContextManager[Path]],
        build: BuildDataset,
    ) -> None:
        """`scratch` lends a work folder, in which `build` makes a dataset."""
        self.files = dict(files)
        self._folder = folder
        self._scratch = scratch
        self._build = build
        self._folders: dict[str, tuple[str, Path]] = {}
        self._building = threading.Lock()

    def get(self, sample: str) -> Dataset:
        """The dataset of a sample. Raises UnknownDataset, UnusableSample and NoRoom."""
        source = self.files.get(sample)
        if source is None:
            raise UnknownDataset
        from dashboard.ingest import UnreadableFile

        with self._building:
            try:
                folder = self._folder_of(sample, source)
                dataset = read_dataset(folder) or self._made(sample, source, folder)
            except UnreadableFile as error:
                raise UnusableSample(f"The sample cannot be read: {error}") from error
            except OSError as error:
                raise UnusableSample(
                    f"The sample {source.name} cannot be read: {(error.strerror or str(error)).lower()}."
                ) from error
        note_use(folder)
        return dataset

    def _folder_of(self, sample: str, source: Path) -> Path:
        """Where a sample is kept as it is now: a plugin's may change while the server runs."""
        now = stamp(source)
        before = self._folders.get(sample)
        if before is None or before[0] != now:
            content = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
            before = self._folders[sample] = now, self._folder / f"{sample}-{content}"
        return before[1]

    def _made(self, sample: str, source: Path, folder: Path) -> Dataset:
        with self._scratch() as scratch:
            draft = self._build(source, scratch, name=source.name, token=SAMPLE_PREFIX + sample)
            for other in children(folder.parent):  # earlier versions of this sample
                if other.name.rpartition("-")[0] == sample:
                    remove_dataset(other)
            try:
                return move_dataset(draft, folder)
            except OSError:
                made_by_another_process = read_dataset(folder)
                if made_by_another_process is None:
                    raise
                return made_by_another_process
