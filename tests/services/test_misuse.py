"""Anybody complains of misuse; it stays closed to the unit complained of; the ledger tells what was done; two persons conclude."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People, make_user
from tests.services.deliveries import code
from tests.services.letter_cases import draft_of
from tests.store.rows import Rows

from xinheng.core.misuse import Fault
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.service_proof import Try, Way
from xinheng.services.case_lookup import look_up
from xinheng.services.cases import take_step
from xinheng.services.letters import issue_letter
from xinheng.services.letters_begun import begun
from xinheng.services.letters_serving import serve
from xinheng.services.misuse import (
    Grievance,
    complain,
    draw_extract,
    may_read,
    open_words,
    still_so,
    tell_orally,
)
from xinheng.services.subjects import open_file
from xinheng.store.models import Case, IssuedLetter, LedgerEvent, MisuseComplaint, RoleGrant, Subject

pytestmark = [pytest.mark.row("M13-03"), pytest.mark.guard("G13")]
WHAT = "市监局有人无故查询我公司档案并告诉竞争对手"


@pytest.fixture
def firm(people: People) -> Subject:
    return Rows(people).subject(code=code(1), name="开封蓝天食品有限公司")


def _complaint(people: People, policy: Policy, **given: object) -> tuple[Case, str]:
    said = {"fault": Fault.LEAK, "what": WHAT, "unit": people.market, "contact": "0371-0000000"}
    lodged = complain(Grievance(**said | given), actor=None, policy=policy, now=NOW)  # type: ignore[arg-type]
    return lodged.case, lodged.code


def test_anybody_complains_and_follows_it_by_number_and_code(people: People, policy: Policy) -> None:
    case, secret = _complaint(people, policy)
    assert case.number == "TS-2026-000001"
    shown = look_up(case.number, secret, address="10.0.0.1", policy=policy, now=NOW)
    assert (shown.matter, shown.state, shown.subject) == ("信息安全投诉", "待受理", "")
    assert shown.terms[0].due is not None


def test_what_was_said_is_sealed_and_in_no_list(people: People, policy: Policy) -> None:
    case, _ = _complaint(people, policy)
    kept = bytes(MisuseComplaint.objects.get(case=case).sealed)
    assert "竞争对手".encode() not in kept
    assert "竞争" not in f"{case.title}{case.details}{[one.reason for one in case.events.all()]}"
    assert open_words(case, people.wang, now=NOW)["what"] == WHAT
    assert LedgerEvent.objects.filter(kind="misuse.opened", actor=people.wang).count() == 1


def test_the_unit_complained_of_and_who_has_nothing_to_do_with_it_see_nothing(
    people: People, policy: Policy
) -> None:
    case, _ = _complaint(people, policy)
    inside = make_user("mao", "毛某", people.market, Role.REVIEWER)
    RoleGrant.objects.filter(user=inside).update(organisation=people.city)
    window = make_user("sunli", "孙窗口", people.city, Role.WINDOW_CLERK)
    for user in (inside, window, people.zhou):
        assert not may_read(case, user, on=TODAY)
        with pytest.raises(Refusal) as refused:
            open_words(case, user, now=NOW)
        assert refused.value.code == "TS3"


def test_the_ledger_tells_who_read_what_and_can_be_compared_again(
    people: People, policy: Policy, firm: Subject
) -> None:
    open_file(firm.public_id, actor=people.wang, reason="无关的查询", now=NOW)
    typed = f"{code(1)[:4]} {code(1)[4:8]}-{code(1)[8:].lower()}"
    case, _ = _complaint(people, policy, code=typed)
    extract = draw_extract(
        case, code=firm.code or "", from_on=TODAY - timedelta(days=7), to_on=TODAY, actor=people.chen, now=NOW
    )
    assert any(line["kind"] == "subject.read" and line["reason"] == "无关的查询" for line in extract.lines)
    open_file(firm.public_id, actor=people.zhao, reason="后来", now=NOW)
    assert still_so(extract)
    extract.lines[0]["reason"] = "改过"
    extract.digest = "sha256:0"
    assert not still_so(extract)


@pytest.mark.parametrize(("days", "wanted"), [(-1, "TS4"), (400, "TS4")])
def test_an_extract_has_a_sound_period(people: People, policy: Policy, days: int, wanted: str) -> None:
    case, _ = _complaint(people, policy)
    with pytest.raises(Refusal) as refused:
        draw_extract(
            case, code=code(1), from_on=TODAY - timedelta(days=days), to_on=TODAY, actor=people.chen, now=NOW
        )
    assert refused.value.code == wanted


@pytest.mark.guard("G17")
@pytest.mark.usefixtures("home")
def test_who_investigated_does_not_conclude_and_the_complainant_is_told_in_writing(
    people: People, policy: Policy
) -> None:
    case, _ = _complaint(people, policy)
    given = {"policy": policy, "now": NOW}
    take_step(case.public_id, "accept", actor=people.wang, **given)  # type: ignore[arg-type]
    take_step(case.public_id, "find", actor=people.wang, reason="查询没有事由", **given)  # type: ignore[arg-type]
    with pytest.raises(Refusal):
        take_step(case.public_id, "confirm", actor=people.wang, reason="属实", **given)  # type: ignore[arg-type]
    take_step(case.public_id, "confirm", actor=people.zhao, reason="属实，停用账号", **given)  # type: ignore[arg-type]
    case.refresh_from_db()
    said = begun(case, "misuse_answer", policy=policy, on=TODAY)
    assert said["result"] == "属实。属实，停用账号" and "0371" not in str(said)
    with pytest.raises(Refusal) as refused:
        tell_orally(case, actor=people.wang, reason="已告知", **given)  # type: ignore[arg-type]
    assert refused.value.code == "TS10"
    draft = replace(draft_of("misuse_answer"), addressee="投诉人")
    letter = issue_letter(case.public_id, draft, actor=people.wang, **given)  # type: ignore[arg-type]
    made = Try(way=Way.POST, on=TODAY, proof="挂号信 1 号")
    serve(letter.public_id, made, actor=people.wang, **given)  # type: ignore[arg-type]
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("done", NOW)


@pytest.mark.guard("G17")
def test_who_left_no_way_to_be_reached_is_told_at_the_window(people: People, policy: Policy) -> None:
    case, _ = _complaint(people, policy, contact="")
    given = {"policy": policy, "now": NOW}
    take_step(case.public_id, "find", actor=people.wang, reason="没有查询", **given)  # type: ignore[arg-type]
    take_step(case.public_id, "dismiss", actor=people.zhao, reason="没有查询记录", **given)  # type: ignore[arg-type]
    told = tell_orally(case, actor=people.wang, reason="凭编号到窗口了解", **given)  # type: ignore[arg-type]
    assert told.state == "done"
    assert not IssuedLetter.objects.exists()


@pytest.mark.parametrize(
    ("given", "wanted"), [({"what": "有人"}, "TS1"), ({"code": "91410200MA0000000X"}, "TS2")]
)
def test_a_complaint_without_substance_is_refused(
    people: People, policy: Policy, given: dict[str, object], wanted: str
) -> None:
    with pytest.raises(Refusal) as refused:
        _complaint(people, policy, **given)
    assert refused.value.code == wanted
    assert not Case.objects.filter(opened_at__date=date(2026, 11, 20)).exists()
