"""How a published act is told: an adverse one with all that is needed to contest it, any other as an entry.

Document number, day, body, basis, period and the way to object stand beside every adverse statement
(《政府信息公开条例》第四十一条; 国办发〔2020〕49号).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate

from xinheng.core.catalogue import Item
from xinheng.core.days import last_day_held, last_day_if
from xinheng.core.parameters import Reading
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.interfaces.portal import law, showing
from xinheng.interfaces.web.figures import yuan
from xinheng.interfaces.web.parts import Clock, Entry, Source, Statement
from xinheng.store.public import PublicAct

LONGEST_LINE = 120
_BASES = ("处罚依据", "法律依据", "列入依据文书号", "依据")
_BODIES = ("处罚内容", "列入事由", "列入原因", "处理情况", "情形", "许可内容", "内容")
UNDATED_BASIS = "见决定书"


@dataclass(frozen=True, slots=True)
class Term:
    """A publication clock that holds for an act; several may compete (legal guard G8)."""

    title: str
    length: str
    due_on: date | None
    provisional: bool
    source: str
    verified: bool
    binding: bool


def objection_url() -> str:
    return f"{reverse('portal:about')}#objection"


def repair_url() -> str:
    return f"{reverse('portal:about')}#repair"


def act_url(act: PublicAct) -> str:
    return reverse("portal:act", args=[act.pk])


_NAMES = {
    Item.PERMIT: ("许可证书名称",),
    Item.COMMITMENT: ("承诺事由",),
    Item.SERIOUS_LIST: ("列入名单名称", "名单名称"),
}
"""Fields that say more than the title under which a feed reports such an act."""


def title(policy: Policy, act: PublicAct) -> str:
    own = showing.field(act, *_NAMES[Item(act.item)]) if act.item in _NAMES else ""
    return _short(own, False) or act.title or law.item_label(policy, act.item)


def statement(policy: Policy, act: PublicAct, *, whole: bool = False) -> Statement:
    """``whole`` keeps long texts as they are and leaves the link out: the page of the act itself."""
    seriousness = Seriousness(act.seriousness)
    return Statement(
        kind=law.item_label(policy, act.item),
        ground=title(policy, act),
        document_no=act.document_no,
        decided_on=act.decided_on,
        authority=act.authority or act.provider or "",
        clause=_short(showing.field(act, *_BASES), whole) or UNDATED_BASIS,
        objection_url=objection_url(),
        body=_short(showing.field(act, *_BODIES), whole),
        seriousness=f"{seriousness.label}失信" if seriousness is not Seriousness.NONE else "",
        finality=Finality(act.finality).label if act.finality != Finality.UNKNOWN else "",
        state=state(act),
        published_on=localdate(act.published_at),
        stop_on=last_day_if(act.stop_on),
        repair_from=act.earliest_repair_on,
        repair_url=repair_url(),
        url="" if whole else act_url(act),
        source=_source(act),
    )


def entry(policy: Policy, act: PublicAct) -> Entry:
    """One point of a timeline; an adverse act brings its statement."""
    adverse = law.is_adverse(policy, item=act.item, seriousness=act.seriousness)
    return Entry(
        on=act.decided_on,
        title=title(policy, act),
        kind=law.item_label(policy, act.item),
        body=_short(_amount(act), False),
        url=act_url(act),
        authority=act.authority or act.provider or "",
        document_no=act.document_no,
        until=last_day_held(act.valid_to, began=act.valid_from or act.decided_on),
        state=state(act),
        statement=statement(policy, act) if adverse else None,
        source=_source(act),
    )


def clock(policy: Policy, act: PublicAct, *, brief: bool = False) -> Clock | None:
    """Due day and day of publication with the binding rule; None where no rule sets a day."""
    rule = next(iter(law.clocks(policy, item=act.item, decided_on=act.decided_on)), None)
    if rule is None:
        return None
    words = str(rule) if brief else f"作出决定后 {rule} 内　{rule.citation}"
    return Clock(
        due_on=act.due_on,
        workdays_left=None,
        rule=words,
        rule_url=f"{reverse('portal:about')}#clocks",
        provisional=act.provisional,
        verified=rule.verified,
        done_on=localdate(act.published_at),
    )


def terms(policy: Policy, act: PublicAct) -> list[Term]:
    """Every clock that holds for an act, with the day each of them gives."""
    return list(_terms(policy, law.clocks(policy, item=act.item, decided_on=act.decided_on), act.decided_on))


def _terms(policy: Policy, rules: Iterable[Reading], decided_on: date | None) -> Iterable[Term]:
    for place, rule in enumerate(rules):
        known = decided_on is not None and rule.value is not None
        due = policy.calendar.add_workdays(decided_on, rule.value) if decided_on and rule.value else None
        yield Term(
            title=rule.title,
            length=str(rule),
            due_on=due.on if due and known else None,
            provisional=bool(due and due.provisional),
            source=rule.citation,
            verified=rule.verified,
            binding=place == 0,
        )


def state(act: PublicAct) -> str:
    """异议中, 已标注, or nothing: said beside a record wherever it stands."""
    return RecordState(act.state).label if act.state != RecordState.ACTIVE else ""


def _amount(act: PublicAct) -> str:
    return f"金额 {yuan(act.amount_fen)}" if act.amount_fen else ""


def _source(act: PublicAct) -> Source:
    return Source(
        unit=act.provider or act.authority or "数据提供单位未注明",
        file_name=act.file_name or "",
        row_no=act.row_no or None,
    )


def _short(text: str, whole: bool) -> str:
    return text if whole or len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"
