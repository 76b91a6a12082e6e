"""An upheld objection, or a finding of our own, takes a wrong listing or measure away whole: record, case, order to stop."""

import pytest
from tests.people import NOW, People, make_user
from tests.services.listing_cases import make_listers
from tests.services.measure_cases import Measures, make_measures

from xinheng.core.objections import Answer, Claim
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.objections import Found, answer, lodge, report_finding
from xinheng.services.objections_aims import aimed, things_of
from xinheng.services.objections_remedy import Words, Wrong, find_error, lift, remedy_of
from xinheng.store.models import (
    Batch,
    Case,
    Correction,
    Ending,
    LedgerEvent,
    MeasureApplied,
    MeasureTask,
    Record,
    Subject,
    User,
)

pytestmark = [pytest.mark.row("M10-10"), pytest.mark.row("M13-02")]


class Answered:
    """An objection of the window to one thing, answered by Jin, who had no part in it before, on what Wang found."""

    def __init__(self, people: People, policy: Policy, clerk: User, jin: User) -> None:
        self.people, self.policy, self.clerk, self.jin = people, policy, clerk, jin

    def found(self, subject: Subject, reference: str, proposal: Answer) -> Case:
        given = {"policy": self.policy, "now": NOW}
        claim = Claim(wrong="认定的不是本企业")
        lodged = lodge(claim, subject=subject, reference=reference, actor=self.clerk, **given)  # type: ignore[arg-type]
        found = Found(finding="核对原件", proposal=proposal)
        return report_finding(lodged.case, found, actor=self.people.wang, **given)  # type: ignore[arg-type]

    def withdrawn(self, subject: Subject, reference: str) -> Case:
        case = self.found(subject, reference, Answer.WITHDRAWN)
        return self.decide(case, "withdraw")

    def decide(self, case: Case, verb: str, *, actor: User | None = None) -> Case:
        given = {"policy": self.policy, "now": NOW}
        return answer(case, verb, reason="情况属实", actor=actor or self.jin, **given)  # type: ignore[arg-type]


@pytest.fixture
def answered(people: People, policy: Policy) -> Answered:
    clerk = make_user("qian", "钱窗口", people.city, Role.WINDOW_CLERK)
    return Answered(people, policy, clerk, make_user("jin", "金决定", people.city, Role.DECIDER))


@pytest.fixture
def measures(people: People, policy: Policy) -> Measures:
    return make_measures(people, policy)


def test_a_wrong_measure_ends_and_every_responder_is_told_to_stop(
    answered: Answered, measures: Measures
) -> None:
    measure = measures.in_force()
    case = answered.withdrawn(measure.subject, f"measure:{measure.pk}")
    measure.refresh_from_db()
    assert (measure.ended_at, measure.end_cause) == (NOW, "revoked")
    assert MeasureTask.objects.filter(measure=measure, kind="stop", organisation=measures.housing).exists()
    assert Case.objects.get(pk=measure.decision_id).state == "ended"
    assert LedgerEvent.objects.filter(kind="measure.remedied", object=f"measure:{measure.public_id}").exists()
    assert Ending.objects.filter(effects__measure=1).exists()
    assert case.state == "decided"
    ground = Record.objects.get(record_key=measure.ground_key, known_until__isnull=True)
    assert RecordState(ground.state) is RecordState.ACTIVE


def test_a_measure_that_is_upheld_stays(answered: Answered, measures: Measures) -> None:
    measure = measures.in_force()
    case = answered.found(measure.subject, f"measure:{measure.pk}", Answer.UPHELD)
    answered.decide(case, "uphold")
    measure.refresh_from_db()
    assert measure.ended_at is None
    assert not MeasureTask.objects.filter(measure=measure, kind="stop").exists()


def test_a_measure_is_not_corrected_in_place(answered: Answered, measures: Measures) -> None:
    measure = measures.in_force()
    case = answered.found(measure.subject, f"measure:{measure.pk}", Answer.WITHDRAWN)
    with pytest.raises(Refusal) as refused:
        answered.decide(case, "correct")
    assert refused.value.code == "OB6"
    assert MeasureApplied.objects.filter(pk=measure.pk, ended_at__isnull=True).exists()


def test_a_wrong_listing_leaves_with_its_record_and_its_case(answered: Answered) -> None:
    listers = make_listers(answered.people, answered.policy)
    entry = listers.listed()
    answered.withdrawn(entry.subject, f"list_entry:{entry.pk}")
    entry.refresh_from_db()
    assert (entry.ended_at, entry.end_cause) == (NOW, "withdrawn")
    record = Record.objects.get(record_key=entry.record_key, known_until__isnull=True)
    assert RecordState(record.state) is RecordState.WITHDRAWN
    assert Case.objects.get(pk=entry.decision_id).state == "ended"


@pytest.mark.row("M13-02")
def test_the_harm_of_a_wrong_listing_is_undone_in_a_case_of_its_own(answered: Answered) -> None:
    entry = make_listers(answered.people, answered.policy).listed()
    case = answered.found(entry.subject, f"record:{entry.record_key}", Answer.WITHDRAWN)
    given = {"policy": answered.policy, "now": NOW, "actor": answered.jin, "reason": "情况属实"}
    nothing = Words(publish=True)
    with pytest.raises(Refusal) as refused:
        answer(case, "withdraw", words=nothing, **given)  # type: ignore[arg-type]
    assert refused.value.code == "RM3"
    case.refresh_from_db()
    assert case.state == "answered"
    answer(case, "withdraw", words=Words(text="列入有误，现已解除", publish=True), **given)  # type: ignore[arg-type]
    entry.refresh_from_db()
    assert entry.ended_at is not None
    remedy = remedy_of(case)
    assert remedy is not None and remedy.state == "lifted"
    correction = Correction.objects.get(case=remedy)
    assert (correction.text, correction.decided_by) == ("列入有误，现已解除", answered.jin)


def test_a_listing_is_named_once(answered: Answered) -> None:
    entry = make_listers(answered.people, answered.policy).listed()
    found = [one.reference for one in things_of(entry.subject, policy=answered.policy)]
    assert f"record:{entry.record_key}" in found
    assert f"list_entry:{entry.pk}" not in found
    assert aimed(entry.subject, f"list_entry:{entry.pk}", policy=answered.policy).words.startswith(
        "市场监督管理严重违法失信名单"
    )


def test_a_measure_is_named_by_its_title(answered: Answered, measures: Measures) -> None:
    measure = measures.in_force()
    known = {one.reference: one.words for one in things_of(measure.subject, policy=answered.policy)}
    assert known[f"measure:{measure.pk}"] == f"{measure.title}　{measure.from_on} 起"


@pytest.mark.parametrize("verb", ["withdraw", "uphold"])
def test_who_decided_the_listing_does_not_decide_on_the_objection_to_it(
    answered: Answered, verb: str
) -> None:
    entry = make_listers(answered.people, answered.policy).listed()
    for reference in (f"list_entry:{entry.pk}", f"record:{entry.record_key}"):
        case = answered.found(entry.subject, reference, Answer.WITHDRAWN)
        with pytest.raises(Refusal) as refused:
            answered.decide(case, verb, actor=answered.people.zhao)
        assert refused.value.code == "OB14"
        case.refresh_from_db()
        assert case.state == "answered"
    entry.refresh_from_db()
    assert entry.ended_at is None


def test_who_decided_the_measure_does_not_decide_on_the_objection_to_it(
    answered: Answered, measures: Measures
) -> None:
    measure = measures.in_force()
    case = answered.found(measure.subject, f"measure:{measure.pk}", Answer.UPHELD)
    with pytest.raises(Refusal) as refused:
        answered.decide(case, "uphold", actor=answered.people.zhao)
    assert refused.value.code == "OB14"


def test_who_delivered_the_record_does_not_decide_on_the_objection_to_it(answered: Answered) -> None:
    people = answered.people
    listers = make_listers(people, answered.policy)
    record = listers.evidence()
    Batch.objects.filter(pk=record.batch_id).update(received_by=answered.jin)
    case = answered.found(record.subject, f"record:{record.record_key}", Answer.WITHDRAWN)
    with pytest.raises(Refusal) as refused:
        answered.decide(case, "withdraw")
    assert refused.value.code == "OB14"
    assert answered.decide(case, "withdraw", actor=people.zhao).state == "decided"


def test_an_error_that_we_found_ends_a_measure_in_the_same_way(measures: Measures) -> None:
    measure = measures.in_force()
    given = {"policy": measures.policy, "now": NOW}
    wrong = Wrong(subject=measure.subject, reference=f"measure:{measure.pk}", reason="对象错误")
    case = find_error(wrong, actor=measures.people.wang, **given)  # type: ignore[arg-type]
    lift(case, text="", publish=False, reason="核对属实", actor=measures.people.zhao, **given)  # type: ignore[arg-type]
    measure.refresh_from_db()
    assert measure.end_cause == "revoked"
    assert MeasureTask.objects.filter(measure=measure, kind="stop").exists()
