"""Letters of cases: what waits to be served, one letter with its paper and proofs, and the register of service."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.access import Target
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.service_proof import Outcome, Try, Way, is_over
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.objections_misuse import readable
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.office.paging import address, chosen, oldest_first
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.interfaces.web.refusals import Beside, refusals_on, told
from xinheng.services.ledger import note
from xinheng.services.letters import is_own, paper_of, return_of, twin_file_of
from xinheng.services.letters_archive import archive_case
from xinheng.services.letters_serving import companions_of, complete_announcement, serve
from xinheng.store.casework import Case
from xinheng.store.letters import IssuedLetter, ServiceOutcome, ServiceTry

STATES = {"waiting": "待送达", "announced": "公告期内", "served": "已送达"}
_DAY = {"required": "请填写日期。", "invalid": "日期请写成 2026-11-20 这样。"}


def _letter(public_id: str) -> IssuedLetter | None:
    kept = IssuedLetter.objects.select_related(
        "case__subject", "organisation", "issued_by", "paper", "twin", "key"
    )
    return kept.filter(public_id=public_id).first()


def _target(call: Call, letter: IssuedLetter) -> Target:
    """The enterprise reaches a letter once it was served on it, and none to others."""
    subject = letter.case.subject
    own = subject is not None and is_own(letter, subject)
    served = own and letter.tries.filter(outcome=ServiceOutcome.SERVED).exists()
    if not readable(call, letter.case):
        return Target()
    path = call.tree.path(letter.organisation_id)
    return Target(organisations=path, subject=subject.pk if subject and served else None)


LETTER = Owned("letter", _letter, _target)


class ServeForm(forms.Form):
    """One try to serve a letter."""

    beside: ClassVar[Beside] = {
        "SV2": "proof", "SV3": "consent", "SV4": "on", "SV5": "on", "SV6": "reason", "SV7": "way",
    }  # fmt: skip
    way = forms.ChoiceField(
        label="送达方式",
        choices=[(way.value, way.label) for way in Way],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请从列表中选择送达方式。"),
    )
    failed = forms.BooleanField(label="未能送达", required=False)
    on = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages=_DAY
    )
    proof = forms.CharField(label="送达凭证", max_length=200, required=False)
    consent = forms.BooleanField(label="受送达人已签订送达地址确认书，同意电子送达", required=False)
    reason = forms.CharField(label="未能送达的原因", max_length=400, required=False)

    def attempt(self) -> Try:
        given = self.cleaned_data
        return Try(**{**given, "way": Way(given["way"])})


@asks(Verb.READ_CASE)
def letters(call: Call) -> HttpResponse:
    """Letters of the organisations that this person reaches, those not yet served first."""
    state = chosen(call.request, "state", STATES) or "waiting"
    tries = ServiceTry.objects.filter(outcome=ServiceOutcome.SERVED).values("letter")
    posted = ServiceTry.objects.filter(outcome=ServiceOutcome.ANNOUNCED).values("letter")
    rows = IssuedLetter.objects.filter(organisation__in=call.reach(Verb.READ_CASE))
    rows = rows.filter(pk__in=tries) if state == "served" else rows.exclude(pk__in=tries)
    if state == "announced":
        rows = rows.filter(pk__in=posted)
    page, paging = oldest_first(rows.select_related("case").prefetch_related("tries"), call.request)
    return call.render(
        "letters",
        {
            "crumbs": [Crumb("文书送达")],
            "filters": [Filter("state", "状态", "select", state, [Option(*one) for one in STATES.items()])],
            "reset_url": address(call.request, state=""),
            "letters": [line_of(one) for one in page],
            "paging": paging,
        },
    )


def line_of(letter: IssuedLetter) -> dict[str, Any]:
    """A letter as a line of a list; also for the page of its case."""
    tries = sorted(letter.tries.all(), key=lambda one: one.sequence)
    last = tries[-1] if tries else None
    return {
        "number": letter.number,
        "title": letter.title,
        "addressee": letter.addressee,
        "issued_on": letter.issued_on,
        "case": letter.case.number,
        "state": Outcome(last.outcome).label if last else "待送达",
        "tries": len(tries),
        "served_on": last.served_on if last else None,
        "way": Way(last.way).label if last else "",
        "url": reverse("office:letter", kwargs={"letter": letter.public_id}),
    }


@asks(Verb.READ_CASE, of=LETTER)
def letter(call: Call, row: IssuedLetter) -> HttpResponse:
    subject = row.case.subject.public_id if row.case.subject else ""
    note("letter.read", now=call.now, actor=call.user, subject=subject, object=f"letter:{row.public_id}")
    return _page(call, row, ServeForm(initial={"on": call.today}))


@asks(Verb.DRAFT_CASE, of=LETTER, methods=("POST",))
@once
def serve_letter(call: Call, row: IssuedLetter) -> HttpResponse:
    """Register a try, successful or not."""
    form = ServeForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form, form.beside):
            made = serve(row.public_id, form.attempt(), actor=call.user, policy=call.policy, now=call.now)
            call.tell(f"《{row.title}》{Outcome(made.outcome).label}。")
            return redirect("office:letter", letter=row.public_id)
    return _page(call, row, form)


@asks(Verb.DRAFT_CASE, of=LETTER, methods=("POST",))
@once
def complete_letter(call: Call, row: IssuedLetter) -> HttpResponse:
    """The days of a public notice are over."""
    try:
        complete_announcement(row.public_id, actor=call.user, policy=call.policy, now=call.now)
    except Refusal as refusal:
        return _page(call, row, ServeForm(initial={"on": call.today}), refused=told(refusal))
    call.tell("公告期满，已登记送达。")
    return redirect("office:letter", letter=row.public_id)


@asks(Verb.READ_CASE, of=LETTER)
def letter_paper(call: Call, row: IssuedLetter) -> HttpResponse:
    """The signed PDF; taking it is noted."""
    return _file(call, row, paper_of(row), f"{row.number}.pdf", "application/pdf")


@asks(Verb.READ_CASE, of=LETTER)
def letter_twin(call: Call, row: IssuedLetter) -> HttpResponse:
    """The signed twin for machines; taking it is noted."""
    return _file(call, row, twin_file_of(row), f"{row.number}.json", "application/json")


@asks(Verb.READ_CASE, of=LETTER)
def letter_return(call: Call, row: IssuedLetter) -> HttpResponse:
    """The return of service to print."""
    return _file(call, row, return_of(row), f"{row.number} 送达回证.pdf", "application/pdf")


@asks(Verb.DRAFT_CASE, of=CASE, methods=("POST",))
def archive(call: Call, case: Case) -> HttpResponse:
    """The archive package of a case."""
    packed = archive_case(case.public_id, organ=call.policy.city.government, actor=call.user, now=call.now)
    return _download(packed, f"{case.number} 归档包.zip", "application/zip")


def _file(call: Call, row: IssuedLetter, content: bytes, name: str, media_type: str) -> HttpResponse:
    subject = row.case.subject.public_id if row.case.subject else ""
    note("letter.taken", now=call.now, actor=call.user, subject=subject, object=f"letter:{row.public_id}")
    return _download(content, name, media_type)


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def _is_over(tries: Iterable[ServiceTry], today: date) -> bool:
    """Whether a public notice has stood for all its days."""
    posted = [one.served_on for one in tries if one.outcome == ServiceOutcome.ANNOUNCED]
    return any(day is not None and is_over(day, today=today) for day in posted)


def _page(call: Call, row: IssuedLetter, form: ServeForm, *, refused: str = "") -> HttpResponse:
    tries = list(row.tries.select_related("actor").order_by("sequence"))
    outcomes = {one.outcome for one in tries}
    served = ServiceOutcome.SERVED in outcomes
    may = bool(call.may(Verb.DRAFT_CASE, _target(call, row)))
    part = {"letter": row.public_id}
    context = {
        "crumbs": [Crumb("文书送达", reverse("office:letters")), Crumb(row.number)],
        "letter": line_of(row) | {"issued_by": row.issued_by.display_name, "digest": row.digest},
        "together": [line_of(one) for one in companions_of(row).select_related("case")],
        "trial": row.key.development,
        "confirmed_terms": row.confirmed_terms,
        "tries": [_try(one) for one in tries],
        "refused": refused,
        "form": form if may and not served else None,
        "ways": [{"label": way.label, "proof": way.proof, "moment": way.moment} for way in Way],
        "serve_url": reverse("office:serve_letter", kwargs=part),
        "complete_url": reverse("office:complete_letter", kwargs=part)
        if may and not served and _is_over(tries, call.today)
        else "",
        "archive_url": reverse("office:archive_case", kwargs={"case": row.case.public_id}) if may else "",
        "files": [
            ("文书（PDF，已签名）", reverse("office:letter_paper", kwargs=part)),
            ("送达回证（PDF，供打印填写）", reverse("office:letter_return", kwargs=part)),
            ("数据文书（JSON，已签名）", reverse("office:letter_twin", kwargs=part)),
        ],
    }
    return call.render("letter", context)


def _try(one: ServiceTry) -> dict[str, Any]:
    return {
        "outcome": Outcome(one.outcome).label,
        "tone": {"served": "done", "failed": "decide", "announced": "clock"}[one.outcome],
        "way": Way(one.way).label,
        "on": one.on,
        "served_on": one.served_on,
        "proof": one.proof,
        "reason": one.reason,
        "actor": one.actor.display_name,
    }
