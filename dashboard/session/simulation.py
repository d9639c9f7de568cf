"""A source of groups: rows drawn from a design, whose true means are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from dashboard.scene.group_rows import rows_of_data
from dashboard.scene.truth import truth_of
from dashboard.scripts.simulated_csv import FILE_NAME, csv_pieces
from dashboard.session.sources import (
    BYTES_OF_GROUP,
    BYTES_OF_ROW,
    LEAST_BYTES,
    Description,
    GroupSource,
    RowsFile,
    Scripts,
    SourceControls,
    selection_key,
)
from dashboard.storage.workspace import SIMULATED
from dashboard.words.numbers import row_count
from estimators import DataError, Design, DesignError, Simulated, simulate

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from dashboard.scene.group_rows import GroupRows
    from dashboard.scene.truth import Truth
    from dashboard.session.sources import ChosenSource, Holdings
    from estimators import Comparison, GroupData

OUTCOME, GROUP = "y", "group"
"""The columns of simulated data."""
FIRST_DESIGN = Design(groups=20, per_group="10", sigma_group=1.6, sigma_error=5.0, seed=4)
"""What the dials begin with: a weight of .5 on a group's own mean, so that both halves of the story show."""
MOST_ROWS = 1_000_000
"""Rows that one simulation on the page may have, since the server's memory is everybody's.

Groups keep hold of their rows, 16 bytes each (measured), for methods that need them: 16 MB of what is kept
for reuse (`comparisons.CACHE_BYTES`). The command line takes more.
"""
MOST_GROUPS = 100_000
"""Groups that one simulation on the page may have: with five methods they hold 0.1 GB, 1,000,000 hold 0.6."""


@dataclass(frozen=True)
class ChosenDesign:
    """A design."""

    design: Design

    controls: ClassVar[frozenset[str]] = frozenset({"design"})
    token: ClassVar[str] = SIMULATED
    outcome: ClassVar[str] = OUTCOME
    compared: ClassVar[str] = OUTCOME
    group: ClassVar[str] = GROUP

    @property
    def selection_key(self) -> str:
        """The same for as many groups: they keep their names from draw to draw."""
        return selection_key(self.token, self.outcome, self.group, str(self.design.groups))

    @classmethod
    def owns(cls, token: str, /) -> bool:
        """The one token that needs no file."""
        return token == cls.token

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "token": self.token,
            "outcome": self.outcome,
            "group": self.group,
            "design": self.design.to_json(),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> ChosenDesign | None:
        """The design; None where none was chosen. Raises DesignError."""
        design = given.get("design")
        return None if design is None else cls(Design.from_json(design))

    @classmethod
    def from_controls(cls, given: SourceControls) -> ChosenDesign:
        """The design of the dials. Raises DesignError with the field that is at fault."""
        if given.design is None:
            raise DataError("Set the dials of the simulation first.")
        return cls(Design.from_json(given.design))

    @classmethod
    def first(cls, _holdings: Holdings, _owner: str, _token: str, kept: ChosenSource | None) -> ChosenDesign:
        """The dials as they were left, or FIRST_DESIGN."""
        return kept if isinstance(kept, cls) else cls(FIRST_DESIGN)

    def open(self, _holdings: Holdings, _owner: str) -> Simulation:
        """The draw: everybody may have it, and it needs no file."""
        return Simulation(self.design)


class Simulation(GroupSource):
    """The draw of a design; the same design gives the same one."""

    def __init__(self, design: Design) -> None:
        """What is drawn; nothing is before it is asked for."""
        self._design = design

    @property
    def key(self) -> Hashable:
        """The design."""
        return self._design

    def groups(self) -> GroupData:
        """The rows reduced to groups. Raises DesignError past MOST_ROWS."""
        return self._groups_and_truth[0]

    def rows_of_groups(self, labels: Sequence[str]) -> list[GroupRows]:
        """The rows that were drawn, numbered as in the download."""
        return rows_of_data(self.groups(), labels)

    def describe(self) -> Description:
        """It has no columns to choose, and can be drawn again."""
        return Description("Simulated", FILE_NAME, "simulate", can_draw_again=True)

    def facts(self) -> tuple[str, ...]:
        """Groups, rows, and that the truth is known."""
        data = self.groups()
        return f"{len(data):,} groups", row_count(data.total), "truth known"

    def script(self, comparison: Comparison, plugins_dirs: Sequence[str] = ()) -> Scripts:
        """Scripts that draw the same rows, or read those of the download where R cannot."""
        from dashboard.scripts.simulated_code import (
            simulated_python_script,
            simulated_r_script,
            simulated_statsmodels_script,
        )

        return Scripts(
            simulated_r_script(comparison, self._draw()),
            simulated_python_script(comparison, self._design, plugins_dirs=plugins_dirs),
            simulated_statsmodels_script(comparison),
        )

    def truth(self) -> Truth | None:
        """The true means, and the weights that the true spreads imply."""
        return self._groups_and_truth[1]

    def rows(self) -> RowsFile | None:
        """Every row with its group's true mean."""
        return RowsFile("Simulated rows as CSV", FILE_NAME, self._csv)

    def bytes_held(self) -> int:
        """Its groups and rows, once they are drawn."""
        if "_groups_and_truth" not in vars(self):
            return LEAST_BYTES
        data = self.groups()
        return LEAST_BYTES + BYTES_OF_GROUP * len(data) + BYTES_OF_ROW * data.total

    def _csv(self) -> Iterator[bytes]:
        return csv_pieces(self._draw())

    @cached_property
    def _groups_and_truth(self) -> tuple[GroupData, Truth]:
        drawn = self._draw()
        return drawn.data, truth_of(drawn)

    def _draw(self) -> Simulated:
        """All of it: made anew where rows are wanted, so that they are not held for as long as this is."""
        if self._design.groups > MOST_GROUPS:
            raise DesignError(
                "groups",
                f"{self._design.groups:,} groups are too many for the page, which takes {MOST_GROUPS:,}; "
                "the command line takes more",
            )
        rows = int(self._design.sizes.sum())
        if rows > MOST_ROWS:
            raise DesignError(
                "per_group",
                f"{rows:,} rows are too many for the page, which takes {MOST_ROWS:,}; "
                "the command line takes more",
            )
        return simulate(self._design)
