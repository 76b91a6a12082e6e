"""What a measure would rest on, as the rules of core compare it with the list: whose decision, how heavy, about what.

It is read from the file of the enterprise by ``services.measures_grounds``.
"""

from dataclasses import dataclass
from datetime import date

from xinheng.core.measure_rows import Target
from xinheng.core.records import Seriousness


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the measure rests on, as the file of the enterprise has it.

    ``sectors``: those of the body that decided it; ``until_on``: the first day on which it may be used no more, None
    where no such day is known. ``item`` of the catalogue, ``listed`` the key of the list of an entry, ``words`` what it says
    of body, cause and basis: what a ban is compared with; ``says_cause``: cause or basis are told.
    """

    target: Target
    seriousness: Seriousness
    sectors: frozenset[str] = frozenset()
    decided_by: str = ""
    until_on: date | None = None
    item: int = 0
    listed: str = ""
    words: str = ""
    says_cause: bool = False
