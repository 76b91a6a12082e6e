"""Lists of matters in which commitments are taken, and their letters: drafted, sent, published by another person."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.commitment_items import PROMISE_LETTER, PROMISE_LIST, Item
from xinheng.core.commitment_letters import PromiseLetter, changes
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.commitments_forms import (
    ItemForm,
    LetterForm,
    ListForm,
    field_line,
    item_initial,
    letter_initial,
)
from xinheng.interfaces.office.draft_decisions import DecisionForm, Decisions, blank_decision
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import case_state
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.approvals import body_of, drafts
from xinheng.services.cases import steps_for
from xinheng.services.commitments_lists import (
    approve_draft,
    begin_draft,
    drop_item,
    edit_draft,
    flaws_of,
    letter_of,
    letters_in_force,
    list_of,
    lists_in_force,
    put_item,
    submit_draft,
)
from xinheng.store.casework import Case

READERS = (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY)
NEW = "new"
_LEAD = "只问正文用到的内容；涉及个人的标为不公开。"


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb("可承诺事项", reverse("office:promise_lists")), *more]


@asks(*READERS, Verb.ASSIST_ENTERPRISE)
def promise_lists(call: Call) -> HttpResponse:
    """What is in force and what is being drafted."""
    letters = letters_in_force(policy=call.policy, on=call.today)
    sectors, titles = call.policy.sectors.sectors, call.policy.commitments.titles
    may_draft = call.may_somewhere(Verb.DRAFT_POLICY)
    open_ones = (
        [*drafts(PROMISE_LIST), *drafts(PROMISE_LETTER)]
        if may_draft or call.may_somewhere(Verb.PUBLISH_POLICY)
        else []
    )
    context = {
        "lists": [
            {
                "title": one.list.title,
                "sector": sectors[one.list.sector].title if one.list.sector in sectors else one.list.sector,
                "items": len(one.list.items),
                "number": one.number,
                "from_on": one.version.from_on,
                "public_url": reverse("portal:promise_list", args=[key]),
                "again_url": f"{reverse('office:new_promise_list')}?from={key}" if may_draft else "",
            }
            for key, one in lists_in_force(on=call.today).items()
        ],
        "letters": [
            {
                "title": one.letter.title,
                "type": titles.get(one.letter.kind, one.letter.kind),
                "number": one.number,
                "again_url": f"{reverse('office:new_promise_letter')}?from={key}" if may_draft else "",
            }
            for key, one in letters.items()
        ],
        "drafts": [_draft_line(case) for case in open_ones],
        "new_list_url": reverse("office:new_promise_list") if may_draft else "",
        "new_letter_url": reverse("office:new_promise_letter") if may_draft else "",
    }
    return call.render("promise_lists", context)


def _draft_line(case: Case) -> dict[str, Any]:
    state, tone = case_state(case)
    url = reverse("office:promise_draft", kwargs={"case": case.public_id})
    return {"number": case.number, "title": case.title, "state": state, "tone": tone, "url": url}


@asks(Verb.DRAFT_POLICY, methods=("GET", "POST"))
@once
def new_promise_list(call: Call) -> HttpResponse:
    """A new list, or the next version of the one named ``from``."""
    units = units_reached(call, Verb.DRAFT_POLICY)
    held = lists_in_force(on=call.today).get(call.request.GET.get("from", ""))
    initial = held.list.model_dump(mode="json") if held else {"unit": call.user.organisation.public_id}
    if held and held.version.case is not None:
        initial["unit"] = held.version.case.organisation.public_id
    given = call.request.POST if call.request.method == "POST" else None
    form = ListForm(call, choices_of(call, units), given, initial=initial)
    if form.is_bound and form.is_valid():
        draft = form.draft()
        if held and held.list.key == draft.key:
            draft = draft.model_copy(update={"items": held.list.items})
        with refusals_on(form):
            case = begin_draft(
                draft,
                organisation=units[form.cleaned_data["unit"]],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            return redirect("office:promise_draft", case=case.public_id)
    return call.render("promise_form", _form_page("起草可承诺事项清单", form, "先定清单，再逐项加入事项。"))


def _form_page(title: str, form: Any, lead: str, *, crumb: Crumb | None = None) -> dict[str, Any]:
    crumbs = _crumbs(*([crumb] if crumb else []), Crumb(title))
    return {"crumbs": crumbs, "title": title, "lead": lead, "form": form, "drop_url": "", "seen": ""}


@asks(Verb.DRAFT_POLICY, methods=("GET", "POST"))
@once
def new_promise_letter(call: Call) -> HttpResponse:
    """A new letter, or the next version of the one named ``from``."""
    held = letters_in_force(policy=call.policy, on=call.today).get(call.request.GET.get("from", ""))
    given = call.request.POST if call.request.method == "POST" else None
    form = LetterForm(call, given, initial=letter_initial(held.letter) if held else {})
    if form.is_bound and form.is_valid() and (letter := form.letter()) is not None:
        with refusals_on(form):
            case = begin_draft(
                letter, organisation=call.user.organisation, actor=call.user, policy=call.policy, now=call.now
            )
            return redirect("office:promise_draft", case=case.public_id)
    return call.render("promise_form", _form_page("起草承诺书", form, _LEAD))


def _draft_of(case: Case) -> Case:
    if case.kind not in (PROMISE_LIST, PROMISE_LETTER):
        raise Refusal(
            "CM50", "这个事项不是清单或承诺书的草稿。", advice="请从“可承诺事项”或“审批事项”中打开。"
        )
    return case


@asks(*READERS, of=CASE)
def promise_draft(call: Call, case: Case) -> HttpResponse:
    return _page(call, _draft_of(case), blank_decision(call, case))


def _page(call: Call, case: Case, form: DecisionForm, *, problem: str = "") -> HttpResponse:
    case.refresh_from_db()
    verbs = {step.verb for step in steps_for(case, call.user, on=call.today)}
    part = {"case": case.public_id}
    open_one = case.state in ("drafted", "submitted")
    found = flaws_of(case, policy=call.policy, on=call.today) if open_one else ()
    context = {
        "crumbs": _crumbs(Crumb(case.number)),
        "case": _draft_line(case),
        "problem": problem,
        "flaws": found,
        "may_edit": "edit" in verbs,
        "items": _items(call, case, may_edit="edit" in verbs),
        "letter": _letter(call, case),
        "new_url": reverse("office:promise_item", kwargs={**part, "item": NEW})
        if "edit" in verbs and case.kind == PROMISE_LIST
        else "",
        "edit_url": reverse("office:edit_promise_letter", kwargs=part)
        if "edit" in verbs and case.kind == PROMISE_LETTER
        else "",
        "submit_url": reverse("office:submit_promise", kwargs=part)
        if "submit" in verbs and not found
        else "",
        "form": form if verbs & {"approve", "return", "withdraw"} else None,
        "approve_url": reverse("office:approve_promise", kwargs=part) if "approve" in verbs else "",
        "return_url": reverse("office:return_promise", kwargs=part) if "return" in verbs else "",
        "withdraw_url": reverse("office:withdraw_promise", kwargs=part) if "withdraw" in verbs else "",
        "why_not": "您办理过本事项的前序环节，须由另一人批准。"
        if case.state == "submitted" and "approve" not in verbs and call.may_somewhere(Verb.PUBLISH_POLICY)
        else "",
    }
    return call.render("promise_draft", context)


def _items(call: Call, case: Case, *, may_edit: bool) -> list[dict[str, Any]]:
    if case.kind != PROMISE_LIST:
        return []
    titles = call.policy.commitments.titles
    return [
        {
            "title": one.title,
            "type": titles.get(one.kind, one.kind),
            "variant": one.variant.label,
            "conditions": one.conditions,
            "materials": [_words(material) for material in one.materials],
            "basis": one.basis,
            "check": f"{one.check_workdays} 个工作日内" if one.check_workdays else "待确认",
            "url": reverse("office:promise_item", kwargs={"case": case.public_id, "item": one.key})
            if may_edit
            else "",
        }
        for one in list_of(body_of(case)).items
    ]


def _words(material: Any) -> str:
    marks = [word for word, holds in (("可后补", material.later), ("承诺代替", material.promised)) if holds]
    return f"{material.name}（{'、'.join(marks)}）" if marks else str(material.name)


def _letter(call: Call, case: Case) -> dict[str, Any] | None:
    if case.kind != PROMISE_LETTER:
        return None
    letter = letter_of(body_of(case))
    before = letters_in_force(policy=call.policy, on=call.today).get(letter.key)
    return {
        "title": letter.title,
        "type": call.policy.commitments.titles.get(letter.kind, letter.kind),
        "content": letter.content,
        "liability": letter.liability,
        "sign": letter.sign,
        "fields": [field_line(field) for field in letter.fields],
        "changes": changes(before.letter if before else None, letter),
    }


@asks(Verb.DRAFT_POLICY, of=CASE, methods=("GET", "POST"))
@once
def promise_item(call: Call, case: Case, item: str) -> HttpResponse:
    """Add, change or leave out one matter."""
    if _draft_of(case).kind != PROMISE_LIST:
        raise Http404
    known: Item | None = list_of(body_of(case)).item(item)
    if known is None and item != NEW:
        raise Http404
    letters = {
        key: one.letter.title for key, one in letters_in_force(policy=call.policy, on=call.today).items()
    }
    posted = call.request.method == "POST"
    given: dict[str, Any] = {
        "actor": call.user,
        "policy": call.policy,
        "now": call.now,
        "seen": _seen(call, case),
    }
    form = ItemForm(
        call, letters, call.request.POST if posted else None, initial=item_initial(known) if known else {}
    )
    with refusals_on(form):
        if posted and known is not None and call.request.POST.get("drop"):
            drop_item(case, known.key, **given)
            return redirect("office:promise_draft", case=case.public_id)
        if posted and form.is_valid() and (made := form.item()) is not None:
            put_item(case, made, before=item, **given)
            return redirect("office:promise_draft", case=case.public_id)
    draft = Crumb(case.number, reverse("office:promise_draft", kwargs={"case": case.public_id}))
    page = _form_page("事项", form, "条件和材料会在门户和窗口公布，只写依据规定的。", crumb=draft)
    return call.render("promise_form", {**page, "drop": known is not None, "seen": case.version})


def _seen(call: Call, case: Case) -> int:
    text = call.request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else case.version


@asks(Verb.DRAFT_POLICY, of=CASE, methods=("GET", "POST"))
@once
def edit_promise_letter(call: Call, case: Case) -> HttpResponse:
    if _draft_of(case).kind != PROMISE_LETTER:
        raise Http404
    known: PromiseLetter = letter_of(body_of(case))
    posted = call.request.method == "POST"
    form = LetterForm(call, call.request.POST if posted else None, initial=letter_initial(known))
    if posted and form.is_valid() and (letter := form.letter()) is not None:
        with refusals_on(form):
            edit_draft(
                case, letter, actor=call.user, policy=call.policy, now=call.now, seen=_seen(call, case)
            )
            return redirect("office:promise_draft", case=case.public_id)
    draft = Crumb(case.number, reverse("office:promise_draft", kwargs={"case": case.public_id}))
    page = _form_page("承诺书", form, _LEAD, crumb=draft)
    return call.render("promise_form", {**page, "seen": case.version})


DECISIONS = Decisions(
    draft_of=_draft_of,
    page=_page,
    address="office:promise_draft",
    submit=submit_draft,
    approve=approve_draft,
    after="，已在门户公布",
)


@asks(Verb.DRAFT_POLICY, of=CASE, methods=("POST",))
@once
def submit_promise(call: Call, case: Case) -> HttpResponse:
    return DECISIONS.submitted(call, case)


@asks(Verb.PUBLISH_POLICY, of=CASE, methods=("POST",))
@once
def approve_promise(call: Call, case: Case) -> HttpResponse:
    return DECISIONS.approved(call, case)


@asks(Verb.PUBLISH_POLICY, of=CASE, methods=("POST",))
@once
def return_promise(call: Call, case: Case) -> HttpResponse:
    return DECISIONS.returned(call, case)


@asks(Verb.DRAFT_POLICY, of=CASE, methods=("POST",))
@once
def withdraw_promise(call: Call, case: Case) -> HttpResponse:
    return DECISIONS.withdrawn(call, case)
