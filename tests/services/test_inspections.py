"""Draws: only from an approved plan, by grade, verifiable by an outsider, and never twice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from tests.people import NOW, TODAY, People, make_inspectors
from tests.services.deliveries import REGISTER, registration, write
from tests.services.draw_words import draw_with
from tests.store.rows import Rows

from xinheng.core.draw_verify import verify
from xinheng.core.grading import Dated
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.collect import Delivery, import_file
from xinheng.services.draw_failures import agree_failure, report_failure
from xinheng.services.evaluate import run_model
from xinheng.services.inspection_plans import BatchDraft, PlanDraft, approve_plan, draft_plan
from xinheng.services.inspections import announce_draw, commit_to
from xinheng.services.pools import public_record, whole_record
from xinheng.store.models import (
    Draw,
    DrawAnnouncement,
    DrawFailure,
    DrawnObject,
    EvaluationRun,
    FailureCause,
    Inspector,
    Plan,
    RoleGrant,
    Score,
    Subject,
)
from xinheng.store.sealing import sealed_path

MODEL = "food/food-operators"
REVEALS = {"开封市人民政府": "words of the city government", "市场监管部门": "words of the regulator"}


def beginning(people: People, policy: Policy, folder: Path) -> None:
    RoleGrant.objects.create(
        user=people.li, role=Role.REVIEWER, organisation=people.market, from_on=date(2026, 1, 1)
    )
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    rows = [registration(number) for number in range(1, 81)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=NOW, publish=True)
    make_inspectors(people.market, 4)
    draft = PlanDraft(
        organisation=people.market,
        title="2026年第四批食品抽查",
        matter="food_operation",
        basis="年度计划",
        line="food",
        year=2026,
        batches=(
            BatchDraft(
                scope="全市食品经营者", planned=20, from_on=date(2026, 10, 1), until_on=date(2026, 12, 31)
            ),
        ),
    )
    draft_plan(draft, actor=people.li, policy=policy, now=NOW)


@pytest.fixture
def plan(committed: None, home: Path) -> Plan:
    return Plan.objects.get()


def _announce(
    plan: Plan, people: People, policy: Policy, *, reveals: Mapping[str, str] = REVEALS, hours: int = 1
) -> DrawAnnouncement:
    return announce_draw(
        plan.public_id,
        model=MODEL,
        parties={name: commit_to(plan, party=name, reveal=text) for name, text in reveals.items()},
        actor=people.li,
        policy=policy,
        now=NOW + timedelta(hours=hours),
    )


@pytest.mark.guard("G7")
def test_nothing_is_drawn_without_an_approved_plan(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    with pytest.raises(Refusal, match="已批准"):
        _announce(plan, committed_people, policy)


def test_who_drafted_the_plan_cannot_approve_it(plan: Plan, committed_people: People, policy: Policy) -> None:
    with pytest.raises(Refusal):
        approve_plan(plan.public_id, actor=committed_people.li, policy=policy, now=NOW)


@pytest.mark.row("M8-03")
@pytest.mark.guard("G7")
@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), None])
def test_whose_certificate_is_over_is_said_by_its_number(
    until: date | None, plan: Plan, committed_people: People, policy: Policy
) -> None:
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    Inspector.objects.filter(certificate_no="4102000001").update(certified_until=until)
    with pytest.raises(Refusal, match="4102000001") as refused:
        _announce(plan, committed_people, policy)
    assert refused.value.code == "I17"


@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
def test_no_more_are_drawn_than_the_plan_says(plan: Plan, committed_people: People, policy: Policy) -> None:
    plan.batches.update(planned=1)
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    with pytest.raises(Refusal) as refused:
        _announce(plan, committed_people, policy)
    assert refused.value.code == "PLAN-COUNT"
    assert "共检查1户" in refused.value.message
    assert not DrawAnnouncement.objects.exists()


@pytest.mark.row("M8-03")
def test_a_draw_is_verified_from_its_record_alone(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, committed_people, policy)
    made = draw_with(
        announcement.public_id,
        reveals=REVEALS,
        actor=committed_people.li,
        now=NOW + timedelta(hours=2),
    )
    record = whole_record(Draw.objects.get(pk=made.pk))
    assert verify(record, announced=announcement.digest) == ()
    assert DrawnObject.objects.filter(draw=made).count() == made.drawn > 0
    assert all(len(set(drawn.inspectors)) == 2 for drawn in DrawnObject.objects.all())
    record["drawn"][0]["team"].reverse()
    assert verify(record)


def test_how_many_go_together_stands_in_policy(plan: Plan, committed_people: People, policy: Policy) -> None:
    """《行政处罚法》第四十二条 says at least two; who binds himself tighter sends more."""
    figure = policy.parameters["inspections.inspectors_minimum"]
    layer = figure.layers[-1]
    three = {day: line.model_copy(update={"value": 3}) for day, line in layer.values.items()}
    tighter = replace(figure, layers=(*figure.layers[:-1], replace(layer, values=three)))
    own = replace(policy, parameters={**policy.parameters, figure.key: tighter})
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=own, now=NOW)
    announcement = _announce(plan, committed_people, own)
    assert announcement.content["team"] == 3
    draw_with(
        announcement.public_id, reveals=REVEALS, actor=committed_people.li, now=NOW + timedelta(hours=2)
    )
    assert all(len(set(drawn.inspectors)) == 3 for drawn in DrawnObject.objects.all())


def _with_visits(policy: Policy, value: int | None) -> Policy:
    """The policy with this yearly frequency in every band."""

    def changed(figure: Dated) -> Dated:
        lines = {day: line.model_copy(update={"value": value}) for day, line in figure.values.items()}
        return figure.model_copy(update={"values": lines})

    bands = tuple(
        band.model_copy(update={"visits_per_year": band.visits_per_year and changed(band.visits_per_year)})
        for band in policy.grading.bands
    )
    return replace(policy, grading=policy.grading.model_copy(update={"bands": bands}))


@pytest.mark.guard("G7")
@pytest.mark.guard("G15")
@pytest.mark.parametrize(("visits", "code"), [(None, "ceiling_unknown"), (0, "draw_nothing")])
def test_nobody_is_drawn_beyond_a_ceiling_or_without_one(
    plan: Plan, committed_people: People, policy: Policy, visits: int | None, code: str
) -> None:
    own = _with_visits(policy, visits)
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=own, now=NOW)
    with pytest.raises(Refusal) as refused:
        _announce(plan, committed_people, own)
    assert refused.value.code == code


@pytest.mark.guard("G13")
def test_the_public_record_names_nobody(plan: Plan, committed_people: People, policy: Policy) -> None:
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, committed_people, policy)
    made = draw_with(
        announcement.public_id,
        reveals=REVEALS,
        actor=committed_people.li,
        now=NOW + timedelta(hours=2),
    )
    text = b"".join(public_record(made)).decode()
    assert "某某" not in text
    assert "91410202" not in text
    assert "执法员" not in text
    assert "4102000001" not in text


def test_a_draw_is_made_once(plan: Plan, committed_people: People, policy: Policy) -> None:
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, committed_people, policy)
    late = NOW + timedelta(hours=2)
    with pytest.raises(Refusal):
        draw_with(
            announcement.public_id,
            reveals={**REVEALS, "市场监管部门": "other words entirely"},
            actor=committed_people.li,
            now=late,
        )
    draw_with(announcement.public_id, reveals=REVEALS, actor=committed_people.li, now=late)
    with pytest.raises(Refusal, match="已经抽取过"):
        draw_with(announcement.public_id, reveals=REVEALS, actor=committed_people.li, now=late)


@pytest.mark.row("M8-03")
def test_the_pool_is_the_one_that_was_announced(plan: Plan, committed_people: People, policy: Policy) -> None:
    """Whatever the register says by the day of the draw: codes, kinds and certificates may have changed."""
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, committed_people, policy)
    meant = set(Score.objects.filter(run=announcement.run).values_list("subject_id", flat=True))
    Subject.objects.filter(kind="enterprise").update(kind="sole_trader", code=None)
    Inspector.objects.update(certificate_no=Concat(Value("9"), F("certificate_no")), lines=[])
    made = draw_with(
        announcement.public_id, reveals=REVEALS, actor=committed_people.li, now=NOW + timedelta(hours=2)
    )
    assert verify(whole_record(made), announced=announcement.digest) == ()
    drawn = DrawnObject.objects.filter(draw=made)
    assert {one.subject_id for one in drawn} <= meant
    assert {number[:6] for one in drawn for number in one.inspectors} == {"410200"}


@pytest.mark.row("M1-02")
def test_who_was_merged_into_another_is_in_no_pool_of_its_own(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    """At once, before the merged file is graded anew."""
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    gone, kept = Subject.objects.filter(scores__isnull=False).order_by("pk").distinct()[:2]
    Subject.objects.filter(pk=gone.pk).update(merged_into=kept)
    announcement = _announce(plan, committed_people, policy)
    graded = Score.objects.filter(run=announcement.run).count()
    assert sum(stratum["population"] for stratum in announcement.content["strata"]) == graded - 1


def test_the_row_of_a_draw_holds_no_pool(plan: Plan, committed_people: People, policy: Policy) -> None:
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, committed_people, policy)
    made = draw_with(
        announcement.public_id, reveals=REVEALS, actor=committed_people.li, now=NOW + timedelta(hours=2)
    )
    kept = Draw.objects.get(pk=made.pk)
    assert "objects" not in kept.record
    objects = whole_record(kept)["objects"]
    assert sum(map(len, objects.values())) == 80
    sealed = announcement.pool
    assert sealed is not None
    key = next(iter(next(iter(objects.values())))).encode()
    assert key not in sealed_path(digest=sealed.digest, number=sealed.pk).read_bytes()


@pytest.mark.guard("G7")
def test_one_draw_of_an_organ_and_year_waits_at_a_time(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    rows = Rows(committed_people)
    run = EvaluationRun.objects.get(current=True)
    without_pool = rows.plan(year=plan.year)
    rows.announcement(plan=without_pool, run=run)
    _announce(plan, committed_people, policy)
    another = rows.plan(year=plan.year, approved_by=committed_people.zhao, approved_at=NOW)
    with pytest.raises(Refusal) as refused:
        _announce(another, committed_people, policy)
    assert refused.value.code == "I05"


@pytest.mark.guard("G7")
def test_an_organ_announces_one_draw_at_a_time(plan: Plan, committed_people: People, policy: Policy) -> None:
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    elsewhere = connection.copy()
    try:
        elsewhere.set_autocommit(False)
        with elsewhere.cursor() as held:
            held.execute(
                "SELECT FROM store_organisation WHERE id = %s FOR NO KEY UPDATE", [plan.organisation_id]
            )
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                _announce(plan, committed_people, policy)
    finally:
        elsewhere.close()


def test_a_draw_without_its_kept_pool_is_refused(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    approve_plan(plan.public_id, actor=committed_people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, committed_people, policy)
    sealed = announcement.pool
    assert sealed is not None
    path = sealed_path(digest=sealed.digest, number=sealed.pk)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(Refusal, match="缺失或被改动"):
        draw_with(
            announcement.public_id, reveals=REVEALS, actor=committed_people.li, now=NOW + timedelta(hours=2)
        )
    assert not Draw.objects.exists()


def _failed(
    announcement: DrawAnnouncement, people: People, *, party: str = "市场监管部门", agreed: bool = True
) -> None:
    late = NOW + timedelta(hours=3)
    report_failure(
        announcement,
        cause=FailureCause.NO_REVEAL,
        party=party,
        reason="该单位原值保管不善，已经遗失，不能公开",
        reveals={},
        actor=people.li,
        now=late,
    )
    if agreed:
        agree_failure(announcement, actor=people.zhao, now=late)


def _announce_again(
    plan: Plan, people: People, policy: Policy, *, words: str = "，第二次"
) -> DrawAnnouncement:
    texts = {name: text + words for name, text in REVEALS.items()}
    return _announce(plan, people, policy, reveals=texts, hours=4)


@pytest.mark.row("M8-03")
def test_a_failed_draw_is_announced_again_with_its_reason_and_the_digest_of_the_first(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    people = committed_people
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    first = _announce(plan, people, policy)
    _failed(first, people)
    again = _announce_again(plan, people, policy)
    assert (again.attempt, again.content["attempt"]) == (2, 2)
    assert again.content["repeats"]["announcement"] == first.digest
    assert "已经遗失" in again.content["repeats"]["reason"]
    texts = {name: f"{text}，第二次" for name, text in REVEALS.items()}
    made = draw_with(again.public_id, reveals=texts, actor=people.li, now=NOW + timedelta(hours=5))
    assert verify(whole_record(made), announced=again.digest) == ()
    with pytest.raises(Refusal) as refused:
        _announce_again(plan, people, policy, words="，第三次")
    assert refused.value.code == "I03"


@pytest.mark.row("M8-03")
def test_a_draw_that_succeeded_is_not_given_up(plan: Plan, committed_people: People, policy: Policy) -> None:
    people = committed_people
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, people, policy)
    _failed(announcement, people, agreed=False)
    draw_with(announcement.public_id, reveals=REVEALS, actor=people.li, now=NOW + timedelta(hours=2))
    with pytest.raises(Refusal, match="不能作废") as refused:
        agree_failure(announcement, actor=people.zhao, now=NOW + timedelta(hours=3))
    assert refused.value.code == "I08"
    with pytest.raises(Refusal, match="不能作废"):
        _failed(announcement, people)


@pytest.mark.row("M8-03")
def test_one_person_alone_gives_no_draw_up(plan: Plan, committed_people: People, policy: Policy) -> None:
    people = committed_people
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, people, policy)
    for code in ("I13", "I14"):
        with pytest.raises(Refusal) as refused:
            agree_failure(announcement, actor=people.li, now=NOW)
        assert refused.value.code == code
        _failed(announcement, people, agreed=False)
    with pytest.raises(Refusal) as refused:
        _announce_again(plan, people, policy)
    assert refused.value.code == "I03"


@pytest.mark.row("M8-03")
def test_what_was_given_up_is_drawn_no_more(plan: Plan, committed_people: People, policy: Policy) -> None:
    people = committed_people
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, people, policy)
    _failed(announcement, people)
    with pytest.raises(Refusal) as refused:
        draw_with(announcement.public_id, reveals=REVEALS, actor=people.li, now=NOW + timedelta(hours=4))
    assert refused.value.code == "I10"


@pytest.mark.row("M8-03")
def test_a_secret_that_may_be_known_is_not_committed_to_again(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    """Who knows all secrets before the announcement could try pools until he likes the outcome."""
    people = committed_people
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    _failed(_announce(plan, people, policy), people)
    with pytest.raises(Refusal) as refused:
        _announce(plan, people, policy)
    assert refused.value.code == "I15"


@pytest.mark.row("M8-03")
@pytest.mark.parametrize(
    ("party", "reason", "code"),
    [("别的单位", "该单位没有公开原值，不能抽取", "I12"), ("市场监管部门", "没有", "I09")],
)
def test_who_kept_silent_and_why_is_said(
    plan: Plan, committed_people: People, policy: Policy, party: str, reason: str, code: str
) -> None:
    people = committed_people
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, people, policy)
    with pytest.raises(Refusal) as refused:
        report_failure(
            announcement,
            cause=FailureCause.NO_REVEAL,
            party=party,
            reason=reason,
            reveals={},
            actor=people.li,
            now=NOW,
        )
    assert refused.value.code == code


@pytest.mark.row("M8-03")
def test_that_no_team_is_to_be_had_is_tried_and_not_believed(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    people = committed_people
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    announcement = _announce(plan, people, policy)

    def claim(reveals: dict[str, str]) -> None:
        report_failure(
            announcement,
            cause=FailureCause.NO_TEAM,
            reason="按抽取规则分派不出两人一组的检查组",
            reveals=reveals,
            actor=people.li,
            now=NOW + timedelta(hours=2),
        )

    for reveals, code in ((REVEALS, "I11"), ({}, "draw_reveal")):
        with pytest.raises(Refusal) as refused:
            claim(reveals)
        assert refused.value.code == code
    assert not DrawFailure.objects.exists()


@pytest.mark.row("M8-03")
def test_a_draw_without_teams_is_given_up_and_announced_with_more_officers(
    plan: Plan, committed_people: People, policy: Policy
) -> None:
    """Loads that suffice in sum, and still put one officer into every team."""
    people = committed_people
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    Inspector.objects.exclude(certificate_no="4102000000").update(max_load=1)
    announcement = _announce(plan, people, policy)
    late = NOW + timedelta(hours=2)
    with pytest.raises(Refusal) as refused:
        draw_with(announcement.public_id, reveals=REVEALS, actor=people.li, now=late)
    assert refused.value.code == "I20"
    assert "某某" in refused.value.message
    report_failure(
        announcement,
        cause=FailureCause.NO_TEAM,
        reason="三名人员各只能承担一次\x01，\n分派不出检查组",
        reveals=REVEALS,
        actor=people.li,
        now=late,
    )
    agree_failure(announcement, actor=people.zhao, now=late)
    Inspector.objects.update(max_load=60)
    again = _announce_again(plan, people, policy)
    assert again.content["repeats"]["reason"].startswith("分派不出检查组：三名人员各只能承担一次， ")
