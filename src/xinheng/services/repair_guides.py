"""What the repair guide of a case says, read from the records the case rests on and from the list it enters somebody in.

The guide is made with the decision and goes out with it (两书同达; 国办发〔2025〕22号; legal guard G5).
"""

from collections.abc import Iterator
from datetime import date

from xinheng.core.grounds import GroundKind
from xinheng.core.lists import ListKind
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.repair import Matter, assess
from xinheng.core.repair_guide import Told, guide_words
from xinheng.services.cases import ground_of
from xinheng.services.measures_grounds import sectors_of, words_of
from xinheng.services.publication import sector_of_body
from xinheng.services.repairs import answer_for
from xinheng.store.casework import Case
from xinheng.store.listings import ListEntry
from xinheng.store.records import Record
from xinheng.store.visits import Visit

_ITEMS = {ListKind.SERIOUS: "serious_list", ListKind.ABNORMAL: "abnormal_operation"}


def guide_of(case: Case, *, policy: Policy, on: date) -> dict[str, str]:
    """The fields of the letter ``repair_guide`` for a decision of this case that goes out on ``on``."""
    told = (*_ground(case, policy, on), *_listing(case, policy, on), *_visit(case, policy, on))
    return guide_words(told, policy.repair)


def _ground(case: Case, policy: Policy, on: date) -> Iterator[Told]:
    """The record the decision rests on; of a list entry its record in the file."""
    ground = ground_of(case)
    if ground is None or case.subject is None or ground.kind is GroundKind.DECISION:
        return
    key = ground.reference
    if ground.kind is GroundKind.LIST_ENTRY:
        key = ListEntry.objects.filter(pk=key).values_list("record_key", flat=True).first() or 0
    found = Record.objects.filter(record_key=key, known_until__isnull=True)
    record = found.select_related("subject", "detail", "batch__organisation").first()
    words = words_of(ground, policy=policy)
    yield Told(words, answer_for(record, policy=policy, today=on) if record else None)


def _visit(case: Case, policy: Policy, on: date) -> Iterator[Told]:
    """The result of a check, which is a record of its own from its confirmation."""
    key = Visit.objects.filter(case=case).values_list("record_key", flat=True).first()
    found = Record.objects.filter(record_key=key, known_until__isnull=True) if key else Record.objects.none()
    record = found.select_related("subject", "detail", "batch__organisation").first()
    if record is not None:
        yield Told(record.detail.title, answer_for(record, policy=policy, today=on))


def _listing(case: Case, policy: Policy, on: date) -> Iterator[Told]:
    """The entry that a recognition makes: it is public information of its own from the day of its decision."""
    listed = policy.lists.lists.get(str(case.details.get("list", "")))
    if listed is None or not listed.burdens:
        return
    item = _ITEMS.get(listed.kind)
    more = f"移出规定：{listed.exit.rstrip('。')}。"
    if item is None:
        yield Told(f"列入{listed.title}", None, f"该名单仅用于监管，不公示。{more}")
        return
    matter = Matter(
        item=item,
        seriousness=Seriousness.SERIOUS if listed.kind is ListKind.SERIOUS else Seriousness.GENERAL,
        decided_on=on,
        state=RecordState.ACTIVE,
        finality=Finality.FINAL,
        sectors=tuple(sorted(sectors_of(case.organisation, policy))),
        sector=sector_of_body(policy, case.organisation.key),
    )
    later = "列入自送达之日起算；送达晚于本告知书日期的，上述日期相应顺延。"
    yield Told(f"列入{listed.title}的决定", assess(matter, policy=policy, today=on), later + more)
