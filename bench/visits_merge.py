"""Proposals of joint checks for many approved visits of forty organs, through the service and the database, in process: two
or three visits at each enterprise, windows of two to eight weeks. A second run finds that nothing is to be proposed.

Floor: the same rows grouped by enterprise and place by plain SQL. Run alone: python bench/visits_merge.py [--size s|m|l] [--json]
"""

import json
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from measuring import analyse, ask_apart, parser, place, tell

TASKS = {"s": 2_000, "m": 20_000, "l": 200_000}
ORGANS = 40
ASK = "import sys; from visits_merge import ask; ask(int(sys.argv[1]), sys.argv[2])"
FLOOR = """
SELECT v.subject_id, s.address, array_agg(v.id), max(b.from_on), min(b.until_on)
FROM store_visit v JOIN store_case c ON c.id = v.case_id JOIN store_subject s ON s.id = v.subject_id
JOIN store_planbatch b ON b.plan_id = v.plan_id
WHERE c.state = 'approved' GROUP BY v.subject_id, s.address HAVING count(*) > 1
"""


def ask(tasks: int, out: str) -> None:
    """Fill the database and propose; runs in a process of its own."""
    from xinheng.interfaces.cli.ready import ready

    ready(city="kaifeng")
    from django.db import connection, transaction

    from xinheng.services.joint_checks import propose_joints
    from xinheng.services.policies import policy_in_force
    from xinheng.store.models import JointCheck

    now = datetime.now(UTC)
    with transaction.atomic():
        _fill(tasks, now=now)
    analyse(
        "store_visit", "store_case", "store_subject", "store_planbatch", "store_drawnobject", "store_draw"
    )
    with connection.cursor() as cursor:
        floor_s = _timed(lambda: (cursor.execute(FLOOR), cursor.fetchall()))
    policy = policy_in_force(on=now.date())
    merge_s = _timed(lambda: propose_joints(policy=policy, now=now))
    again_s = _timed(lambda: propose_joints(policy=policy, now=now))
    proposed = JointCheck.objects.count()
    figures = {
        "tasks": tasks,
        "proposed": proposed,
        "merge_s": merge_s,
        "again_s": again_s,
        "floor_s": floor_s,
    }
    Path(out).write_text(json.dumps(figures | {"ratio": round(merge_s / floor_s, 1)}), encoding="utf-8")


def _timed(call: Any) -> float:
    begun = time.perf_counter()
    call()
    return round(time.perf_counter() - begun, 3)


def _fill(tasks: int, *, now: datetime) -> None:
    from xinheng.store import models as store

    chance, today = random.Random(7), now.date()
    draws = [_organ(number, chance, now=now) for number in range(ORGANS)]
    subjects = store.Subject.objects.bulk_create(
        store.Subject(name=f"示例企业{n}", kind="enterprise", address=f"某路{n}号", last_known_at=now)
        for n in range(tasks * 2 // 5)
    )
    wanted = [(subject, organ) for subject in subjects for organ in chance.sample(draws, 3)]
    wanted = sorted(chance.sample(wanted, tasks), key=lambda one: one[0].pk)
    cases = store.Case.objects.bulk_create(
        store.Case(
            number=f"JC-{today.year}-{n:07}",
            kind="inspection_visit",
            flow="inspection_visit",
            flow_version=1,
            state="approved",
            organisation=draw.announcement.plan.organisation,
            subject=subject,
            title="日常检查",
            opened_at=now,
        )
        for n, (subject, draw) in enumerate(wanted)
    )
    drawn = store.DrawnObject.objects.bulk_create(
        store.DrawnObject(draw=draw, subject=subject, band="b", position=n, inspectors=["1", "2"])
        for n, (subject, draw) in enumerate(wanted)
    )
    store.Visit.objects.bulk_create(
        store.Visit(
            case=case,
            plan=draw.announcement.plan,
            drawn=one,
            subject=subject,
            organisation=draw.announcement.plan.organisation,
            kind="daily",
            matter="检查",
            offsite="须当场查看",
            certificates=["1", "2"],
            year=today.year,
            number=1,
            limit=1,
            code=f"K{n}",
        )
        for n, (case, one, (subject, draw)) in enumerate(zip(cases, drawn, wanted, strict=True))
    )


def _organ(number: int, chance: random.Random, *, now: datetime) -> Any:
    """A draw of one organ on a plan with one batch."""
    from xinheng.store import models as store

    today = now.date()
    organ = store.Organisation.objects.create(key=f"bench.organ{number}", kind="department")
    user = store.User.objects.create_user(f"o{number}", "x" * 20, display_name="某", organisation=organ)
    opened = {"kind": "inspection_plan", "flow": "approval", "flow_version": 1, "state": "in_force"}
    case = store.Case.objects.create(number=f"SP-{number}", organisation=organ, opened_at=now, **opened)
    plan = store.Plan.objects.create(
        organisation=organ, year=today.year, title="计划", matter="检查", basis="年度计划", case=case
    )
    first = today + timedelta(days=chance.randrange(0, 30))
    last = first + timedelta(days=chance.randrange(14, 56))
    store.PlanBatch.objects.create(
        plan=plan, position=1, scope="全市", planned=9, from_on=first, until_on=last
    )
    digests = ("model_digest", "policy_digest", "snapshot_digest", "result_digest")
    run = store.EvaluationRun.objects.create(
        model="food/food-operators",
        model_version=1,
        as_of=today,
        known_at=now,
        subjects=1,
        distribution={},
        trial=False,
        current=False,
        **dict.fromkeys(digests, "sha256:0"),
    )
    announcement = store.DrawAnnouncement.objects.create(
        plan=plan,
        run=run,
        attempt=1,
        announced_at=now,
        announced_by=user,
        policy_digest="sha256:0",
        secret=b"s",
        digest="sha256:0",
        content={},
        inspectors=[],
    )
    return store.Draw.objects.create(
        announcement=announcement,
        drawn_at=now,
        drawn_by=user,
        population=1,
        drawn=1,
        seed="0",
        digest="sha256:0",
        record={},
    )


def merge_figures(size: str) -> dict[str, float]:
    with place() as made:
        return ask_apart(made, ASK, str(TASKS[size]))


def main() -> None:
    given = parser(__doc__, sizes=list(TASKS), size="m").parse_args()
    tell("visits_merge", merge_figures(given.size), as_json=given.json)


if __name__ == "__main__":
    main()
