"""At the window: accounts of enterprises are opened, authorisations entered and ended, slips printed anew."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.mandates import Matter, Proof
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role, Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.enterprises import (
    MandateOrder,
    Slip,
    close_account,
    end_mandate,
    give_mandate,
    new_slip,
    open_account,
)
from xinheng.store.enterprises import EnterpriseAccount, Mandate

_ROLES = (Role.ENTERPRISE_AGENT, Role.ENTERPRISE_OWNER)
_HINT = "只有法定代表人（负责人）本人到场时可以留空。"


def _find(public_id: str) -> EnterpriseAccount | None:
    return EnterpriseAccount.objects.filter(public_id=public_id).first()


def _find_mandate(public_id: str) -> Mandate | None:
    return Mandate.objects.select_related("account").filter(public_id=public_id).first()


ACCOUNT = Owned("account", _find, lambda call, account: Target())
MANDATE = Owned("mandate", _find_mandate, lambda call, mandate: Target(subject=mandate.subject_id))


class MandateForm(forms.Form):
    """What the window saw."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写营业执照上的 18 位代码。"}
    )
    role = forms.ChoiceField(
        label="身份", choices=[(role.value, role.label) for role in _ROLES], widget=forms.RadioSelect
    )
    proof = forms.ChoiceField(
        label="核验方式",
        choices=[(proof.value, proof.label) for proof in (Proof.LETTER, Proof.LICENCE)],
        widget=forms.RadioSelect,
    )
    matters = forms.MultipleChoiceField(
        label="授权事项",
        choices=[(matter.value, matter.label) for matter in Matter],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一项授权事项。"},
    )
    to_on = forms.DateField(
        label="授权截止日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期请写成 2026-11-20 这样。"},
    )

    def order(self, call: Call) -> MandateOrder:
        given = self.cleaned_data
        return MandateOrder(
            code=given["code"],
            role=Role(given["role"]),
            matters=tuple(Matter(one) for one in given["matters"]),
            proof=Proof(given["proof"]),
            from_on=call.today,
            to_on=given["to_on"],
        )


class AccountForm(MandateForm):
    """A first authorisation, and who holds the account."""

    holder = forms.CharField(
        label="经办人姓名", max_length=40, error_messages={"required": "请填写经办人姓名。"}
    )
    field_order = ("holder",)


@asks(Verb.ASSIST_ENTERPRISE)
def mandates(call: Call) -> HttpResponse:
    query = call.request.GET.get("q", "").strip()
    accounts = EnterpriseAccount.objects.all()
    if query:
        by_code = accounts.filter(mandates__subject__code=query.upper()).distinct()
        accounts = by_code if by_code.exists() else accounts.filter(number=query)
    page, paging = newest_first(accounts.prefetch_related("mandates__subject"), call.request)
    context = {
        "crumbs": [Crumb("企业账号")],
        "query": query,
        "accounts": [_facts(account) for account in page],
        "paging": paging,
        "new_url": reverse("office:new_mandate_account"),
    }
    return call.render("mandates", context)


def _facts(account: EnterpriseAccount) -> dict[str, Any]:
    open_ones = [one for one in account.mandates.all() if one.ended_at is None]
    return {
        "number": account.number,
        "label": account.label,
        "url": reverse("office:mandate_account", kwargs={"account": account.public_id}),
        "enterprises": "、".join(one.subject.name for one in open_ones),
        "opened_at": account.opened_at,
        "state": _state(account),
    }


def _state(account: EnterpriseAccount) -> str:
    if account.closed_at is not None:
        return "已注销"
    return "可以使用" if account.password else "等待开通"


@asks(Verb.ASSIST_ENTERPRISE, methods=("GET", "POST"))
@once
def new_mandate_account(call: Call) -> HttpResponse:
    """The code of the slip is in this answer and nowhere else."""
    form = AccountForm(call.request.POST or None, initial={"role": Role.ENTERPRISE_AGENT})
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            holder = form.cleaned_data["holder"]
            slip = open_account(form.order(call), holder=holder, actor=call.user, now=call.now)
            return _slip_page(call, slip)
    context = {
        "crumbs": [Crumb("企业账号", reverse("office:mandates")), Crumb("开账号")],
        "heading": "为企业开账号",
        "lead": "核验营业执照和身份后登记。系统不保存证件和联系方式，经办人姓名隐去后保存。",
        "form": form,
        "hint": _HINT,
        "button": "开账号并打印办理单",
    }
    return call.render("mandate_form", context)


def _slip_page(call: Call, slip: Slip) -> HttpResponse:
    context = {
        "crumbs": [Crumb("企业账号", reverse("office:mandates")), Crumb(slip.account.number)],
        "number": slip.account.number,
        "code": slip.code,
        "until": slip.account.activation_until,
        "address": call.request.build_absolute_uri(reverse("counter:activate")),
        "label": slip.account.label,
        "back_url": reverse("office:mandate_account", kwargs={"account": slip.account.public_id}),
    }
    response = call.render("mandate_slip", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@asks(Verb.ASSIST_ENTERPRISE, of=ACCOUNT)
def mandate_account(call: Call, account: EnterpriseAccount) -> HttpResponse:
    return _page(call, account)


def _page(call: Call, account: EnterpriseAccount, *, refused: str = "") -> HttpResponse:
    part = {"account": account.public_id}
    rows = account.mandates.select_related("subject", "given_by").order_by("-pk")
    usable = account.closed_at is None
    context = {
        "crumbs": [Crumb("企业账号", reverse("office:mandates")), Crumb(account.number)],
        "refused": refused,
        "account": _facts(account) | {"close_reason": account.close_reason},
        "mandates": [_mandate(call, one) for one in rows],
        "add_url": reverse("office:add_mandate", kwargs=part) if usable else "",
        "slip_url": reverse("office:mandate_slip", kwargs=part) if usable else "",
        "close_url": reverse("office:close_mandate_account", kwargs=part) if usable else "",
    }
    return call.render("mandate_account", context)


def _mandate(call: Call, one: Mandate) -> dict[str, Any]:
    over = one.to_on is not None and one.to_on <= call.today
    return {
        "name": one.subject.name,
        "code": one.subject.code,
        "role": Role(one.role).label,
        "matters": "；".join(Matter(matter).label for matter in one.matters),
        "proof": Proof(one.proof).label,
        "from_on": one.from_on,
        "to_on": one.to_on,
        "given_by": one.given_by.display_name,
        "state": "已终止" if one.ended_at else "已到期" if over else "有效",
        "end_reason": one.end_reason,
        "end_url": "" if one.ended_at else reverse("office:end_mandate", kwargs={"mandate": one.public_id}),
    }


@asks(Verb.ASSIST_ENTERPRISE, of=ACCOUNT, methods=("GET", "POST"))
@once
def add_mandate(call: Call, account: EnterpriseAccount) -> HttpResponse:
    form = MandateForm(call.request.POST or None, initial={"role": Role.ENTERPRISE_AGENT})
    page = {"account": account.public_id}
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            give_mandate(account, form.order(call), actor=call.user, now=call.now)
            call.tell("已登记授权。")
            return redirect("office:mandate_account", account=account.public_id)
    crumbs = [Crumb("企业账号", reverse("office:mandates"))]
    context = {
        "crumbs": [
            *crumbs,
            Crumb(account.number, reverse("office:mandate_account", kwargs=page)),
            Crumb("登记授权"),
        ],
        "heading": "登记另一家企业的授权",
        "lead": f"账号 {account.number}，经办：{account.label}。",
        "form": form,
        "hint": _HINT,
        "button": "登记",
    }
    return call.render("mandate_form", context)


@asks(Verb.ASSIST_ENTERPRISE, of=ACCOUNT, methods=("POST",))
@once
def mandate_slip(call: Call, account: EnterpriseAccount) -> HttpResponse:
    """For a lost password: the old one is void."""
    try:
        return _slip_page(call, new_slip(account, actor=call.user, now=call.now))
    except Refusal as refusal:
        return _page(call, account, refused=told(refusal))


@asks(Verb.ASSIST_ENTERPRISE, of=ACCOUNT, methods=("POST",))
@once
def close_mandate_account(call: Call, account: EnterpriseAccount) -> HttpResponse:
    return _ended(call, account, close_account, account.public_id, "账号已注销。")


@asks(Verb.ASSIST_ENTERPRISE, of=MANDATE, methods=("POST",))
@once
def end_mandate_page(call: Call, mandate: Mandate) -> HttpResponse:
    return _ended(call, mandate.account, end_mandate, mandate.public_id, "授权已终止，即时生效。")


def _ended(
    call: Call, account: EnterpriseAccount, end: Callable[..., object], public_id: str, sentence: str
) -> HttpResponse:
    try:
        end(public_id, actor=call.user, reason=call.request.POST.get("reason", ""), now=call.now)
    except Refusal as refusal:
        return _page(call, account, refused=told(refusal))
    call.tell(sentence)
    return redirect("office:mandate_account", account=account.public_id)
