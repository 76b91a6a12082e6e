"""Each step of a repair that speaks to the enterprise brings its letter with it, or is not taken at all."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.services.repairers import PROVED, Repairs, make_repairs

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.service_proof import Try, Way
from xinheng.services.cases import take_step
from xinheng.services.letters import possible, twin_file_of
from xinheng.services.letters_serving import serve
from xinheng.services.repair_decisions import accept, ask_completion, complete, decline, grant
from xinheng.services.repair_writing import Said, with_letter
from xinheng.services.repairs import Application
from xinheng.store.models import Case, CaseDeadline, IssuedLetter, User

SAID = Said(facts="罚款没有缴清", confirmed=True)


@pytest.fixture
def repairs(people: People, policy: Policy, home: Path) -> Repairs:
    return make_repairs(people, policy)


def _words(letter: IssuedLetter) -> str:
    content = json.loads(twin_file_of(letter))["content"]["letter"]
    return "\n".join(
        line for one in content["paragraphs"] for line in (one["heading"], one["text"], *one["items"])
    )


def _asked(repairs: Repairs, said: Said | None = None) -> Case:
    case = repairs.lodged(Application(pledged=True))
    act = repairs.act(repairs.people.wang, reason="缴款凭证不清楚")
    return with_letter(case, "ask_completion", lambda: ask_completion(case, ["duty_done"], act), act, said)


def _refused(repairs: Repairs, case: Case, verb: str, actor: User, said: Said) -> Case:
    act = repairs.act(actor, reason="义务没有履行完毕")
    ground = Ground(GroundKind.RECORD, repairs.record.record_key)

    def take() -> Case:
        return take_step(
            case.public_id,
            verb,
            actor=actor,
            policy=repairs.policy,
            now=NOW,
            reason=act.reason,
            ground=ground,
        )

    return with_letter(case, verb, take, act, said)


@pytest.mark.row("M12-03")
@pytest.mark.guard("G17")
def test_correction_acceptance_and_result_go_out_with_their_steps(repairs: Repairs) -> None:
    case = _asked(repairs)
    letter = IssuedLetter.objects.get()
    assert (letter.kind, letter.step, letter.issued_by) == (
        "completion_request",
        "ask_completion",
        repairs.people.wang,
    )
    told = _words(letter)
    assert "已改正、已履行义务的证明" in told and "缴款凭证不清楚" in told and "2026年11月27日" in told
    assert "completion_request" not in {kind.kind for kind in possible(case) if kind.follows_step}
    new = Try(way=Way.DIRECT, on=TODAY, proof="送达回证 1 号")
    serve(letter.public_id, new, actor=repairs.people.wang, policy=repairs.policy, now=NOW)
    assert CaseDeadline.objects.get(case=case, key="repair.complete_workdays").due_on is not None
    case.refresh_from_db()
    complete(case, Application(handed=PROVED), actor=repairs.people.wang, policy=repairs.policy, now=NOW)
    act = repairs.act(repairs.people.wang)
    with_letter(case, "accept", lambda: accept(case, act), act)
    accepted = IssuedLetter.objects.get(kind="acceptance")
    assert "未与原文核对" in _words(accepted) and "7个工作日" in _words(accepted)
    repairs.step(case, "examine", repairs.sun)
    decided = repairs.act(repairs.people.zhao)
    with_letter(case, "grant", lambda: grant(case, decided), decided)
    result = IssuedLetter.objects.get(kind="repair_result")
    assert (result.step, result.addressee) == ("grant", repairs.firm.name)
    assert "停止公示" in _words(result) and "标签不合格" in _words(result)
    assert not repairs.shown()


@pytest.mark.row("M12-03")
@pytest.mark.guard("G15")
@pytest.mark.guard("G17")
@pytest.mark.parametrize("verb", ["not_accept", "refuse"])
def test_a_refusal_goes_out_with_facts_reasons_and_remedies_or_not_at_all(
    repairs: Repairs, verb: str
) -> None:
    begin: dict[str, Callable[[], Case]] = {
        "not_accept": lambda: decline(repairs.lodged(), repairs.act(repairs.people.wang)),
        "refuse": repairs.examined,
    }
    case, zhao = begin[verb](), repairs.people.zhao
    before = case.state
    for said, code in (
        (Said(facts="罚款没有缴清"), "LI3"),
        (Said(facts=" ", confirmed=True), "LT2"),
    ):
        with pytest.raises(Refusal) as refused:
            _refused(repairs, case, verb, zhao, said)
        assert refused.value.code == code
        case.refresh_from_db()
        assert (case.state, IssuedLetter.objects.exists()) == (before, False)
    done = _refused(repairs, case, verb, zhao, SAID)
    letter = IssuedLetter.objects.get()
    told = _words(letter)
    assert (letter.kind, letter.step, letter.confirmed_terms) == ("refusal", verb, True)
    assert "罚款没有缴清" in told and "义务没有履行完毕" in told and "开封市人民政府" in told
    assert done.closed_at is not None and repairs.shown()


@pytest.mark.row("M12-03")
def test_the_officer_may_set_the_day_and_the_documents(repairs: Repairs) -> None:
    _asked(repairs, Said(until=date(2026, 12, 4), basis="《示例规定》第三条"))
    told = _words(IssuedLetter.objects.get())
    assert "2026年12月4日" in told and "《示例规定》第三条" in told
