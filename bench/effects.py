"""What happens when a ground ends: a repair with ten thousand dependent effects, its receivers told, and the clock of a night.

Publications, measures, grants and subscriptions are written past the services, effects end through them. ``told_s`` is the
time from the commit until every receiver's channel carries it (files of results and lines of exchange included, the network
left out). Floors: the same rows ended by one UPDATE; one UPDATE of the publications due.
Run: python bench/effects.py [--size s|m|l] [--json]
"""

import json
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from measuring import analyse, ask_apart, parser, place, tell

SIZES = {"s": 40_000, "m": 500_000, "l": 5_000_000}
"""Open publications; one in 365 is due on the night."""
EFFECTS = 10_000
ASK = "import sys; from effects import ask; ask(int(sys.argv[1]), sys.argv[2])"
SUBJECTS = """
INSERT INTO store_subject (public_id, code, name, kind, status, division_code, registrar, address, sector, size, state_body,
    state_owned, version, last_known_at)
SELECT 'b' || lpad(n::text, 15, '0'), NULL, '样例' || n || '号企业', 'enterprise', 'active', '410202', '', '', 'food', '',
    false, false, 1, now() - interval '1 day'
FROM generate_series(1, %(subjects)s) n
"""
RECORDS = """
INSERT INTO store_record (record_key, subject_id, known_at, row_no, decided_on, item, seriousness, finality, state,
    natural_hash, content_hash, result)
SELECT n, 1 + n %% %(subjects)s, now() - interval '1 day', 1, %(today)s::date - 60, 4, 2, 6, 1,
    decode(md5(n::text), 'hex'), decode(md5('c' || n), 'hex'), ''
FROM generate_series(1, %(records)s) n
"""
SHOWN = """
INSERT INTO store_publication (record_key, ground_id, subject_id, item, decided_on, provisional, calendar_version,
    reviewed_by_id, published_at, stop_on, stop_reason)
SELECT record_key, id, subject_id, item, decided_on, false, '', %(user)s, now() - interval '1 day',
    %(today)s::date + 1 + (id %% 365)::int, ''
FROM store_record
"""
MEASURES = """
INSERT INTO store_measureapplied (public_id, subject_id, ground_kind, ground_key, decision_id, organisation_id, measure, title,
    "group", edition, policy_digest, occasions, basis, ban, field, permanent, from_on, until_on, reason, proposed_by_id,
    decided_by_id, applied_at, end_cause, ended_why)
SELECT 'm' || lpad(n::text, 15, '0'), 1 + n %% %(subjects)s, 'record', 1, %(case)s, %(unit)s, 'limit_' || n, '限制措施', 2, '2024', '',
    ARRAY['honours'], '依据', '', '', false, %(today)s::date - 1, NULL, '理由', %(user)s, %(other)s, now(), '', ''
FROM generate_series(1, %(effects)s) n
"""
PLAIN = "UPDATE store_measureapplied SET ended_at = now(), end_cause = 'repaired', ended_why = 'repair' WHERE ground_key = 1"
PLAIN_NIGHT = "UPDATE store_publication SET stopped_at = now(), stop_reason = 'expired' WHERE stopped_at IS NULL AND stop_on <= %s"


def ask(publications: int, out: str) -> None:
    """Fill the database and end what it holds; runs in a process of its own."""
    from xinheng.interfaces.cli.ready import ready

    ready(city="kaifeng")
    from django.db import connection, transaction

    now = datetime.now(UTC)
    figures: dict[str, float] = {"publications": publications, "effects": EFFECTS}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        begun = time.perf_counter()
        user = _fill(cursor, publications, today=now.date())
        figures["fill_s"] = _since(begun)
        with transaction.atomic():
            begun = time.perf_counter()
            cursor.execute(PLAIN)
            figures["decide_floor_s"] = _since(begun)
            transaction.set_rollback(True)
    figures |= _decide(user, now)
    figures |= _tell(now)
    figures |= _night(now)
    Path(out).write_text(json.dumps(figures), encoding="utf-8")


def _since(begun: float) -> float:
    return round(time.perf_counter() - begun, 3)


def _fill(cursor: Any, publications: int, *, today: date) -> Any:
    from xinheng.core.roles import Role
    from xinheng.store.models import Case, Organisation, OrganisationName, RecordDetail, RoleGrant, User

    unit = Organisation.objects.create(key="kaifeng.city", kind="city", division_code="410200")
    OrganisationName.objects.create(organisation=unit, name="样例市")
    people = [
        User.objects.create_user(name, "x" * 20, display_name=name, organisation=unit)
        for name in ("one", "two")
    ]
    RoleGrant.objects.create(user=people[0], role=Role.DECIDER, organisation=unit, from_on=date(2020, 1, 1))
    case = Case.objects.create(
        number="BENCH-1", kind="measure", flow="measure", flow_version=1, state="in_force", organisation=unit,
        title="样例", opened_at=datetime.now(UTC),
    )  # fmt: skip
    given = {
        "subjects": max(publications // 4, EFFECTS),
        "records": publications,
        "effects": EFFECTS,
        "today": today,
        "user": people[0].pk,
        "other": people[1].pk,
        "unit": unit.pk,
        "case": case.pk,
    }
    for statement in (SUBJECTS, RECORDS, SHOWN, MEASURES):
        cursor.execute(statement, given)
    cursor.execute("SELECT id FROM store_record WHERE record_key = 1")
    RecordDetail.objects.create(record_id=cursor.fetchone()[0], document_no="样例〔2026〕1号")
    cursor.execute("DELETE FROM store_regrade")
    analyse("store_subject", "store_record", "store_publication", "store_measureapplied")
    _receivers(people[0], unit)
    return people[0]


def _receivers(user: Any, unit: Any) -> None:
    """A hundred departments that read one in a hundred subjects each."""
    from xinheng.store.models import Case, SenderKey, SharingCall, SharingGrant, SharingReading, Subject

    moment = datetime.now(UTC) - timedelta(hours=1)
    subjects = list(Subject.objects.order_by("pk").values_list("pk", flat=True)[:EFFECTS])
    for number in range(100):
        case = Case.objects.create(
            number=f"GX-{number}", kind="sharing", flow="sharing", flow_version=1, state="in_force",
            organisation=unit, title="样例", opened_at=moment,
        )  # fmt: skip
        grant = SharingGrant.objects.create(
            case=case, organisation=unit, items={"penalty": ["文书号"]}, purpose="permit", matter="样例",
            legal_basis="样例", daily_quota=100, from_on=moment.date(), until_on=moment.date() + timedelta(days=90),
            approved_by=user, approved_at=moment,
        )  # fmt: skip
        key = SenderKey.objects.create(
            organisation=unit, name=f"{number}", prefix=f"p{number:07}", digest=f"sha256:{number:064}", feeds=[],
            networks=[], per_minute=60, expires_on=moment.date() + timedelta(days=90), created_by=user, created_at=moment,
            grant=grant,
        )  # fmt: skip
        call = SharingCall.objects.create(
            grant=grant, key=key, at=moment, day=moment.date(), purpose="permit", records=1
        )
        SharingReading.objects.bulk_create(
            SharingReading(call=call, subject_id=subject, item=4, records=1)
            for subject in subjects[number::100]
        )


def _decide(user: Any, now: datetime) -> dict[str, float]:
    """The repair of one record on which ten thousand measures of as many enterprises rest."""
    from xinheng.core.policy import Policy
    from xinheng.services.policies import policy_in_force
    from xinheng.services.records import Change, change_state
    from xinheng.store.models import Ending, MeasureApplied

    policy: Policy = policy_in_force(on=now.date())
    change = Change(deed="repair", reason="已履行", ground="信用修复决定〔2026〕1号")
    begun = time.perf_counter()
    change_state(record_key=1, change=change, actor=user, policy=policy, now=now)
    spent = _since(begun)
    if MeasureApplied.objects.filter(ended_at__isnull=True).exists() or Ending.objects.count() != 1:
        raise SystemExit("effects were left")
    return {"decide_s": spent}


def _tell(now: datetime) -> dict[str, float]:
    """From the commit until each receiver's channel carries it."""
    from xinheng.services.endings import tell_receivers
    from xinheng.services.policies import policy_in_force
    from xinheng.store.models import Ending, Telling

    begun = time.perf_counter()
    policy = policy_in_force(on=now.date())
    while (
        Telling.objects.filter(told_at__isnull=True).exists()
        or Ending.objects.filter(spread_at=None).exists()
    ):
        tell_receivers(policy=policy, now=datetime.now(UTC))
        if _since(begun) > 300:
            raise SystemExit("receivers were not told")
    return {"told_s": _since(begun), "receivers": Telling.objects.count()}


def _night(now: datetime) -> dict[str, float]:
    from django.db import connection, transaction

    from xinheng.services.effects_audit import audit_effects
    from xinheng.services.publication import stop_due

    day = now.date() + timedelta(days=3)
    with transaction.atomic(), connection.cursor() as cursor:
        begun = time.perf_counter()
        cursor.execute(PLAIN_NIGHT, [day])
        floor = _since(begun)
        transaction.set_rollback(True)
    begun = time.perf_counter()
    ended = stop_due(today=day, now=now + timedelta(days=3))
    clock = _since(begun)
    begun = time.perf_counter()
    audit_effects(today=day, now=now)
    return {"clock_s": clock, "clock_floor_s": floor, "ended": ended, "audit_s": _since(begun)}


def main() -> None:
    options = parser(__doc__, sizes=tuple(SIZES), size="s").parse_args()
    with place() as made:
        tell("effects", ask_apart(made, ASK, str(SIZES[options.size])), as_json=options.json)


if __name__ == "__main__":
    main()
