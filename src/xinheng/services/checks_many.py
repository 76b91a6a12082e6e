"""Checks many enterprises for one matter at once, as a tender desk does with its bidders (淮政办发〔2020〕80号 二（三）).

Each enterprise is answered by itself and learns of it as of a single check; no order is made and nobody is left out
(legal guards G14, G16). What was answered is named by one digest, to be kept with the file of the tender.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.ids import normalise_code
from xinheng.core.measures import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.check_register import entry_of, field_of
from xinheng.services.ledger import event_of, note_all
from xinheng.services.measures_applying import Applies, content_of, demand_check, what_applies_to
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.check_register import CheckMade
from xinheng.store.checked_lines import Known, known_by
from xinheng.store.organisations import Organisation

MOST = 500
"""Enterprises a desk checks at once; systems ask by their key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``codes`` as they were typed or pasted; ``reference``: the number of the tender or project."""

    codes: Sequence[str]
    occasion: Occasion
    reference: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class ManyChecked:
    """``unknown``: what was given and leads to no enterprise, in order, without repetition. ``snapshot``: digest of all."""

    answers: Sequence[Applies]
    unknown: Sequence[str]
    snapshot: str


@transaction.atomic
def check_many(
    wanted: Wanted, *, body: Organisation, actor: User, policy: Policy, now: datetime
) -> ManyChecked:
    """Refusals: MW1 no number, MW2 not at such a desk, CR1 a field of others, MW5 nobody named, MW6 too many."""
    given = list(dict.fromkeys(code for one in wanted.codes if (code := normalise_code(one))))
    if not given:
        raise Refusal("MW5", "没有写出要核查的企业。", advice="请每行填写一个统一社会信用代码。")
    if len(given) > MOST:
        raise Refusal("MW6", f"一次最多核查 {MOST} 户，收到 {len(given)} 户。", advice="请分几次核查。")
    field = field_of(body, wanted.field, policy=policy)
    subjects, unknown = found_by(given)
    demand_check(subjects, reason=wanted.reference, actor=actor, on=day_of(now))
    today = day_of(now)
    answers = what_applies_to(subjects, wanted.occasion, body, policy=policy, on=today, today=today)
    contents = [content_of(one) for one in answers]
    snapshot = digest_of(contents)
    CheckMade.objects.bulk_create(
        [
            entry_of(
                one.pk,
                wanted.occasion,
                organisation=body,
                field=field,
                reference=wanted.reference,
                by=actor,
                now=now,
            )
            for one in subjects
        ]
    )
    note_all(
        [
            event_of(
                "subject.checked",
                now=now,
                actor=actor,
                subject=one.subject.public_id,
                object=f"occasion:{wanted.occasion.value}",
                reason=wanted.reference,
                payload=content | {"body": body.key, "snapshot": snapshot},
            )
            for one, content in zip(answers, contents, strict=True)
        ]
    )
    return ManyChecked(answers, unknown, snapshot)


def found_by(codes: Sequence[str]) -> tuple[list[Known], list[str]]:
    """Subjects in the order given, one that stays for those merged into it, each once; and what leads to nobody."""
    by_code = known_by(codes)
    subjects = {by_code[code].pk: by_code[code] for code in codes if code in by_code}
    return list(subjects.values()), [code for code in codes if code not in by_code]
