"""Papers of a case in the space of an enterprise: what may be handed in now, what was handed in by whom and when.

One file a form, and nothing else is typed in it: a file that is refused costs nobody a word. What is asked for is what
the law lets ask for (services.party_papers; legal guards G5, G13).
"""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from xinheng.core.attachments import ACCEPT, Checked, Kind
from xinheng.core.mandates import Matter
from xinheng.core.party_papers import Slot
from xinheng.core.plain_words import plain
from xinheng.core.procedures import flow_of
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.counter.space import Visit, own
from xinheng.interfaces.web.middleware import status_of
from xinheng.interfaces.web.papers import MIB, handed_out, received, size_of, whole_file
from xinheng.services.attachments import most_bytes
from xinheng.services.cases import state_title
from xinheng.services.party_papers import open_own, papers_of, put_paper, refuse_foreign, slots_of
from xinheng.store.attachments import Attachment
from xinheng.store.casework import Case

VERB = {Matter.REQUESTS: Verb.LODGE_REQUEST, Matter.COMMITMENTS: Verb.MAKE_COMMITMENT}
_PAGES = {"repair": "counter:own_repair_case"}


class PaperForm(forms.Form):
    """The file alone; the address says what it is."""

    file = forms.FileField(
        label="文件",
        error_messages={"required": "请选择一个文件。", "empty": "这个文件是空的，请重新扫描后上传。"},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )


def papers_url(case: Case) -> str:
    """The page of the papers of a case; empty where the case is about no enterprise."""
    if case.subject is None:
        return ""
    return reverse(f"counter:{_route(case)}", args=[case.subject.public_id, case.number])


def _route(case: Case) -> str:
    matter = flow_of(case.flow, case.flow_version).matter
    return "own_commitment_papers" if matter is Matter.COMMITMENTS else "own_papers"


def shown_papers(case: Case, visit: Visit) -> dict[str, Any] | None:
    """For the page of a case: how many papers there are and what is awaited; None where there is nothing to say."""
    count, awaited = len(papers_of(case)), slots_of(case, policy=visit.policy)
    if not count and not awaited:
        return None
    return {"count": count, "awaited": [one.title for one in awaited], "url": papers_url(case)}


@csrf_exempt
@own(Verb.LODGE_REQUEST, methods=("GET", "POST"), takes_file=True)
def own_papers(visit: Visit, number: str) -> HttpResponse:
    """Of a repair, an objection, or a matter in which the enterprise states and defends."""
    return _answer(visit, _case(visit, number))


@csrf_exempt
@own(Verb.MAKE_COMMITMENT, methods=("GET", "POST"), takes_file=True)
def own_commitment_papers(visit: Visit, number: str) -> HttpResponse:
    """Of a commitment: the material that was promised for later."""
    return _answer(visit, _case(visit, number))


def _case(visit: Visit, number: str) -> Case:
    found = Case.objects.select_related("subject").filter(subject=visit.subject, number=number).first()
    if found is None or (not slots_of(found, policy=visit.policy) and not papers_of(found)):
        raise Http404
    refuse_foreign(found, visit.party, on=visit.today)
    return found


def _answer(visit: Visit, case: Case) -> HttpResponse:
    if visit.request.method != "POST":
        return _page(visit, case)
    most = most_bytes(visit.policy, on=visit.today)
    try:
        return received(visit.request, most=most, answer=lambda: _put(visit, case))
    except Refusal as refusal:
        return _page(visit, case, refused=refusal, status=status_of(refusal))


def _put(visit: Visit, case: Case) -> HttpResponse:
    form = PaperForm(visit.request.POST, visit.request.FILES)
    if not form.is_valid():
        return _page(visit, case, tried=form)
    path = whole_file(visit.request, form.cleaned_data["file"])
    key = visit.request.GET.get("for", "")[:24]
    put_paper(case, key, path, actor=visit.party, policy=visit.policy, now=visit.now)
    return redirect(papers_url(case))


def _page(
    visit: Visit,
    case: Case,
    *,
    refused: Refusal | None = None,
    tried: PaperForm | None = None,
    status: int = 200,
) -> HttpResponse:
    wanted = visit.request.GET.get("for", "")
    awaited = slots_of(case, policy=visit.policy)
    context = {
        "case": {
            "number": case.number,
            "matter": flow_of(case.flow, case.flow_version).title,
            "state": plain(state_title(case)),
        },
        "slots": [_slot(case, one, tried if one.key == wanted else None) for one in awaited],
        "papers": [_line(case, one) for one in papers_of(case)],
        "refused": {"words": refused.message, "advice": refused.advice, "code": refused.code}
        if refused
        else None,
        "limits": f"PDF、JPG、PNG、TIFF、OFD、DOCX、XLSX，不超过 {most_bytes(visit.policy, on=visit.today) // MIB} MiB。",
        "accept": ACCEPT,
        "back_url": reverse(
            _PAGES.get(case.kind, "counter:own_case"),
            args=[case.subject.public_id if case.subject else "", case.number],
        ),
    }
    return visit.render("own_papers", context, status=status)


def _slot(case: Case, one: Slot, tried: PaperForm | None) -> dict[str, Any]:
    return {
        "title": one.title,
        "hint": one.hint,
        "url": f"{papers_url(case)}?for={one.key}",
        "form": tried or PaperForm(auto_id=f"{one.key}_%s"),
    }


def _line(case: Case, one: Attachment) -> dict[str, Any]:
    checked = Checked(one.checked)
    opens = one.withdrawn_at is None and one.file.destroyed_at is None and checked is not Checked.INFECTED
    subject = case.subject.public_id if case.subject else ""
    return {
        "material": one.material,
        "kind": Kind(one.kind).label,
        "size": size_of(one),
        "at": one.added_at,
        "by": "本企业账号" if one.account_id else "窗口代交",
        "infected": checked is Checked.INFECTED,
        "withdrawn_why": one.withdrawn_why,
        "url": reverse(f"counter:{_route(case)}_file", args=[subject, case.number, one.public_id])
        if opens
        else "",
    }


@own(Verb.LODGE_REQUEST)
def own_papers_file(visit: Visit, number: str, paper: str) -> HttpResponseBase:
    return _file(visit, number, paper)


@own(Verb.MAKE_COMMITMENT)
def own_commitment_papers_file(visit: Visit, number: str, paper: str) -> HttpResponseBase:
    return _file(visit, number, paper)


def _file(visit: Visit, number: str, paper: str) -> HttpResponseBase:
    """One's own paper as a download; taking it is noted."""
    found, pieces = open_own(_case(visit, number), paper, party=visit.party, now=visit.now)
    return handed_out(found, pieces)
