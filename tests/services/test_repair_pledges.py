"""The commitment of a repair stands in the register in the words that were confirmed; it never holds the repair up."""

from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.repairers import WHOLE, Repairs, make_repairs

from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy
from xinheng.services.commitments import text_of
from xinheng.services.commitments_records import record_of
from xinheng.services.loading import refresh_search
from xinheng.services.repair_pledges import accept_with_pledge
from xinheng.services.repairs import lodge
from xinheng.store.models import Commitment, LedgerEvent, RepairApplication, Subject, SubjectName


@pytest.fixture
def repairs(people: People, policy: Policy, home: Path) -> Repairs:
    made = make_repairs(people, policy)
    name = made.firm.name
    SubjectName.objects.create(subject=made.firm, name=name, normalised=normalise_name(name), known_at=NOW)
    refresh_search([made.firm.pk])
    return made


@pytest.mark.row("M4-12")
def test_an_accepted_repair_brings_its_commitment_into_the_register(repairs: Repairs) -> None:
    case, why_not = accept_with_pledge(repairs.lodged(), repairs.act(repairs.people.wang))
    assert (case.state, why_not) == ("reviewing", "")
    made = Commitment.objects.get()
    pledge = repairs.policy.repair.commitment
    assert RepairApplication.objects.get().commitment == made
    assert (made.kind, made.source, made.subject) == ("repair", "repair", repairs.firm)
    assert text_of(made) == {"content": pledge.text, "liability": pledge.liability}
    assert "标签不合格" in made.reason
    record = record_of(made)
    assert record is not None and made.code
    assert (record.seriousness, record.subject) == (0, repairs.firm)


@pytest.mark.row("M4-12")
@pytest.mark.guard("G5")
def test_words_that_are_not_known_here_are_not_entered_and_hold_nothing_up(repairs: Repairs) -> None:
    case = lodge(
        repairs.record.record_key, WHOLE, repairs.lodging(), actor=None, policy=repairs.policy, now=NOW
    )
    done, why_not = accept_with_pledge(case, repairs.act(repairs.people.wang))
    assert done.state == "reviewing"
    assert "提出申请的网站" in why_not
    assert not Commitment.objects.exists()
    assert LedgerEvent.objects.filter(kind="repair.pledge_not_entered").count() == 1


@pytest.mark.row("M4-12")
@pytest.mark.guard("G5")
@pytest.mark.parametrize("change", ["code", "version"])
def test_what_stands_against_the_entry_does_not_stand_against_the_repair(
    repairs: Repairs, change: str
) -> None:
    case = repairs.lodged()
    if change == "code":
        Subject.objects.filter(pk=repairs.firm.pk).update(code=None)
    else:
        RepairApplication.objects.update(pledge_version="2020-01-01")
    done, why_not = accept_with_pledge(case, repairs.act(repairs.people.wang))
    assert (done.state, bool(why_not), Commitment.objects.exists()) == ("reviewing", True, False)
