"""What an objection is aimed at: the thing itself, in words, who provided it, and what it rests on.

A thing is named by a word and a key: ``record:12``, ``list_entry:5``, ``measure:7``, ``grade:<run>``. Only what concerns the
objector's own file and still has effects is found; all else is not there (legal guard G13).
"""

from dataclasses import dataclass
from typing import Any

from xinheng.core.catalogue import Item
from xinheng.core.grounds import EffectKind, Ground, GroundKind
from xinheng.core.objections import Aim
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.organisations import city, organisation_for
from xinheng.store.casework import Case
from xinheng.store.effect_kinds import STORED_EFFECTS, StoredEffect
from xinheng.store.listings import ListEntry
from xinheng.store.measures import MeasureApplied
from xinheng.store.organisations import Organisation, OrganisationKind
from xinheng.store.records import Record, open_versions
from xinheng.store.scores import EvaluationRun, Score
from xinheng.store.subjects import Subject

_LISTS = (Item.ABNORMAL_OPERATION, Item.SERIOUS_LIST, Item.COURT)
_KINDS = {"list_entry": EffectKind.LIST_ENTRY, "measure": EffectKind.MEASURE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """``source`` is None where the platform itself is the source; ``record`` bears the mark."""

    subject: Subject
    aim: Aim
    reference: str
    words: str
    source: Organisation | None
    record: Record | None = None
    ground: Ground | None = None


def aimed(subject: Subject, reference: str, *, policy: Policy) -> Aimed:
    """Refusal OB2 where there is no such thing of this enterprise, or it has no effect any more."""
    word, _, key = reference.partition(":")
    found: Aimed | None = None
    if word == "record" and key.isdecimal() and len(key) < 19:
        found = _record(subject, int(key), policy)
    elif word in _KINDS and key.isdecimal() and len(key) < 19:
        found = _effect(subject, word, int(key), policy)
    elif word == "grade":
        found = _grade(subject, key, policy)
    if found is None:
        raise Refusal(
            "OB2",
            "没有找到要提出异议的信息，或者它已经不再产生影响。",
            advice="请从本企业信用信息中选择；已经撤回、修复、屏蔽的不需要提出异议。",
        )
    return found


def _record(subject: Subject, key: int, policy: Policy) -> Aimed | None:
    kept = open_versions().select_related("batch__organisation")
    record = kept.filter(record_key=key, subject=subject).first()
    if record is None or RecordState(record.state) not in STANDING:
        return None
    aim = Aim.INSPECTION if record.item == Item.INSPECTION else Aim.RECORD
    return Aimed(
        subject=subject,
        aim=Aim.LIST_ENTRY if record.item in _LISTS else aim,
        reference=f"record:{key}",
        words=_words_of(record, policy),
        source=_provider(record.batch.organisation if record.batch else None, policy),
        record=record,
        ground=Ground(GroundKind.RECORD, key),
    )


def _words_of(record: Record, policy: Policy) -> str:
    item = next(
        (one.title for one in policy.catalogue.items.values() if one.number == record.item), "信用信息"
    )
    said = [item, record.detail.title, record.detail.document_no]
    if record.decided_on:
        said.append(record.decided_on.isoformat())
    return "　".join(dict.fromkeys(one for one in said if one))[:300]


def _provider(organisation: Organisation | None, policy: Policy) -> Organisation | None:
    """None where it is the credit office or the city itself."""
    own = {credit_office(policy).pk, *_roots()}
    return None if organisation is None or organisation.pk in own else organisation


def _roots() -> list[int]:
    return list(Organisation.objects.filter(kind=OrganisationKind.CITY).values_list("pk", flat=True))


def credit_office(policy: Policy) -> Organisation:
    """The lead body of credit work, or the city where none is set up."""
    try:
        return organisation_for(policy, None)
    except Refusal:
        return city()


def stored(word: str, key: int) -> tuple[StoredEffect, Any] | None:
    """A standing list entry or measure, with its table."""
    for kind in STORED_EFFECTS:
        if kind.kind is _KINDS[word]:
            row = kind.standing().filter(pk=key).first()
            if row is not None:
                return kind, row
    return None


def _effect(subject: Subject, word: str, key: int, policy: Policy) -> Aimed | None:
    found = stored(word, key)
    if found is None or found[1].subject_id != subject.pk:
        return None
    effect = found[0].themselves([key])[0]
    aim = Aim.LIST_ENTRY if word == "list_entry" else Aim.MEASURE
    ground = Ground(GroundKind.LIST_ENTRY, key) if aim is Aim.LIST_ENTRY else None
    return Aimed(
        subject=subject,
        aim=aim,
        reference=f"{word}:{key}",
        words=_words_of_effect(found[1], policy),
        source=_provider(_decider(effect.ground), policy),
        ground=ground,
    )


def _words_of_effect(row: ListEntry | MeasureApplied, policy: Policy) -> str:
    """Name and first day of what lies on the enterprise."""
    if isinstance(row, MeasureApplied):
        return f"{row.title}　{row.from_on} 起"
    of = policy.lists.lists.get(row.list_key)
    return f"{of.title if of else row.list_key}　{row.from_on} 列入"


def _decider(ground: Ground) -> Organisation | None:
    """Whose decision or record an effect rests on."""
    if ground.kind is GroundKind.DECISION:
        case = Case.objects.select_related("organisation").filter(pk=ground.reference).first()
        return case.organisation if case else None
    kept = Record.objects.select_related("batch__organisation")
    record = kept.filter(record_key=ground.reference, known_until__isnull=True).first()
    return record.batch.organisation if record and record.batch else None


def _grade(subject: Subject, key: str, policy: Policy) -> Aimed | None:
    run = EvaluationRun.objects.filter(public_id=key, trial=False).first()
    if run is None or not Score.objects.filter(subject=subject, line=run.line_key).exists():
        return None
    model = policy.models.get(run.model)
    return Aimed(
        subject=subject,
        aim=Aim.GRADE,
        reference=f"grade:{key}",
        words=f"{model.title if model else run.model}　{run.as_of}"[:300],
        source=None,
    )


def things_of(subject: Subject, *, policy: Policy, limit: int = 200) -> list[Aimed]:
    """All that the enterprise can object to: records that stand, the heaviest first, list entries, measures, grades. An entry
    that stands in the file as a record is named once."""
    kept = Record.objects.filter(
        subject=subject, known_until__isnull=True, state__in=[int(state) for state in STANDING]
    )
    heaviest = kept.order_by("-seriousness", "-decided_on", "-pk")
    keys = list(heaviest.values_list("record_key", flat=True)[:limit])
    references = [f"record:{key}" for key in keys]
    for word, kind in _KINDS.items():
        for table in STORED_EFFECTS:
            if table.kind is kind:
                rows = table.standing().filter(subject=subject).order_by("pk")
                references += [
                    f"{word}:{row.pk}" for row in rows if getattr(row, "record_key", None) not in keys
                ]
    runs = EvaluationRun.objects.filter(current=True, trial=False, published=True)
    references += [f"grade:{run}" for run in runs.order_by("model").values_list("public_id", flat=True)]
    found = []
    for reference in dict.fromkeys(references):
        try:
            found.append(aimed(subject, reference, policy=policy))
        except Refusal:
            continue
    return found
