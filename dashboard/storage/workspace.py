"""Where datasets live: files on disk, one owner each, found again after a reload or a restart.

Layout of the root folder, all of it private to the account that runs the server:

```
signing.key                                  signs the session cookie
incoming/<random>/                           being received; renamed into place when complete
owners/<owner hash>/datasets/<token>/        table.parquet, meta.json, the upload as it came
owners/<owner hash>/readings/<token>/        a sample or a shared file as this owner wants it read
owners/<owner hash>/refused/<token>/         an upload that could not be read yet, and why
owners/<owner hash>/deleted/<token>/         the same for some minutes, should it be wanted back
owners/<owner hash>/choices/<token>.json     what this owner chose for a dataset
owners/<owner hash>/presets.json             how this owner had files read, by their columns
owners/<owner hash>/current.json             the dataset this owner looked at last
samples/<id>-<content hash>/                 table.parquet, meta.json; everyone may read them
shared/<token>/                              the same, for files named on the command line
```

Nothing here knows of HTTP: an owner is any opaque string, an upload is any binary stream.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from dashboard.storage.datasets import (
    Dataset,
    StoreTable,
    build_dataset,
    keep_with,
    make_reading,
    move_dataset,
    name_of_damaged,
    note_use,
    read_dataset,
    remove_dataset,
    replace_table,
)
from dashboard.storage.errors import (
    NoUpload,
    TooLarge,
    UnknownDataset,
    UnusableRoot,
    WorkspaceError,
    format_bytes,
)
from dashboard.storage.expiry import KEEP_DAYS, remove_expired, remove_owned
from dashboard.storage.incoming import remove_whole, spool, work_folder
from dashboard.storage.kept_upload import unpacked_upload
from dashboard.storage.presets import keep_preset, kept_preset
from dashboard.storage.private_files import (
    children,
    owner_folder,
    read_json,
    stamp,
    touch,
    write_preference,
)
from dashboard.storage.quota import Quota, bytes_in
from dashboard.storage.refused_files import (
    RefusedFile,
    forget_refused,
    keep_refused,
    note_refusal,
    refused_file,
    show_raw,
)
from dashboard.storage.root_folder import make_root
from dashboard.storage.sample_tables import SAMPLE_PREFIX, SampleTables
from dashboard.storage.signing_key import signing_key

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from dashboard.ingest import Reading
    from dashboard.ingest.raw_rows import RawRows, ShowRaw

DEFAULT_MAX_UPLOAD_BYTES = 2 * 2**30
MAX_CHOICES_BYTES = 2**18
"""What is kept of one owner's choices for one dataset: some 15,000 labels of groups left out. The page
sends them twice with a request, which may hold 1 MB."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,80}")

SIMULATED = "simulated"
"""The token of what has no file because it is drawn anew from its design; every owner has it."""
CONNECTED = "connected"
"""That of a table of a database, which stays there."""


class Workspace:
    """The datasets under `root`, each readable by its owner alone; samples and shared files by everyone.

    Opening it creates the folder if need be, and removes datasets untouched for `keep_days` days and the
    remains of interrupted uploads. Several processes may use one root at the same time.

    Raises UnusableRoot when the folder cannot be created or written, or is of a newer version.
    """

    def __init__(
        self,
        root: Path,
        *,
        max_upload_bytes: int = DEFAULT_MAX_UPLOAD_BYTES,
        samples: Mapping[str, Path] | None = None,
        keep_days: float = KEEP_DAYS,
        store: StoreTable | None = None,
        raw: ShowRaw | None = None,
        quota: Quota | None = None,
    ) -> None:
        self.root = root
        self.max_upload_bytes = max_upload_bytes
        self.quota = quota or Quota()
        self.keep_days = keep_days
        self.may_keep: Callable[[], bool] = lambda: True
        """Whether the choices of whoever asks now are kept."""
        self._samples = SampleTables(root / "samples", samples or {}, self._scratch, self._build)
        self._store = store
        self._show_raw = raw or show_raw
        self._shared: dict[str, Path] = {}
        self._building = threading.Lock()
        self.incoming = root / "incoming"
        try:
            make_root(root)
            remove_expired(root, keep_days)
        except OSError as error:
            raise UnusableRoot(
                f"The data folder {root} cannot be used ({error.strerror}); name another with --data-dir."
            ) from error

    # -- bringing data in ---------------------------------------------------------------------------------

    def receive(self, owner: str, name: str, stream: IO[bytes], length: int | None) -> Dataset:
        """Store what `stream` brings as a dataset of `owner`, in constant memory.

        `length` is the announced number of bytes, None when unknown. Raises TooLarge past the cap (before
        reading where `length` tells), Interrupted when fewer bytes come than announced, NoRoom on a full
        disk, and `ingest.UnreadableFile` for a file that is no table. In each case nothing is left behind but
        a file that may be read another way: the error then says under which token it is `kept_as`.
        """
        from dashboard.ingest import UnreadableFile

        if length is not None and length > self.max_upload_bytes:
            raise TooLarge(self.too_large_message)
        token, home = secrets.token_hex(16), self._owner_folder(owner)
        with self._scratch() as scratch:
            self.quota.require_room(self.root, home, length or 0)
            source = scratch / "upload"
            spool(stream, source, length, most=self.max_upload_bytes, too_large=self.too_large_message)
            try:
                draft = self._build(source, scratch, name=name, token=token)
            except UnreadableFile as error:
                if self._show_raw(source, name=name, folder=scratch) is not None:
                    keep_refused(home, token, name, source, error)
                    error.kept_as = token
                raise
            keep_with(draft, source)
            self.quota.require_room(self.root, home, bytes_in(draft.table.path.parent))
            forget_refused(home, name)
            return move_dataset(draft, home / "datasets" / token)

    def import_file(self, path: Path, reading: Reading | None = None) -> Dataset:
        """Store a file of this machine, read by `reading`, for every session of this process.

        The token follows from the path, so choices made for it outlive a restart; an unchanged file is not
        read again. Raises `ingest.UnreadableFile`, NoRoom, and OSError when the file cannot be opened.
        """
        path = path.resolve()
        version = stamp(path) if reading is None else f"{stamp(path)} {reading}"
        token = "local-" + hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
        folder = self.root / "shared" / token
        with self._building:
            dataset = read_dataset(folder, version=version)
            if dataset is None:
                with self._scratch() as scratch:
                    known = {"name": path.name, "token": token, "version": version}
                    draft = self._build(path, scratch, **known, reading=reading)
                    remove_dataset(folder)
                    dataset = move_dataset(draft, folder)
            self._shared[token] = path
        note_use(folder)
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
        """Return the dataset behind `token` if `owner` may read it.

        Raises UnknownDataset otherwise, UnusableSample for a sample whose file cannot be read, and NoRoom.
        """
        if not _TOKEN.fullmatch(token):
            raise UnknownDataset
        home = self._owner_folder(owner)
        touch(home)
        if (own := self._found(home / "datasets" / token)) is not None:
            return own
        common = self._common(token)
        return self._found(home / "readings" / token, version=common.created.isoformat()) or common

    def reread(
        self, owner: str, token: str, reading: Reading, check: Callable[[Dataset], object] = lambda _: None
    ) -> Dataset:
        """Read the file of a dataset again by `reading`'s layout, for this owner alone, under the same token.

        `check` may refuse what was read by raising. Raises what it does, UnknownDataset, NoUpload where the
        file as it came is not to be had any more, `ingest.UnreadableFile`, NoRoom; the old reading then
        stays as it was.
        """
        before = self.get(owner, token)
        home = self._owner_folder(owner)
        with self._scratch() as scratch:
            source = self._as_it_came(home / "datasets" / token, token, scratch)
            draft = self._build(source, scratch, name=before.name, token=token, reading=reading.layout)
            check(draft)
            folder = home / "datasets" / token
            if not folder.is_dir():
                folder = make_reading(home / "readings" / token, of=self._common(token))
            try:
                replace_table(folder, draft)
            except FileNotFoundError as error:
                raise UnknownDataset from error
        return self.get(owner, token)

    def raw_rows(self, owner: str, token: str) -> tuple[RefusedFile, RawRows | None]:
        """An upload that could not be read, and what it begins with. Raises UnknownDataset and NoRoom."""
        refused = refused_file(self.root, owner, token)
        with self._scratch() as scratch:
            source = self._as_it_came(refused.folder, token, scratch)
            reading, line = refused.reading, refused.line
            return refused, self._show_raw(
                source, name=refused.name, folder=scratch, reading=reading, line=line
            )

    def read_refused(self, owner: str, token: str, reading: Reading) -> Dataset:
        """Read an upload that could not be read by the layout of `reading`; it becomes a dataset then.

        Raises UnknownDataset, NoRoom, and `ingest.UnreadableFile` where it cannot be read so either; that is
        noted with the upload.
        """
        from dashboard.ingest import UnreadableFile

        refused = refused_file(self.root, owner, token)
        with self._scratch() as scratch:
            source = self._as_it_came(refused.folder, token, scratch)
            try:
                draft = self._build(source, scratch, name=refused.name, token=token, reading=reading.layout)
            except UnreadableFile as error:
                note_refusal(refused.folder, refused.name, error, reading)
                raise
            keep_with(draft, source)
            dataset = move_dataset(draft, self._owner_folder(owner) / "datasets" / token)
        remove_whole(refused.folder)
        return dataset

    def list(self, owner: str) -> tuple[Dataset, ...]:
        """Return the owner's own datasets, newest first."""
        found = map(read_dataset, children(self._owner_folder(owner) / "datasets"))
        return tuple(sorted((d for d in found if d), key=lambda d: d.created, reverse=True))

    def damaged(self, owner: str) -> tuple[tuple[str, str], ...]:
        """Token and name of each of the owner's datasets that cannot be read any more."""
        folders = children(self._owner_folder(owner) / "datasets")
        found = ((folder.name, name_of_damaged(folder)) for folder in folders if folder.is_dir())
        return tuple((token, name) for token, name in found if name is not None)

    def delete(self, owner: str, token: str) -> None:
        """Remove a dataset of this owner, and the choices made for it.

        Raises UnknownDataset for everything else, samples and shared files included.
        """
        home = self._owner_folder(owner)
        if not _TOKEN.fullmatch(token) or not (home / "datasets" / token).is_dir():
            raise UnknownDataset
        remove_owned(home, token)

    # -- what an owner chose ------------------------------------------------------------------------------

    def save_choices(self, owner: str, token: str, choices: Mapping[str, Any]) -> None:
        """Keep `choices` (JSON values) for this owner and dataset, in place of earlier ones.

        Raises UnknownDataset, and TooLarge past MAX_CHOICES_BYTES.
        """
        self._require(owner, token)
        text = json.dumps(choices)
        if len(text) > MAX_CHOICES_BYTES:
            raise TooLarge(
                f"These settings are larger than the {format_bytes(MAX_CHOICES_BYTES)} that are kept: "
                "leave fewer groups out one by one, and use a condition on a column instead."
            )
        if self.may_keep():
            write_preference(self._owner_folder(owner) / "choices" / f"{token}.json", text)

    def load_choices(self, owner: str, token: str) -> dict[str, Any]:
        """Return what `save_choices` kept, empty when there is nothing; raises UnknownDataset."""
        self._require(owner, token)
        return read_json(self._owner_folder(owner) / "choices" / f"{token}.json")

    def keep_preset(self, owner: str, token: str, value: dict[str, Any]) -> None:
        """Keep `value` for files that are found to have the columns of this one; raises UnknownDataset."""
        keep_preset(self._owner_folder(owner), self.get(owner, token).columns_found, value)

    def kept_preset(self, owner: str, token: str) -> dict[str, Any]:
        """What `keep_preset` kept for files with the columns of this one; raises UnknownDataset."""
        return kept_preset(self._owner_folder(owner), self.get(owner, token).columns_found)

    def remember_current(self, owner: str, token: str) -> None:
        """Note that `owner` looks at this dataset now; raises UnknownDataset."""
        self._require(owner, token)
        if self.may_keep():
            write_preference(self._owner_folder(owner) / "current.json", json.dumps({"token": token}))

    def current(self, owner: str) -> str | None:
        """Return the token of what `owner` looked at last, None when there is none or it cannot be used."""
        token = read_json(self._owner_folder(owner) / "current.json").get("token")
        try:
            if isinstance(token, str):
                self._require(owner, token)
                return token
        except WorkspaceError:
            pass
        return None

    def signing_key(self) -> bytes:
        """The secret that signs session cookies: one per root. Raises UnusableRoot where it is damaged."""
        return signing_key(self.root)

    def _require(self, owner: str, token: str) -> None:
        """Raise UnknownDataset unless `owner` may use `token`."""
        if token not in (SIMULATED, CONNECTED):
            self.get(owner, token)

    # -- inside -------------------------------------------------------------------------------------------

    def _owner_folder(self, owner: str) -> Path:
        return owner_folder(self.root, owner)

    def _scratch(self) -> AbstractContextManager[Path]:
        """Lend a folder for work in progress, gone afterwards whatever happens."""
        return work_folder(self.incoming)

    def _found(self, folder: Path, version: str | None = None) -> Dataset | None:
        """The dataset in a folder, which counts as used."""
        dataset = read_dataset(folder, version=version)
        if dataset is not None:
            note_use(folder)
        return dataset

    def _common(self, token: str) -> Dataset:
        """A sample or a shared file as everyone finds it. Raises as `get`."""
        if token.startswith(SAMPLE_PREFIX):
            return self._samples.get(token.removeprefix(SAMPLE_PREFIX))
        found = self._found(self.root / "shared" / token) if token in self._shared else None
        if found is None:
            raise UnknownDataset
        return found

    def _as_it_came(self, folder: Path, token: str, scratch: Path) -> Path:
        """The file behind a token: as it was uploaded into `folder`, or where it lies. Raises NoUpload."""
        own = unpacked_upload(folder, scratch)
        path = own or self._shared.get(token) or self._samples.files.get(token.removeprefix(SAMPLE_PREFIX))
        if path is None or not path.is_file():
            raise NoUpload
        return path

    def _build(
        self,
        source: Path,
        scratch: Path,
        *,
        name: str,
        token: str,
        version: str = "",
        reading: Reading | None = None,
    ) -> Dataset:
        if self._store is None:
            from dashboard.ingest import store_table

            self._store = store_table
        folder = scratch / "dataset"
        return build_dataset(
            folder, self._store, source, name=name, token=token, version=version, reading=reading
        )
