"""Decides what two platforms may exchange, when to try again, and in what their holdings differ (HA-二（一）, PDS-4).

Both sides keep the same list: of each record that went over, the number of its last line, its id, and whether it stands.
They compare counts and digests of blocks of that list by item, and single lines only where a block differs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from xinheng.core.canonical import digest_of
from xinheng.core.catalogue import CatalogueItem, Disclosure, Item, Sharing
from xinheng.core.provenance import APART
from xinheng.core.refusal import Refusal

BLOCK = 1_000
"""Lines of a stream that one digest covers."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
OF_PERSONS = frozenset(
    {"法定代表人", "负责人", "经营者", "经营者姓名", "住所", "经营场所", "联系电话", "联系人"}
)
"""Fields that of a sole trader tell of a natural person; they stay here (legal guard G1)."""


class Flag(StrEnum):
    """What became of a record that went over."""

    STANDING = "standing"
    ENDED = "ended"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        return {"standing": "有效", "ended": "已终止", "returned": "未收"}[self.value]


def refuse_item(code: str, item: CatalogueItem) -> None:
    """Refusal EX10 for what may not be exchanged at all: the registrar's own data, what is closed or not shared, what
    was given with consent to one body, and what is no public credit information."""
    causes = {
        "登记注册信息以登记机关的数据为准，不经交换改写": code == Item.REGISTRATION.code,
        "属于不予共享的信息项": item.sharing is Sharing.NONE,
        "仅供本级办理，不予披露": item.disclosure is Disclosure.CLOSED,
        "凭当事人同意取得，同意只及于取得的单位": item.consent,
        "不是公共信用信息，分开存放": code in APART,
    }
    for sentence, wrong in causes.items():
        if wrong:
            raise Refusal(
                "EX10",
                f"“{item.title}”不能交换：{sentence}。",
                citation="《河南省社会信用条例》第十一条",
                advice="请只选择目录中可以共享的信息项。",
            )


def next_try(attempts: int, *, now: datetime) -> datetime:
    """When a package that was not acknowledged is sent again: each wait twice as long as the one before."""
    doublings: int = 1 << min(max(attempts - 1, 0), 20)
    return now + min(FIRST_WAIT * doublings, LONGEST_WAIT)


def is_overdue(made_at: datetime, *, hours: int, now: datetime) -> bool:
    """Whether a receipt is later than was agreed, and a person has to look."""
    return now - made_at > timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Held:
    """One record as one side holds it. ``body`` is the digest of its last put, empty once it has ended."""

    n: int
    mark: str
    item: str
    flag: Flag
    body: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """The records of one item whose last line lies from ``first`` to ``last``."""

    item: str
    first: int
    last: int
    standing: int
    ended: int
    returned: int
    digest: str


def blocks_of(rows: Iterable[Held], *, block: int = BLOCK) -> list[Block]:
    """In the order of item and line."""
    groups: dict[tuple[str, int], list[Held]] = defaultdict(list)
    for row in rows:
        groups[row.item, (row.n - 1) // block].append(row)
    found = []
    for (item, place), held in sorted(groups.items()):
        flags = [row.flag for row in held]
        listed = sorted([row.n, row.mark, row.flag.value, row.body] for row in held)
        found.append(
            Block(
                item=item,
                first=place * block + 1,
                last=(place + 1) * block,
                standing=flags.count(Flag.STANDING),
                ended=flags.count(Flag.ENDED),
                returned=flags.count(Flag.RETURNED),
                digest=digest_of(listed),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """A block in which both sides do not hold the same; a side without it holds nothing there."""

    item: str
    first: int
    last: int
    ours: int
    theirs: int
    returned: int

    @property
    def lacking(self) -> int:
        """How many standing records they have fewer; negative where they hold what has ended here."""
        return self.ours - self.theirs


def differences(ours: Iterable[Block], theirs: Iterable[Block]) -> list[Difference]:
    """Blocks whose digests differ, in the order of item and line; none where both hold the same."""
    here = {(one.item, one.first): one for one in ours}
    there = {(one.item, one.first): one for one in theirs}
    return list(_apart(here, there))


def _apart(
    here: Mapping[tuple[str, int], Block], there: Mapping[tuple[str, int], Block]
) -> Iterator[Difference]:
    for place in sorted({*here, *there}):
        one, other = here.get(place), there.get(place)
        if one is not None and other is not None and one.digest == other.digest:
            continue
        any_ = one or other
        assert any_ is not None
        yield Difference(
            item=any_.item,
            first=any_.first,
            last=any_.last,
            ours=one.standing if one else 0,
            theirs=other.standing if other else 0,
            returned=other.returned if other else 0,
        )


@dataclass(frozen=True, slots=True)
class Apart:
    """One record on which both sides differ; ``theirs`` None: they do not know it."""

    n: int
    mark: str
    ours: Flag | None
    theirs: Flag | None
    code: str = ""
    other_words: bool = False


def lines_apart(ours: Iterable[Held], theirs: Iterable[Held]) -> list[Apart]:
    """The records of a block that differ, by line."""
    here, there = {row.mark: row for row in ours}, {row.mark: row for row in theirs}
    found = []
    for mark in {*here, *there}:
        one, other = here.get(mark), there.get(mark)
        if one and other and (one.n, one.flag, one.body) == (other.n, other.flag, other.body):
            continue
        found.append(
            Apart(
                n=(one or other).n,  # type: ignore[union-attr]
                mark=mark,
                ours=one.flag if one else None,
                theirs=other.flag if other else None,
                code=other.code if other else "",
                other_words=bool(one and other and one.flag is other.flag),
            )
        )
    return sorted(found, key=lambda row: (row.n, row.mark))


def goes_since(known_on: date, *, since: date) -> bool:
    """Whether a record that came on a day belongs to an item that goes over from another day on."""
    return known_on >= since
