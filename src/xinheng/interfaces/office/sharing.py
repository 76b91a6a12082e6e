"""The directory of what departments may take, their applications, and what the credit office says to them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.sharing import LONGEST_TERM, SHARING, Offer, Purpose, Wish, directory
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.figures import count, day
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.cases import steps_for
from xinheng.services.sharing import (
    KIND,
    applications,
    apply_for,
    approve_sharing,
    refuse_sharing,
    revoke_sharing,
    wish_of,
    withdraw_sharing,
)
from xinheng.store.casework import Case
from xinheng.store.sharing import SharingGrant

API = "/api/v1/"
TONES = {"submitted": "decide", "in_force": "done", "revoked": "", "refused": "", "withdrawn": ""}
STEPS = {step.verb: step.title for step in SHARING.steps}
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_ACTS = {
    "refuse": (refuse_sharing, "已答复不予共享。"),
    "withdraw": (withdraw_sharing, "申请已撤回。"),
    "revoke": (revoke_sharing, "授权已撤销，下一次调用即被拒绝。"),
}


class WishForm(forms.Form):
    """For whom, what for, on which ground, how often, until when; then the fields of each item."""

    organisation = forms.ChoiceField(label="申请单位")
    purpose = forms.ChoiceField(label="用途", choices=[(one.value, one.label) for one in Purpose])
    matter = forms.CharField(
        label="具体业务", max_length=200, error_messages={"required": "请写明用于什么业务。"}
    )
    legal_basis = forms.CharField(
        label="依据", max_length=300, error_messages={"required": "请写明法律、法规或规章依据。"}
    )
    daily_quota = forms.IntegerField(
        label="每日最多次数",
        initial=500,
        error_messages={"required": "请填写次数。", "invalid": "请填写整数。"},
    )
    from_on = forms.DateField(
        label="起",
        widget=_DAY,
        error_messages={"required": "请填写起始日。", "invalid": "日期请写成 2026-11-20 这样。"},
    )
    until_on = forms.DateField(
        label="止",
        widget=_DAY,
        error_messages={"required": "请填写截止日。", "invalid": "日期请写成 2026-11-20 这样。"},
    )

    def __init__(self, call: Call, offers: list[Offer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units, self.offers = units_reached(call, Verb.APPLY_SHARING), offers
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        self.fields["organisation"].initial = call.user.organisation.public_id
        self.initial.update(from_on=call.today, until_on=call.today + LONGEST_TERM - timedelta(days=1))
        for one in offers:
            self.fields[f"fields_{one.code}"] = forms.MultipleChoiceField(
                label=f"{one.title}的字段",
                choices=[(name, name) for name in one.fields],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": f"请选择“{one.title}”的字段。"},
            )

    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(
            items={one.code: tuple(given[f"fields_{one.code}"]) for one in self.offers},
            purpose=Purpose(given["purpose"]),
            matter=given["matter"],
            legal_basis=given["legal_basis"],
            daily_quota=given["daily_quota"],
            from_on=given["from_on"],
            until_on=given["until_on"],
        )


class StepForm(forms.Form):
    """The word of whoever takes the next step."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@asks(Verb.APPLY_SHARING, Verb.DECIDE_SHARING)
def sharing(call: Call) -> HttpResponse:
    reached = call.reach(Verb.APPLY_SHARING) | call.reach(Verb.DECIDE_SHARING)
    page, paging = newest_first(applications(reached), call.request)
    may_apply = call.may_somewhere(Verb.APPLY_SHARING)
    context = {
        "crumbs": [Crumb("数据共享")],
        "offers": [
            {
                "code": one.code,
                "title": one.title,
                "words": one.words,
                "choosable": one.open and may_apply,
                "fields": "、".join(one.fields),
            }
            for one in directory(call.policy.catalogue)
        ],
        "apply_url": reverse("office:apply_sharing") if may_apply else "",
        "use_url": reverse("office:sharing_use") if call.may_somewhere(Verb.READ_DASHBOARD) else "",
        "api_url": API,
        "cases": [_line(call, case) for case in page],
        "paging": paging,
    }
    return call.render("sharing", context)


def _grant_of(case: Case) -> SharingGrant | None:
    return SharingGrant.objects.filter(case=case).first()


def _line(call: Call, case: Case) -> dict[str, Any]:
    wish, grant = wish_of(case), _grant_of(case)
    state = SHARING.state(case.state).title
    over = grant is not None and grant.revoked_at is None and grant.until_on < call.today
    return {
        "number": case.number,
        "url": reverse("office:sharing_case", kwargs={"case": case.public_id}),
        "unit": call.tree.name(case.organisation_id),
        "items": "、".join(_title(call, code) for code in wish.items),
        "purpose": wish.purpose.label,
        "until_on": wish.until_on,
        "state": "已到期" if over else state,
        "tone": "" if over else TONES[case.state],
    }


def _title(call: Call, code: str) -> str:
    item = call.policy.catalogue.items.get(code)
    return item_title(item.number, call.policy) if item else code


@asks(Verb.APPLY_SHARING, methods=("GET", "POST"))
@once
def apply_sharing(call: Call) -> HttpResponse:
    """The items are in the address: they were ticked in the directory."""
    wanted = call.request.GET.getlist("item")
    offers = [one for one in directory(call.policy.catalogue) if one.code in wanted and one.open]
    if not offers:
        raise Refusal("GX05", "还没有选择信息项。", advice="请在数据共享的目录中勾选后再申请。")
    form = WishForm(call, offers, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        unit = form.units[form.cleaned_data["organisation"]]
        with refusals_on(form):
            call.demand(Verb.APPLY_SHARING, call.of(unit.pk))
            case = apply_for(
                form.wish(), organisation=unit, actor=call.user, policy=call.policy, now=call.now
            )
            return redirect("office:sharing_case", case=case.public_id)
    context = {
        "crumbs": [Crumb("数据共享", reverse("office:sharing")), Crumb("申请")],
        "heading": "申请共享",
        "lead": f"{'、'.join(one.title for one in offers)}。只申请业务所必需的字段；每次使用都记录，主体可以看到。",
        "form": form,
        "button": "提交申请",
    }
    return call.render("sharing_apply", context)


@asks(Verb.APPLY_SHARING, Verb.DECIDE_SHARING, of=CASE)
def sharing_case(call: Call, case: Case) -> HttpResponse:
    return _page(call, _own(case), StepForm(initial={"seen": case.version}))


def _own(case: Case) -> Case:
    if case.kind != KIND:
        raise Http404
    return case


def _page(call: Call, case: Case, form: StepForm) -> HttpResponse:
    case.refresh_from_db()
    verbs = {step.verb for step in steps_for(case, call.user, on=call.today)}
    grant, part = _grant_of(case), {"case": case.public_id}
    wish = wish_of(case)
    may_key = bool(call.may(Verb.MANAGE_SENDERS, call.of(case.organisation_id)))
    running = grant is not None and grant.revoked_at is None and grant.until_on >= call.today
    buttons = [
        {"deed": verb, "label": STEPS[verb], "decides": verb == "approve"}
        for verb in ("approve", "refuse", "withdraw", "revoke")
        if verb in verbs
    ]
    context = {
        "crumbs": [Crumb("数据共享", reverse("office:sharing")), Crumb(case.number)],
        "case": _line(call, case),
        "facts": list(_facts(call, case, wish, grant)),
        "fields": [(_title(call, code), "、".join(names)) for code, names in wish.items.items()],
        "keys": [
            {
                "name": key.name,
                "url": reverse("office:sender", kwargs={"sender": key.public_id}),
                "last_used_at": key.last_used_at,
                "state": "已停用" if key.revoked_at else "可以使用",
                "tone": "" if key.revoked_at else "done",
            }
            for key in (grant.keys.order_by("-pk") if grant else [])
        ],
        "key_url": reverse("office:sharing_key", kwargs=part) if may_key and running else "",
        "granted": grant is not None,
        "events": _events(case),
        "form": form if buttons else None,
        "buttons": buttons,
        "step_url": reverse("office:step_sharing", kwargs=part),
    }
    return call.render("sharing_case", context)


def _facts(call: Call, case: Case, wish: Wish, grant: SharingGrant | None) -> Iterator[tuple[str, str]]:
    yield "用途", wish.purpose.label
    yield "具体业务", wish.matter
    yield "依据", wish.legal_basis
    yield "期限", f"{day(wish.from_on)} 至 {day(wish.until_on)}"
    yield "每日最多", f"{count(wish.daily_quota)} 次"
    if grant is not None:
        used = grant.day_calls if grant.day == call.today else 0
        yield "今天已用", f"{count(used)} 次"
        yield "批准", grant.approved_by.display_name
        if grant.revoke_reason:
            yield "撤销原因", grant.revoke_reason


def _events(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "at": event.at,
            "verb": STEPS.get(event.verb, event.verb),
            "actor": event.actor.display_name if event.actor else "系统",
            "reason": event.reason,
        }
        for event in case.events.select_related("actor").order_by("sequence")
    ]


@asks(Verb.APPLY_SHARING, Verb.DECIDE_SHARING, of=CASE, methods=("POST",))
@once
def step_sharing(call: Call, case: Case) -> HttpResponse:
    form = StepForm(call.request.POST)
    if not form.is_valid():
        return _page(call, _own(case), form)
    try:
        sentence = _step(call, _own(case), form)
    except Refusal as refusal:
        form.add_error(None, told(refusal))
        return _page(call, case, form)
    call.tell(sentence)
    return redirect("office:sharing_case", case=case.public_id)


def _step(call: Call, case: Case, form: StepForm) -> str:
    deed, given = call.request.POST.get("deed", ""), form.cleaned_data
    named = {"actor": call.user, "policy": call.policy, "now": call.now, "seen_version": given["seen"]}
    if deed == "approve":
        approve_sharing(case.public_id, **named)
        return "已批准。请为使用数据的系统办理密钥。"
    if deed not in _ACTS:
        raise Refusal("GX06", "不认识的办理方式。", advice="请刷新页面后重试。")
    act, sentence = _ACTS[deed]
    act(case.public_id, reason=given["reason"], **named)
    return sentence
