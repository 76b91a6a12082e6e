"""Published grades are facts for the models that read them, one of each cycle, and end with what they rest on."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.models import ScoringModel, parse_model
from xinheng.core.policy import Policy
from xinheng.services import former_grades, refresh
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import explain_grade, facts_known, known_when_given, run_model
from xinheng.services.given_grades import cycle_of
from xinheng.services.governance_preview import preview
from xinheng.services.nightly import run_night
from xinheng.services.rebuild import rebuild_run
from xinheng.services.records import Change, change_state
from xinheng.services.refresh import refresh_grades
from xinheng.services.what_if import basis_of
from xinheng.store.models import EvaluationRun, GivenGrade, Record, Subject
from xinheng.store.scores import scores_of

BASE, READER = "food/base", "food/reader"
HOUR = timedelta(hours=1)
NEXT_YEAR = date(2027, 1, 10)
BASIS = [{"source": "guobanfa-2019-35", "verified": False}]
GRADES = {"A": ("优秀", 850), "B": ("良好", 700), "C": ("中等", 550), "D": ("较差", 400), "E": ("差", 0)}


def _model(key: str, *indicators: dict[str, Any], **more: Any) -> ScoringModel:
    tree = {
        "id": key,
        "version": 1,
        "title": key,
        "kind": "sector",
        "use": "publishable",
        "owner": "food",
        "population": {"kinds": ["enterprise", "branch"], "sectors": ["food"]},
        "figures": {"source": "xinheng-proposal", "verified": False},
        "basis": BASIS,
        "scale": {
            "max": 1000,
            "start": 800,
            "bands": [
                {"grade": grade, "label": label, "start": start} for grade, (label, start) in GRADES.items()
            ],
        },
        "evidence": {"items": ["registration"], "window_days": 3650},
        "families": [{"id": "lawful", "label": "遵纪守法", "effect": "minus", "cap": 600}],
        "indicators": [
            {"family": "lawful", "label": "扣分", "points": 100, "cap": 600, "basis": BASIS, **each}
            for each in indicators
        ],
        **more,
    }
    return parse_model(tree, file=key)


def _grades(model: str, *grades: str) -> dict[str, Any]:
    return {"items": ["evaluation"], "grades_of": model, "grades": list(grades)}


FINED = {"id": "fined", "facts": {"items": ["penalty"]}, "window_days": 365, "points": 300}
CARRIED = {
    "id": "last_year_d",
    "label": "上一年为 D 级",
    "facts": _grades(BASE, "D", "E"),
    "calendar_years": [1, 1],
    "grade": "C",
    "basis": BASIS,
}
MODELS = {
    BASE: _model(BASE, FINED, limits=[CARRIED]),
    READER: _model(READER, {"id": "low", "facts": _grades(BASE, "D", "E"), "window_days": 365}),
}


def beginning(people: People, policy: Policy, folder: Path) -> None:
    rows = [registration(number).replace(",2020-01-", ",2025-01-") for number in range(1, 6)]
    _deliver(people, policy, folder, *rows, register=True)
    _deliver(people, policy, folder, penalty(1), penalty(2))


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


@pytest.fixture
def rules(policy: Policy) -> Policy:
    return replace(policy, models={**policy.models, **MODELS})


def _deliver(people: People, policy: Policy, folder: Path, *rows: object, register: bool = False) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    words = {"header": REGISTER, "called": "登记注册.csv"} if register else {}
    import_file(write(folder, *rows, **words), delivery)  # type: ignore[arg-type]


def _run(model: str, rules: Policy, people: People, *, hours: int = 1, **more: Any) -> EvaluationRun:
    words = {"as_of": TODAY, "actor": people.li, "now": NOW + hours * HOUR, "publish": True, **more}
    return run_model(model, policy=rules, **words)


def _withdraw(people: People, policy: Policy, number: int, *, deed: str = "withdraw", hours: int = 2) -> None:
    record = Record.objects.get(subject__code=code(number), item=4, known_until__isnull=True)
    change = Change(deed=deed, reason="决定被撤销", ground="汴政复决〔2026〕1号")
    moment = NOW + hours * HOUR
    change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=moment)


def _points(model: str) -> dict[int, tuple[int, str]]:
    run = EvaluationRun.objects.get(model=model, current=True)
    codes = {code(number): number for number in range(1, 6)}
    return {
        codes[score.subject.code or ""]: (score.points_milli // 1000, score.grade)
        for score in scores_of(run).select_related("subject")
    }


@pytest.mark.row("M7-04")
def test_a_model_reads_the_published_grades_of_another(city: People, rules: Policy) -> None:
    _run(BASE, rules, city)
    _run(READER, rules, city, hours=2)
    assert _points(BASE) == {1: (500, "D"), 2: (500, "D"), 3: (800, "B"), 4: (800, "B"), 5: (800, "B")}
    assert _points(READER) == {1: (700, "B"), 2: (700, "B"), 3: (800, "B"), 4: (800, "B"), 5: (800, "B")}


@pytest.mark.guard("G4")
def test_a_grade_that_was_only_tried_is_no_fact(city: People, rules: Policy) -> None:
    _run(BASE, rules, city, publish=False)
    assert not GivenGrade.objects.exists()
    _run(READER, rules, city, hours=2)
    assert {points for points, _ in _points(READER).values()} == {800}


@pytest.mark.row("M7-04")
@pytest.mark.parametrize("few", [2_000, 1])
def test_a_grade_whose_ground_is_withdrawn_is_no_fact_any_more(
    city: People, rules: Policy, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "FEW", few)
    _run(BASE, rules, city)
    _run(READER, rules, city, hours=2)
    _withdraw(city, rules, 1, hours=3)
    _withdraw(city, rules, 2, hours=3)
    refresh_grades(now=NOW + 4 * HOUR)
    assert _points(BASE)[1] == _points(BASE)[2] == (800, "B")
    assert _points(READER)[1] == _points(READER)[2] == (800, "B")
    standing = GivenGrade.objects.filter(model=BASE, until__isnull=True)
    assert set(standing.values_list("grade", flat=True)) == {"B"}
    assert standing.count() == 5


@pytest.mark.row("M7-07")
def test_runs_that_read_grades_are_rebuilt_bit_for_bit(city: People, rules: Policy, tmp_path: Path) -> None:
    _run(BASE, rules, city)
    _run(READER, rules, city, hours=2)
    _withdraw(city, rules, 1, hours=3)
    refresh_grades(now=NOW + 4 * HOUR)
    run_night(policy=rules, as_of=TODAY + timedelta(days=1), now=NOW + 5 * HOUR)
    run_night(policy=rules, as_of=NEXT_YEAR, now=NOW + 6 * HOUR)
    _withdraw(city, rules, 2, hours=7)
    refresh_grades(now=NOW + 8 * HOUR)
    runs = EvaluationRun.objects.all()
    assert {run.model for run in runs if run.base_id} == {BASE, READER}
    for run in runs:
        assert rebuild_run(run.public_id, now=NOW + 9 * HOUR).same, (run.model, run.as_of, run.base_id)


@pytest.mark.row("M7-04")
def test_a_model_reads_its_own_grade_of_the_former_cycle_alone(city: People, rules: Policy) -> None:
    _run(BASE, rules, city)
    run_night(policy=rules, as_of=TODAY + timedelta(days=1), now=NOW + 2 * HOUR)
    assert GivenGrade.objects.filter(model=BASE).count() == 5
    _withdraw(city, rules, 2, hours=3)
    refresh_grades(now=NOW + 4 * HOUR)
    assert _points(BASE)[2] == (800, "B")
    _run(BASE, rules, city, hours=5, as_of=date(2027, 12, 20))
    assert _points(BASE)[1] == (800, "C")
    assert _points(BASE)[2] == (800, "B")


@pytest.mark.guard("G9")
def test_a_carry_over_ends_with_its_ground(city: People, rules: Policy) -> None:
    _run(BASE, rules, city)
    run_night(policy=rules, as_of=date(2027, 12, 20), now=NOW + 2 * HOUR)
    assert _points(BASE)[1] == _points(BASE)[2] == (800, "C")
    _withdraw(city, rules, 1, deed="repair", hours=3)
    refresh_grades(now=NOW + 4 * HOUR)
    assert _points(BASE)[1] == (800, "B")
    assert _points(BASE)[2] == (800, "C")
    _withdraw(city, rules, 2, deed="shield", hours=5)
    run_night(policy=rules, as_of=date(2027, 12, 21), now=NOW + 6 * HOUR)
    assert _points(BASE)[2] == (800, "B")
    _withdraw(city, rules, 2, deed="restore", hours=7)
    refresh_grades(now=NOW + 8 * HOUR)
    assert _points(BASE)[2] == (800, "C")


@pytest.mark.guard("G9")
def test_a_former_grade_comes_back_with_its_ground(city: People, rules: Policy) -> None:
    evident = _model(BASE, FINED, limits=[CARRIED], evidence={"items": ["penalty"], "window_days": 3650})
    only_fined = replace(rules, models={**rules.models, BASE: evident})
    _run(BASE, only_fined, city)
    _run(BASE, only_fined, city, hours=2, as_of=date(2027, 3, 20))
    former = GivenGrade.objects.filter(model=BASE, subject__code=code(1), cycle_on__year=2026)
    assert former.get().grade == "D"
    _withdraw(city, rules, 1, deed="shield", hours=3)
    refresh_grades(now=NOW + 4 * HOUR)
    assert not former.filter(until__isnull=True).exists()
    _withdraw(city, rules, 1, deed="restore", hours=5)
    refresh_grades(now=NOW + 6 * HOUR)
    assert former.get(until__isnull=True).grade == "D"


def test_a_change_of_the_cycle_leaves_one_fact_of_a_day(city: People, rules: Policy) -> None:
    _run(BASE, rules, city)
    _run(READER, rules, city)
    before = _points(READER)[1]
    quarterly = _model(BASE, FINED, limits=[CARRIED], version=2, cycle_months=3)
    changed = replace(rules, models={**rules.models, BASE: quarterly})
    _run(BASE, changed, city, hours=2)
    _run(READER, changed, city, hours=3)
    assert GivenGrade.objects.filter(model=BASE, subject__code=code(1), until__isnull=True).count() == 1
    assert _points(READER)[1] == before


def test_cycles_that_are_over_are_looked_at_only_for_what_changed_in_them(
    city: People, rules: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = replace(rules, models={**rules.models, BASE: _model(BASE, FINED)})
    _run(BASE, plain, city)
    _run(BASE, plain, city, hours=2, as_of=NEXT_YEAR)
    seen: list[date] = []
    touched = former_grades._touched

    def watched(run: EvaluationRun, subjects: Sequence[int]) -> Iterable[GivenGrade]:
        seen.append(run.as_of)
        return touched(run, subjects)

    monkeypatch.setattr(former_grades, "_touched", watched)
    _deliver(city, rules, tmp_path, penalty(3, document="汴市监罚〔2026〕33号"))
    refresh_grades(now=NOW + 3 * HOUR)
    assert seen == []
    _withdraw(city, rules, 1, hours=4)
    refresh_grades(now=NOW + 5 * HOUR)
    assert seen == [TODAY]


def test_what_comes_to_be_known_later_does_not_worsen_a_former_grade(
    city: People, rules: Policy, tmp_path: Path
) -> None:
    _run(BASE, rules, city)
    run_night(policy=rules, as_of=date(2027, 12, 20), now=NOW + 2 * HOUR)
    _deliver(city, rules, tmp_path, penalty(3), penalty(1, document="汴市监罚〔2026〕8号"))
    refresh_grades(now=NOW + 3 * HOUR)
    assert _points(BASE)[3] == (800, "B")


@pytest.mark.row("M7-11")
def test_the_explanation_and_the_trial_rest_on_the_same_grades(city: People, rules: Policy) -> None:
    _run(BASE, rules, city)
    run = _run(READER, rules, city, hours=2)
    subject = Subject.objects.get(code=code(1))
    explained = explain_grade(subject, policy=rules, model_id=READER)
    assert explained is not None
    assert explained.evaluation.points_milli == 700_000
    score = scores_of(run).select_related("run").get(subject=subject)
    facts = facts_known(subject, at=known_when_given(score, run))
    assert basis_of(subject, explained).facts == facts
    (fact,) = (fact for fact in facts if fact.item == 17)
    assert (fact.result, fact.decided_on) == ("food__base__D", TODAY)
    assert not Record.objects.filter(pk=fact.record_id).exists()
    own = explain_grade(subject, policy=rules, model_id=BASE)
    assert own is not None
    assert own.evaluation.points_milli == 500_000


@pytest.mark.row("M7-01")
def test_an_imported_result_of_the_model_stands_in_place_of_ours(city: People, rules: Policy) -> None:
    _run(BASE, rules, city)
    registered = Record.objects.filter(subject__code=code(1), item=1).earliest("pk")
    imported = Record.objects.get(pk=registered.pk)
    number = Record.objects.latest("pk").pk + 1000
    imported.pk = imported.record_key = number
    imported.item, imported.result, imported.decided_on = 17, "food__base__B", date(2026, 6, 30)
    imported.natural_hash = imported.content_hash = b"imported-result!"
    imported.save(force_insert=True)
    _run(READER, rules, city, hours=2)
    assert _points(READER)[1] == (800, "B")
    assert _points(READER)[2] == (700, "B")


@pytest.mark.parametrize(
    ("months", "first", "following"),
    [
        (None, date(2026, 1, 1), date(2027, 1, 1)),
        (12, date(2026, 1, 1), date(2027, 1, 1)),
        (6, date(2026, 7, 1), date(2027, 1, 1)),
        (1, date(2026, 11, 1), date(2026, 12, 1)),
    ],
)
def test_a_cycle_is_counted_from_the_first_of_january(
    months: int | None, first: date, following: date
) -> None:
    model = MODELS[BASE].model_copy(update={"cycle_months": months})
    assert cycle_of(model, on=TODAY) == (first, following)


def test_a_draft_is_previewed_with_the_grades_that_it_reads(city: People, rules: Policy) -> None:
    _run(BASE, rules, city)
    seen = preview(
        MODELS[READER], base=MODELS[READER], wanted=[code(1), code(5)], actor=city.li, policy=rules, now=NOW
    )
    fined, clean = seen.named
    assert fined.subject.code == code(1)
    assert fined.new.points_milli < clean.new.points_milli
    assert fined.old == fined.new
