"""Visits as columns: who was visited on which day, whether something was found, and what else a table says of each visit.

A history knows the result of every visit; a list of visits to come does not. Whatever is learnt or scored starts from
these columns, wherever they came from: a file or the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Visits:
    """``days`` are ordinals of ``date``; ``failed`` holds 0 and 1, and is None where the results are yet to come."""

    ids: Sequence[str]
    entities: Sequence[str]
    days: Ints
    failed: Ints | None
    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def results(self) -> Ints:
        """The results of a history."""
        if self.failed is None:
            raise TypeError("visits to come have no results")
        return self.failed

    def only(self, places: Any) -> "Visits":
        """The visits at these places (numbers or a mask), in that order."""
        chosen = np.arange(len(self))[places]
        at = chosen.tolist()
        return Visits(
            ids=[self.ids[place] for place in at],
            entities=[self.entities[place] for place in at],
            days=self.days[chosen],
            failed=None if self.failed is None else self.failed[chosen],
            columns={name: [cells[place] for place in at] for name, cells in self.columns.items()},
        )

    def digest(self) -> str:
        """``sha256:…`` over every cell, in the order of the rows; columns by name."""
        found = sha256()
        names = sorted(self.columns)
        found.update("\x1f".join(names).encode("utf-8", "surrogatepass"))
        failed = self.days * 0 - 1 if self.failed is None else self.failed
        cells = (self.columns[name] for name in names)
        for row in zip(self.ids, self.entities, self.days.tolist(), failed.tolist(), *cells, strict=True):
            found.update(("\x1e" + "\x1f".join(map(str, row))).encode("utf-8", "surrogatepass"))
        return f"sha256:{found.hexdigest()}"
