"""The page of a case, piece by piece: facts, steps open to this person, clocks, recusals, course, picture."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.attachments import Target
from xinheng.core.days import DueDate
from xinheng.core.flow_migration import MIGRATED, UNDONE
from xinheng.core.flows import Flow, Step, hands
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.parameters import Unit
from xinheng.core.procedures import flow_of, newest
from xinheng.core.roles import Role, Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.attachments_shown import part_of
from xinheng.interfaces.office.cases_begun import words_of_record
from xinheng.interfaces.office.cases_kinds import StepForm
from xinheng.interfaces.office.cases_known import kind_of
from xinheng.interfaces.office.cases_papers import awaited
from xinheng.interfaces.office.cases_picture import picture
from xinheng.interfaces.office.letters import line_of
from xinheng.interfaces.office.records_shown import record_url
from xinheng.interfaces.web.parts import Clock, Crumb
from xinheng.interfaces.web.refusals import Beside
from xinheng.services.attachments import held
from xinheng.services.case_clocks import rule_of
from xinheng.services.case_deadlines import open_request
from xinheng.services.case_grounds import halted
from xinheng.services.cases import ground_of, recused_from, roles_in, state_title, steps_for
from xinheng.services.letters import replaced_by
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.case_moves import DeadlineMove, Recusal
from xinheng.store.casework import Case, CaseDeadline
from xinheng.store.records import Record

_WAYS_BACK = frozenset({"withdraw", "revoke", "retract"})
"""Steps that undo what was begun: shown last, and nobody is waited for because of them."""
_MIGRATIONS = {MIGRATED: "迁移到流程的新版本", UNDONE: "退回流程的旧版本"}


class MoveForm(forms.Form):
    """Suspend, resume or extend a clock, or answer a request."""

    beside: ClassVar[Beside] = {"CD3": "reason", "CD4": "on", "clock_order": "on", "clock_extension": "by"}
    seen = forms.IntegerField(widget=forms.HiddenInput)
    on = forms.DateField(
        label="日期", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期写作 2026-11-20。"},
    )  # fmt: skip
    by = forms.IntegerField(
        label="延长", required=False, min_value=1, max_value=366,
        error_messages={"required": "请填写延长多少。", "invalid": "请填写整数。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明理由。"},
    )  # fmt: skip


Moved = tuple[str, str, MoveForm]
"""A clock, what was to be done with it, and the form that says why not."""


class RecusalForm(forms.Form):
    """``person`` is empty where the officer declares the own recusal."""

    person = forms.ChoiceField(label="谁回避", required=False)
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明利害关系或其他可能影响公正的情形。"},
    )  # fmt: skip

    def __init__(self, call: Call, case: Case, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "recusal_%s")
        super().__init__(*args, **kwargs)
        path = call.tree.path(case.organisation_id)
        known = User.objects.filter(organisation__in=path, is_active=True).exclude(pk=call.user.pk)
        others = known.order_by("pk").values_list("public_id", "display_name")[:200]
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", "本人"),
            *((public_id, f"{name}（当事人申请）") for public_id, name in others),
        ]


def page_of(
    call: Call,
    case: Case,
    *,
    tried: tuple[str, StepForm] | None = None,
    moved: Moved | None = None,
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    """``tried`` is a step that was refused, with what was typed; ``moved`` a clock that could not be moved; ``wrong`` a
    refusal of another act."""
    flow, kind = flow_of(case.flow, case.flow_version), kind_of(case)
    state, tone = title_of_state(case)
    may_act = any(
        call.may(verb, call.of(case.organisation_id)) for verb in (Verb.DRAFT_CASE, Verb.DECIDE_CASE)
    )
    may_write = bool(call.may(Verb.DRAFT_CASE, call.of(case.organisation_id)))
    may_write = may_write and call.user.pk not in recused_from(case)
    write_url = reverse("office:write_letter", kwargs={"case": case.public_id}) if may_write else ""
    steps = _steps(call, case, tried)
    terms = [_clock(call, case, row, may_act=may_act, moved=moved) for row in _rows(case)]
    refused = tried[1] if tried else moved[2] if moved else None
    still = any(one["open"] for one in [*steps, *(act for term in terms for act in term["acts"])])
    context = {
        "crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb(case.number)],
        "case": {
            "number": case.number,
            "title": case.title,
            "kind": kind.title,
            "state": state,
            "tone": tone,
        },
        "meaning": flow.state(case.state).party,
        "halted": halted(case, policy=call.policy),
        "facts": list(_facts(call, case)),
        "part": kind.part,
        **kind.shown(call, case),
        "steps": steps,
        "refused": refused,
        "typed": _typed(refused) if refused and not still else [],
        "wrong": wrong,
        "why_not": _why_not(call, case, flow),
        "clocks": terms,
        "recusals": [_recusal(call, case, one) for one in _asked(case)],
        "recusal_form": RecusalForm(call, case) if may_act and case.closed_at is None else None,
        "recusal_url": reverse("office:ask_recusal", kwargs={"number": case.number}),
        "code_url": reverse("office:case_code", kwargs={"number": case.number})
        if may_act and case.subject
        else "",
        "events": _events(case, flow),
        "picture": picture(flow, state=case.state, visited=_visited(case)),
        "case_letters": _letters(case),
        "write_url": write_url,
        "paper": awaited(case, write_url=write_url),
        "attachments": part_of(call, held(Target.CASE, case.public_id)),
    }
    return call.render("case", context, status=status)


def _letters(case: Case) -> list[dict[str, Any]]:
    letters = list(case.letters.select_related("case").prefetch_related("tries").order_by("pk"))
    later = replaced_by(letters)
    return [line_of(one) | {"later": later.get(one.pk, "")} for one in letters]


def title_of_state(case: Case) -> tuple[str, str]:
    flow = flow_of(case.flow, case.flow_version)
    if flow.state(case.state).settled:
        return state_title(case), "done"
    return state_title(case), "decide" if hands(flow, state=case.state) else "clock"


def _visited(case: Case) -> list[str]:
    return list(case.events.values_list("from_state", flat=True))


def _facts(call: Call, case: Case) -> Iterable[tuple[str, str, str]]:
    """Label, words, address."""
    yield "编号", case.number, ""
    yield "办理单位", call.tree.name(case.organisation_id), ""
    yield "立案", f"{day_of(case.opened_at)}　{case.opened_by.display_name if case.opened_by else '系统'}", ""
    yield "经办", case.handler.display_name if case.handler else "", ""
    if case.subject:
        yield "经营主体", case.subject.name, call.file_url(case.subject)
    if ground := ground_of(case):
        yield "依据", *_ground(call, ground)
    drafts = any(call.may_somewhere(verb) for verb in (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY))
    yield "流程版本", _version(case), reverse("office:flow_versions") if drafts else ""


def _version(case: Case) -> str:
    """The version the case keeps; that there is a newer one is said."""
    now = newest(case.flow).version
    if now == case.flow_version:
        return str(now)
    return f"{case.flow_version}（现行 {now}；没有迁移的，按立案时的版本办到底）"


_GROUNDS = {GroundKind.RECORD: "记录", GroundKind.DECISION: "决定", GroundKind.LIST_ENTRY: "名单条目"}


def _ground(call: Call, ground: Ground) -> tuple[str, str]:
    """In words, with the address of a record that is known."""
    known = Record.objects.select_related("subject").filter(known_until__isnull=True)
    record = known.filter(record_key=ground.reference).first() if ground.kind is GroundKind.RECORD else None
    if record is None:
        return _GROUNDS[ground.kind], ""
    return words_of_record(call, record), record_url(record.subject, record)


def _steps(call: Call, case: Case, tried: tuple[str, StepForm] | None) -> list[dict[str, Any]]:
    """The buttons: steps that this person may take now, each with its form."""
    kind = kind_of(case)
    verb, bound = tried or ("", None)
    return [
        {
            "title": step.title,
            "url": reverse("office:case_step", kwargs={"number": case.number, "verb": step.verb}),
            "form": bound if step.verb == verb and bound else kind.form_of(step, case, policy=call.policy),
            "adverse": step.adverse,
            "open": step.verb == verb,
        }
        for step in sorted(steps_for(case, call.user, on=call.today), key=_is_way_back)
        if kind.offers(call, case, step.verb) or step.verb == verb
    ]


def _is_way_back(step: Step) -> bool:
    return step.verb in _WAYS_BACK


def _typed(form: forms.Form) -> list[tuple[str, str]]:
    """What somebody wrote into a form that is no longer on the page, choices by their titles; nothing of empty fields."""
    written = ((str(one.label), _written(one)) for one in form.visible_fields())
    return [(label, words) for label, words in written if words]


def _written(field: BoundField) -> str:
    """The words of a choice as the page showed them, anything else as it was typed."""
    given = field.value() or ""
    if isinstance(field.field, forms.BooleanField):
        return "是" if given else ""
    titles = {str(key): str(title) for key, title in getattr(field.field, "choices", ())}
    several = given if isinstance(given, (list, tuple)) else [given]
    return "、".join(titles.get(str(one), str(one)) for one in several)


def _why_not(call: Call, case: Case, flow: Flow) -> str:
    """Why the case waits for somebody else."""
    if case.closed_at is not None:
        return _settled(case, flow)
    if call.user.pk in recused_from(case):
        return "您已从本事项回避。"
    ways = [step for step in flow.steps_from(case.state) if not _is_way_back(step)]
    held = roles_in(call.user, case.organisation, on=call.today)
    if any(step.not_by and step.roles & held for step in ways):
        return "您办理过本事项的前序环节，须由另一人办理。"
    names = _named({role for step in ways for role in step.roles})
    return f"等待{names}办理。" if names else "等待期限届满，由系统办理。"


def _settled(case: Case, flow: Flow) -> str:
    """A case that waits for nobody: over, or in force until somebody or a day ends it."""
    ways = flow.steps_from(case.state)
    if not ways:
        return "事项已经办结。"
    by_hand = "、".join(f"{step.title}（{_named(step.roles)}）" for step in ways if step.roles)
    return f"现在是“{state_title(case)}”，不等待谁办理。" + (f"此后可以：{by_hand}。" if by_hand else "")


def _named(roles: Iterable[Role]) -> str:
    return "、".join(sorted(role.label for role in roles))


def _rows(case: Case) -> Iterable[CaseDeadline]:
    return CaseDeadline.objects.filter(case=case).order_by("pk")


def clock_of_row(call: Call, row: CaseDeadline) -> Clock:
    """The clock of a page; an unknown length has no day (legal guard G15)."""
    rule = rule_of(row, call.policy)
    due = DueDate(row.due_on, row.provisional, row.calendar_version) if row.due_on else None
    return Clock(
        due_on=due.on if due else None,
        workdays_left=call.policy.calendar.workdays_between(call.today, due.on) if due else None,
        rule=f"{rule.title}：{rule}（{rule.citation}）",
        provisional=row.provisional,
        verified=rule.verified,
        done_on=row.ended_on,
        ran_out=row.ended_on is not None and _ran_out(row),
    )


def _ran_out(row: CaseDeadline) -> bool:
    """Whether the clock itself ended the term, by the step that policy lets follow it."""
    case = row.case
    after = [one.verb for one in flow_of(case.flow, case.flow_version).steps if one.after == row.key]
    return bool(after) and case.events.filter(verb__in=after, at__date=row.ended_on, actor=None).exists()


_ACTS = {
    "suspend": "中止",
    "resume": "恢复",
    "extend": "延长",
    "agree": "同意延长",
    "refuse": "不同意延长",
}


def _clock(
    call: Call, case: Case, row: CaseDeadline, *, may_act: bool, moved: Moved | None
) -> dict[str, Any]:
    running = row.ended_on is None
    asked = open_request(row) if running else None
    acts = []
    if running and may_act and case.closed_at is None:
        acts = ["resume"] if row.suspended_on else ["suspend", "extend"]
        if asked is not None:
            acts = ["agree", "refuse"] if asked.actor_id != call.user.pk else []
    return {
        "title": call.policy.parameter(row.key, on=row.started_on).title,
        "clock": None if row.suspended_on and running else clock_of_row(call, row),
        "started_on": row.started_on,
        "suspended_on": row.suspended_on if running else None,
        "asked": f"{asked.actor.display_name}申请延长 {asked.by}：{asked.reason}" if asked else "",
        "moves": [_moved(move) for move in row.moves.select_related("actor").order_by("pk")],
        "acts": [
            {
                "title": _ACTS[act],
                "act": act,
                "url": reverse(
                    "office:move_clock", kwargs={"number": case.number, "clock": row.key, "act": act}
                ),
                "form": _move_form(call, case, row, act, moved),
                "open": moved is not None and moved[:2] == (row.key, act),
            }
            for act in acts
        ],
    }


def _move_form(call: Call, case: Case, row: CaseDeadline, act: str, moved: Moved | None) -> MoveForm:
    """Empty, or what was sent and could not be done."""
    if moved is not None and moved[:2] == (row.key, act):
        form = moved[2]
    else:
        form = MoveForm(initial={"seen": case.version, "on": call.today})
    form.auto_id = f"{act}{row.pk}_%s"
    form.fields["by"].label = f"延长（{Unit(row.unit).label.strip()}）"
    return form


def _moved(move: DeadlineMove) -> dict[str, Any]:
    return {
        "on": move.on,
        "deed": move.get_kind_display() + (f" {move.by}" if move.by else ""),
        "who": move.actor.display_name,
        "reason": move.reason,
        "before": move.before,
        "after": move.after,
    }


def _asked(case: Case) -> Iterable[Recusal]:
    return Recusal.objects.filter(case=case).select_related("person", "asked_by", "decided_by").order_by("pk")


def _recusal(call: Call, case: Case, one: Recusal) -> dict[str, Any]:
    waits = one.granted is None
    may_decide = waits and call.user.pk not in (one.person_id, one.asked_by_id)
    decides = may_decide and bool(call.may(Verb.DECIDE_CASE, call.of(case.organisation_id)))
    return {
        "person": one.person.display_name,
        "how": "当事人申请" if one.by_party else "本人申请",
        "reason": one.reason,
        "state": "待决定" if waits else "已回避" if one.granted else "不同意",
        "tone": "clock" if waits else "done" if one.granted else "",
        "answer": f"{one.decided_by.display_name}：{one.answer}" if one.decided_by else "",
        "url": reverse("office:decide_recusal", kwargs={"number": case.number, "recusal": one.public_id})
        if decides
        else "",
    }


def _events(case: Case, flow: Flow) -> list[dict[str, Any]]:
    titles = {step.verb: step.title for step in flow.steps} | _MIGRATIONS
    return [
        {
            "at": event.at,
            "verb": titles.get(event.verb, "办理（旧版本的步骤）"),
            "actor": event.who,
            "reason": event.reason,
        }
        for event in case.events.select_related("actor").order_by("sequence")
    ]
