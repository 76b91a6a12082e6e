"""Lets a call for checks in: the grant of its key, its purpose, matter, field and day, and the quota, which each enterprise
asked for counts against.

What is in order costs one statement; what is not is looked at again, so that the first cause is told. The count is
written without waiting for the disk: it limits, it proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from xinheng.core.canonical import digest_of
from xinheng.core.check_occasions import check_occasion
from xinheng.core.masking import mask_personal
from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.sharing import Purpose, refuse_use
from xinheng.services.check_register import field_of
from xinheng.services.checks_entering import Entry
from xinheng.services.sender_calls import other_content
from xinheng.services.sharing import granted_of
from xinheng.services.sharing_reads import grant_of_key, over_quota
from xinheng.services.time import day_of
from xinheng.store.ledger import LedgerEvent
from xinheng.store.prepared import prepared
from xinheng.store.senders import SenderKey
from xinheng.store.sharing import SharingCall, SharingGrant

_COUNT = """
UPDATE store_sharinggrant one SET
    day_calls = CASE WHEN one.day = %(today)s::date THEN one.day_calls ELSE 0 END + %(asked)s::int, day = %(today)s::date
WHERE one.id = %(grant)s::bigint AND one.purpose = %(purpose)s::varchar AND one.revoked_at IS NULL
    AND %(today)s::date BETWEEN one.from_on AND one.until_on
    AND CASE WHEN one.day = %(today)s::date THEN one.day_calls ELSE 0 END + %(asked)s::int <= one.daily_quota
RETURNING one.public_id, coalesce((
        SELECT named.name FROM store_organisationname named
        WHERE named.organisation_id = one.organisation_id AND named.to_on IS NULL ORDER BY named.id LIMIT 1), ''),
    set_config('synchronous_commit', CASE WHEN %(alone)s::boolean THEN 'off' ELSE current_setting('synchronous_commit') END,
        true)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """``occasion``: the matter (licensing, tender …); ``reference``: the acceptance or project number it is for; ``field``: of
    the matter, where the organ is in charge of several; ``as_of``: a past day; ``token``: the caller's name of the call."""

    purpose: str
    occasion: str
    reference: str
    field: str = ""
    as_of: date | None = None
    token: str = ""


def admit_checks(
    key: SenderKey, check: Check, codes: Sequence[str], *, policy: Policy, now: datetime
) -> Entry:
    """Counted, but for a call made again under its name. Refusals: GX10 to GX13, GX16 of the grant, MW4 no reference, MW3 a
    matter the purpose does not cover, CR1 a field of others, CX4 and CX5 a day that cannot be told of, K08 another
    question under the same name, SX1 a key to try out."""
    today = day_of(now)
    if key.sandbox:
        _refuse_grant(key, check, today=today)
    try:
        occasion, reference, field = words_of_check(key, check, policy=policy, today=today)
    except (Refusal, ValueError):
        _refuse_grant(key, check, today=today)
        raise
    asked = _asked(check, codes) if check.token else ""
    before = _before(key, check.token, asked) if check.token else None
    public_id, name = _counted(key, check, len(codes), today=today) if before is None else ("", "")
    if before is not None:
        _refuse_grant(key, check, today=today)
    return Entry(
        key=key,
        grant_public_id=public_id,
        organisation_name=name or key.organisation.key,
        purpose=check.purpose,
        occasion=occasion,
        field=field,
        reference=reference,
        as_of=check.as_of if check.as_of != today else None,
        token=check.token,
        asked=asked,
        before=before,
    )


def _asked(check: Check, codes: Sequence[str]) -> str:
    said = (check.purpose, check.occasion, check.reference, check.field, str(check.as_of or ""))
    return digest_of([*said, *codes])


def _before(key: SenderKey, token: str, asked: str) -> dict[int, str] | None:
    """What an earlier call of this name entered, by enterprise; None where there was none."""
    call = SharingCall.objects.filter(key=key, idempotency_key=token).first()
    if call is None:
        return None
    if call.asked != asked:
        raise other_content()
    return {subject: number or "" for subject, number in call.checks.values_list("subject_id", "public_id")}


def _counted(key: SenderKey, check: Check, asked: int, *, today: date) -> tuple[str, str]:
    """The number of the grant and the name of its organisation."""
    given = {
        "today": today,
        "asked": asked,
        "grant": key.grant_id,
        "purpose": check.purpose,
        "alone": not connection.in_atomic_block,
    }
    counted = prepared(_COUNT, given)
    if not counted:
        grant = _refuse_grant(key, check, today=today)
        raise over_quota(grant, asked=asked, today=today)
    return counted[0][0], counted[0][1]


def _refuse_grant(key: SenderKey, check: Check, *, today: date) -> SharingGrant:
    grant = grant_of_key(key)
    refuse_use(granted_of(grant), purpose=check.purpose, items=(), fields=(), today=today)
    return grant


def words_of_check(key: SenderKey, check: Check, *, policy: Policy, today: date) -> tuple[Occasion, str, str]:
    """Matter, reference without persons and field of a check. ValueError for a purpose that is none, which no grant has."""
    reference = mask_personal(check.reference.strip()).text[:100]
    if not reference:
        raise Refusal(
            "MW4",
            "核查没有写明为了哪一件事。",
            advice="请在 reference 中写明受理编号、项目编号等后重试。",
        )
    occasion = check_occasion(Purpose(check.purpose), check.occasion)
    field = field_of(key.organisation, check.field, policy=policy)
    if check.as_of is not None:
        refuse_day(check.as_of, today=today)
    return occasion, reference, field


def refuse_day(day: date, *, today: date) -> None:
    """Refusals CX4 a day to come, CX5 one before the ledger begins."""
    if day > today:
        raise Refusal("CX4", f"{day} 还没有到，不能核查将来的情况。", advice="请给出今天或者以前的一天。")
    if day < today:
        first = LedgerEvent.objects.order_by("pk").values_list("at", flat=True).first()
        if first is None or day < day_of(first):
            raise Refusal(
                "CX5",
                f"本平台没有 {day} 的情况。",
                advice=f"可以核查 {day_of(first)} 以后的日子。" if first else "请核查今天的情况。",
            )
