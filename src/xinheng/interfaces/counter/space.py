"""The gate of an enterprise's own space: who stands there with which mandates, and for which enterprise a page is.

The session of the space is apart from that of the office. What is not within a living mandate is not there: nobody
learns whether an enterprise or a case exists (legal guard G13).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from xinheng.core.policy import Policy
from xinheng.core.roles import Verb
from xinheng.interfaces.web.given import refuse_nul, without_nul
from xinheng.interfaces.web.parts import Link
from xinheng.services.enterprises import Party, party_of, stamp_of
from xinheng.services.policies import policy_in_force
from xinheng.services.time import day_of
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.subjects import Subject

KEY = "enterprise"
View = Callable[..., HttpResponseBase]
HOME = "own_file"
MENU = (
    (HOME, "我的信用信息", Verb.READ_OWN_FILE),
    ("own_reports", "信用报告", Verb.READ_OWN_FILE),
    ("own_commitments", "信用承诺", Verb.MAKE_COMMITMENT),
    ("own_repairs", "信用修复", Verb.LODGE_REQUEST),
    ("own_cases", "办理事项", Verb.READ_CASE),
    ("own_measures", "对本企业的措施", Verb.READ_OWN_FILE),
    ("own_visits", "对本企业的检查", Verb.READ_OWN_FILE),
    ("own_campaigns", "专项治理", Verb.READ_OWN_FILE),
    ("own_objection", "提出异议", Verb.LODGE_REQUEST),
    ("own_consents", "信息使用授权", Verb.GIVE_CONSENT),
    ("own_notices", "提示信息", Verb.READ_GRADE),
    ("own_readings", "谁看过我的档案", Verb.READ_OWN_FILE),
)
"""Pages of one enterprise: route, label and what it asks."""


class Visit:
    """One request of somebody who is signed in for enterprises. ``subject`` is the one the page is about."""

    def __init__(self, request: HttpRequest, account: EnterpriseAccount) -> None:
        self.request = request
        self.account = account
        self.now: datetime = timezone.now()
        self.today: date = day_of(self.now)
        self.party: Party = party_of(account, on=self.today)
        self.subject: Subject | None = None

    @cached_property
    def policy(self) -> Policy:
        return policy_in_force(on=self.today)

    @property
    def enterprise(self) -> Subject:
        """The one that the page is about; the gate has set it. Raises Http404 on a page about none."""
        if self.subject is None:
            raise Http404
        return self.subject

    def render(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        shown = {
            "who": self.account.label,
            "subject": {"name": self.subject.name, "code": self.subject.code} if self.subject else None,
            "space_menu": self._menu(),
            "switch_url": reverse("counter:own") if len(self.party.mandates) > 1 else "",
            "out_url": reverse("counter:sign_out"),
            "noindex": True,
            **context,
        }
        response = render(self.request, f"counter/{template}.html", shown, status=status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _menu(self) -> list[Link]:
        """Current is the entry below whose address the page lies; below that of the first lie all."""
        if self.subject is None:
            return []
        urls = {name: reverse(f"counter:{name}", args=[self.subject.public_id]) for name, *_ in MENU}
        path = self.request.path
        return [
            Link(
                label,
                urls[name],
                current=path.startswith(urls[name]) and (name != HOME or path == urls[name]),
            )
            for name, label, verb in MENU
            if self.party.may(verb, self.subject, on=self.today)
        ]


def enter(request: HttpRequest, account: EnterpriseAccount) -> None:
    """Begin a session of the space in a fresh key."""
    request.session.cycle_key()
    request.session[KEY] = {"account": account.public_id, "stamp": stamp_of(account)}


def leave(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def account_in(request: HttpRequest) -> EnterpriseAccount | None:
    """Who is signed in; nobody once the account is closed or its password set anew."""
    held = request.session.get(KEY)
    if not isinstance(held, dict):
        return None
    account = EnterpriseAccount.objects.filter(public_id=held.get("account"), closed_at=None).first()
    return account if account and account.password and stamp_of(account) == held.get("stamp") else None


def own(
    verb: Verb | None = None, *, methods: tuple[str, ...] = ("GET",), takes_file: bool = False
) -> Callable[[View], View]:
    """Declare a page of the space. With ``verb`` its route names an enterprise, which the visitor may do it for.
    ``takes_file``: it reads the body itself, once it has looked at its size."""

    def declare(view: View) -> View:
        @wraps(view)
        def gate(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            account = account_in(request)
            if account is None:
                query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
                return redirect(f"{reverse('counter:sign_in')}?{query}".rstrip("?"))
            if ("GET" if request.method == "HEAD" else request.method) not in methods:
                return HttpResponseNotAllowed(methods)
            if not takes_file:
                refuse_nul(request.POST)
            request.GET = without_nul(request.GET)  # type: ignore[assignment]
            visit = Visit(request, account)
            if verb is not None:
                visit.subject = _subject(visit, parts.pop("subject"))
                visit.party.demand(verb, visit.subject, on=visit.today)
            return view(visit, **parts)

        gate.own_verb = verb  # type: ignore[attr-defined]
        return gate

    return declare


def _subject(visit: Visit, public_id: str) -> Subject:
    for mandate in visit.party.mandates:
        if mandate.subject.public_id == public_id:
            return mandate.subject
    raise Http404
