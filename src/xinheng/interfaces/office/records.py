"""One record: what it says, where it came from, all its versions, what rests on it, and how it is changed.

A change is a new version with its reason and the document it rests on; what rested on the record ends with it in the
same transaction (services.records; 《河南省社会信用条例》第四十一、四十二条).
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.attachments import Target
from xinheng.core.days import first_day_off, last_day_if
from xinheng.core.records import STANDING, Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import ADVICE, Call, asks
from xinheng.interfaces.office.attachments_shown import part_of
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records_shown import file_crumbs, line_of, source_of
from xinheng.interfaces.office.wording import DEEDS
from xinheng.interfaces.web.parts import Clock, Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.attachments import held
from xinheng.services.case_grounds import states_fault
from xinheng.services.deletions import open_proposal
from xinheng.services.ledger import note
from xinheng.services.listings import open_lists
from xinheng.services.measures_grounds import grounds_any
from xinheng.services.record_corrections import Asked, change_by_hand, waiting_correction
from xinheng.services.records import Change
from xinheng.services.subjects import ended_keys, handled_by
from xinheng.services.time import day_of
from xinheng.store.casework import Case
from xinheng.store.effects import Publication
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

MAY_PROPOSE = (Verb.CORRECT_RECORD, Verb.DELETE_RECORD)
"""Who may say that a record has to go; that it goes is for another person with the second of these."""
_KEEP = ("", "不改")
_DAY = forms.DateInput(attrs={"type": "date"})


_DEEDS = ("correct", "annotate", "dispute", "shield", "withdraw", "restore")


class ChangeForm(forms.Form):
    """What happens to the record. The lower fields serve a correction; what is left empty stays as it is."""

    deed = forms.ChoiceField(
        label="做法",
        choices=[(deed, DEEDS[deed]) for deed in _DEEDS],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择做法。"},
    )
    ground = forms.CharField(
        label="所依据的文书", max_length=200, error_messages={"required": "请写明文书名称和文号。"}
    )
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )
    amount = forms.DecimalField(
        label="更正金额（元）", required=False, min_value=Decimal(0), decimal_places=2
    )
    headcount = forms.IntegerField(label="更正人数", required=False, min_value=0)
    valid_to = forms.DateField(label="更正有效期至", required=False, widget=_DAY)
    seriousness = forms.ChoiceField(
        label="更正失信程度",
        required=False,
        choices=[_KEEP, *((str(int(one)), one.label) for one in Seriousness)],
    )
    finality = forms.ChoiceField(
        label="更正效力", required=False, choices=[_KEEP, *((str(int(one)), one.label) for one in Finality)]
    )

    def __init__(self, found: Record, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if found.state == RecordState.ACTIVE:
            deeds = [(deed, DEEDS[deed]) for deed in _DEEDS if deed != "restore"]
            self.fields["deed"].choices = deeds  # type: ignore[attr-defined]

    def values(self) -> dict[str, object]:
        """Columns that a correction replaces."""
        given = self.cleaned_data
        found: dict[str, object] = {}
        if given["amount"] is not None:
            found["amount_fen"] = int(given["amount"] * 100)
        if given["headcount"] is not None:
            found["headcount"] = given["headcount"]
        if given["valid_to"] is not None:
            found["valid_to"] = first_day_off(given["valid_to"])
        return found | {name: int(given[name]) for name in ("seriousness", "finality") if given[name]}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("deed") == "correct" and not self.errors and not self.values():
            raise forms.ValidationError("更正须至少填写一项更正后的内容。")
        return given


@asks(Verb.READ_SUBJECT_FILE, Verb.CORRECT_RECORD)
def record(call: Call, subject: str, key: int) -> HttpResponse:
    """For whoever reads files, and for the unit that delivered this record, which may correct it."""
    owner = SUBJECT.find(subject)
    if owner is None:
        raise Http404
    return _read(call, owner, key)


def _read(call: Call, subject: Subject, key: int) -> HttpResponse:
    if not call.may(Verb.READ_SUBJECT_FILE, SUBJECT.target(call, subject)):
        _demand_own(call, subject, key)
    found = record_of(subject, key)
    reason = _reason_for_ended(call, subject, found)
    note(
        "record.read",
        now=call.now,
        actor=call.user,
        subject=subject.public_id,
        object=f"record:{key}",
        reason=reason,
    )
    return _page(call, subject, found, ChangeForm(found) if _may_change(call, found) else None)


def _demand_own(call: Call, subject: Subject, key: int) -> None:
    """The same refusal whether there is no such record or another unit delivered it."""
    found = Record.objects.select_related("batch").filter(
        subject=subject, record_key=key, known_until__isnull=True, batch__isnull=False
    )
    own = found.first()
    if own is None or not _may_change(call, own):
        raise Refusal("access", "这条记录不是您的单位报送的，不在您的授权范围内。", advice=ADVICE)


def _after(call: Call, owner: Subject, found: Record) -> str:
    """Back to the file, or to the batch for a reporter, who reads no files."""
    if found.batch is None or call.may(Verb.READ_SUBJECT_FILE, SUBJECT.target(call, owner)):
        return reverse("office:subject", args=[owner.public_id])
    return reverse("office:batch", args=[found.batch.public_id])


def _reason_for_ended(call: Call, subject: Subject, found: Record) -> str:
    """What is repaired, withdrawn or expired opens with a right of its own and a reason (legal guard G9)."""
    reason = call.request.GET.get("reason", "").strip()[:200]
    ended = RecordState(found.state) not in STANDING or found.record_key in ended_keys(subject)
    if ended:
        call.demand(Verb.READ_ENDED_RECORDS, SUBJECT.target(call, subject))
        if not reason:
            raise Refusal(
                "G9", "查看已终止的记录必须写明理由。", advice="请在档案页“查看过去的档案”中填写理由后打开。"
            )
    return reason


@asks(Verb.CORRECT_RECORD, methods=("POST",))
@once
def change_record(call: Call, subject: str, key: int) -> HttpResponse:
    """Add a version; refused outside the organisation that delivered the record."""
    owner = SUBJECT.find(subject)
    if owner is None:
        raise Http404
    found = record_of(owner, key)
    call.demand(Verb.CORRECT_RECORD, call.of(owner_of(call, found)))
    form = ChangeForm(found, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            waiting = _change(call, key, form)
            if waiting is not None:
                call.tell(
                    f"更正后对企业更为不利（{'、'.join(waiting.details['heavier'])}），"
                    f"已提出事项 {waiting.number}，由另一名决定人决定；决定以前记录不变。"
                )
            else:
                call.tell(f"已{DEEDS[form.cleaned_data['deed']]}，并记入账本。")
            return redirect(_after(call, owner, found))
    return _page(call, owner, found, form)


def _change(call: Call, key: int, form: ChangeForm) -> Case | None:
    """The case that waits for a second person where the record would weigh more."""
    given = form.cleaned_data
    change = Change(deed=given["deed"], reason=given["reason"], ground=given["ground"])
    values = form.values() if change.deed == "correct" else {}
    asked = Asked(change=change, values=values, actor=call.user, policy=call.policy, now=call.now)
    return change_by_hand(key, asked)


def record_of(subject: Subject, key: int) -> Record:
    kept = Record.objects.select_related(
        "detail", "batch__organisation", "batch__received_by", "batch__original", "note"
    )
    found = kept.filter(subject=subject, record_key=key, known_until__isnull=True).first()
    if found is None:
        raise Http404
    return found


def owner_of(call: Call, found: Record) -> int:
    """The organisation that answers for the record; the whole city where it came without a file."""
    if found.batch is not None:
        return found.batch.organisation_id
    return call.tree.root


def _may_change(call: Call, found: Record) -> bool:
    return bool(call.may(Verb.CORRECT_RECORD, call.of(owner_of(call, found))))


def _page(call: Call, subject: Subject, found: Record, form: ChangeForm | None) -> HttpResponse:
    publication = Publication.objects.filter(record_key=found.record_key, stopped_at__isnull=True).first()
    shown = line_of(call, subject, found, public=publication is not None)
    reads = bool(call.may(Verb.READ_SUBJECT_FILE, SUBJECT.target(call, subject)))
    here = reverse("office:subject", kwargs={"subject": subject.public_id}) if reads else ""
    waiting = waiting_correction(found.record_key)
    part = {"subject": subject.public_id, "key": found.record_key}
    context = {
        "crumbs": file_crumbs(subject, Crumb(shown["title"]))
        if reads
        else _batch_crumbs(found, shown["title"]),
        "subject": {"name": subject.name, "url": here, "code": subject.code or "—"},
        "record": shown,
        "fields": [{"label": label, "value": value} for label, value in found.detail.fields.items() if value],
        "source": source_of(call, found),
        "original_until": _original_until(found),
        "effects": _effects(found),
        "versions": _versions(found),
        "handling": _handling(call, found) if reads else None,
        "publication": _publication(publication) if publication else None,
        "form": form,
        "waiting": waiting
        and {
            "number": waiting.number,
            "url": reverse("office:case", args=[waiting.number])
            if call.may(Verb.READ_CASE, call.of(waiting.organisation_id))
            else "",
        },
        **_cases_urls(call, subject, found),
        "attachments": part_of(
            call,
            held(Target.RECORD, f"{found.record_key}"),
            reason=call.request.GET.get("reason", "").strip()[:200],
        ),
        "delete_url": reverse("office:delete_record", kwargs=part)
        if any(call.may(verb, call.of(owner_of(call, found))) for verb in MAY_PROPOSE)
        else "",
        "deletion_waits": open_proposal(found.record_key) is not None,
        "change_url": reverse("office:change_record", kwargs=part),
    }
    return call.render("record", context)


def _batch_crumbs(found: Record, title: str) -> list[Crumb]:
    """The way of a reporter, who comes from the own deliveries."""
    batch = found.batch
    own = [Crumb("批次", reverse("office:batch", args=[batch.public_id]))] if batch else []
    return [Crumb("归集批次", reverse("office:batches")), *own, Crumb(title)]


def _handling(call: Call, found: Record) -> list[dict[str, Any]] | None:
    told_of = handled_by(found)
    return None if told_of is None else [line_of(call, one.subject, one, public=False) for one in told_of]


def _original_until(found: Record) -> date | None:
    """Until when the delivered file is kept, sealed."""
    kept = found.batch.original if found.batch else None
    return kept.destroy_on if kept is not None and kept.destroyed_at is None else None


def _versions(found: Record) -> list[dict[str, Any]]:
    rows = Record.objects.filter(record_key=found.record_key).select_related(
        "note__actor", "batch__received_by"
    )
    versions = []
    for number, row in enumerate(rows.order_by("known_at"), start=1):
        noted = getattr(row, "note", None)
        first = {"deed": "收到", "reason": "随批次入库", "ground": "", "actor": _sender(row)}
        told_ = (
            first
            if noted is None
            else {
                "deed": DEEDS.get(noted.deed, noted.deed),
                "reason": noted.reason,
                "ground": noted.ground,
                "actor": noted.actor.display_name if noted.actor else "",
            }
        )
        versions.append(
            {
                "number": number,
                "known_at": row.known_at,
                "until": row.known_until,
                "current": row.known_until is None,
            }
            | told_
        )
    return versions


def _sender(row: Record) -> str:
    return row.batch.received_by.display_name if row.batch and row.batch.received_by else ""


def _effects(found: Record) -> list[dict[str, Any]]:
    publications = Publication.objects.filter(record_key=found.record_key).order_by("pk")
    return [
        {"label": "公示", "url": "", "ended_on": day_of(one.stopped_at) if one.stopped_at else None}
        for one in publications
    ]


def _publication(publication: Publication) -> dict[str, Any]:
    clock = Clock(
        due_on=publication.due_on,
        workdays_left=None,
        rule="作出决定后应公示的期限",
        provisional=publication.provisional,
        done_on=day_of(publication.published_at),
    )
    return {
        "clock": clock,
        "stop_on": last_day_if(publication.stop_on),
        "repair_from": publication.earliest_repair_on,
    }


def _grounds_measure(call: Call, found: Record) -> bool:
    drafts = call.may_somewhere(Verb.DRAFT_CASE)
    return drafts and grounds_any(found, policy=call.policy, on=call.today)


def _cases_urls(call: Call, subject: Subject, found: Record) -> dict[str, str]:
    """Where cases begin on this record: some for whoever drafts cases of its unit, measures for whoever drafts any."""
    drafts = bool(call.may(Verb.DRAFT_CASE, call.of(owner_of(call, found))))
    wrong = f"?subject={subject.public_id}&about=record:{found.record_key}"
    about = f"?record={found.record_key}"
    faulty = drafts and states_fault(found, policy=call.policy)
    known = {
        "interview_url": (
            "new_interview",
            about,
            faulty,
        ),
        "order_url": ("new_order", about, faulty),
        "remedy_url": ("new_remedy", wrong, drafts and RecordState(found.state) in STANDING),
        "measure_url": ("new_measure", about, _grounds_measure(call, found)),
        "listing_url": (
            "new_listing",
            about,
            drafts and bool(open_lists(found, policy=call.policy, on=call.today)),
        ),
    }
    return {
        name: f"{reverse(f'office:{route}')}{query}" if may else ""
        for name, (route, query, may) in known.items()
    }
