"""A listing that stands in the demonstration: proposed, heard, reviewed, decided and served by the people whose work it is."""

from collections.abc import Mapping
from datetime import datetime

from xinheng.core.catalogue import Item
from xinheng.core.letters import newest
from xinheng.core.listing import Head, hurdles
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.core.service_proof import Try, Way
from xinheng.services.letters import Draft, issue_letter, organ_of
from xinheng.services.letters_serving import serve
from xinheng.services.listings import (
    By,
    Proposal,
    answer_statement,
    clear_hurdle,
    decide,
    hear_statement,
    list_of,
    notify,
    propose,
    review,
)
from xinheng.services.listings_entries import enter
from xinheng.services.listings_releases import compile_release, release
from xinheng.services.publication import publish_batch
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.effects import Publication
from xinheng.store.listings import ListEntry
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record
from xinheng.store.subjects import SubjectKind

LIST = "market_serious"
_FACTS = "（样例）反复违法，经责令改正仍不改正，社会危害较大。"
_SAMPLE = "样例法律依据，条款待核"


def list_one(department: Organisation, *, people: Mapping[str, User], policy: Policy, now: datetime) -> None:
    """Enter the newest enterprise whose serious, final penalty of the department is public; nobody where there is none."""
    record = _evidence(department)
    if record is None:
        return
    of = policy.lists.require(LIST)
    office, lawyer, decider = (
        By(actor=people[one], policy=policy, now=now) for one in ("zhangmin", "fangzheng", "liqiang")
    )
    proposal = Proposal(
        list_key=LIST,
        subject=record.subject,
        record=record.record_key,
        matter=of.grounds[0],
        reason=_FACTS,
    )
    case = propose(proposal, office)
    notify(case, office, reason="拟列入名单，事先告知。")
    _serve(case, "prior_notice", office)
    hear_statement(case, office, said="已经整改，请求不列入。", how="书面提交")
    answer_statement(case, office, adopted=False, answer="整改在处罚以后，不影响认定；可以依法申请提前移出。")
    for one in hurdles(list_of(case, policy)):
        clear_hurdle(
            case, one, office, document=f"样例{one.label}1号", on=day_of(now), reason=f"{one.label}已经办理。"
        )
    review(case, lawyer, reason="事实清楚，程序合法，过惩相当。")
    decide(case, decider, heads=dict.fromkeys(Head, _FACTS), term_confirmed=True, reason="决定列入。")
    _serve(case, "decision", office)
    entry = enter(case, office, reason="两书已经一并送达。")
    _release(entry, department, people=people, policy=policy, now=now)


def _release(
    entry: ListEntry, department: Organisation, *, people: Mapping[str, User], policy: Policy, now: datetime
) -> None:
    """Reviewed for secrecy, then in the list of the month that one compiles and another releases."""
    assert entry.record_key is not None
    filed = Record.objects.select_related("batch").get(record_key=entry.record_key, known_until__isnull=True)
    assert filed.batch is not None
    publish_batch(filed.batch.public_id, reviewer=people["zhouyan"], policy=policy, now=now)
    made = compile_release(
        LIST,
        period=f"{day_of(now):%Y-%m}",
        organisation=department,
        actor=people["zhangmin"],
        policy=policy,
        now=now,
    )
    release(made.public_id, actor=people["liqiang"], now=now)


def _evidence(department: Organisation) -> Record | None:
    shown = Publication.objects.filter(stopped_at__isnull=True).values("record_key")
    found = Record.objects.filter(
        item=Item.PENALTY,
        known_until__isnull=True,
        seriousness=Seriousness.SERIOUS,
        finality=Finality.FINAL,
        batch__organisation=department,
        subject__kind=SubjectKind.ENTERPRISE,
        subject__code__isnull=False,
        record_key__in=shown,
        detail__title__contains="食品",
    ).exclude(subject__name__contains="食品")
    return found.select_related("subject").order_by("-decided_on", "-pk").first()


def _serve(case: Case, kind: str, by: By) -> None:
    """Issue and hand over, with what goes along."""
    said = {
        "facts": _FACTS,
        "reasons": "属于受到较重行政处罚的严重违法失信行为。",
        "basis": _SAMPLE,
        "measure": "列入市场监督管理严重违法失信名单并公示。",
        "hearing": "不属于听证范围。",
        "statement": "已提出陈述、申辩，没有采纳，理由已经答复。",
        "decision": "列入市场监督管理严重违法失信名单，自送达之日起公示。",
        "reconsideration_body": by.policy.city.government,
        "court": "（样例）有管辖权的人民法院",
    }
    case.refresh_from_db()
    words = {field.key: said[field.key] for field in newest(kind).fields}
    contact = organ_of(case.organisation, policy=by.policy)
    draft = Draft(kind=kind, values=words, contact=contact, terms_confirmed=True)
    letter = issue_letter(case.public_id, draft, actor=by.actor, policy=by.policy, now=by.now)
    made = Try(way=Way.DIRECT, on=day_of(by.now), proof="样例送达回证")
    serve(letter.public_id, made, actor=by.actor, policy=by.policy, now=by.now)
