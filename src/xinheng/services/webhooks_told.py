"""Finds what systems have to be told: which of their checks told something that has ended, which ask to be made again, and
which reports they accepted say something else now.

What has ended is told as long as the address stands, for it is to be deleted; news only to whom the grant still allows to ask,
of checks on which nothing was decided yet, and without a word of what is new (legal guards G9, G16).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from xinheng.core.lists import ListKind
from xinheng.core.policy import Policy
from xinheng.core.webhooks import Kind
from xinheng.services.reports_verifying import State, states_of
from xinheng.services.time import day_of
from xinheng.services.webhooks import tell
from xinheng.store.batches import Batch
from xinheng.store.checked_lines import TOLD_ITEMS
from xinheng.store.endings import Ending, Telling
from xinheng.store.ledger import LedgerBatch, LedgerEvent
from xinheng.store.report_acceptances import ReportAcceptance
from xinheng.store.subjects import Subject
from xinheng.store.webhooks import Webhook, WebhookMessage

_ENTERED = ("listing.entered", "listing.good_entered")
_APPLIED, _LOADED = "measure.applied", "batch.loaded"
_PUT_RIGHT = ("record.correct", "record.restore")

_ENDED = f"""
SELECT w.id, c.public_id FROM store_checkmade c JOIN store_sharingcall s ON s.id = c.call_id
JOIN store_webhook w ON w.key_id = s.key_id
WHERE w.ended_at IS NULL AND c.subject_id = ANY(%(subjects)s) AND c.at < %(at)s AND c.public_id IS NOT NULL AND (
    EXISTS (SELECT FROM store_measureapplied m WHERE m.subject_id = ANY(%(subjects)s)
        AND (m.ended_at = %(at)s OR m.suspended_at = %(at)s) AND m.applied_at < c.at
        AND m.occasions @> ARRAY[c.occasion] AND (m.ban <> '' OR m.organisation_id = c.organisation_id OR EXISTS (
            SELECT FROM store_measuretask t WHERE t.measure_id = m.id AND t.kind = 'apply'
                AND t.organisation_id = c.organisation_id)))
    OR EXISTS (SELECT FROM store_listentry e WHERE e.subject_id = ANY(%(subjects)s)
        AND (e.ended_at = %(at)s OR e.suspended_at = %(at)s) AND e.entered_at < c.at
        AND e.kind <> '{ListKind.FOCUS.value}')
    OR EXISTS (SELECT FROM store_record r WHERE r.record_key = ANY(%(records)s) AND r.subject_id = ANY(%(subjects)s)
        AND r.item = ANY(%(items)s) AND r.known_at < c.at))
ORDER BY w.id, c.id
"""
_NEWS = f"""
WITH news (subject, at, occasions, body) AS (
    SELECT e.subject_id, e.entered_at, NULL::varchar[], NULL::bigint FROM store_listentry e
    WHERE e.public_id = ANY(%(entries)s) AND e.ended_at IS NULL AND e.kind <> '{ListKind.FOCUS.value}'
    UNION ALL
    SELECT m.subject_id, m.applied_at, m.occasions::varchar[], CASE WHEN m.ban = '' THEN m.organisation_id END
    FROM store_measureapplied m WHERE m.public_id = ANY(%(measures)s) AND m.ended_at IS NULL
    UNION ALL
    SELECT r.subject_id, r.known_at, NULL, NULL FROM store_record r
    WHERE r.batch_id = ANY(%(batches)s) AND r.known_until IS NULL AND r.item = ANY(%(items)s)
)
SELECT DISTINCT w.id, c.public_id FROM news JOIN store_subject one ON one.id = news.subject
JOIN store_checkmade c ON c.subject_id = coalesce(one.merged_into_id, one.id) AND c.at < news.at
JOIN store_sharingcall s ON s.id = c.call_id JOIN store_webhook w ON w.key_id = s.key_id
WHERE w.id = ANY(%(webhooks)s) AND c.public_id IS NOT NULL
    AND (news.occasions IS NULL OR news.occasions @> ARRAY[c.occasion])
    AND (news.body IS NULL OR news.body = c.organisation_id)
    AND NOT EXISTS (SELECT FROM store_checkdecision d WHERE d.made_id = c.id)
ORDER BY 1, 2
"""


def tell_of_ending(ending: Ending, subjects: Collection[int], *, policy: Policy, now: datetime) -> list[int]:
    """Write to every address whose system was told what has ended, in the caller's transaction; returns the addresses.
    ``subjects``: those of the ending with all that were ever one with them."""
    hooks = Webhook.objects.filter(ended_at__isnull=True)
    if not hooks.exists():
        return []
    given = {
        "subjects": list(subjects),
        "at": ending.at,
        "records": ending.records,
        "items": [int(one) for one in TOLD_ITEMS],
    }
    found = _checks(_ENDED, given)
    for hook in hooks.filter(pk__in=found):
        tell(hook, Kind.ENDED, about=_about(ending), ids=found[hook.pk], now=now)
    _tell_of_reports(subjects, policy=policy, now=now)
    return sorted(found)


def _tell_of_reports(subjects: Collection[int], *, policy: Policy, now: datetime) -> int:
    """Reports that the organ of a key took and that would say something else if they were made now; returns the messages."""
    hooks = Webhook.objects.filter(ended_at__isnull=True, key__sandbox=False).select_related("key")
    by_organ: dict[int, list[Webhook]] = defaultdict(list)
    for hook in hooks:
        by_organ[hook.key.organisation_id].append(hook)
    accepted = ReportAcceptance.objects.filter(
        accepted=True, made__isnull=False, subject__in=subjects, organisation__in=by_organ
    )
    rows = list(accepted.select_related("made__subject", "made__content").order_by("pk"))
    made = [row.made for row in rows if row.made is not None]
    states = states_of(made, policy=policy, today=day_of(now))
    count = 0
    for row, state in zip(rows, states, strict=True):
        if state is State.CHANGED:
            for hook in by_organ[row.organisation_id]:
                told = tell(hook, Kind.REPLACED, about=f"report:{row.number}", ids=[row.number], now=now)
                count += len(told)
    return count


@transaction.atomic
def tell_news(*, policy: Policy, now: datetime) -> int:
    """Ask to check again where something new applies and name the reports that a correction made old, up to the last
    sealed batch of the ledger; returns the messages."""
    through = LedgerBatch.objects.aggregate(last=Max("number"))["last"] or 0
    waiting = Webhook.objects.select_for_update(of=("self",), skip_locked=True).filter(
        ended_at__isnull=True, told_through__lt=through
    )
    hooks = list(waiting.select_related("key__grant").order_by("pk"))
    by_place: dict[int, list[Webhook]] = defaultdict(list)
    for hook in hooks:
        by_place[hook.told_through].append(hook)
    count = 0
    for after, some in by_place.items():
        asking = {hook.pk: hook for hook in some if _may_ask(hook, now)}
        news = _sealed_between(after, through) if asking else None
        found = _checks(_NEWS, news | {"webhooks": list(asking)}) if news else {}
        for pk, checks in found.items():
            count += len(tell(asking[pk], Kind.AGAIN, about=f"again:{through}", ids=checks, now=now))
    if by_place and (right := _put_right(min(by_place), through)):
        count += _tell_of_reports(right, policy=policy, now=now)
    Webhook.objects.filter(pk__in=[hook.pk for hook in hooks]).update(told_through=through)
    return count


def _put_right(after: int, through: int) -> list[int]:
    """Subjects of whose file something was corrected or restored meanwhile, with those they were merged into."""
    events = LedgerEvent.objects.filter(kind__in=_PUT_RIGHT, leaf__batch__gt=after, leaf__batch__lte=through)
    found = Subject.objects.filter(public_id__in=events.values("subject"))
    pairs = found.values_list("pk", "merged_into")
    return sorted({one for pair in pairs for one in pair if one is not None})


def _may_ask(hook: Webhook, now: datetime) -> bool:
    """Whether the key and its grant still allow it to check."""
    key, today = hook.key, day_of(now)
    grant = key.grant
    return (
        grant is not None
        and key.revoked_at is None
        and today <= key.expires_on
        and grant.revoked_at is None
        and grant.from_on <= today <= grant.until_on
    )


def _sealed_between(after: int, through: int) -> dict[str, Any] | None:
    """What was entered, applied and delivered meanwhile, by number; None for nothing."""
    events = LedgerEvent.objects.filter(
        kind__in=(*_ENTERED, _APPLIED, _LOADED), leaf__batch__gt=after, leaf__batch__lte=through
    )
    named: dict[str, list[str]] = defaultdict(list)
    for kind, about in events.values_list("kind", "object"):
        named[kind].append(about.partition(":")[2])
    if not named:
        return None
    batches = Batch.objects.filter(public_id__in=named[_LOADED]).values_list("pk", flat=True)
    return {
        "entries": [one for kind in _ENTERED for one in named[kind]],
        "measures": named[_APPLIED],
        "batches": list(batches),
        "items": [int(one) for one in TOLD_ITEMS],
    }


def _checks(query: str, given: dict[str, Any]) -> dict[int, list[str]]:
    """Numbers of checks by address."""
    found: dict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        for hook, check in cursor.fetchall():
            found[hook].append(check)
    return dict(found)


def arrived(row: Telling) -> tuple[datetime | None, bool]:
    """When the last message on an ending arrived, and whether all of them have."""
    messages = _on(row)
    moments = list(messages.values_list("delivered_at", flat=True))
    known = [one for one in moments if one is not None]
    return (max(known) if known else None), bool(moments) and len(known) == len(moments)


def send_again(row: Telling) -> Sequence[WebhookMessage]:
    """The messages on an ending that a person may have sent again."""
    return list(_on(row).select_related("webhook"))


def _on(row: Telling) -> QuerySet[WebhookMessage]:
    about = _about(row.ending)
    messages = WebhookMessage.objects.filter(webhook=row.receiver, kind=Kind.ENDED.value)
    return messages.filter(about__startswith=about).order_by("pk")


def _about(ending: Ending) -> str:
    return f"ended:{ending.public_id}"
