"""During a reorganisation failing records rest on the ruling of a court; they are repaired after it or count again."""

from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.letter_cases import draft_of
from tests.services.repairers import STOPS, Repairs, make_repairs, penalty

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.service_proof import Try, Way
from xinheng.services import letters
from xinheng.services.letters_serving import serve
from xinheng.services.relief import Ruling, ask, end, finish, grant
from xinheng.services.repairs import matters_of
from xinheng.store.models import Case, Publication

RULING = Ruling(court="开封市中级人民法院", number="（2026）豫02破1号", ruled_on=TODAY)


@pytest.fixture
def repairs(people: People, policy: Policy) -> Repairs:
    return make_repairs(people, policy)


def _asked(repairs: Repairs, ruling: Ruling = RULING) -> Case:
    return ask(
        repairs.firm, ruling, actor=repairs.people.wang, policy=repairs.policy, now=NOW, reason="已裁定"
    )


def _resting(repairs: Repairs) -> Case:
    return grant(_asked(repairs), repairs.act(repairs.people.zhao))


@pytest.mark.row("M12-08")
@pytest.mark.row("X-03")
def test_all_failing_records_rest_on_a_ruling_decided_by_a_second_person(repairs: Repairs) -> None:
    penalty(repairs.rows, repairs.firm, seriousness=3)
    case = _asked(repairs)
    with pytest.raises(Refusal, match="您不能“暂时解除”"):
        grant(case, repairs.act(repairs.people.wang))
    grant(case, repairs.act(repairs.people.zhao))
    assert (repairs.current().state, repairs.shown()) == (RecordState.SHIELDED, False)
    assert matters_of(repairs.firm, policy=repairs.policy, today=TODAY) == []
    with pytest.raises(Refusal) as refused:
        _asked(repairs)
    assert refused.value.code == "XB2"


@pytest.mark.row("M12-08")
@pytest.mark.row("X-03")
def test_after_the_plan_was_carried_out_the_records_are_repaired(repairs: Repairs) -> None:
    done = finish(_resting(repairs), repairs.act(repairs.people.zhao))
    assert (done.state, repairs.current().state) == ("done", RecordState.REPAIRED)
    assert not repairs.shown()


@pytest.mark.row("M12-08")
@pytest.mark.row("X-03")
@pytest.mark.guard("G17")
def test_a_failed_plan_lets_records_count_again_only_after_the_enterprise_was_heard(
    repairs: Repairs, home: object
) -> None:
    case = repairs.step(_resting(repairs), "propose_end", repairs.people.wang)
    with pytest.raises(Refusal) as refused:
        end(case, repairs.act(repairs.people.zhao))
    assert refused.value.code == "XR8"
    letter = letters.issue_letter(
        case.public_id, draft_of("prior_notice"), actor=repairs.people.wang, policy=repairs.policy, now=NOW
    )
    serve(
        letter.public_id,
        Try(way=Way.DIRECT, on=TODAY, proof="已签收"),
        actor=repairs.people.wang,
        policy=repairs.policy,
        now=NOW,
    )
    repairs.step(case, "hear", repairs.people.wang)
    done = end(case, repairs.act(repairs.people.zhao))
    assert (done.state, repairs.current().state) == ("over", RecordState.ACTIVE)
    again = Publication.objects.get(record_key=repairs.record.record_key, stopped_at=None)
    assert again.stop_on == STOPS


def test_a_ruling_says_which_court_and_when(repairs: Repairs) -> None:
    for ruling in (
        Ruling(court=" ", number="1号", ruled_on=TODAY),
        Ruling(court="法院", number="", ruled_on=TODAY),
        Ruling(court="法院", number="1号", ruled_on=TODAY + timedelta(days=1)),
    ):
        with pytest.raises(Refusal) as refused:
            _asked(repairs, ruling)
        assert refused.value.code == "XB1"
