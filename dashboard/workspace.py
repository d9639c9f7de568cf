"""Where datasets live: files on disk, one owner each, found again after a reload or a restart.

Layout of the root folder, all of it private to the account that runs the server:

```
signing.key                                  signs the session cookie
incoming/<random>/                           being received; renamed into place when complete
owners/<owner hash>/datasets/<token>/        table.parquet, meta.json
owners/<owner hash>/choices/<token>.json     what this owner chose for a dataset
owners/<owner hash>/current.json             the dataset this owner looked at last
samples/<id>-<content hash>/                 table.parquet, meta.json; everyone may read them
shared/<token>/                              the same, for files named on the command line
```

Nothing here knows of HTTP: an owner is any opaque string, an upload is any binary stream.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from dashboard.private_files import (
    age_in_days,
    children,
    make_folder,
    read_json,
    secret_in,
    touch,
    write_json,
)

if TYPE_CHECKING:
    from dashboard.ingest import Table

DEFAULT_MAX_UPLOAD_BYTES = 2 * 2**30
MAX_CHOICES_BYTES = 64 * 2**10
META_FORMAT = 1

_META = "meta.json"
_PARQUET = "table.parquet"

_CHUNK_BYTES = 2**20
_MAX_NAME = 200
_ABANDONED_AFTER_DAYS = 1 / 24
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,80}")
_SAMPLE_PREFIX = "sample-"


class WorkspaceError(Exception):
    """Something the person can act on; the message is one sentence for them."""


class TooLarge(WorkspaceError):
    """More bytes than this server takes."""


class Interrupted(WorkspaceError):
    """The stream ended before all announced bytes had come."""


class NoRoom(WorkspaceError):
    """The disk that holds the root is full."""


class UnusableRoot(WorkspaceError):
    """The root folder cannot be created or written."""


class UnknownDataset(WorkspaceError):
    """No such dataset for this owner; the same answer whether it belongs to someone else or to nobody."""

    def __init__(self) -> None:
        super().__init__("This dataset is not here any more; upload the file again or choose a sample.")


class StoreTable(Protocol):
    """What turns a received file into a table: `ingest.store_table`."""

    def __call__(self, source: Path, *, name: str, target: Path) -> Table:
        """Read `source`, which the person calls `name`, and write its rows as Parquet to `target`."""


@dataclass(frozen=True)
class Dataset:
    """One stored dataset: how to ask for it, what the person calls it, its table, when it came (UTC)."""

    token: str
    name: str
    table: Table
    created: datetime


class Workspace:
    """The datasets under `root`, each readable by its owner alone; samples and shared files by everyone.

    Opening it creates the folder if need be, and removes datasets untouched for `keep_days` days and the
    remains of interrupted uploads. Several processes may use one root at the same time.

    Raises UnusableRoot when the folder cannot be created or written.
    """

    def __init__(
        self,
        root: Path,
        *,
        max_upload_bytes: int = DEFAULT_MAX_UPLOAD_BYTES,
        samples: Mapping[str, Path] | None = None,
        keep_days: float = 30,
        store: StoreTable | None = None,
    ) -> None:
        self.root = root
        self.max_upload_bytes = max_upload_bytes
        self._samples = dict(samples or {})
        self._store = store
        self._shared: set[str] = set()
        self._sample_folders: dict[str, Path] = {}
        self._building = threading.Lock()
        self.incoming = root / "incoming"
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in ("incoming", "owners", "samples", "shared"):
                make_folder(root / folder)
            self._remove_expired(keep_days)
        except OSError as error:
            raise UnusableRoot(
                f"The data folder {root} cannot be used ({error.strerror}); name another with --data-dir."
            ) from error

    # -- bringing data in ---------------------------------------------------------------------------------

    def receive(self, owner: str, name: str, stream: IO[bytes], length: int | None) -> Dataset:
        """Store what `stream` brings as a dataset of `owner`, in constant memory.

        `length` is the announced number of bytes, None when unknown. Raises TooLarge past the cap (before
        reading where `length` tells), Interrupted when fewer bytes come than announced, NoRoom on a full
        disk, and `ingest.UnreadableFile` for a file that is no table. In each case nothing is left behind.
        """
        if length is not None and length > self.max_upload_bytes:
            raise TooLarge(self.too_large_message)
        token = secrets.token_hex(16)
        with self._scratch() as scratch:
            source = scratch / "upload"
            self._spool(stream, source, length)
            draft = self._build(source, name, token, scratch)
            return self._publish(draft, scratch, self._owner_folder(owner) / "datasets" / token)

    def import_file(self, path: Path) -> Dataset:
        """Store a file of this machine as a dataset that every session of this process may read.

        The token follows from the path, so choices made for it outlive a restart; an unchanged file is not
        read again. Raises `ingest.UnreadableFile`, NoRoom, and OSError when the file cannot be opened.
        """
        path = path.resolve()
        stat = path.stat()
        version = f"{stat.st_size}-{stat.st_mtime_ns}"
        token = "local-" + hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
        folder = self.root / "shared" / token
        with self._building:
            dataset = _read_dataset(folder, version=version)
            if dataset is None:
                with self._scratch() as scratch:
                    draft = self._build(path, path.name, token, scratch, version)
                    shutil.rmtree(folder, ignore_errors=True)
                    dataset = self._publish(draft, scratch, folder)
            self._shared.add(token)
        touch(folder / _META)
        return dataset

    @property
    def too_large_message(self) -> str:
        """The sentence for a file over the cap."""
        return (
            f"The file is larger than the {format_bytes(self.max_upload_bytes)} this server takes; "
            "keep only the columns you need, or save it as Parquet."
        )

    # -- finding it again ---------------------------------------------------------------------------------

    def get(self, owner: str, token: str) -> Dataset:
        """Return the dataset behind `token` if `owner` may read it; raises UnknownDataset otherwise."""
        if not _TOKEN.fullmatch(token):
            raise UnknownDataset
        touch(self._owner_folder(owner))
        if token.startswith(_SAMPLE_PREFIX):
            return self._sample(token.removeprefix(_SAMPLE_PREFIX))
        if token in self._shared:
            folder = self.root / "shared" / token
        else:
            folder = self._owner_folder(owner) / "datasets" / token
        dataset = _read_dataset(folder)
        if dataset is None:
            raise UnknownDataset
        touch(folder / _META)
        return dataset

    def list(self, owner: str) -> tuple[Dataset, ...]:
        """Return the owner's own datasets, newest first."""
        found = map(_read_dataset, children(self._owner_folder(owner) / "datasets"))
        return tuple(sorted((d for d in found if d), key=lambda d: d.created, reverse=True))

    def delete(self, owner: str, token: str) -> None:
        """Remove a dataset of this owner, and the choices made for it.

        Raises UnknownDataset for everything else, samples and shared files included.
        """
        if not _TOKEN.fullmatch(token):
            raise UnknownDataset
        home = self._owner_folder(owner)
        if not (home / "datasets" / token).is_dir():
            raise UnknownDataset
        _remove_dataset(home, token)

    # -- what an owner chose ------------------------------------------------------------------------------

    def save_choices(self, owner: str, token: str, choices: Mapping[str, Any]) -> None:
        """Keep `choices` (JSON values) for this owner and dataset, in place of earlier ones.

        Raises UnknownDataset, and TooLarge past MAX_CHOICES_BYTES.
        """
        self.get(owner, token)
        text = json.dumps(choices)
        if len(text) > MAX_CHOICES_BYTES:
            raise TooLarge("These settings are too large to be kept.")
        write_json(self._owner_folder(owner) / "choices" / f"{token}.json", text)

    def load_choices(self, owner: str, token: str) -> dict[str, Any]:
        """Return what `save_choices` kept, empty when there is nothing; raises UnknownDataset."""
        self.get(owner, token)
        return read_json(self._owner_folder(owner) / "choices" / f"{token}.json")

    def remember_current(self, owner: str, token: str) -> None:
        """Note that `owner` looks at this dataset now; raises UnknownDataset."""
        self.get(owner, token)
        write_json(self._owner_folder(owner) / "current.json", json.dumps({"token": token}))

    def current(self, owner: str) -> Dataset | None:
        """Return the dataset `owner` looked at last, None when there is none or it has gone."""
        token = read_json(self._owner_folder(owner) / "current.json").get("token")
        try:
            return self.get(owner, token) if isinstance(token, str) else None
        except UnknownDataset:
            return None

    def signing_key(self) -> bytes:
        """Return the secret that signs session cookies: one per root, readable by this account alone."""
        return secret_in(self.root / "signing.key")

    # -- inside -------------------------------------------------------------------------------------------

    def _owner_folder(self, owner: str) -> Path:
        return self.root / "owners" / hashlib.sha256(owner.encode()).hexdigest()[:32]

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """Lend a folder for work in progress, gone afterwards whatever happens."""
        folder = self.incoming / secrets.token_hex(16)
        try:
            folder.mkdir(mode=0o700)
            yield folder
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoom("The server's disk is full; free some space and try again.") from error
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _spool(self, stream: IO[bytes], target: Path, length: int | None) -> None:
        received = 0
        with target.open("xb") as file:
            while length is None or received < length:
                chunk = stream.read(_CHUNK_BYTES if length is None else min(_CHUNK_BYTES, length - received))
                if not chunk:
                    break
                received += len(chunk)
                if received > self.max_upload_bytes:
                    raise TooLarge(self.too_large_message)
                file.write(chunk)
        if length is not None and received < length:
            raise Interrupted("The upload was interrupted; try it again.")

    def _build(self, source: Path, name: str, token: str, scratch: Path, version: str = "") -> Dataset:
        """Read `source` into `scratch/dataset`, complete with meta.json."""
        if self._store is None:
            from dashboard.ingest import store_table

            self._store = store_table
        name = display_name(name)
        folder = scratch / "dataset"
        folder.mkdir(mode=0o700)
        table = self._store(source, name=name, target=folder / _PARQUET)
        created = datetime.now(UTC)
        meta = {
            "format": META_FORMAT,
            "token": token,
            "name": name,
            "created": created.isoformat(),
            "version": version,
            "table": table.to_json(),
        }
        write_json(folder / _META, json.dumps(meta))
        return Dataset(token, name, table, created)

    def _publish(self, draft: Dataset, scratch: Path, folder: Path) -> Dataset:
        """Move what `_build` made to its place in one step."""
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (scratch / "dataset").rename(folder)
        return replace(draft, table=_table_from_json(draft.table.to_json(), folder))

    def _sample(self, sample: str) -> Dataset:
        source = self._samples.get(sample)
        if source is None:
            raise UnknownDataset
        with self._building:
            folder = self._sample_folders.get(sample)
            if folder is None:
                content = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
                folder = self._sample_folders[sample] = self.root / "samples" / f"{sample}-{content}"
            dataset = _read_dataset(folder) or self._build_sample(sample, source, folder)
        touch(folder / _META)
        return dataset

    def _build_sample(self, sample: str, source: Path, folder: Path) -> Dataset:
        with self._scratch() as scratch:
            draft = self._build(source, source.name, _SAMPLE_PREFIX + sample, scratch)
            for other in children(folder.parent):  # earlier versions of this sample
                if other.name.rpartition("-")[0] == sample:
                    shutil.rmtree(other, ignore_errors=True)
            try:
                return self._publish(draft, scratch, folder)
            except OSError:
                made_by_another_process = _read_dataset(folder)
                if made_by_another_process is None:
                    raise
                return made_by_another_process

    def _remove_expired(self, keep_days: float) -> None:
        for folder in children(self.incoming):
            if min(map(age_in_days, (folder, *folder.rglob("*")))) > _ABANDONED_AFTER_DAYS:
                shutil.rmtree(folder, ignore_errors=True)
        for folder in (*children(self.root / "samples"), *children(self.root / "shared")):
            if _idle_days(folder) > keep_days:
                shutil.rmtree(folder, ignore_errors=True)
        for home in children(self.root / "owners"):
            absent_days = age_in_days(home)
            for folder in children(home / "datasets"):
                if _idle_days(folder) > keep_days:
                    _remove_dataset(home, folder.name)
            if absent_days > keep_days and not children(home / "datasets"):
                shutil.rmtree(home, ignore_errors=True)


def _idle_days(folder: Path) -> float:
    """Count the days since the dataset in `folder` was last used."""
    meta = folder / _META
    return age_in_days(meta if meta.exists() else folder)


def display_name(name: str) -> str:
    """Make a file name fit to show: one line, no control or direction characters, at most 200 characters."""
    shown = "".join(character for character in name if character.isprintable()).strip()
    if len(shown) > _MAX_NAME:
        shown = f"{shown[:150]}…{shown[-(_MAX_NAME - 151) :]}"
    return shown or "upload"


def format_bytes(count: int) -> str:
    """Write a size for people: `2 GB`, `1.5 MB` (1 MB = 2**20 bytes)."""
    for unit, size in (("GB", 2**30), ("MB", 2**20), ("kB", 2**10)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def _read_dataset(folder: Path, *, version: str | None = None) -> Dataset | None:
    """Return the dataset in `folder`; None when it is absent, of another format, or not of this `version`."""
    meta = read_json(folder / _META)
    if meta.get("format") != META_FORMAT or not (folder / _PARQUET).is_file():
        return None
    if version is not None and meta["version"] != version:
        return None
    table = _table_from_json(meta["table"], folder)
    return Dataset(meta["token"], meta["name"], table, datetime.fromisoformat(meta["created"]))


def _table_from_json(fields: dict[str, Any], folder: Path) -> Table:
    from dashboard.ingest import Table

    return Table.from_json(fields, folder / _PARQUET)


def _remove_dataset(home: Path, token: str) -> None:
    folder = home / "datasets" / token
    (folder / _META).unlink(missing_ok=True)  # gone at once, also where an open table.parquet is not
    shutil.rmtree(folder, ignore_errors=True)
    (home / "choices" / f"{token}.json").unlink(missing_ok=True)
