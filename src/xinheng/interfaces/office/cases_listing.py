"""Recognition for lists in the office: the form that begins one, its part of the page, the forms of its steps."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from xinheng.core.flows import Step
from xinheng.core.listing import BASIS, Head, Hurdle, hurdles
from xinheng.core.lists import ListKind, ListType
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_begun import begun_on, record_of
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm
from xinheng.interfaces.office.cases_service import serve_by_letter
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import Beside, refusals_on
from xinheng.services import listings, listings_entries
from xinheng.services.cases import last_step
from xinheng.services.listings import By, Proposal
from xinheng.services.policies import policy_in_force
from xinheng.store.casework import Case
from xinheng.store.listings import ListEntry
from xinheng.store.records import Record

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_UNREGISTERED = {
    "required": "请选择名单和列入情形。",
    "invalid_choice": "这不是登记在册、由本市部门认定的名单，不能列入（国办发〔2020〕49号）。请从列表中选择。",
}


def _text(label: str, missing: str, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},
    )


class ProposalForm(forms.Form):
    """On which list and why. A choice is list and ground of its rule in one, so that no wrong pair can be sent."""

    choice = forms.ChoiceField(
        label="名单和列入情形",
        error_messages=_UNREGISTERED,
    )
    reason = _text("事实和理由", "请写明事实和理由。", 4)

    def __init__(self, lists: Mapping[str, ListType], *args: Any) -> None:
        super().__init__(*args)
        self.fields["choice"].choices = _choices(lists)  # type: ignore[attr-defined]


def _choices(lists: Mapping[str, ListType]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (of.title, [(f"{key}|{place}", matter) for place, matter in enumerate(of.grounds)])
        for key, of in lists.items()
    ]


class ReviseForm(StepForm):
    """The draft anew: list and ground of its rule, and all the facts; what stood there is filled in."""

    choice = forms.ChoiceField(label="名单和列入情形", error_messages=_UNREGISTERED)
    field_order = ("choice", "reason")

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        policy, today = policy_in_force(on=timezone.localdate()), timezone.localdate()
        key, matter = str(case.details.get("list", "")), case.details.get("matter", "")
        record = listings.draft_rests_on(case)
        lists = listings.open_lists(record, policy=policy, on=today) if record else {}
        self.fields["choice"].choices = _choices(lists)  # type: ignore[attr-defined]
        if key in lists and matter in lists[key].grounds:
            self.initial["choice"] = f"{key}|{lists[key].grounds.index(matter)}"
        written = last_step(case, "propose", "revise")
        self.initial["reason"] = written.reason if written else ""
        self.fields["reason"].label = "事实和理由"


class StatementForm(StepForm):
    said = _text("陈述、申辩的内容", "请照当事人的意见记录。", 5)

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        self.fields["reason"].label = "提出方式（口头、书面、材料名称）"


class AnswerForm(StepForm):
    adopted = forms.ChoiceField(
        label="是否采纳",
        choices=[("", "请选择"), ("1", "采纳"), ("0", "不采纳")],
        error_messages={"required": "请选择是否采纳。"},
    )

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        self.fields["reason"].label = "逐项答复和理由"


class HurdleForm(StepForm):
    beside: ClassVar[Beside] = {"LG16": "on"}
    document = forms.CharField(
        label="文号或者纪要编号", max_length=120, error_messages={"required": "请填写文号或者纪要编号。"}
    )
    on = forms.DateField(label="日期", widget=_DAY, error_messages={"required": "请填写日期。"})

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        self.fields["reason"].label = "结果"


class DecideForm(StepForm):
    """The four heads of proportion, the term, and that it was compared with the law."""

    beside: ClassVar[Beside] = {"LG6": "months", "LG17": "term_confirmed"}
    months = forms.IntegerField(
        label="期限（月）", required=False, min_value=1,
        error_messages={"invalid": "期限写整月数。", "min_value": "期限至少一个月。"},
    )  # fmt: skip
    term_confirmed = forms.BooleanField(label="期限已与法律原文核对", required=False)

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        for head in Head:
            self.fields[head.value] = _text(f"{head.label}：{head.question}", f"请写明{head.label}。")
        self.order_fields(["seen", *(head.value for head in Head), "months", "term_confirmed", "reason"])
        self.fields["months"].help_text = "不填的，按这种名单规定的期限。"


class PubliciseForm(StepForm):
    beside: ClassVar[Beside] = {"LG21": "review", "LG23": "reviewed_on"}
    review = forms.CharField(
        label="公平竞争审查表编号", max_length=120, error_messages={"required": "请填写审查表编号。"}
    )
    reviewed_on = forms.DateField(
        label="审查日期", widget=_DAY, error_messages={"required": "请填写审查日期。"}
    )
    finding = _text("审查结论", "请写明审查结论。", 2)


class RevokeForm(StepForm):
    document = forms.CharField(
        label="撤销决定的文号", max_length=120, error_messages={"required": "请填写文号。"}
    )


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_listing(call: Call) -> HttpResponse:
    """Begin a recognition on one record, named in the address."""
    record = record_of(call)
    lists = listings.open_lists(record, policy=call.policy, on=call.today)
    if not lists:
        raise Refusal(
            "LG22",
            "没有一种名单可以依据这条记录认定。",
            citation=BASIS,
            advice="严重失信主体名单须依据生效的裁判、行政处罚等决定，并且失信程度相当；请从主体档案中选择相应的记录。",
        )
    form = ProposalForm(lists, call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        key, _, place = form.cleaned_data["choice"].partition("|")
        proposal = Proposal(
            list_key=key,
            subject=record.subject,
            record=record.record_key,
            matter=call.policy.lists.lists[key].grounds[int(place)],
            reason=form.cleaned_data["reason"],
        )
        with refusals_on(form):
            case = listings.propose(proposal, By(actor=call.user, policy=call.policy, now=call.now))
            burdens = call.policy.lists.lists[key].burdens
            call.tell(f"已提出认定意见。下一步：{'事先告知' if burdens else '开始公示'}。")
            return redirect("office:case", number=case.number)
    context = {
        "crumbs": [Crumb("名单", reverse("office:listings")), Crumb("提出认定")],
        **begun_on(call, record),
        "form": form,
    }
    return call.render("case_listing_new", context)


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    key = str(case.details.get("list", ""))
    of = call.policy.lists.lists.get(key)
    said, answered = last_step(case, "state"), last_step(case, "answer")
    decided, shown = last_step(case, "decide"), last_step(case, "publicise")
    entry = ListEntry.objects.filter(decision=case).first()
    heads = decided.details.get("heads", {}) if decided else {}
    return {
        "list": {
            "title": of.title if of else f"{key}（已不在名单种类中）",
            "kind": of.kind.label if of else "",
            "matter": case.details.get("matter", ""),
            "asks": "、".join(one.label for one in hurdles(of)) if of else "",
            "internal": bool(of and of.kind is ListKind.FOCUS),
        },
        "statement": said.details.get("said", "") if said else "",
        "answer": answered.reason if answered else "",
        "adopted": bool(answered and answered.details.get("adopted")),
        "heads": [(one.label, heads[one.value]) for one in Head if one.value in heads],
        "months": decided.details.get("months") if decided else None,
        "review": shown.details if shown else None,
        "entry": _entry(entry) if entry else None,
    }


def _entry(entry: ListEntry) -> dict[str, Any]:
    return {
        "from_on": entry.from_on,
        "until_on": entry.until_on,
        "early_on": entry.early_on,
        "ended_at": entry.ended_at,
        "unseen": _unseen(entry),
        "record_url": reverse(
            "office:record", kwargs={"subject": entry.subject.public_id, "key": entry.record_key}
        )
        if entry.record_key
        else "",
    }


def _unseen(entry: ListEntry) -> str:
    """The page of the batch whose review it waits for before it is public; empty where it waits for none."""
    if entry.record_key is None or entry.ended_at is not None:
        return ""
    filed = Record.objects.select_related("batch").filter(
        record_key=entry.record_key, known_until__isnull=True
    )
    record = filed.first()
    if record is None or record.batch is None or record.batch.published_at is not None:
        return ""
    return reverse("office:batch", kwargs={"batch": record.batch.public_id})


def _by(call: Call, form: StepForm) -> By:
    return By(actor=call.user, policy=call.policy, now=call.now, seen=form.cleaned_data["seen"])


def _revise(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    key, _, place = form.cleaned_data["choice"].partition("|")
    matter = call.policy.lists.lists[key].grounds[int(place)]
    reason = form.cleaned_data["reason"]
    return listings.revise(case, _by(call, form), list_key=key, matter=matter, reason=reason)


def _notify(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return listings.notify(case, _by(call, form), reason=form.cleaned_data["reason"])


def _state(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    return listings.hear_statement(case, _by(call, form), said=given["said"], how=given["reason"])


def _answer(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    adopted = given["adopted"] == "1"
    return listings.answer_statement(case, _by(call, form), adopted=adopted, answer=given["reason"])


def _hurdle(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    return listings.clear_hurdle(
        case,
        Hurdle(verb),
        _by(call, form),
        document=given["document"],
        on=given["on"],
        reason=given["reason"],
    )


def _review(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return listings.review(case, _by(call, form), reason=form.cleaned_data["reason"])


def _decide(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    return listings.decide(
        case,
        _by(call, form),
        heads={head.value: given[head.value] for head in Head},
        months=given["months"],
        term_confirmed=given["term_confirmed"],
        reason=given["reason"],
    )


def _enter(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return listings_entries.enter(case, _by(call, form), reason=form.cleaned_data["reason"]).decision


def _revoke(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    return listings_entries.revoke(case, _by(call, form), reason=given["reason"], document=given["document"])


def _publicise(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    words = {name: given[name] for name in ("review", "reviewed_on", "finding", "reason")}
    return listings_entries.publicise(case, _by(call, form), **words)


def _enter_good(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    reason = form.cleaned_data["reason"]
    return listings_entries.enter_good(case, _by(call, form), reason=reason).decision


def _lift(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return listings_entries.lift(case, _by(call, form), reason=form.cleaned_data["reason"])


def _offers(call: Call, case: Case, verb: str) -> bool:
    """Service is registered on the letter; hearings and the like only where the rule of the list asks for them."""
    of = call.policy.lists.lists.get(str(case.details.get("list", "")))
    asked = {one.value for one in hurdles(of)} if of else set()
    return verb != "serve" and (verb not in set(Hurdle) or verb in asked)


LISTING = CaseKind(
    key="listing",
    title="名单认定",
    part="office/case_listing.html",
    shown=_shown,
    offers=_offers,
    forms={
        "revise": ReviseForm,
        "state": StatementForm,
        "answer": AnswerForm,
        "decide": DecideForm,
        "revoke": RevokeForm,
        **{one.value: HurdleForm for one in Hurdle},
    },
    acts={
        "revise": _revise,
        "notify": _notify,
        "serve": serve_by_letter,
        "state": _state,
        "answer": _answer,
        "review": _review,
        "decide": _decide,
        "enter": _enter,
        "revoke": _revoke,
        **{one.value: _hurdle for one in Hurdle},
    },
)
GOOD_LISTING = CaseKind(
    key="good_listing",
    title="守信激励对象认定",
    part="office/case_listing.html",
    shown=_shown,
    forms={"publicise": PubliciseForm},
    acts={"publicise": _publicise, "decide": _enter_good, "lift": _lift},
)
