"""A subject is told of its result once, again when grade or reasons change, and before a bad grade is public."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.services.notices import TERM, acknowledge, release_due, serve, write_notices
from xinheng.services.results import imported_results
from xinheng.store.models import NoticeStep, PublicScore, ResultNotice, Score, Subject

MODEL = "food/food-operators"
LATER = NOW + timedelta(hours=1)
GIVEN = "企业名称,统一社会信用代码,行业领域,评价名称,评价等级,评价日期,评价单位"


def _delivery(people: People, policy: Policy) -> Delivery:
    return Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)


def _fines(*numbers: int) -> list[str]:
    return [
        penalty(
            number, fine="60", decided=f"2026-{month:02d}-20", document=f"汴市监罚〔2026〕{number}{month}号"
        )
        for number in numbers
        for month in (1, 2, 3, 4)
    ]


def beginning(people: People, policy: Policy, folder: Path) -> None:
    rows = [registration(number) for number in range(1, 4)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), _delivery(people, policy))
    import_file(write(folder, *_fines(1)), _delivery(people, policy))


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


def _run(people: People, policy: Policy, *, hours: int = 1, publish: bool = True) -> None:
    moment = NOW + timedelta(hours=hours)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=moment, publish=publish)


def _bad() -> ResultNotice:
    """The notice of number 1, whose grade is made a bad one."""
    return ResultNotice.objects.filter(subject__code=code(1)).latest("pk")


@pytest.mark.row("M7-09")
def test_each_subject_of_a_published_run_is_told_with_reasons_and_the_way_to_object(
    city: People, policy: Policy
) -> None:
    _run(city, policy)
    told = write_notices(policy=policy, now=LATER)
    assert told == ResultNotice.objects.count() == Score.objects.exclude(grade="").count()
    text = ResultNotice.objects.get(subject__code=code(1)).text
    assert text.startswith(f"{name(1)}（{code(1)}）")
    assert "扣" in text and "《" in text and "提出异议" in text
    assert write_notices(policy=policy, now=LATER) == 0


@pytest.mark.guard("G4")
def test_nobody_is_told_of_a_run_that_is_not_published(city: People, policy: Policy) -> None:
    _run(city, policy, publish=False)
    assert write_notices(policy=policy, now=LATER) == 0


@pytest.mark.row("M7-09")
def test_only_those_whose_grade_or_reasons_changed_are_told_again(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    _run(city, policy)
    first = write_notices(policy=policy, now=LATER)
    _run(city, policy, hours=2)
    assert write_notices(policy=policy, now=NOW + timedelta(hours=2)) == 0
    import_file(write(tmp_path, *_fines(2), called="再次处罚.csv"), _delivery(city, policy))
    _run(city, policy, hours=3)
    assert write_notices(policy=policy, now=NOW + timedelta(hours=3)) == 1
    assert ResultNotice.objects.count() == first + 1
    assert ResultNotice.objects.latest("pk").subject.code == code(2)


@pytest.mark.row("M7-09")
def test_a_bad_grade_is_public_once_the_days_of_policy_have_passed_since_it_was_served(
    city: People, policy: Policy
) -> None:
    _run(city, policy)
    write_notices(policy=policy, now=LATER)
    notice = _bad()
    assert (notice.grade, notice.bad) in {("D", True), ("E", True)}
    shown = PublicScore.objects.filter(subject__code=code(1))
    days = policy.parameter(TERM, on=TODAY).value
    assert days is not None
    last = policy.calendar.add_workdays(TODAY, days).on
    assert release_due(policy=policy, today=last + timedelta(days=90), now=LATER) == 0
    assert serve([notice.public_id], method="direct", on=TODAY, actor=city.wang, today=TODAY, now=LATER) == 1
    assert release_due(policy=policy, today=last, now=LATER) == 0
    assert not shown.exists()
    assert release_due(policy=policy, today=last + timedelta(days=1), now=LATER) == 1
    assert shown.exists()


def test_a_bad_grade_stays_public_while_only_its_reasons_change(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    _run(city, policy)
    write_notices(policy=policy, now=LATER)
    before = _bad()
    NoticeStep.objects.create(notice=before, kind="released", on=TODAY, at=LATER)
    minor = penalty(1, fine="0.1", decided="2026-04-21", document="汴市监罚〔2026〕99号", facts="标签不规范")
    import_file(write(tmp_path, minor, called="轻微.csv"), _delivery(city, policy))
    Score.objects.all()
    _run(city, policy, hours=2)
    write_notices(policy=policy, now=NOW + timedelta(hours=2))
    if _bad().pk != before.pk and _bad().grade == before.grade:
        assert NoticeStep.objects.filter(notice=_bad(), kind="released").exists()
    assert PublicScore.objects.filter(subject__code=code(1), grade=before.grade).exists()


def test_a_notice_is_served_once_by_a_known_method_and_signed_for_after(city: People, policy: Policy) -> None:
    _run(city, policy)
    write_notices(policy=policy, now=LATER)
    notice = _bad()
    known = {"actor": city.wang, "today": TODAY, "now": LATER}
    with pytest.raises(Refusal, match="还没有登记送达"):
        acknowledge(notice.public_id, **known)  # type: ignore[arg-type]
    for method, on in (
        ("pigeon", TODAY),
        ("post", TODAY + timedelta(days=1)),
        ("post", TODAY - timedelta(days=9)),
    ):
        with pytest.raises(Refusal, match="送达"):
            serve([notice.public_id], method=method, on=on, **known)  # type: ignore[arg-type]
    assert serve([notice.public_id], method="post", on=TODAY, **known) == 1  # type: ignore[arg-type]
    assert serve([notice.public_id], method="post", on=TODAY, **known) == 0  # type: ignore[arg-type]
    acknowledge(notice.public_id, **known)  # type: ignore[arg-type]
    assert set(notice.steps.values_list("kind", flat=True)) == {"served", "acknowledged"}


@pytest.mark.row("M7-01")
@pytest.mark.row("M7-09")
def test_imported_results_keep_their_words_and_history_and_the_newest_is_told(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    rows = [
        f"{name(3)},{code(3)},食品,食品安全信用,{grade},{day},市市场监管局"
        for grade, day in (("优秀", "2025-03-01"), ("一般", "2026-03-01"))
    ]
    batch = import_file(write(tmp_path, *rows, header=GIVEN, called="评价.csv"), _delivery(city, policy))
    assert batch.accepted == 2
    results = imported_results(Subject.objects.get(code=code(3)), policy=policy)
    assert [(one.words, one.given_on) for one in results] == [
        ("一般", date(2026, 3, 1)),
        ("优秀", date(2025, 3, 1)),
    ]
    assert write_notices(policy=policy, now=LATER) == 1
    notice = ResultNotice.objects.get()
    assert "原样登记" in notice.text and "一般" in notice.text
    assert not notice.bad
    assert write_notices(policy=policy, now=LATER) == 0


def test_nobody_is_told_of_a_class_that_only_allots_supervision(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    row = f"{name(3)},{code(3)},D,2026-11-02,开封市市场监督管理局"
    header = "企业名称,统一社会信用代码,信用风险分类,分类日期,分类单位"
    batch = import_file(write(tmp_path, row, header=header, called="分类.csv"), _delivery(city, policy))
    assert (batch.feed, batch.accepted) == ("enterprise-risk-class", 1)
    write_notices(policy=policy, now=NOW)
    assert not ResultNotice.objects.filter(subject__code=code(3)).exists()
