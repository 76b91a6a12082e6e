"""Replaces an inspector who cannot go after a draw: one person says why, another agrees, the seed of the draw says who goes.

Until the team has come to the enterprise; what the enterprise was told before is told anew. The record of the draw stays,
and each change is published (docs/draw.md; 《行政处罚法》第四十二、四十三条; legal guard G7).
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.draw_substitute import Cause, NoSubstitute, Passed, change_of, substitute_for
from xinheng.core.inspection_matters import ENTERPRISE_CHECKS
from xinheng.core.ledger import instant
from xinheng.core.masking import masked_line
from xinheng.core.refusal import Refusal
from xinheng.core.visits import WAITING
from xinheng.services.ledger import note
from xinheng.services.pools import behind
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.draw_substitutes import DrawSubstitute
from xinheng.store.inspections import Draw, DrawnObject, Inspector, Plan
from xinheng.store.visits import Visit

LEAST = 6
"""Characters of a public reason."""
LAW = "《中华人民共和国行政处罚法》第四十三条"


@transaction.atomic
def propose(
    drawn: DrawnObject, absent: str, *, cause: Cause, reason: str, actor: User, now: datetime
) -> DrawSubstitute:
    """Say that the inspector ``absent`` (certificate number) cannot go. Refusals: DS1 nobody of the team, DS2 the team was there
    or the visit is over, DS3 no reason, DS4 said already."""
    said = masked_line(reason)[:400]
    _lock(drawn.draw)
    _check_open(drawn, absent)
    if len(said) < LEAST:
        raise Refusal(
            "DS3",
            f"没有写明更换的理由，不少于{LEAST}个字。",
            citation=LAW,
            advice="理由随抽取记录公开：写明回避或者不能执行的事实，不写姓名和病情。",
        )
    if DrawSubstitute.objects.filter(drawn=drawn, absent_no=absent, agreed_at__isnull=True).exists():
        raise Refusal("DS4", "已经有人提出更换这名检查人员。", advice="请由另一名有权批准抽查计划的人同意。")
    made = DrawSubstitute.objects.create(
        draw_id=drawn.draw_id,
        drawn=drawn,
        absent_no=absent,
        cause=cause.value,
        reason=said,
        proposed_by=actor,
        proposed_at=now,
    )
    _noted("draw.replacing", made, actor=actor, now=now)
    return made


@transaction.atomic
def agree(proposed: int, *, actor: User, now: datetime) -> DrawSubstitute:
    """A second person agrees, and the next in order goes. Refusals: DS1, DS2, DS5 nothing proposed, DS6 the same person, DS7
    nobody is left."""
    draw = Draw.objects.select_related("announcement").filter(substitutes=proposed).first()
    if draw is not None:
        _lock(draw)
    change = (
        DrawSubstitute.objects.select_related("drawn").filter(pk=proposed, agreed_at__isnull=True).first()
    )
    if draw is None or change is None:
        raise Refusal("DS5", "没有等待同意的更换。", advice="请刷新页面查看现状。")
    if change.proposed_by_id == actor.pk:
        raise Refusal("DS6", "提出更换的人不能自己同意。", advice="请由另一名有权批准抽查计划的人办理。")
    _check_open(change.drawn, change.absent_no)
    earlier = changes_of(draw)
    content, substitute = _found(draw, change, earlier, now=now)
    change.sequence, change.substitute_no = len(earlier) + 1, substitute
    change.content, change.digest = content, content["digest"]
    change.agreed_by, change.agreed_at = actor, now
    change.save()
    _send_instead(change)
    _noted("draw.replaced", change, actor=actor, now=now)
    return change


def _lock(draw: Draw) -> None:
    """Changes of one draw come one after the other; its own row is never changed, so that its plan is held."""
    Plan.objects.select_for_update(of=("self",)).get(announcements=draw.announcement_id)


def changes_of(draw: Draw) -> list[dict[str, Any]]:
    """What was changed after a draw, as published, in order."""
    agreed = DrawSubstitute.objects.filter(draw=draw, agreed_at__isnull=False).order_by("sequence")
    return [one.content for one in agreed if one.content is not None]


def team_now(drawn: DrawnObject) -> list[str]:
    """Certificate numbers of those who go to what was drawn, after all changes."""
    return teams_now([drawn])[drawn.pk]


def teams_now(objects: Collection[DrawnObject]) -> dict[int, list[str]]:
    """As ``team_now`` for several at once, by primary key."""
    teams = {one.pk: list(one.inspectors) for one in objects}
    agreed = DrawSubstitute.objects.filter(drawn__in=teams, agreed_at__isnull=False).order_by("sequence")
    for drawn, absent, substitute in agreed.values_list("drawn_id", "absent_no", "substitute_no"):
        teams[drawn][teams[drawn].index(absent)] = substitute
    return teams


def changed_at(visit: Visit) -> datetime | None:
    """When the team of a visit was last changed; a notice from before names the wrong officers."""
    return changes_at([visit]).get(visit.pk)


def changes_at(visits: Collection[Visit]) -> dict[int, datetime]:
    """As ``changed_at`` for several at once, by visit; those whose team stayed are not named."""
    by_drawn = {one.drawn_id: one.pk for one in visits if one.drawn_id is not None}
    agreed = DrawSubstitute.objects.filter(drawn__in=by_drawn, agreed_at__isnull=False).order_by("sequence")
    return {by_drawn[one.drawn_id]: one.agreed_at for one in agreed if one.agreed_at is not None}


def _found(
    draw: Draw, change: DrawSubstitute, earlier: list[dict[str, Any]], *, now: datetime
) -> tuple[dict[str, Any], str]:
    key = draw.record["drawn"][change.drawn.position - 1]["key"]
    _, certificates = behind(draw.announcement, ())
    keys = {number: one for one, number in certificates.items()}
    absent, cause = keys[change.absent_no], Cause(change.cause)
    unfit = {keys[number]: why for number, why in _unfit(change.drawn, certificates, on=day_of(now)).items()}
    try:
        found = substitute_for(draw.record, earlier, key=key, absent=absent, cause=cause, unfit=unfit)
    except NoSubstitute as stuck:
        raise Refusal(
            "DS7",
            "公告的检查人员中没有可以接替的：都已满额、须回避、证件失效或者不能执行。",
            citation=ENTERPRISE_CHECKS,
            advice="请取消这次检查并写明理由；补充检查人员后，由下一批抽取安排。",
        ) from stuck
    content = change_of(
        draw.record,
        earlier,
        found,
        key=key,
        absent=absent,
        cause=cause,
        reason=change.reason,
        decided_at=instant(now),
    )
    return content, certificates[found.substitute]


def _unfit(drawn: DrawnObject, certificates: Mapping[str, str], *, on: date) -> dict[str, Passed]:
    """Inspectors of the draw who may not go today, although its record knows nothing against it."""
    code = drawn.subject.code or drawn.subject.public_id
    library = {
        one.certificate_no: one for one in Inspector.objects.filter(certificate_no__in=certificates.values())
    }
    found = {}
    for number in certificates.values():
        one = library.get(number)
        if one is None or not one.lines or one.certified_until is None or one.certified_until < on:
            found[number] = Passed.CERTIFICATE
        elif code in one.recused_from:
            found[number] = Passed.RECUSED
    return found


def _check_open(drawn: DrawnObject, absent: str) -> None:
    if absent not in team_now(drawn):
        raise Refusal("DS1", "这名检查人员不在这户的检查组中。", advice="请刷新页面，从现有检查人员中选择。")
    visit = Visit.objects.select_related("case").filter(drawn=drawn).first()
    if visit is not None and visit.case.state not in WAITING:
        raise Refusal(
            "DS2",
            "检查组已经入企或者检查已经结束，不能再更换检查人员。",
            citation=ENTERPRISE_CHECKS,
            advice="到场人员有变化的，按实际到场人员记录；不足两人的，停止检查。",
        )


def _send_instead(change: DrawSubstitute) -> None:
    """The visit that was sent out already goes with the new team."""
    visit = Visit.objects.select_for_update().filter(drawn=change.drawn).first()
    if visit is not None:
        visit.certificates = team_now(change.drawn)
        visit.save(update_fields=["certificates"])


def _noted(kind: str, change: DrawSubstitute, *, actor: User, now: datetime) -> None:
    payload = {"drawn": change.drawn_id, "cause": change.cause, "change": change.digest}
    note(
        kind,
        now=now,
        actor=actor,
        object=f"draw:{change.draw.public_id}",
        reason=change.reason,
        payload=payload,
    )
