"""The public file of an enterprise for programs: what its page shows, no more (legal guards G1, G8, G9)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.interfaces.portal import answers, law, listed, showing, statements
from xinheng.interfaces.portal.keyset import OLDER, with_key
from xinheng.interfaces.portal.subjects import corrections_of, former_names_of, head, turned_to
from xinheng.store.public import PublicAct, PublicMoved, PublicSubject

_UNKNOWN = {
    "code": "SS2",
    "message": "没有这个主体，或者它不公开。",
    "advice": "请用 /search.json 重新查找；地址以查到的为准。",
}


@require_safe
def subject_json(request: HttpRequest, public_id: str) -> HttpResponse:
    """One page of the timeline with the head of the file; ``next`` is the address of older acts."""
    today = localdate()
    policy = law.policy_in_force(on=today)
    found = showing.subjects().filter(public_id=public_id).first()
    if found is None:
        return _elsewhere(public_id)
    turned = turned_to(request, showing.acts(policy, on=today).filter(subject_id=found.pk))
    told = {
        "subject": _head(policy, found),
        "as_of": today,
        "acts": [_act(policy, act, kind=found.kind) for act in turned.rows],
        "good_lists": [
            {part: one[part] for part in ("title", "authority", "from_on", "until_on")}
            for one in listed.of_subject(policy, found.pk)
        ],
        "corrections": [
            {"text": one.text, "shown_until": one.shown_until} for one in corrections_of(found, today)
        ],
        "next": with_key(request, OLDER, turned.older),
    }
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    return answers.short_lived(answer, noindex=True)


def _elsewhere(public_id: str) -> HttpResponse:
    """The file under which a merged subject is shown, for now; else no such file."""
    moved = PublicMoved.objects.using(showing.DATABASE).filter(public_id=public_id).first()
    if moved is None:
        return answers.short_lived(JsonResponse(_UNKNOWN, status=404), noindex=True)
    return HttpResponseRedirect(reverse("portal:subject_json", args=[moved.leads_to]))


def _head(policy: Policy, found: PublicSubject) -> dict[str, Any]:
    return head(policy, found) | {
        "registrar": found.registrar,
        "sector": law.sector_title(policy, found.sector),
        "established_on": found.established_on,
        "former_names": former_names_of(found),
    }


def _act(policy: Policy, act: PublicAct, *, kind: str) -> dict[str, Any]:
    """``last_day`` is the last day on which it is shown, empty where no rule ends it; ``state`` says 异议中 and the like."""
    adverse = law.is_adverse(policy, item=act.item, seriousness=act.seriousness)
    said = statements.statement(policy, act, whole=True)
    return {
        "url": statements.act_url(act),
        "kind": said.kind,
        "title": said.ground,
        "document_no": act.document_no,
        "authority": said.authority,
        "decided_on": act.decided_on,
        "published_on": said.published_on,
        "last_day": said.stop_on,
        "adverse": adverse,
        "seriousness": Seriousness(act.seriousness).label if adverse else "",
        "state": said.state,
        "fields": {field.label: field.value for field in showing.fields(policy, act, kind=kind)},
    }
