"""Files that are made public, written again without what they tell of their makers: authors, organisations, programs,
times, remarks (《中华人民共和国个人信息保护法》第六条, source pipl).

The work is done in a child under the bounds of intake.attachments. A signed file cannot be written again without losing
its signature; it passes as it is where its properties name nobody.
"""

from dataclasses import dataclass
from pathlib import Path

from xinheng.core.attachments import Barred, Kind
from xinheng.intake.attachments import Bounds, answer_of

CHILD = Path(__file__).with_name("clearing_child.py")


@dataclass(frozen=True, slots=True)
class Cleared:
    """``held``: what bars the file; ``named``: signed, with properties that name somebody; ``written``: whether it was
    written again, else it stands as it came."""

    held: Barred | None = None
    named: bool = False
    written: bool = False


def written_clear(path: Path, out: Path, kind: Kind, *, title: str, bounds: Bounds) -> Cleared:
    """The file without its properties in ``out``, under ``title``; for files that ``inspect`` has let pass. Raises Refusal
    where it cannot be read."""
    told = answer_of(kind.value, path, bounds, str(out), title, child=CHILD)
    if "found" in told:
        return Cleared(held=Barred(told["found"]))
    if told.get("signed"):
        return Cleared(named=bool(told["named"]))
    return Cleared(written=True)
