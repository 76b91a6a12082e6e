"""Wrong and duplicate codes: found as a set, given to registrars, fixed, verified by another, opened again."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.people import NOW, TODAY, People, make_user
from tests.query_plans import pairs_in_vain, take_statistics
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.code_issues import IssueKind
from xinheng.core.credit_code import uscc_check_character
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role, Verb
from xinheng.services import code_issues
from xinheng.services.accounts import actor_of
from xinheng.services.code_issues import (
    assign_issues,
    fix_issue,
    rates_of,
    sweep_codes,
    trend_of,
    verify_issue,
)
from xinheng.services.code_issues_sql import MANY_CODES
from xinheng.services.collect import Delivery, import_file
from xinheng.services.desk import Kind, Seat, tasks
from xinheng.services.identities import decide_row
from xinheng.services.reach import reached, tree
from xinheng.services.returns import send_back
from xinheng.services.subject_merge import decide_merge, propose_merge
from xinheng.store.models import (
    CodeIssue,
    CodeIssueStep,
    LedgerEvent,
    Organisation,
    ReturnedRow,
    RoleGrant,
    Subject,
    SubjectCode,
    User,
    Verdict,
)

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M1-03")]
BAD = "91410202MA00000000"


def _deliver(
    people: People, policy: Policy, folder: Path, *rows: str, called: str = "处罚.csv", header: str = ""
) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    words = {"header": header} if header else {}
    import_file(write(folder, *rows, called=called, **words), delivery)


@pytest.fixture
def dirty(people: People, policy: Policy, tmp_path: Path) -> People:
    """One matter of each kind."""
    register = [registration(1), registration(2), registration(3, called="开封同名商贸有限公司")]
    _deliver(people, policy, tmp_path, *register, called="登记.csv", header=REGISTER)
    other = registration(4, called="开封同名商贸有限公司")
    _deliver(people, policy, tmp_path, other, called="又一登记.csv", header=REGISTER)
    _deliver(
        people,
        policy,
        tmp_path,
        penalty(11, code=BAD),
        penalty(12, code=BAD, name="开封某某11号食品有限公司"),
        penalty(13, code="无"),
        penalty(1, name="开封完全不同建材有限公司"),
    )
    return people


def test_older_codes_are_looked_up_not_compared_with_every_subject(people: People) -> None:
    """A thousand subjects known by an older code alone beside ten thousand with a new one."""
    coded = [
        Subject(name=f"甲{number}", code=code(number), kind="enterprise", last_known_at=NOW)
        for number in range(10_000)
    ]
    uncoded = [Subject(name=f"乙{number}", kind="enterprise", last_known_at=NOW) for number in range(1_000)]
    Subject.objects.bulk_create([*coded, *uncoded], batch_size=2_000)
    SubjectCode.objects.bulk_create(
        SubjectCode(subject=one, kind="registration", value=f"{410000000000000 + number}")
        for number, one in enumerate(uncoded)
    )
    take_statistics("store_subject", "store_subjectcode")
    assert pairs_in_vain(MANY_CODES) < 100_000


def test_with_very_many_rows_the_look_is_left_to_the_worker(
    dirty: People, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_issues, "AT_ONCE", ReturnedRow.objects.count())
    assert code_issues.sweep_now_or_soon(policy=policy, now=NOW) is not None
    monkeypatch.setattr(code_issues, "AT_ONCE", ReturnedRow.objects.count() - 1)
    assert code_issues.sweep_now_or_soon(policy=policy, now=NOW) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'sweep_codes'")
        assert cursor.fetchone() == (1,)


def _one(kind: IssueKind) -> CodeIssue:
    return CodeIssue.objects.get(kind=kind.value)


def test_each_kind_is_found_once_however_often_it_is_looked_for(dirty: People, policy: Policy) -> None:
    first = sweep_codes(policy=policy, now=NOW)
    assert (first.found, first.added) == (4, 4)
    again = sweep_codes(policy=policy, now=NOW + timedelta(days=1))
    assert (again.found, again.added, again.reopened, again.cleared) == (4, 0, 0, 0)
    check = _one(IssueKind.CHECK)
    assert (check.code, check.occurrences, len(check.rows)) == (BAD, 2, 2)
    assert (check.registrar, check.organisation, check.division) == (
        "market_regulation",
        dirty.market,
        "410202",
    )
    assert set(_one(IssueKind.MANY_CODES).members) == {code(3), code(4)}
    assert "开封完全不同建材有限公司" in _one(IssueKind.MANY_NAMES).members
    assert _one(IssueKind.PLACEHOLDER).name == "开封某某13号食品有限公司"


def test_one_organisation_code_in_two_credit_codes_is_found(people: People, policy: Policy) -> None:
    for start in ("91410202", "93410202"):
        first = f"{start}MA000001A"
        given = first + uscc_check_character(first)
        Subject.objects.create(code=given, name=f"甲{start}", kind="enterprise", last_known_at=NOW)
    sweep_codes(policy=policy, now=NOW)
    assert _one(IssueKind.MANY_CODES).key.startswith("body:")


def test_one_name_under_two_codes_in_one_file_is_found(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    rows = [registration(3, called="开封同名商贸有限公司"), registration(4, called="开封同名商贸有限公司")]
    _deliver(people, policy, tmp_path, *rows, called="登记.csv", header=REGISTER)
    sweep_codes(policy=policy, now=NOW)
    issue = _one(IssueKind.MANY_CODES)
    assert issue.key == "rows:开封同名商贸有限公司"
    assert set(issue.members) == {code(3), code(4)}


def test_an_old_code_and_a_new_one_of_one_body_are_found_until_merged(people: People, policy: Policy) -> None:
    first = "91410202MA000001A"
    kept = Subject.objects.create(
        code=first + uscc_check_character(first), name="甲公司", kind="enterprise", last_known_at=NOW
    )
    gone = Subject.objects.create(name="甲公司（旧）", kind="other", last_known_at=NOW)
    SubjectCode.objects.create(subject=gone, kind="organisation", value=first[8:17])
    sweep_codes(policy=policy, now=NOW)
    issue = _one(IssueKind.MANY_CODES)
    assert set(issue.members) == {kept.code, first[8:17]}
    merge = propose_merge(gone, kept, reason="换码", ground="底册", actor=people.wang, now=NOW)
    assert merge.survivor == kept
    decide_merge(merge.public_id, agree=True, reason="对", actor=people.zhao, policy=policy, now=NOW)
    assert sweep_codes(policy=policy, now=NOW).cleared == 1


def test_a_subject_whose_code_fails_its_check_is_found(people: People, policy: Policy) -> None:
    Subject.objects.create(code="51410202MA00000000", name="某协会", kind="other", last_known_at=NOW)
    sweep_codes(policy=policy, now=NOW)
    assert _one(IssueKind.CHECK).registrar == "civil_affairs"


def _assigned(kind: IssueKind, people: People) -> CodeIssue:
    issue = _one(kind)
    assign_issues([issue.public_id], due_on=date(2026, 12, 1), actor=people.wang, now=NOW)
    return issue


def test_data_decide_whether_a_matter_is_over(dirty: People, policy: Policy) -> None:
    sweep_codes(policy=policy, now=NOW)
    issue = _assigned(IssueKind.PLACEHOLDER, dirty)
    fix_issue(issue.public_id, remedy="已核实代码", actor=dirty.li, now=NOW)
    given = {"agree": True, "remark": "", "now": NOW}
    with pytest.raises(Refusal) as told:
        verify_issue(issue.public_id, actor=dirty.zhao, **given)
    assert told.value.code == "CI07"
    row = ReturnedRow.objects.get(pk=issue.rows[0])
    decide_row(
        row.pk,
        verdict=Verdict.YES,
        subject=Subject.objects.get(code=code(2)),
        reason="核实",
        actor=dirty.zhao,
        now=NOW,
    )
    with pytest.raises(Refusal) as told:
        verify_issue(issue.public_id, actor=dirty.li, **given)
    assert told.value.code == "CI06"
    assert verify_issue(issue.public_id, actor=dirty.zhao, **given).state == "verified"
    assert list(issue.steps.order_by("id").values_list("deed", flat=True)) == [
        "found",
        "assigned",
        "fixed",
        "verified",
    ]


def test_what_comes_back_opens_again(dirty: People, policy: Policy, tmp_path: Path) -> None:
    sweep_codes(policy=policy, now=NOW)
    issue = _assigned(IssueKind.PLACEHOLDER, dirty)
    row = ReturnedRow.objects.get(pk=issue.rows[0])
    decide_row(
        row.pk,
        verdict=Verdict.YES,
        subject=Subject.objects.get(code=code(2)),
        reason="核实",
        actor=dirty.zhao,
        now=NOW,
    )
    fix_issue(issue.public_id, remedy="已核实代码", actor=dirty.li, now=NOW)
    verify_issue(issue.public_id, agree=True, remark="", actor=dirty.zhao, now=NOW)
    again = penalty(13, code="无", document="汴市监罚〔2026〕999号")
    _deliver(dirty, policy, tmp_path, again, called="又来.csv")
    assert sweep_codes(policy=policy, now=NOW + timedelta(days=1)).reopened == 1
    issue.refresh_from_db()
    assert (issue.state, issue.reopened, issue.cleared_at) == ("open", 1, None)


def test_a_row_that_went_back_and_did_not_come_again_is_still_a_matter(dirty: People, policy: Policy) -> None:
    sweep_codes(policy=policy, now=NOW)
    for row in ReturnedRow.objects.filter(codes__contains=["E03"]):
        send_back(row.pk, actor=dirty.zhao, reason="代码有误", now=NOW)
    assert sweep_codes(policy=policy, now=NOW).cleared == 0


def test_two_codes_are_over_when_merged_or_found_to_be_two_subjects(dirty: People, policy: Policy) -> None:
    sweep_codes(policy=policy, now=NOW)
    issue = _assigned(IssueKind.MANY_CODES, dirty)
    fix_issue(issue.public_id, remedy="两家企业同名", distinct=True, actor=dirty.li, now=NOW)
    given = {"agree": True, "remark": "", "actor": dirty.zhao, "now": NOW}
    assert verify_issue(issue.public_id, **given).state == "verified"
    assert sweep_codes(policy=policy, now=NOW).reopened == 0
    one, other = Subject.objects.filter(code__in=issue.members)
    merge = propose_merge(one, other, reason="换码", ground="底册", actor=dirty.wang, now=NOW)
    decide_merge(merge.public_id, agree=True, reason="对", actor=dirty.zhao, policy=policy, now=NOW)
    assert sweep_codes(policy=policy, now=NOW).cleared == 1


def test_what_is_not_put_right_goes_back_to_the_registrar(dirty: People, policy: Policy) -> None:
    sweep_codes(policy=policy, now=NOW)
    issue = _assigned(IssueKind.CHECK, dirty)
    fix_issue(issue.public_id, remedy="已告知", actor=dirty.li, now=NOW)
    given = {"agree": False, "actor": dirty.zhao, "now": NOW}
    with pytest.raises(Refusal) as told:
        verify_issue(issue.public_id, remark="", **given)
    assert told.value.code == "CI09"
    assert verify_issue(issue.public_id, remark="数据仍在", **given).state == "assigned"


def test_rates_and_trend_follow_the_course(dirty: People, policy: Policy) -> None:
    units = [dirty.market.pk, dirty.city.pk]
    sweep_codes(policy=policy, now=NOW)
    issue = _assigned(IssueKind.MANY_CODES, dirty)
    fix_issue(issue.public_id, remedy="两家企业同名", distinct=True, actor=dirty.li, now=NOW)
    later = NOW + timedelta(days=20)
    verify_issue(issue.public_id, agree=True, remark="", actor=dirty.zhao, now=later)
    rates = rates_of(units)
    assert (rates.living, rates.found, rates.closed) == (3, 4, 1)
    assert rates.wrong == round(3000 / (rates.codes + 3))
    assert rates.corrected == 250
    first = datetime(2026, 9, 30, 16, tzinfo=UTC)
    points = trend_of(units, first=first, last=datetime(2026, 11, 30, 16, tzinfo=UTC))
    assert [(point.living, point.found, point.closed) for point in points] == [
        (0, 0, 0),
        (4, 4, 0),
        (3, 0, 1),
    ]
    assert CodeIssueStep.objects.count() == 7


@pytest.mark.guard("G2")
@pytest.mark.guard("G13")
def test_a_natural_person_is_no_matter_and_the_ledger_names_nobody(
    dirty: People, policy: Policy, tmp_path: Path
) -> None:
    person = penalty(21, kind="自然人", name="张三丰", code="11010519491231002X")
    _deliver(dirty, policy, tmp_path, person, penalty(22, name="李小四", code="无"), called="个人.csv")
    sweep_codes(policy=policy, now=NOW)
    told = [f"{issue.key}{issue.code}{issue.name}{issue.members}" for issue in CodeIssue.objects.all()]
    assert told
    assert not any("张三" in words or "11010519491231" in words for words in told)
    assert not any(row.normalised for row in ReturnedRow.objects.filter(codes__contains=["E16"]))
    events = LedgerEvent.objects.filter(kind__startswith="codes.")
    assert not any("食品" in f"{event.object}{event.subject}{event.reason}" for event in events)


def _desk_of(county: Organisation, username: str) -> User:
    return make_user(username, "县登记", county, Role.REGISTRAR_DESK)


def test_a_matter_goes_to_the_registrar_of_the_county_where_there_is_one(
    dirty: People, policy: Policy
) -> None:
    sweep_codes(policy=policy, now=NOW)
    assert _one(IssueKind.CHECK).organisation == dirty.market
    county = Organisation.objects.create(
        key="kaifeng.410202", kind="county", parent=dirty.city, division_code="410202"
    )
    user = _desk_of(county, "lin")
    sweep_codes(policy=policy, now=NOW + timedelta(hours=1))
    matter = _one(IssueKind.CHECK)
    assert (matter.organisation, matter.division) == (county, "410202")
    assign_issues([matter.public_id], due_on=date(2026, 12, 1), actor=dirty.wang, now=NOW)
    assert [(task.kind, task.count) for task in tasks(_seat(user, policy))] == [(Kind.CODE_FIX, 1)]
    RoleGrant.objects.filter(user=user).update(to_on=date(2026, 11, 1))
    sweep_codes(policy=policy, now=NOW + timedelta(hours=2))
    assert _one(IssueKind.CHECK).organisation == county


def test_the_county_is_that_of_the_subject_before_that_of_its_code(dirty: People, policy: Policy) -> None:
    Subject.objects.filter(code=code(1)).update(division_code="410203")
    for division in ("410202", "410203"):
        unit = Organisation.objects.create(
            key=f"kaifeng.{division}", kind="county", parent=dirty.city, division_code=division
        )
        _desk_of(unit, f"lin{division}")
    sweep_codes(policy=policy, now=NOW)
    assert {one.division for one in CodeIssue.objects.filter(code=code(1))} == {"410203"}


def test_the_desk_shows_what_waits_on_codes_rows_and_merges_but_not_ones_own(
    dirty: People, policy: Policy
) -> None:
    sweep_codes(policy=policy, now=NOW)
    matter = _one(IssueKind.CHECK)
    assert Kind.CODE_ASSIGN in _kinds(dirty.wang, policy)
    assign_issues([matter.public_id], due_on=None, actor=dirty.wang, now=NOW)
    assert Kind.CODE_FIX in _kinds(dirty.li, policy)
    fix_issue(matter.public_id, remedy="已更正", actor=dirty.zhao, now=NOW)
    assert Kind.CODE_VERIFY not in _kinds(dirty.zhao, policy)
    CodeIssue.objects.filter(pk=matter.pk).update(fixed_by=dirty.li)
    assert Kind.CODE_VERIFY in _kinds(dirty.zhao, policy)
    assert Kind.IDENTITY in _kinds(dirty.zhao, policy)
    one, other = Subject.objects.filter(code__in=(code(3), code(4)))
    propose_merge(one, other, reason="同一家", ground="登记档案", actor=dirty.wang, now=NOW)
    assert Kind.MERGE in _kinds(dirty.zhao, policy)
    assert Kind.MERGE not in _kinds(dirty.wang, policy)


def _seat(user: User, policy: Policy) -> Seat:
    def reach(verb: Verb) -> frozenset[int]:
        return reached(actor_of(user), verb, on=TODAY, among=tree())

    return Seat(user, reach, policy, TODAY)


def _kinds(user: User, policy: Policy) -> set[Kind]:
    return {task.kind for task in tasks(_seat(user, policy))}
