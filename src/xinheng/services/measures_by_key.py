"""A check from within an approval or tender system, by the reading key of its department (应查必查).

The answer is what applies, each line with ground, basis and days, as of one version of the file; there is no verdict in
it (legal guards G14, G16). Every check counts against the grant and stands in the ledger, refused ones in the statistics.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.check_occasions import check_occasion
from xinheng.core.masking import mask_personal
from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.sharing import Purpose
from xinheng.services.check_register import entry_of, field_of
from xinheng.services.ledger import note
from xinheng.services.measures_applying import Applies, content_of, what_applies
from xinheng.services.reach import tree
from xinheng.services.sharing_reads import Asked, counted_use, found_subject, unknown_code, write_refused
from xinheng.services.time import day_of
from xinheng.store.senders import SenderKey
from xinheng.store.sharing import SharingCall, SharingGrant
from xinheng.store.subjects import Subject

ABOUT = "只列事实、依据和期限，不是准入结论；由承办单位依法决定。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """``occasion``: the matter (licensing, tender …); ``reference``: the acceptance or project number it is for; ``field``: of
    the matter, where the organ is in charge of several."""

    code: str
    purpose: str
    occasion: str
    reference: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """``snapshot`` names the answer: the digest over subject, version of its file, policy and every line."""

    applies: Applies
    snapshot: str


def check_by_key(key: SenderKey, check: Check, *, policy: Policy, now: datetime) -> Checked:
    """Refusals: GX10 to GX13, GX16 of the grant, MW3 a matter the purpose does not cover, MW4 no reference, CR1 a field
    of others, GX17 no such code. A refused check stands in the statistics and names nobody."""
    asked = Asked(purpose=check.purpose)
    try:
        with transaction.atomic():
            grant = counted_use(key, asked, policy=policy, now=now)
            occasion, reference = _wanted(grant, check)
            field = field_of(grant.organisation, check.field, policy=policy)
            subject = found_subject(check.code)
            call = _call(grant, key, now=now, refused="" if subject else "GX17")
            checked = _noted(call, subject, occasion, reference, policy=policy, now=now) if subject else None
            if subject is not None:
                unit = grant.organisation
                made = entry_of(
                    subject, occasion, organisation=unit, field=field, reference=reference, by=call, now=now
                )
                made.save(force_insert=True)
    except Refusal as refusal:
        write_refused(key, asked, refusal, now=now)
        raise
    if checked is None:
        raise unknown_code()
    return checked


def _wanted(grant: SharingGrant, check: Check) -> tuple[Occasion, str]:
    reference = mask_personal(check.reference.strip()).text[:100]
    if not reference:
        raise Refusal(
            "MW4",
            "核查没有写明为了哪一件事。",
            advice="请在 reference 中写明受理编号、项目编号等后重试。",
        )
    return check_occasion(Purpose(grant.purpose), check.occasion), reference


def _call(grant: SharingGrant, key: SenderKey, *, now: datetime, refused: str) -> SharingCall:
    return SharingCall.objects.create(
        grant=grant, key=key, at=now, day=day_of(now), purpose=grant.purpose, refused=refused
    )


def _noted(
    call: SharingCall,
    subject: Subject,
    occasion: Occasion,
    reference: str,
    *,
    policy: Policy,
    now: datetime,
) -> Checked:
    """What applies, and the event by which the enterprise learns who asked and for what."""
    body = call.grant.organisation
    applies = what_applies(subject, occasion, body, policy=policy, on=day_of(now))
    snapshot = digest_of(content_of(applies))
    note(
        "subject.checked",
        now=now,
        subject=subject.public_id,
        object=f"occasion:{occasion.value}",
        reason=f"{tree().name(body.pk)}的业务系统核查：{reference}",
        payload={"call": call.pk, "sharing": call.grant.public_id, "snapshot": snapshot},
    )
    return Checked(applies, snapshot)
