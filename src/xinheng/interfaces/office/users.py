"""Accounts and roles: the system administrator opens accounts, the security administrator gives roles.

Nobody acts on the own account, and roles that exclude each other are refused with the reason
(三权分立, GB/T 22239-2019 第三级).
"""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target, needs_second_factor
from xinheng.core.roles import ADMINISTRATORS, OF_ENTERPRISES, REACHES, Role, Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import USER
from xinheng.interfaces.office.paging import oldest_first
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.web.parts import Crumb, Filter, Link, Option
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.accounts import actor_of, locked_until, unlock
from xinheng.services.ledger import note
from xinheng.services.people import Account, end_role, grant_role, open_account, set_password, switch_account
from xinheng.store.accounts import RoleGrant, User
from xinheng.store.ledger import LedgerEvent
from xinheng.store.organisations import Organisation

_DAY = forms.DateInput(attrs={"type": "date"})
_GIVEN = [role for role in Role if role not in OF_ENTERPRISES]


class AccountForm(forms.Form):
    """A new account. Roles are given afterwards, by somebody else."""

    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{1,63}$",
        label="账号",
        error_messages={
            "invalid": "账号由小写字母、数字、点和横线组成，以字母开头。",
            "required": "请填写账号。",
        },
    )
    display_name = forms.CharField(label="姓名", max_length=64, error_messages={"required": "请填写姓名。"})
    organisation = forms.ChoiceField(label="单位")
    password = forms.CharField(
        label="初始密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
        error_messages={"required": "请填写初始密码。"},
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units_reached(call, Verb.MANAGE_USERS)
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError("这个账号已经有了。")
        return username


class GrantForm(forms.Form):
    """A role for an organisation and all below it."""

    role = forms.ChoiceField(label="职责", choices=[(role.value, role.label) for role in _GIVEN])
    organisation = forms.ChoiceField(label="范围")
    to_on = forms.DateField(label="至", required=False, widget=_DAY)

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units_reached(call, Verb.GRANT_ROLES)
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is done to an account."""

    reason = forms.CharField(label="理由", max_length=200, error_messages={"required": "请写明理由。"})


class PasswordForm(forms.Form):
    """A new password for somebody who lost his."""

    password = forms.CharField(
        label="新密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
        error_messages={"required": "请填写新密码。"},
    )


@asks(Verb.MANAGE_USERS, Verb.GRANT_ROLES)
def users(call: Call) -> HttpResponse:
    reached = call.reach(Verb.MANAGE_USERS) | call.reach(Verb.GRANT_ROLES)
    found = User.objects.filter(organisation__in=reached)
    units = [
        (unit.public_id, call.tree.name(unit.pk))
        for unit in Organisation.objects.filter(pk__in=reached).order_by("pk")
    ]
    given = call.request.GET
    if words := given.get("q", "").strip():
        found = found.filter(username__icontains=words) | found.filter(display_name__icontains=words)
    if unit := given.get("organisation", ""):
        found = found.filter(organisation__public_id=unit)
    page, paging = oldest_first(found, call.request)
    context = {
        "filters": [
            Filter("q", "姓名或账号", "text", words),
            Filter(
                "organisation", "单位", "select", unit, [Option("", "全部"), *(Option(*one) for one in units)]
            ),
        ],
        "reset_url": reverse("office:users"),
        "paging": paging,
        "new_url": reverse("office:new_user") if call.may_somewhere(Verb.MANAGE_USERS) else "",
        "users": [_line(call, user) for user in page],
        "duties": [_duty(role) for role in _GIVEN],
    }
    return call.render("users", context)


def _line(call: Call, user: User) -> dict[str, Any]:
    actor = actor_of(user)
    roles = [grant.role.label for grant in actor.grants if grant.in_force(call.today)]
    return {
        "name": user.display_name,
        "url": reverse("office:user", kwargs={"user": user.public_id}),
        "username": user.username,
        "unit": call.tree.name(user.organisation_id),
        "roles": list(dict.fromkeys(roles)),
        "second_factor": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        "must_have_second_factor": needs_second_factor(actor, on=call.today),
        "locked_until": locked_until(user.username, now=call.now),
        "active": user.is_active,
    }


def _duty(role: Role) -> dict[str, str]:
    verbs = [verb.label for verb, roles in REACHES.items() if role in roles]
    return {"role": role.label, "may": "、".join(verbs), "apart_from": _apart(role)}


def _apart(role: Role) -> str:
    """Whom the holder may not be at the same time."""
    if role in ADMINISTRATORS:
        return "其他管理员和一切业务职责"
    if role is Role.INSPECTOR:
        return "系统、安全、审计管理员，执法监督"
    if role is Role.ENFORCEMENT_SUPERVISOR:
        return "系统、安全、审计管理员，执法检查人员"
    return "系统、安全、审计管理员"


@asks(Verb.MANAGE_USERS, methods=("GET", "POST"))
@once
def new_user(call: Call) -> HttpResponse:
    form = AccountForm(call, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        account = Account(
            username=given["username"],
            display_name=given["display_name"],
            organisation=form.units[given["organisation"]],
            roles=(),
        )
        user = open_account(
            account, password=given["password"], actor=call.user, now=call.now, today=call.today
        )
        call.tell("账号已建立。职责由安全管理员授予。")
        return redirect("office:user", user=user.public_id)
    lead = "账号由系统管理员建立，职责由安全管理员另行授予。"
    return form_page(call, form, _crumbs("新建用户"), heading="新建用户", lead=lead, button="建立账号")


def _crumbs(last: str) -> list[Crumb]:
    return [Crumb("用户与职责", reverse("office:users")), Crumb(last)]


@asks(Verb.MANAGE_USERS, Verb.GRANT_ROLES, of=USER)
def user(call: Call, user: User) -> HttpResponse:
    return _page(call, user, None)


def _page(call: Call, user: User, form: GrantForm | None) -> HttpResponse:
    may_grant = bool(call.may(Verb.GRANT_ROLES, USER.target(call, user)))
    context = {
        "crumbs": _crumbs(user.display_name),
        "person": _person(call, user),
        "grants": [_grant(call, user, one, may_end=may_grant) for one in _grants(user)],
        "form": (form or GrantForm(call)) if may_grant else None,
        "grant_url": reverse("office:grant_role", kwargs={"user": user.public_id}),
        "acts": _acts(call, user),
        "events_url": f"{reverse('office:ledger')}?actor={user.username}"
        if call.may_somewhere(Verb.READ_LEDGER)
        else "",
    }
    return call.render("user", context)


def _person(call: Call, user: User) -> dict[str, Any]:
    signed_in = LedgerEvent.objects.filter(kind="account.signed_in", actor=user).order_by("-pk").first()
    line = _line(call, user)
    return {
        **{key: line[key] for key in ("name", "username", "unit", "active", "second_factor", "locked_until")},
        "last_sign_in": signed_in.at if signed_in else None,
    }


def _grants(user: User) -> list[RoleGrant]:
    return list(RoleGrant.objects.filter(user=user).select_related("granted_by").order_by("-from_on", "-pk"))


def _grant(call: Call, user: User, grant: RoleGrant, *, may_end: bool) -> dict[str, Any]:
    living = grant.to_on is None or grant.to_on > call.today
    part = {"user": user.public_id, "grant": grant.pk}
    return {
        "role": Role(grant.role).label,
        "organisation": call.tree.name(grant.organisation_id),
        "from_on": grant.from_on,
        "to_on": grant.to_on,
        "by": grant.granted_by.display_name if grant.granted_by else "系统设置",
        "end_url": reverse("office:end_role", kwargs=part) if may_end and living else "",
    }


def _acts(call: Call, user: User) -> list[Link]:
    part, target = {"user": user.public_id}, USER.target(call, user)
    links = []
    if call.may(Verb.MANAGE_USERS, target):
        name = "close_user" if user.is_active else "reopen_user"
        links.append(Link("停用" if user.is_active else "恢复", reverse(f"office:{name}", kwargs=part)))
        links.append(Link("重设密码", reverse("office:set_password", kwargs=part)))
    if call.may(Verb.MANAGE_SECURITY, target):
        if locked_until(user.username, now=call.now):
            links.append(Link("解除锁定", reverse("office:unlock_user", kwargs=part)))
        if Authenticator.objects.filter(user=user).exists():
            links.append(Link("清除动态验证码", reverse("office:remove_second_factor", kwargs=part)))
    return links


@asks(Verb.GRANT_ROLES, of=USER, methods=("POST",))
@once
def grant(call: Call, user: User) -> HttpResponse:
    """Give a role; one that excludes another is refused with the reason."""
    form = GrantForm(call, call.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        organisation = form.units[given["organisation"]]
        with refusals_on(form):
            call.demand(
                Verb.GRANT_ROLES, Target(organisations=call.tree.path(organisation.pk), account=user.pk)
            )
            grant_role(
                user,
                Role(given["role"]),
                organisation=organisation,
                actor=call.user,
                now=call.now,
                today=call.today,
                until=given["to_on"],
            )
            return redirect("office:user", user=user.public_id)
    return _page(call, user, form)


@asks(Verb.GRANT_ROLES, of=USER, methods=("POST",))
@once
def end_grant(call: Call, user: User, grant: int) -> HttpResponse:
    """Take a role back from today."""
    if not RoleGrant.objects.filter(pk=grant, user=user).exists():
        raise Http404
    end_role(grant, actor=call.user, now=call.now, today=call.today)
    return redirect("office:user", user=user.public_id)


def _confirmed(
    call: Call, user: User, form: forms.Form, act: Callable[[forms.Form], None], *, heading: str, lead: str
) -> HttpResponse:
    """A page that asks once more, and does it when the form is right."""
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            act(form)
            call.tell(f"{user.display_name}：已{heading}。")
            return redirect("office:user", user=user.public_id)
    here = Crumb(user.display_name, reverse("office:user", kwargs={"user": user.public_id}))
    crumbs = [Crumb("用户与职责", reverse("office:users")), here, Crumb(heading)]
    named = f"{heading}：{user.display_name}"
    return form_page(call, form, crumbs, heading=named, lead=lead, button=heading)


def _reason(call: Call) -> ReasonForm:
    return ReasonForm(call.request.POST or None)


@asks(Verb.MANAGE_USERS, of=USER, methods=("GET", "POST"))
@once
def close_user(call: Call, user: User) -> HttpResponse:
    """Close an account."""

    def act(form: forms.Form) -> None:
        switch_account(user, active=False, actor=call.user, now=call.now, reason=form.cleaned_data["reason"])

    return _confirmed(
        call, user, _reason(call), act, heading="停用", lead="停用后不能登录，正在使用的即时退出。记录保留。"
    )


@asks(Verb.MANAGE_USERS, of=USER, methods=("GET", "POST"))
@once
def reopen_user(call: Call, user: User) -> HttpResponse:
    """Open a closed account again."""

    def act(form: forms.Form) -> None:
        switch_account(user, active=True, actor=call.user, now=call.now, reason=form.cleaned_data["reason"])

    return _confirmed(
        call, user, _reason(call), act, heading="恢复", lead="恢复后可以用原来的密码登录，职责不变。"
    )


@asks(Verb.MANAGE_USERS, of=USER, methods=("GET", "POST"))
@once
def change_password(call: Call, user: User) -> HttpResponse:
    """Give an account a new password."""

    def act(form: forms.Form) -> None:
        set_password(user, form.cleaned_data["password"], actor=call.user, now=call.now)

    lead = "请核实本人身份后重设，并提醒本人登录后修改。"
    return _confirmed(call, user, PasswordForm(call.request.POST or None), act, heading="重设密码", lead=lead)


@asks(Verb.MANAGE_SECURITY, of=USER, methods=("GET", "POST"))
@once
def unlock_user(call: Call, user: User) -> HttpResponse:
    """Open a locked name before its time."""

    def act(form: forms.Form) -> None:
        unlock(user, actor=call.user, now=call.now, reason=form.cleaned_data["reason"])

    return _confirmed(call, user, _reason(call), act, heading="解除锁定", lead="请核实本人身份后解除。")


@asks(Verb.MANAGE_SECURITY, of=USER, methods=("GET", "POST"))
@once
def remove_second_factor(call: Call, user: User) -> HttpResponse:
    """For somebody who lost the telephone: a new one is enrolled at the next sign-in."""

    def act(form: forms.Form) -> None:
        Authenticator.objects.filter(user=user).delete()
        note(
            "account.second_factor_removed",
            now=call.now,
            actor=call.user,
            object=f"user:{user.public_id}",
            reason=form.cleaned_data["reason"],
        )

    lead = "手机遗失等情形，核实本人身份后清除；本人下次登录须重新启用。"
    return _confirmed(call, user, _reason(call), act, heading="清除动态验证码", lead=lead)
