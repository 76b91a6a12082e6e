"""The gate of the office: every route names what it does, and nobody passes who may not do it.

``asks`` sends strangers to sign-in and people whose duty needs a second factor to its enrolment, then puts the one
question of access (core.access) for the object of the route (GB/T 22239-2019 第三级 on access control).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from xinheng.core.access import Actor, Decision, Target, may, may_somewhere, needs_second_factor
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.menu import first_page, menu_of
from xinheng.interfaces.web.given import names_nothing, without_nul
from xinheng.interfaces.web.middleware import status_of
from xinheng.interfaces.web.refusals import told
from xinheng.services.accounts import actor_of
from xinheng.services.policies import policy_in_force
from xinheng.services.reach import Tree, reached, tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.subjects import Subject

ADVICE = "如工作需要，请向安全管理员申请相应角色。"
T = TypeVar("T")
View = Callable[..., HttpResponseBase]


class Call:
    """One request of somebody who is signed in: who, when, and what this person may do."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        request.GET = without_nul(request.GET)  # type: ignore[assignment]
        self.request = request
        self.user = user
        self.now: datetime = timezone.now()
        self.today: date = day_of(self.now)
        self.actor: Actor = actor_of(user)

    @cached_property
    def policy(self) -> Policy:
        return policy_in_force(on=self.today)

    @cached_property
    def tree(self) -> Tree:
        return tree()

    def may(self, verb: Verb, target: Target) -> Decision:
        """The answer for a button."""
        return may(self.actor, verb, target, on=self.today)

    def demand(self, verb: Verb, target: Target) -> None:
        """The answer for an act; raises Refusal."""
        decision = self.may(verb, target)
        if not decision:
            raise Refusal("access", decision.reason, advice=ADVICE)

    def may_somewhere(self, verb: Verb) -> bool:
        return may_somewhere(self.actor, verb, on=self.today)

    def file_url(self, subject: Subject) -> str:
        """The page of its file; empty for a person who may read none, so that no link ends in a refusal."""
        may_read = self.may_somewhere(Verb.READ_SUBJECT_FILE)
        return reverse("office:subject", kwargs={"subject": subject.public_id}) if may_read else ""

    def reach(self, verb: Verb) -> frozenset[int]:
        """Organisations whose matters the verb reaches."""
        return reached(self.actor, verb, on=self.today, among=self.tree)

    def of(self, organisation: int) -> Target:
        """What belongs to an organisation."""
        return Target(organisations=self.tree.path(organisation))

    def render(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """A page of the office with the menu of this person."""
        match = self.request.resolver_match
        shown = {
            "menu": menu_of(self.actor, on=self.today, current=match.view_name if match else ""),
            "actor": self._who(),
            "may_search": self.may_somewhere(Verb.SEARCH_SUBJECTS),
            "noindex": True,
            **context,
        }
        return render(self.request, f"office/{template}.html", shown, status=status)

    def tell(self, sentence: str) -> None:
        """Show a sentence on the next page."""
        messages.info(self.request, sentence)

    def tell_refusal(self, refusal: Refusal) -> None:
        """Show on the next page what a rule refused, in the colour of what is not done."""
        messages.error(self.request, told(refusal))

    def _who(self) -> dict[str, str]:
        """For the head of the page; what the roles open is the menu."""
        return {
            "name": self.user.display_name,
            "unit": self.tree.name(self.user.organisation_id),
        }


@dataclass(frozen=True, slots=True)
class Owned(Generic[T]):
    """The object of a route: the part of the address that names it, how it is found, whose it is."""

    part: str
    find: Callable[[str], T | None]
    target: Callable[[Call, T], Target]


def asks(
    *verbs: Verb, of: Owned[Any] | None = None, methods: tuple[str, ...] = ("GET",)
) -> Callable[[View], View]:
    """Declare what a route does. One of ``verbs`` is enough; ``of`` is handed to the view instead of its name."""

    def declare(view: View) -> View:
        @wraps(view)
        def gate(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/office/")
            call = Call(request, request.user)
            try:
                return passed(call, **parts)
            except Refusal as refusal:
                return _refused(call, refusal)
            except Http404:
                return _missing(call)

        def passed(call: Call, **parts: Any) -> HttpResponseBase:
            request = call.request
            if _lacks_second_factor(call):
                call.tell("您的职责须启用动态验证码，启用后才能继续。")
                return redirect("mfa_activate_totp")
            if not any(call.may_somewhere(verb) for verb in verbs):
                raise Refusal("access", call.may(verbs[0], Target()).reason, advice=ADVICE)
            if ("GET" if request.method == "HEAD" else request.method) not in methods:
                return HttpResponseNotAllowed(methods)
            if names_nothing(parts):
                raise Http404
            if of is None:
                return view(call, **parts)
            found = of.find(parts.pop(of.part))
            if found is None:
                raise Http404
            _demand_one(call, verbs, of.target(call, found))
            return view(call, found, **parts)

        gate.verbs, gate.methods = verbs, methods  # type: ignore[attr-defined]
        return gate

    return declare


def _refused(call: Call, refusal: Refusal) -> HttpResponse:
    """The rule's answer in the frame of the office; status 404 where it says that there is no such thing."""
    status = status_of(refusal)
    context = {
        "title": "没有权限" if status == 403 else "未能办理",
        "code": "" if status == 403 else refusal.code,
        "sentence": refusal.message,
        "citation": refusal.citation,
        "advice": refusal.advice,
        "unchanged": call.request.method != "GET",
        **_ways_back(call),
    }
    return call.render("refused", context, status=status)


def _missing(call: Call) -> HttpResponse:
    context = {
        "title": "没有这一页",
        "code": "404",
        "sentence": "没有这一页，或者它所说的批次、档案、计划已经不在。",
        "citation": "",
        "advice": "请核对地址，或者从菜单和列表中打开。",
        "unchanged": call.request.method != "GET",
        **_ways_back(call),
    }
    return call.render("refused", context, status=404)


def _ways_back(call: Call) -> dict[str, str]:
    """The page this person came from, where it is one of ours, and the first page that the roles open."""
    request, came = call.request, call.request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
    same = urlsplit(came).path == request.path and request.method == "GET"
    return {"back_url": came if ours and not same else "", "home_url": first_page(call.actor, on=call.today)}


def _demand_one(call: Call, verbs: tuple[Verb, ...], target: Target) -> None:
    answers = [call.may(verb, target) for verb in verbs]
    if not any(answers):
        raise Refusal("access", answers[0].reason, advice=ADVICE)


def _lacks_second_factor(call: Call) -> bool:
    if not needs_second_factor(call.actor, on=call.today):
        return False
    return not Authenticator.objects.filter(user=call.user, type=Authenticator.Type.TOTP).exists()
