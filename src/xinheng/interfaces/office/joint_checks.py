"""Joint checks in the office: what is proposed to an organ, who agreed to which day, who is waited for, what was saved.

A unit sees the proposals that concern it, with all organs of each (进一次门、查多项事).
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.joint_checks import MAXIMUM, Answer
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import address, chosen, newest_first
from xinheng.interfaces.web.charts import Bar, bars
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb, Filter, Link, Option
from xinheng.services.cases import state_title
from xinheng.services.joint_checks import agree, answers_for, decline, propose_joints, waiting_for
from xinheng.services.joint_visits import saved_by_month
from xinheng.store.joint_checks import JointCheck, JointMember

HEAD = ("月份", "节省入企次数")
SIZE = 20
_STATES = {"waiting": "待答复", "mine": "待本机关答复", "tied": "已约定", "ended": "已结束"}


class AnswerForm(forms.Form):
    """For which organ, on what version of the page; a day to agree to, or a reason not to."""

    organisation = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class AgreeForm(AnswerForm):
    day = forms.DateField(
        label="联合检查日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请选择日期。", "invalid": "日期写作 2026-11-27。"},
    )


class DeclineForm(AnswerForm):
    reason = forms.CharField(
        label="不参加的理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明为什么不参加。"},
    )


@asks(Verb.READ_VISITS)
def joint_checks(call: Call) -> HttpResponse:
    reached = call.reach(Verb.READ_VISITS)
    saved = saved_by_month(reached)
    if call.request.GET.get("export") == "csv":
        return as_table("联合检查节省入企次数", HEAD, saved.items())
    state = chosen(call.request, "state", _STATES)
    page, paging = newest_first(_narrowed(call, _concerning(reached), state), call.request, size=SIZE)
    maximum = call.policy.parameter(MAXIMUM, on=call.today)
    shown = [Bar(month, number, f"{count(number)} 次") for month, number in saved.items()]
    context = {
        "crumbs": [Crumb("入企检查", reverse("office:visits")), Crumb("联合检查")],
        "filters": [
            Filter(
                "state",
                "状态",
                "select",
                state,
                [Option("", "全部"), *(Option(*one) for one in _STATES.items())],
            )
        ],
        "reset_url": reverse("office:joint_checks"),
        "joints": [_shown(call, one) for one in page],
        "paging": paging,
        "chart": bars(shown, title="联合检查节省的入企次数", head=HEAD) if shown else None,
        "exports": [Link("导出表格", address(call.request, export="csv"))] if shown else [],
        "propose_url": reverse("office:propose_joints") if call.may_somewhere(Verb.MAKE_DRAW) else "",
        "maximum": f"{maximum.title}：{maximum}",
    }
    return call.render("joint_checks", context)


def _concerning(reached: frozenset[int]) -> QuerySet[JointCheck]:
    part = JointMember.objects.filter(visit__organisation__in=reached)
    return JointCheck.objects.filter(pk__in=part.values("joint")).select_related("subject")


def _narrowed(call: Call, found: QuerySet[JointCheck], state: str) -> QuerySet[JointCheck]:
    if state == "ended":
        return found.filter(ended_at__isnull=False)
    if state == "mine":
        return found.filter(pk__in=waiting_for(_mine(call)))
    return found.filter(ended_at__isnull=True, tied_at__isnull=state == "waiting") if state else found


def _mine(call: Call) -> frozenset[int]:
    """Organs for which this person may answer."""
    return call.reach(Verb.DRAFT_CASE) & answers_for(call.user)


def _shown(call: Call, joint: JointCheck) -> dict[str, Any]:
    rows = list(
        joint.members.select_related("visit__case", "visit__arrival", "answered_by").order_by("position")
    )
    there = [one for one in rows if one.left_at is None and hasattr(one.visit, "arrival")]
    staying = [one for one in rows if one.left_at is None]
    leading = staying[0] if staying else rows[0]
    state, tone = _state(joint, rows, teams=len(there))
    mine = _mine(call) if joint.ended_at is None and not there else frozenset()
    own = [one for one in staying if one.visit.organisation_id in mine]
    return {
        "subject": joint.subject.name,
        "subject_url": reverse("office:subject", kwargs={"subject": joint.subject.public_id}),
        "place": joint.place,
        "first_on": joint.first_on,
        "last_on": joint.last_on,
        "day": joint.day,
        "chosen": any(one.answer == Answer.AGREED for one in staying),
        "leading": call.tree.name(leading.visit.organisation_id),
        "state": state,
        "tone": tone,
        "why": joint.ended_why,
        "members": [_member(call, one) for one in rows],
        "forms": _forms(call, joint, own),
    }


def _state(joint: JointCheck, rows: list[JointMember], *, teams: int) -> tuple[str, str]:
    if joint.ended_at is not None:
        return "已结束", ""
    if teams > 1:
        return f"已入企，节省 {teams - 1} 次", "done"
    if joint.tied_at is not None:
        return "已约定", "done"
    waiting = sum(one.answer == Answer.WAITING and one.left_at is None for one in rows)
    return f"还有 {waiting} 项待答复", "clock"


def _member(call: Call, one: JointMember) -> dict[str, Any]:
    away = one.left_at is not None and one.answer != Answer.REFUSED
    return {
        "organ": call.tree.name(one.visit.organisation_id),
        "matter": one.visit.matter,
        "number": one.visit.case.number,
        "url": reverse("office:case", kwargs={"number": one.visit.case.number})
        if call.may(Verb.READ_CASE, call.of(one.visit.organisation_id))
        else "",
        "visit_state": state_title(one.visit.case),
        "answer": "不再参加" if away else one.get_answer_display(),
        "tone": {"agreed": "done", "waiting": "clock"}.get(one.answer, "") if not away else "",
        "by": one.answered_by.display_name if one.answered_by else "",
        "at": one.answered_at,
        "reason": one.reason,
    }


def _forms(call: Call, joint: JointCheck, own: list[JointMember]) -> list[dict[str, Any]]:
    """One answer an organ, however many matters it has in it."""
    part = {"joint": joint.public_id}
    first = max(joint.first_on, call.today)
    found = {}
    for one in own:
        given = {"organisation": one.visit.organisation_id, "seen": joint.version, "day": joint.day}
        found[one.visit.organisation_id] = {
            "organ": call.tree.name(one.visit.organisation_id),
            "agree": AgreeForm(initial=given, auto_id=f"{joint.public_id}-a-%s")
            if one.answer == Answer.WAITING
            else None,
            "decline": DeclineForm(initial=given, auto_id=f"{joint.public_id}-d-%s"),
            "agree_url": reverse("office:agree_joint", kwargs=part),
            "decline_url": reverse("office:decline_joint", kwargs=part),
            "hint": f"{first} 至 {joint.last_on} 之间的工作日。",
        }
    return list(found.values())


@asks(Verb.MAKE_DRAW, methods=("POST",))
@once
def propose(call: Call) -> HttpResponse:
    """Look now instead of in the night."""
    made = propose_joints(policy=call.policy, now=call.now)
    call.tell(
        f"看过 {count(made.tasks)} 项待入企检查，提出 {count(made.proposed)} 项联合检查，可节省 {count(made.spared)} 次入企。"
    )
    return redirect("office:joint_checks")


@asks(Verb.DRAFT_CASE, methods=("POST",))
@once
def agree_joint(call: Call, joint: str) -> HttpResponse:
    """A named person of the organ agrees to the day."""

    def take(given: dict[str, Any]) -> JointCheck:
        return agree(
            joint,
            given["organisation"],
            day=given["day"],
            seen=given["seen"],
            actor=call.user,
            policy=call.policy,
            now=call.now,
        )

    return _answered(call, AgreeForm(call.request.POST), take, "已同意。")


@asks(Verb.DRAFT_CASE, methods=("POST",))
@once
def decline_joint(call: Call, joint: str) -> HttpResponse:
    """A named person of the organ says why it does not go along."""

    def take(given: dict[str, Any]) -> JointCheck:
        return decline(
            joint,
            given["organisation"],
            reason=given["reason"],
            seen=given["seen"],
            actor=call.user,
            now=call.now,
        )

    return _answered(call, DeclineForm(call.request.POST), take, "已登记不参加，本机关的检查另行进行。")


def _answered(
    call: Call, form: AnswerForm, take: Callable[[dict[str, Any]], JointCheck], words: str
) -> HttpResponse:
    try:
        if not form.is_valid():
            said = "".join(str(one) for errors in form.errors.values() for one in errors)
            raise Refusal("JC11", f"没有收到答复：{said}", advice="请从“联合检查”页面重新答复。")
        call.demand(Verb.DRAFT_CASE, call.of(form.cleaned_data["organisation"]))
        joint = take(form.cleaned_data)
        if joint.ended_at is not None:
            words = f"联合检查已经结束：{joint.ended_why}。各机关的检查不受影响。"
        elif joint.tied_at is not None:
            words = f"各机关都已同意，约定在 {joint.day} 联合检查。通知书由牵头机关一并出具。"
        call.tell(words)
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:joint_checks")
