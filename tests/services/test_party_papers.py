"""An enterprise proves its side of a case with files, in the states that wait for them, and reads its own alone."""

from pathlib import Path

import pytest
from tests.intake import papers
from tests.people import NOW, People
from tests.services.objectors import make_objectors
from tests.services.orders import make_orders
from tests.services.promises import FORM, PLAN, PROMISED, make_desk
from tests.services.repairers import Repairs, make_repairs

from xinheng.core.attachments import Target
from xinheng.core.party_papers import slots
from xinheng.core.policy import Policy
from xinheng.core.procedures import flows
from xinheng.core.refusal import Refusal
from xinheng.services.attachments import Paper, attach, held
from xinheng.services.party_papers import open_own, papers_of, put_paper, slots_of
from xinheng.services.repairs import Application, missing_of, prepare
from xinheng.store.models import Attachment, Case, LedgerEvent, RepairApplication, StoredFile, User


@pytest.fixture
def repairs(people: People, policy: Policy, home: Path) -> Repairs:
    return make_repairs(people, policy)


def _refused(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def _prepared(repairs: Repairs, *matters: str) -> Case:
    party = repairs.party(*matters)
    return prepare(
        repairs.record.record_key,
        Application(pledged=True),
        party=party,
        policy=repairs.policy,
        now=NOW,
    )


@pytest.mark.row("M12-02")
@pytest.mark.guard("G5")
def test_an_enterprise_proves_its_duty_done_with_a_file_and_words_are_not_needed(
    repairs: Repairs, tmp_path: Path
) -> None:
    case, party = _prepared(repairs), repairs.party()
    asked = {one.key for one in slots_of(case, policy=repairs.policy)}
    assert asked == set(repairs.policy.repair.materials) == {"duty_done", "commitment"}
    application = RepairApplication.objects.get()
    assert missing_of(application, policy=repairs.policy) == ("已改正、已履行义务的证明",)
    path = papers.pdf(tmp_path / "缴款书.pdf")
    made = put_paper(case, "duty_done", path, actor=party, policy=repairs.policy, now=NOW)
    application.refresh_from_db()
    assert missing_of(application, policy=repairs.policy) == ()
    assert (made.material, made.account, made.added_by, made.added_at) == (
        "已改正、已履行义务的证明",
        party.account,
        None,
        NOW,
    )
    found, pieces = open_own(case, made.public_id, party=party, now=NOW)
    assert b"".join(pieces) == path.read_bytes()
    assert found == made
    kinds = set(
        LedgerEvent.objects.filter(object=f"attachment:{made.public_id}").values_list("kind", "actor")
    )
    assert kinds == {("attachment.added", None), ("attachment.read", None)}


@pytest.mark.row("M12-02")
def test_what_is_not_awaited_is_refused_and_keeps_nothing(repairs: Repairs, tmp_path: Path) -> None:
    case, party = _prepared(repairs), repairs.party()
    path = papers.pdf(tmp_path / "a.pdf")
    for key in ("training", "charity", "", "m1"):
        with _refused("PP1"):
            put_paper(case, key, path, actor=party, policy=repairs.policy, now=NOW)
    with _refused("AT05"):
        put_paper(
            case,
            "duty_done",
            papers.pdf_with_script(tmp_path / "b.pdf"),
            actor=party,
            policy=repairs.policy,
            now=NOW,
        )
    granted = repairs.step(case, "withdraw", repairs.people.wang)
    with _refused("PP1"):
        put_paper(granted, "duty_done", path, actor=party, policy=repairs.policy, now=NOW)
    assert not Attachment.objects.exists()
    assert not StoredFile.objects.filter(name__startswith="附件").exists()


@pytest.mark.guard("G13")
def test_papers_of_the_office_and_matters_outside_the_mandate_stay_closed(
    repairs: Repairs, people: People, tmp_path: Path
) -> None:
    case = _prepared(repairs)
    thing = held(Target.CASE, case.public_id)
    assert thing is not None
    inner = papers.pdf(tmp_path / "a.pdf", mark="内部核查")
    kept = attach(thing, inner, Paper(title="核查底稿"), actor=people.wang, policy=repairs.policy, now=NOW)
    party = repairs.party()
    assert papers_of(case) == []
    with _refused("PP4"):
        open_own(case, kept.public_id, party=party, now=NOW)
    with _refused("PP5"):
        put_paper(case, "duty_done", inner, actor=party, policy=repairs.policy, now=NOW)
    bound = repairs.party("commitments")
    with _refused("PP3"):
        put_paper(
            case, "duty_done", papers.pdf(tmp_path / "b.pdf"), actor=bound, policy=repairs.policy, now=NOW
        )


@pytest.mark.row("M12-02")
def test_a_case_takes_so_many_papers_of_the_enterprise_and_no_more(
    repairs: Repairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, party = _prepared(repairs), repairs.party()
    most = repairs.policy.parameter("attachments.party_files_each", on=NOW.date()).required()
    assert most > 1
    put_paper(case, "duty_done", papers.pdf(tmp_path / "a.pdf"), actor=party, policy=repairs.policy, now=NOW)
    for _ in range(most - 1):
        repairs_paper(repairs, case)
    with _refused("PP2"):
        put_paper(
            case,
            "duty_done",
            papers.pdf(tmp_path / "b.pdf", mark="又一份"),
            actor=party,
            policy=repairs.policy,
            now=NOW,
        )


def repairs_paper(repairs: Repairs, case: Case) -> None:
    from tests.store import paper_rows

    paper_rows.attachment(repairs.rows, case=case, material="已改正、已履行义务的证明")


@pytest.mark.row("M4-05")
def test_missing_material_of_a_tolerated_commitment_is_handed_in_as_a_file(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    desk = make_desk(people, policy)
    desk.publish()
    made = desk.take(handed_in=frozenset({FORM}), promised_on=PROMISED)
    case = desk.case(made)
    (slot,) = slots_of(case, policy=policy)
    assert slot.title == PLAN
    paper = put_paper(case, slot.key, papers.pdf(tmp_path / "图.pdf"), actor=desk.sun, policy=policy, now=NOW)
    assert (paper.material, paper.added_by, paper.account) == (PLAN, desk.sun, None)
    made.refresh_from_db()
    assert (made.missing, desk.case(made).state) == ([PLAN], "tolerated")


@pytest.mark.row("M13-01")
def test_an_objection_is_proved_with_evidence(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    objectors = make_objectors(people, policy)
    record = objectors.record()
    case = objectors.lodge(f"record:{record.record_key}").case
    path = papers.picture(tmp_path / "a.jpg", "JPEG")
    made = put_paper(case, "evidence", path, actor=objectors.party, policy=policy, now=NOW)
    assert (made.kind, made.material) == ("jpeg", "信息有误的证据")


@pytest.mark.row("M11-01")
def test_the_window_hands_in_the_proof_of_an_order_for_those_without_internet(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    orders = make_orders(people, policy)
    case = orders.correcting()
    clerk: User = people.wang
    made = put_paper(
        case,
        "proof",
        papers.pdf(tmp_path / "a.pdf"),
        actor=clerk,
        policy=policy,
        now=NOW,
        title="整改报告",
        personal=False,
    )
    assert (made.title, made.material, made.personal, made.added_by) == ("整改报告", "整改证明", False, clerk)


@pytest.mark.guard("G5")
def test_papers_are_awaited_only_in_states_that_the_enterprise_meets_and_never_in_settled_ones() -> None:
    for flow in flows():
        for state in flow.states:
            if slots(flow.name, state.key) and flow.name != "objection":
                assert state.party, (flow.name, state.key)
                assert not state.settled, (flow.name, state.key)
