"""The search for a subject and its file: categories, records with file and row, timeline, grade, and the past.

Reading a file is an event in the ledger. A past state, and what is repaired or expired, opens to auditors and legal
reviewers alone, with a stated reason, and says that it is no basis for a decision (legal guard G9).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.grading import band_of, visit_limit
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.batches import day_in
from xinheng.interfaces.office.grades import grade_of, reads_of
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.paging import SIZE, address, in_memory, number
from xinheng.interfaces.office.records_shown import entries_of, line_of
from xinheng.interfaces.office.subjects_government import failures_part
from xinheng.interfaces.office.wording import cited, districts, item_title
from xinheng.interfaces.web.parts import Crumb, Filter, Link, Option, Paging
from xinheng.services.cases import state_title
from xinheng.services.finding import Found, Search, find_subjects
from xinheng.services.merged_files import absorbed_by, one_with
from xinheng.services.statistics import current_runs
from xinheng.services.subjects import SubjectFile, open_file
from xinheng.services.time import day_of
from xinheng.services.visit_counts import visits_of_year
from xinheng.store.casework import Case
from xinheng.store.effects import Publication
from xinheng.store.records import Record
from xinheng.store.scores import EvaluationRun, scores_of
from xinheng.store.subjects import Subject, SubjectKind, SubjectStatus

CODE_KINDS = {"registration": "注册号", "organisation": "组织机构代码", "tax": "税务登记号"}
LONGEST_TIMELINE = 60
READS = 8
MATTERS = 20


@asks(Verb.SEARCH_SUBJECTS)
def subjects(call: Call) -> HttpResponse:
    run = next(iter(current_runs()), None)
    search = _search(call, run)
    found = find_subjects(search, limit=SIZE)
    last = found.subjects[-1].pk if found.subjects else 0
    following = max((subject.pk for subject in found.subjects), default=last)
    context = {
        "query": search.query,
        "asked": bool(search.query or search.narrowed),
        "filters": _filters(call),
        "reset_url": reverse("office:subjects"),
        "export_url": "",
        "too_short": found.too_short,
        "paging": Paging(
            previous_url=address(call.request) if search.after else "",
            next_url=address(call.request, after=following) if found.more else "",
            shown=len(found.subjects),
        ),
        "subjects": _found(call, found, run),
    }
    return call.render("subjects", context)


def _search(call: Call, run: EvaluationRun | None) -> Search:
    given = {key: call.request.GET.get(key, "").strip()[:100] for key in _NARROWING}
    return Search(
        query=given["q"],
        kind=given["kind"],
        status=given["status"],
        division=given["division"],
        sector=given["sector"],
        grade=given["grade"] if call.may_somewhere(Verb.READ_GRADE) else "",
        line=run.line_key if run else None,
        after=number(call.request, "after") or 0,
    )


_NARROWING = ("q", "kind", "status", "division", "sector", "grade")


def _filters(call: Call) -> list[Filter]:
    sectors = [(key, sector.title) for key, sector in call.policy.sectors.sectors.items()]
    choices: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("kind", "类型", list(SubjectKind.choices)),
        ("status", "登记状态", list(SubjectStatus.choices)),
        ("division", "县区", list(districts(call.policy).items())),
        ("sector", "行业", sectors),
    ]
    if call.may_somewhere(Verb.READ_GRADE):
        choices.append(("grade", "等级", [(letter, letter) for letter in "ABCDE"] + [("-", "信息不足")]))
    value = call.request.GET.get
    return [
        Filter("q", "名称、代码或拼音首字母", "text", value("q", ""), placeholder="如 开封 面粉、kfmf"),
        *(
            Filter(
                name,
                label,
                "select",
                value(name, ""),
                [Option("", "全部"), *(Option(*one) for one in options)],
            )
            for name, label, options in choices
        ),
    ]


def _found(call: Call, found: Found, run: EvaluationRun | None) -> list[dict[str, Any]]:
    ids = [subject.pk for subject in found.subjects]
    known = Record.objects.filter(subject__in=ids, known_until__isnull=True)
    counted = known.order_by().values_list("subject").annotate(Count("pk"), Max("decided_on"))
    records = {subject: (records, last) for subject, records, last in counted}
    grades: dict[int, str] = {}
    if run is not None and call.may_somewhere(Verb.READ_GRADE):
        grades = dict(scores_of(run).filter(subject__in=ids).values_list("subject", "grade"))
    places = districts(call.policy)
    return [
        {
            **_named(call, subject),
            "district": places.get(subject.division_code, ""),
            "grade": grades.get(subject.pk, ""),
            "trial": bool(run and run.trial),
            "records": records.get(subject.pk, (0, None))[0],
            "last_on": records.get(subject.pk, (0, None))[1],
        }
        for subject in found.subjects
    ]


def _named(call: Call, subject: Subject) -> dict[str, Any]:
    sector = call.policy.sectors.sectors.get(subject.sector)
    return {
        "name": subject.name or "（名称未登记）",
        "url": call.file_url(subject),
        "code": subject.code or "",
        "kind": SubjectKind(subject.kind).label,
        "status": SubjectStatus(subject.status).label,
        "sector": sector.title if sector else "",
    }


@dataclass(frozen=True, slots=True)
class Looking:
    """What of a file is asked for. Beyond the present and standing a reason is stated."""

    as_of: date | None
    known_on: date | None
    ended: bool
    reason: str

    @property
    def beyond(self) -> bool:
        return self.ended or self.as_of is not None or self.known_on is not None


def _looking(call: Call, subject: Subject) -> Looking:
    """Raises Refusal where the past is asked for without the right or without a reason."""
    given = call.request.GET
    looking = Looking(
        day_in(call, "as_of"),
        day_in(call, "known_on"),
        given.get("ended") == "1",
        given.get("reason", "").strip()[:200],
    )
    if looking.beyond:
        call.demand(Verb.READ_ENDED_RECORDS, SUBJECT.target(call, subject))
        if not looking.reason:
            raise Refusal(
                "G9",
                "查看过去的档案或已终止的记录，必须写明理由。",
                advice="请返回档案页，在“查看过去的档案”中填写理由。",
            )
    return looking


@asks(Verb.READ_SUBJECT_FILE, of=SUBJECT)
def subject(call: Call, subject: Subject) -> HttpResponse:
    looking = _looking(call, subject)
    if subject.merged_into is not None and not looking.beyond:
        call.tell(f"{subject.name}已并入本主体，档案在这里。")
        return redirect("office:subject", subject=subject.merged_into.public_id)
    file = open_file(
        subject.public_id,
        actor=call.user,
        reason=looking.reason,
        now=call.now,
        as_of=looking.as_of,
        known_on=looking.known_on,
        with_ended=looking.beyond,
    )
    return call.render("subject", {**_head(call, file), **_body(call, file, looking)})


def _head(call: Call, file: SubjectFile) -> dict[str, Any]:
    subject = file.subject
    names = subject.names.exclude(name=subject.name).order_by("-to_on", "-known_at")
    flags = [
        word for held, word in ((subject.state_body, "机关事业单位"), (subject.state_owned, "国有")) if held
    ]
    return {
        "crumbs": [Crumb("企业档案", reverse("office:subjects")), Crumb(subject.name)],
        "subject": {
            **_named(call, subject),
            "district": districts(call.policy).get(subject.division_code, ""),
            "registrar": subject.registrar,
            "established_on": subject.established_on,
            "size": subject.size,
            "address": subject.address,
            "flags": flags,
        },
        "former_names": [
            {"name": one.name, "from_on": one.from_on, "until": one.to_on, "source": ""} for one in names
        ],
        "other_codes": [
            {
                "kind": CODE_KINDS.get(one.kind, one.kind),
                "value": one.value,
                "from_on": one.from_on,
                "until": one.to_on,
            }
            for one in subject.codes.all()
        ],
        "absorbed": [
            {"name": one.subject.name, "names": one.names, "codes": one.codes} for one in absorbed_by(subject)
        ],
        "merges_url": reverse("office:merges") if call.may_somewhere(Verb.PROPOSE_QUARANTINE) else "",
        "version": subject.version,
    }


def _body(call: Call, file: SubjectFile, looking: Looking) -> dict[str, Any]:
    subject, here = file.subject, reverse("office:subject", kwargs={"subject": file.subject.public_id})
    publications = _publications(subject)
    item = number(call.request, "item")
    chosen = [record for record in file.records if item is None or record.item == item]
    page, paging = in_memory(chosen, call.request)
    past = looking.as_of is not None or looking.known_on is not None
    grade = None if past else grade_of(call, subject)
    target = SUBJECT.target(call, subject)
    return {
        "as_of": looking.as_of or call.today,
        "known_on": looking.known_on or call.today,
        "time_machine": _time_machine(call, looking) if call.may(Verb.READ_ENDED_RECORDS, target) else [],
        "now_url": here if past else "",
        "ended": file.ended,
        "ended_shown": looking.ended and not past,
        "grade": grade,
        "visits": None if past else _visits(call, subject, grade),
        "categories": _categories(call, file, item),
        "records": [line_of(call, subject, one, public=one.record_key in publications) for one in page],
        "paging": paging,
        "entries": entries_of(call, subject, chosen[:LONGEST_TIMELINE], publications, until=call.today),
        "government": None if past else failures_part(call, subject),
        "matters": [] if past else _matters(call, subject),
        "reads_url": f"{reverse('office:ledger')}?subject={subject.public_id}"
        if call.may_somewhere(Verb.READ_LEDGER)
        else "",
        "reads": reads_of(call, subject, "subject.read")[:READS],
        "acts": _acts(call, subject, target),
    }


def _matters(call: Call, subject: Subject) -> list[dict[str, Any]]:
    """Cases of the subject that the reader may see, the newest first: interviews, orders, what is asked for."""
    seen = Case.objects.filter(
        subject__in=one_with(subject), organisation__in=call.reach(Verb.READ_CASE)
    ).select_related("organisation")
    return [
        {
            "number": case.number,
            "url": reverse("office:case", kwargs={"number": case.number}),
            "title": case.title,
            "unit": call.tree.name(case.organisation_id),
            "opened_on": day_of(case.opened_at),
            "state": state_title(case),
        }
        for case in seen.order_by("-pk")[:MATTERS]
    ]


def _acts(call: Call, subject: Subject, target: Target) -> list[Link]:
    own = {"subject": subject.public_id}
    links = [
        Link("谁查询过", reverse("office:asked", kwargs=own)),
        Link("主体性质", reverse("office:marks", kwargs=own)),
    ]
    if call.may(Verb.KEEP_RELATIONS, target):
        links.append(Link("名单相关人员", reverse("office:persons", kwargs=own)))
    return links


def _publications(subject: Subject) -> dict[int, Publication]:
    living = Publication.objects.filter(subject=subject, stopped_at__isnull=True)
    return {publication.record_key: publication for publication in living}


def _categories(call: Call, file: SubjectFile, item: int | None) -> list[Link]:
    counts = Counter(record.item for record in file.records)
    links = [Link("全部", address(call.request, item=None), count=len(file.records), current=item is None)]
    return links + [
        Link(
            item_title(one, call.policy),
            address(call.request, item=one),
            count=counts[one],
            current=item == one,
        )
        for one in sorted(counts)
    ]


def _time_machine(call: Call, looking: Looking) -> list[Filter]:
    def written(day: date | None) -> str:
        return day.isoformat() if day else ""

    choices = [Option("", "只看现行的"), Option("1", "包括已终止的")]
    return [
        Filter("as_of", "情况日", "date", written(looking.as_of)),
        Filter("known_on", "所知日", "date", written(looking.known_on)),
        Filter("ended", "已修复、撤回、期满的记录", "select", "1" if looking.ended else "", choices),
        Filter("reason", "理由（记入账本）", "text", looking.reason),
    ]


def _visits(call: Call, subject: Subject, grade: dict[str, Any] | None) -> dict[str, Any]:
    """How often the enterprise is visited this year, under which limit."""
    grading, today = call.policy.grading_for(subject.sector), call.today
    letter = grade["letter"] or None if grade and not grade["trial"] else None
    band = band_of(grading, grade=letter, kind=subject.kind, confirmed=False)
    drawn = visits_of_year(subject, year=today.year)
    lines = [dated.on(today) for dated in (band.visits_per_year, grading.ceiling) if dated]
    known = [line for line in lines if line is not None]
    try:
        limit = visit_limit(grading, band=band.key, on=today)
    except Refusal:
        limit = None
    return {
        "this_year": drawn,
        "limit": limit,
        "band": f"{band.name}档",
        "source": cited(known, call.policy),
        "verified": bool(known) and all(line.verified for line in known),
    }
