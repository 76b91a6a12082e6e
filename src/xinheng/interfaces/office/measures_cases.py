"""Proposing measures on a record or list entry, and their part of the page of a case."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.measure_basis import Basis
from xinheng.core.measures import RESTRICTING, SUPPLEMENTING, MeasureGroup
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office import measures_bans
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of
from xinheng.interfaces.office.cases_service import but_service, serve_by_letter
from xinheng.interfaces.office.measures import crumbs, end_words
from xinheng.interfaces.office.measures_bans import DecideForm
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.subjects_marks import state_of
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.cases import ground_of
from xinheng.services.measures import Choice, Proposal, choices_of, decide, grant, propose, start
from xinheng.services.measures_ending import end_measures
from xinheng.services.measures_findings import finding_of, words_of_finding
from xinheng.services.measures_grounds import basis_of, rows_for, words_of
from xinheng.store.casework import Case
from xinheng.store.flags import SuperiorLetter
from xinheng.store.listings import ListEntry
from xinheng.store.organisations import Organisation, OrganisationKind
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

_RANKS = {*RESTRICTING, *SUPPLEMENTING}


class ProposalForm(forms.Form):
    """What is proposed, by which body, with which statute and term."""

    body = forms.ChoiceField(label="实施单位")
    source = forms.ChoiceField(label="法律依据", required=False)
    clause = forms.CharField(label="条款", max_length=60, required=False)
    months = forms.IntegerField(
        label="期限（月）", required=False, min_value=1, max_value=1200,
        error_messages={"invalid": "期限写整月数。"},
    )  # fmt: skip
    ban = forms.ChoiceField(label="市场禁入和法定情形", required=False)
    ban_clause = measures_bans.clause_field()
    fits = measures_bans.fits_field()
    reason = forms.CharField(
        label="事实和理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明事实、理由，以及措施为什么与失信程度相当。"},
    )  # fmt: skip
    measures = forms.MultipleChoiceField(label="措施", error_messages={"required": "请选择至少一项措施。"})

    def __init__(self, call: Call, rows: Mapping[str, str], basis: Basis, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = call.policy
        bodies = Organisation.objects.filter(
            pk__in=call.reach(Verb.DRAFT_CASE), key__in=policy.agencies.agencies
        ).order_by("pk")
        sources = [
            (key, one.cite())
            for key, one in sorted(policy.sources.items())
            if one.rank in _RANKS and one.holds_in(policy.city.area)
        ]
        choices: dict[str, Any] = {
            "body": [(one.public_id, call.tree.name(one.pk)) for one in bodies],
            "source": [("", "不另写"), *sources],
            "ban": measures_bans.options(basis, policy),
            "measures": list(rows.items()),
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]
        if not measures_bans.bans_for(basis, policy):
            for name in measures_bans.FIELDS:
                del self.fields[name]
        own = Organisation.objects.filter(pk=call.user.organisation_id).first()
        self.initial.setdefault("body", own.public_id if own else "")

    def choices(self, policy: Policy) -> tuple[Choice, ...]:
        given = self.cleaned_data
        ban, _, fault = given.get("ban", "").partition("|")
        found = []
        for key in given["measures"]:
            row = policy.measures.measures[key]
            if row.ban:
                found.append(
                    Choice(
                        measure=key,
                        ban=ban,
                        months=given["months"],
                        fault=fault,
                        clause=given["ban_clause"].strip(),
                        fits=given["fits"].strip(),
                    )
                )
                continue
            found.append(
                Choice(
                    measure=key,
                    source=given["source"] if row.needs_own_basis else "",
                    clause=given["clause"].strip() if row.needs_own_basis else "",
                    months=given["months"],
                )
            )
        return tuple(found)


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_measure(call: Call) -> HttpResponse:
    """Propose measures on what the address names. Only rows that act on such an enterprise and here are offered."""
    subject, ground = _ground(call)
    basis = basis_of(subject, ground, policy=call.policy, on=call.today)
    unfit = measures_bans.unfit(basis, call.policy)
    rows = rows_for(basis, policy=call.policy, on=call.today)
    if not measures_bans.bans_for(basis, call.policy):
        rows = {key: row for key, row in rows.items() if not row.ban}
    if not rows:
        raise Refusal(
            "MG4",
            f"清单里没有适用于这条记录的措施（{basis.target.label}，{basis.seriousness.label}）。",
            citation="国办发〔2020〕49号（过惩相当）",
            advice="轻微失信不采取措施；失信程度有误的，请先由认定单位更正。",
        )
    given = call.request.POST if call.request.method == "POST" else None
    form = ProposalForm(call, {key: row.title for key, row in rows.items()}, basis, given)
    if form.is_bound and form.is_valid():
        body = Organisation.objects.get(public_id=form.cleaned_data["body"])
        call.demand(Verb.DRAFT_CASE, call.of(body.pk))
        wanted = Proposal(
            subject=subject,
            ground=ground,
            body=body,
            choices=form.choices(call.policy),
            reason=form.cleaned_data["reason"],
        )
        with refusals_on(form, measures_bans.BESIDE):
            case = propose(wanted, actor=call.user, policy=call.policy, now=call.now)
            call.tell("已提出，由另一人决定。")
            return redirect("office:case", number=case.number)
    checked = form["measures"].value() or ()
    context = {
        "crumbs": crumbs(call, Crumb("提出措施")),
        "name": subject.name,
        "ground": words_of(ground, policy=call.policy),
        "target": basis.target.label,
        "seriousness": basis.seriousness.label,
        "until_on": basis.until_on,
        "unfit": unfit,
        "rows": [
            {
                "key": key,
                "title": row.title,
                "group": row.group.label,
                "bodies": row.bodies,
                "occasions": "、".join(one.label for one in row.occasions),
                "own_basis": row.needs_own_basis,
                "notice": row.prior_notice,
                "incentive": row.group is MeasureGroup.INCENTIVE,
                "checked": key in checked,
            }
            for key, row in rows.items()
        ],
        "form": form,
    }
    return call.render("measure_new", context)


def _ground(call: Call) -> tuple[Subject, Ground]:
    given = call.request.GET
    record, entry = given.get("record", ""), given.get("entry", "")
    if record.isdecimal() and len(record) < 19:
        known = Record.objects.select_related("subject").filter(record_key=int(record))
        row = known.filter(known_until__isnull=True).first()
        if row is not None:
            return row.subject, Ground(GroundKind.RECORD, row.record_key)
    found = ListEntry.objects.select_related("subject").filter(public_id=entry).first() if entry else None
    if found is None:
        raise Http404
    return found.subject, Ground(GroundKind.LIST_ENTRY, found.pk)


class RespondForm(StepForm):
    """Which departments are asked to respond."""

    responders = forms.MultipleChoiceField(
        label="通知响应的单位", required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )

    def __init__(self, step: Any, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        units = Organisation.objects.filter(
            kind__in=(OrganisationKind.DEPARTMENT, OrganisationKind.TENDER_CENTRE),
            names__to_on__isnull=True,
        )
        self.fields["responders"].choices = [  # type: ignore[attr-defined]
            (str(pk), name) for pk, name in units.order_by("pk").values_list("public_id", "names__name")
        ]


class HearForm(StepForm):
    """What the enterprise said and what is answered, as the letter of decision says it."""

    def __init__(self, step: Any, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        self.fields["reason"].label = "陈述、申辩的内容和答复"
        self.fields["reason"].help_text = "逐项写明采纳或者不采纳和理由，写入决定书；不写个人信息。"
        self.fields["reason"].error_messages["required"] = "请写明企业说了什么、采纳不采纳和理由。"


def _responders(form: StepForm) -> list[Organisation]:
    return list(Organisation.objects.filter(public_id__in=form.cleaned_data["responders"]).order_by("pk"))


def _decide(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    finding = form.finding if isinstance(form, DecideForm) else None
    return decide(case, finding=finding, **given_of(call, form))


def _start(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    start(case, responders=_responders(form), **given_of(call, form))
    return case


def _grant(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    grant(case, responders=_responders(form), **given_of(call, form))
    return case


def _end(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    end_measures(case, verb, **given_of(call, form))
    return case


def _shown(call: Call, case: Case) -> dict[str, Any]:
    ground, policy = ground_of(case), call.policy
    words = words_of(ground, policy=policy) if case.subject and ground else ""
    applied = case.measures.order_by("pk")
    readable = call.may(Verb.READ_CASE, Target(organisations=call.tree.path(case.organisation_id)))
    return {
        "measure_ground": words,
        "measure_choices": [_line(one, policy) for one in choices_of(case)],
        "measure_relation": words_of_finding(case, policy=policy),
        "measure_found": finding_of(case)[2],
        "superior_letters": _superiors(call, case, ground) if readable else [],
        "measure_applied": [
            (
                one.title,
                reverse("office:measure", kwargs={"measure": one.public_id}),
                one.from_on,
                end_words(one),
            )
            for one in applied
        ]
        if readable
        else [],
    }


def _superiors(call: Call, case: Case, ground: Ground | None) -> list[tuple[str, str, str]]:
    """Letters to superior unit and audit office upon the record of the case: to whom, how far, where."""
    if ground is None or ground.kind is not GroundKind.RECORD or case.subject is None:
        return []
    url = reverse("office:superior_letters", kwargs={"subject": case.subject.public_id})
    letters = SuperiorLetter.objects.filter(record_key=ground.reference).order_by("pk")
    return [(one.addressed_to, state_of(one), url) for one in letters]


def _line(choice: Choice, policy: Policy) -> dict[str, Any]:
    row = policy.measures.measures.get(choice.measure)
    rule = policy.measures.bans.get(choice.ban)
    source = policy.sources.get(choice.source)
    return {
        "title": row.title if row else choice.measure,
        "group": row.group.label if row else "",
        "ban": rule.title if rule else "",
        "basis": source.cite(choice.clause) if source else "",
        "term": f"{choice.months}个月" if choice.months else "随依据终止",
        "notice": bool(row and row.prior_notice),
    }


_PART = "office/case_measure.html"
MEASURE = CaseKind(
    key="measure",
    title="失信惩戒措施",
    part=_PART,
    shown=_shown,
    offers=but_service,
    forms={"hear": HearForm, "start": RespondForm, "decide": DecideForm},
    acts={"serve": serve_by_letter, "decide": _decide, "start": _start, "lift": _end, "annul": _end},
)
INCENTIVE = CaseKind(
    key="incentive",
    title="守信激励",
    part=_PART,
    shown=_shown,
    forms={"grant": RespondForm},
    acts={"grant": _grant, "lift": _end, "annul": _end},
)
