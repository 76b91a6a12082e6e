"""The window takes a commitment: enterprise and matter, what is known of it, material and letter, and at once the answer.

The hint on credit decides nothing; who takes a commitment with material to come states why (legal guard G16).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.commitment_items import Item
from xinheng.core.commitment_letters import PromiseLetter, unfilled
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_kinds import SometimesDay, SometimesField
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.letter_fields import LetterForm
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.commitments import AtWindow, Promise, latest_promise, refuse_gone, take_at_window
from xinheng.services.commitments_hints import credit_hint
from xinheng.services.commitments_lists import letters_in_force, lists_in_force
from xinheng.services.subjects import subject_of_code
from xinheng.store.subjects import Subject

BESIDE = {"CM22": "promised_on", "CM26": "promised_on", "CM20": "handed_in", "CM5": "handed_in"}
"""Which field a refusal speaks of."""
OWN = ("voluntary",)
"""Types that are promised of the own accord, without a matter."""


class ChooseForm(forms.Form):
    """Which enterprise, which matter."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写营业执照上的代码。"}
    )
    matter = forms.ChoiceField(label="承诺事项")

    def __init__(self, matters: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter"].choices = matters  # type: ignore[attr-defined]


class TakeForm(LetterForm):
    """Material that was handed in, the letter, and the day on which what is missing comes."""

    handed_in = forms.MultipleChoiceField(
        label="已收材料", required=False, widget=forms.CheckboxSelectMultiple
    )
    promised_on = SometimesDay(
        label="缺的材料，企业承诺补齐的日期", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期写作 2026-11-20。"}, help_text="材料齐全的不填；填写工作日。",
    )  # fmt: skip
    reason = SometimesField(
        label="先行受理的理由", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="容缺受理必须写明；由您决定，不由系统决定。",
    )  # fmt: skip
    act = forms.CharField(label="据此作出的决定（文号），没有的不填", required=False, max_length=200)
    signed = forms.BooleanField(
        label="企业已在承诺书上签字盖章，原件留存，扫描件另行上传",
        error_messages={"required": "没有签署的，不能受理。"},
    )

    def __init__(self, letter: PromiseLetter, item: Item | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(letter, *args, **kwargs)
        if item is None:
            for name in ("handed_in", "promised_on", "reason", "act"):
                del self.fields[name]
            return
        self.fields["handed_in"].choices = [(name, name) for name in item.wanted]  # type: ignore[attr-defined]
        if not item.may_wait:
            del self.fields["promised_on"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("promised_on") and not given.get("reason", "").strip():
            self.add_error("reason", "容缺受理请写明理由。")
        return given


def matters(call: Call) -> list[tuple[str, str]]:
    """What can be promised at the window: matters of the lists, and letters of the own accord."""
    return list(_matters(call))


def _matters(call: Call) -> Iterator[tuple[str, str]]:
    for key, held in lists_in_force(on=call.today).items():
        for item in held.list.items:
            yield f"{key}/{item.key}", f"{held.list.title}：{item.title}"
    for key, one in letters_in_force(policy=call.policy, on=call.today).items():
        if one.letter.kind in OWN:
            yield f"/{key}", f"主动承诺：{one.letter.title}"


@asks(Verb.ASSIST_ENTERPRISE, methods=("GET",))
def take_commitment(call: Call) -> HttpResponse:
    """First who and what."""
    given = call.request.GET
    form = ChooseForm(matters(call), given if given.get("code") else None)
    if form.is_bound and form.is_valid():
        subject = subject_of_code(form.cleaned_data["code"])
        if subject is not None:
            with refusals_on(form):
                refuse_gone([subject])
                url = reverse("office:take_commitment_of", kwargs={"subject": subject.public_id})
                return redirect(f"{url}?matter={form.cleaned_data['matter']}")
        else:
            form.add_error("code", "没有这个统一社会信用代码的主体，请核对营业执照。")
    context = {
        "crumbs": [Crumb("信用承诺", reverse("office:commitments")), Crumb("受理承诺")],
        "form": form,
        "lists_url": reverse("office:promise_lists"),
    }
    return call.render("commitment_choose", context)


@asks(Verb.ASSIST_ENTERPRISE, methods=("GET", "POST"))
@once
def take_commitment_of(call: Call, subject: str) -> HttpResponse:
    """Then the material and the letter; what is taken is registered in the same moment."""
    firm = Subject.objects.filter(public_id=subject, merged_into=None).first()
    letter, item, promise = _wanted(call)
    if firm is None or letter is None:
        call.tell("请先选择企业和承诺事项。")
        return redirect("office:take_commitment")
    posted = call.request.method == "POST"
    form = TakeForm(letter, item, call.request.POST if posted else None)
    _say_latest(form, call)
    if posted and form.is_valid():
        with refusals_on(form, BESIDE):
            done = _taken(call, firm, form, promise)
            assert done.case is not None
            call.tell(
                f"已受理并登记，承诺编码 {done.code}。"
                if done.code
                else f"已容缺受理，{done.promised_on} 前补齐。"
            )
            return redirect("office:case", number=done.case.number)
    hint = credit_hint(firm, actor=call.user, policy=call.policy, now=call.now)
    context = {
        "crumbs": [Crumb("信用承诺", reverse("office:commitments")), Crumb("受理承诺")],
        "subject": {"name": firm.name, "code": firm.code},
        "matter": item.title if item else letter.title,
        "conditions": item.conditions if item else (),
        "may_wait": item.may_wait if item else (),
        "promised": [one.name for one in item.materials if one.promised] if item else [],
        "hint": hint if item else None,
        "letter": unfilled(letter, subject=firm.name, code=firm.code or ""),
        "form": form,
        "again_url": reverse("office:take_commitment"),
    }
    return call.render("commitment_take", context)


def _say_latest(form: TakeForm, call: Call) -> None:
    """How late missing material may come, and by which rule, beside the day to be filled in."""
    latest, rule = latest_promise(call.policy, today=call.today)
    if latest is not None and "promised_on" in form.fields:
        promised = form.fields["promised_on"]
        promised.help_text = f"材料齐全的不填；填写工作日，最迟 {latest}（{rule.citation}）。"
        promised.widget.attrs["max"] = latest.isoformat()


def _wanted(call: Call) -> tuple[PromiseLetter | None, Item | None, Mapping[str, str]]:
    """Letter, matter and what names them, from the address."""
    key, _, name = call.request.GET.get("matter", "").partition("/")
    letters = letters_in_force(policy=call.policy, on=call.today)
    if key:
        held = lists_in_force(on=call.today).get(key)
        item = held.list.item(name) if held else None
        letter = letters.get(item.letter) if item else None
        return letter.letter if letter else None, item, {"list_key": key, "item": name}
    letter = letters.get(name)
    fits = letter is not None and letter.letter.kind in OWN
    return letter.letter if letter and fits else None, None, {"letter": name}


def _taken(call: Call, firm: Subject, form: TakeForm, named: Mapping[str, Any]) -> Any:
    given = form.cleaned_data
    promise = Promise(
        subject=firm, answers=form.answers(), handed_in=frozenset(given.get("handed_in", ())), **named
    )
    decided = AtWindow(
        promised_on=given.get("promised_on"), reason=given.get("reason", ""), act=given.get("act", "")
    )
    return take_at_window(promise, decided, actor=call.user, policy=call.policy, now=call.now)
