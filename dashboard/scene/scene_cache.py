"""Scenes that are made once and kept, within bounds, for whatever asks for them again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Unpack
from weakref import WeakKeyDictionary, WeakValueDictionary

from dashboard.scene.findings import Findings
from dashboard.scene.kept_pictures import KeptPictures
from dashboard.scene.natural_order import natural_places
from dashboard.scene.orders import Orders
from dashboard.scene.scene import make_scene

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from dashboard.scene.group_rows import RowsOfGroups
    from dashboard.scene.scene import Display, Scene
    from dashboard.scene.style import Style
    from dashboard.scene.truth import Truth
    from estimators import Comparison, GroupData

MOST_SCENES = 64
"""Each person looks at one."""
MOST_BYTES = 64 * 2**20
"""What the kept scenes may hold together; the latest is kept even where it alone holds more."""
_BYTES_PER_GROUP, _BYTES_PER_ESTIMATE = 140, 80
"""What a scene and its comparison hold: of each group five numbers and a label of usual length, of each
group's estimate by each method five numbers, twice."""
_PICTURES = 250_000
"""What the pictures of a scene hold, in bytes, at 1,000 as at 100,000 groups."""


class SceneCache:
    """Scenes by comparison, sort and look, and every dataset's order of names.

    Names are ordered once for each dataset, as long as anybody holds its groups. Of scenes at most
    MOST_SCENES are kept and about ``most_bytes``: by default one of 100,000 groups and five methods.
    """

    def __init__(self, styles: Mapping[str, Style], most_bytes: int = MOST_BYTES) -> None:
        self._styles = styles
        self._most_bytes = most_bytes
        self._scenes: OrderedDict[Hashable, Scene] = OrderedDict()
        self._pictures: WeakKeyDictionary[Scene, KeptPictures] = WeakKeyDictionary()
        self._shared: WeakValueDictionary[Hashable, KeptPictures] = WeakValueDictionary()
        self._places: WeakKeyDictionary[GroupData, NDArray[np.int64]] = WeakKeyDictionary()
        self._findings = Findings()
        self._orders = Orders()
        self._lock = threading.Lock()

    def scene(
        self,
        comparison: Comparison,
        truth: Truth | None = None,
        rows_of: RowsOfGroups | None = None,
        **display: Unpack[Display],
    ) -> Scene:
        """What :func:`make_scene` gives: the same object for the same comparison, truth and display.

        ``rows_of`` is taken to belong to the comparison's groups. Of a comparison that is not whole as yet
        nothing is kept, as the next one is another.
        """
        key = (comparison, truth, *sorted(display.items()))
        with self._lock:
            found = self._scenes.get(key)
            if found is not None:
                self._scenes.move_to_end(key)
                return found
        made = make_scene(
            comparison,
            truth=truth,
            style_of=self._styles,
            name_places=self._name_places(comparison.data),
            findings=self._findings,
            orders=self._orders,
            rows_of=rows_of,
            **display,
        )
        if any(result.pending for result in comparison.results):
            return made
        fits = tuple((result.id, result.fit, result.message) for result in comparison.results)
        but_for_level = (comparison.data, fits, comparison.smallest_first, truth, *sorted(display.items()))
        with self._lock:
            self._scenes[key] = made
            self._pictures[made] = self._shared.setdefault(but_for_level, KeptPictures())
            self._forget_oldest()
        return made

    def pictures(self, scene: Scene) -> KeptPictures:
        """What was drawn of a scene that is kept, or of one like it but for the level; else nothing."""
        with self._lock:
            return self._pictures.get(scene) or KeptPictures()

    def drop(self, groups: Iterable[GroupData]) -> None:
        """Keep the scenes of these groups no more."""
        unwanted = set(map(id, groups))
        with self._lock:
            for key in [k for k, scene in self._scenes.items() if id(scene.comparison.data) in unwanted]:
                del self._scenes[key]

    @property
    def bytes_held(self) -> int:
        """About what the kept scenes hold."""
        with self._lock:
            return sum(map(bytes_held, self._scenes.values()))

    def _name_places(self, data: GroupData) -> NDArray[np.int64]:
        with self._lock:
            places = self._places.get(data)
        if places is None:
            places = natural_places(data.labels)
            with self._lock:
                self._places[data] = places
        return places

    def _forget_oldest(self) -> None:
        held = sum(map(bytes_held, self._scenes.values()))
        while len(self._scenes) > 1 and (len(self._scenes) > MOST_SCENES or held > self._most_bytes):
            _, oldest = self._scenes.popitem(last=False)
            held -= bytes_held(oldest)


def bytes_held(scene: Scene) -> int:
    """About what a scene and its comparison hold once everything of it has been looked at."""
    return bytes_of_comparison(scene.comparison) + _PICTURES


def bytes_of_comparison(comparison: Comparison) -> int:
    """About what a comparison holds once everything of it has been looked at."""
    fitted = sum(result.fit is not None for result in comparison.results)
    return len(comparison.data) * (_BYTES_PER_GROUP + _BYTES_PER_ESTIMATE * fitted)
