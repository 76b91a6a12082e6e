"""Letters go out upon a lawful step, numbered, signed and kept; service starts the clocks; what is packed can be checked."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.letter_cases import CODE, draft_of, drafted, ordered

from xinheng.core.policy import Policy
from xinheng.core.rectification import CORRECT
from xinheng.core.service_proof import Try, Way
from xinheng.documents.signing import new_signer
from xinheng.services.letters import (
    issue_letter,
    paper_of,
    possible,
    preview,
    return_of,
    twin_file_of,
    waiting,
)
from xinheng.services.letters_archive import archive_case, verify_file
from xinheng.services.letters_serving import complete_announcement, serve
from xinheng.services.signing_keys import adopt_key, renew_trial_keys, signer_in_use
from xinheng.store.models import (
    Case,
    CaseDeadline,
    IssuedLetter,
    LedgerEvent,
    Recusal,
    ServiceTry,
    SigningKey,
)

ORDER = "rectification_order"
EARLY = NOW - timedelta(days=5)
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def case(people: People, policy: Policy) -> Case:
    return ordered(people, policy)


@pytest.fixture
def letter(case: Case, people: People, policy: Policy) -> IssuedLetter:
    return issue_letter(case.public_id, draft_of(ORDER), actor=people.wang, policy=policy, now=EARLY)


def _by_hand(on: date = TODAY - timedelta(days=3), **words: object) -> Try:
    return Try(**{"way": Way.DIRECT, "on": on, "proof": "SD-1", **words})  # type: ignore[arg-type]


@pytest.mark.row("M11-01")
@pytest.mark.guard("G17")
def test_a_letter_carries_organ_number_addressee_and_is_signed(letter: IssuedLetter) -> None:
    assert letter.number == "开封市信改〔2026〕1号"
    assert (letter.addressee, letter.step, letter.event) == ("开封㐂𬭎食品有限公司", "confirm", 2)
    twin = json.loads(twin_file_of(letter))["content"]
    assert twin["letter"]["code"] == CODE and twin["paper"] == letter.digest
    assert verify_file(paper_of(letter)).numbers == (letter.number,)
    assert return_of(letter).startswith(b"%PDF")
    event = LedgerEvent.objects.get(kind="letter.issued", object=f"letter:{letter.public_id}")
    assert event.payload_digest


@pytest.mark.guard("G13")
def test_paper_and_twin_lie_encrypted(letter: IssuedLetter, home: Path) -> None:
    kept = [path.read_bytes() for path in (home / "files").rglob("*") if path.is_file()]
    assert len(kept) == 4
    assert not any(b"%PDF" in one or "食品".encode() in one for one in kept)


@pytest.mark.guard("G17")
def test_an_adverse_letter_waits_for_the_step_of_a_second_person(people: People, policy: Policy) -> None:
    case = drafted(people, policy)
    assert ORDER not in [kind.kind for kind in possible(case)]
    refused = code_of(
        issue_letter, case.public_id, draft_of(ORDER), actor=people.wang, policy=policy, now=NOW
    )
    assert refused == "LI1" and not IssuedLetter.objects.exists()


def test_a_step_has_its_letter_once(letter: IssuedLetter, people: People, policy: Policy) -> None:
    again = (letter.case.public_id, draft_of(ORDER))
    assert code_of(issue_letter, *again, actor=people.wang, policy=policy, now=NOW) == "LI1"


def test_numbers_follow_each_other_by_kind(case: Case, people: People, policy: Policy) -> None:
    made = [
        issue_letter(case.public_id, draft_of(kind), actor=people.wang, policy=policy, now=NOW).number
        for kind in ("receipt", "receipt", "acceptance")
    ]
    assert made == ["开封市信收〔2026〕1号", "开封市信收〔2026〕2号", "开封市信受〔2026〕1号"]


@pytest.mark.guard("G15")
def test_terms_that_nobody_compared_are_confirmed_by_the_issuer(
    case: Case, people: People, policy: Policy
) -> None:
    loose = draft_of(ORDER, confirmed=False)
    assert code_of(issue_letter, case.public_id, loose, actor=people.wang, policy=policy, now=NOW) == "LI3"
    letter = issue_letter(case.public_id, draft_of(ORDER), actor=people.wang, policy=policy, now=NOW)
    assert letter.confirmed_terms


def test_a_recused_officer_writes_no_letter(case: Case, people: People, policy: Policy) -> None:
    Recusal.objects.create(
        case=case,
        person=people.wang,
        asked_by=people.wang,
        reason="亲属任职",
        asked_at=NOW,
        granted=True,
        decided_by=people.zhao,
        decided_at=NOW,
    )
    call = (case.public_id, draft_of("receipt"))
    assert code_of(issue_letter, *call, actor=people.wang, policy=policy, now=NOW) == "LI2"


def test_a_missing_field_or_sign_keeps_the_number(case: Case, people: People, policy: Policy) -> None:
    bad = draft_of("receipt", values={"matter": ""})
    assert code_of(issue_letter, case.public_id, bad, actor=people.wang, policy=policy, now=NOW) == "LT2"
    rare = draft_of("receipt", values={"matter": "𠀀"})
    assert code_of(issue_letter, case.public_id, rare, actor=people.wang, policy=policy, now=NOW) == "FN3"
    good = issue_letter(case.public_id, draft_of("receipt"), actor=people.wang, policy=policy, now=NOW)
    assert good.number.endswith("〕1号")


def test_a_receiver_other_than_the_enterprise_has_no_code_of_it(
    case: Case, people: People, policy: Policy
) -> None:
    draft = draft_of("retraction", addressee="开封某某银行")
    letter = issue_letter(case.public_id, draft, actor=people.wang, policy=policy, now=NOW)
    twin = json.loads(twin_file_of(letter))["content"]["letter"]
    assert (twin["addressee"], twin["code"]) == ("开封某某银行", "")


def test_a_preview_has_neither_number_nor_row(case: Case, policy: Policy) -> None:
    assert preview(case, draft_of(ORDER), policy=policy, now=NOW).startswith(b"%PDF")
    assert not IssuedLetter.objects.exists() and not SigningKey.objects.exists()


@pytest.mark.row("M11-01")
@pytest.mark.guard("G17")
def test_the_term_runs_from_the_day_of_service(letter: IssuedLetter, people: People, policy: Policy) -> None:
    assert not CaseDeadline.objects.filter(key=CORRECT).exists()
    served_on = TODAY - timedelta(days=3)
    serve(letter.public_id, _by_hand(served_on), actor=people.wang, policy=policy, now=NOW)
    letter.case.refresh_from_db()
    clock = CaseDeadline.objects.get(key=CORRECT)
    assert (letter.case.state, clock.started_on) == ("correcting", served_on)
    assert LedgerEvent.objects.filter(kind="letter.served").count() == 2
    assert not waiting(frozenset({people.city.pk})).exists()


def test_who_may_not_move_the_case_registers_no_service(
    letter: IssuedLetter, people: People, policy: Policy
) -> None:
    assert (
        code_of(serve, letter.public_id, _by_hand(), actor=people.zhao, policy=policy, now=NOW) == "flow_role"
    )
    assert not ServiceTry.objects.exists()


@pytest.mark.guard("G17")
def test_failed_service_a_second_try_and_public_notice(
    letter: IssuedLetter, people: People, policy: Policy
) -> None:
    words = {"actor": people.wang, "policy": policy}
    notice = Try(way=Way.ANNOUNCEMENT, on=TODAY, proof="汴公告〔2026〕3号，政府网站")
    assert code_of(serve, letter.public_id, notice, **words, now=NOW) == "SV9"
    for way in (Way.DIRECT, Way.POST):
        failed = Try(way=way, on=TODAY, failed=True, reason="查无此处")
        serve(letter.public_id, failed, **words, now=NOW)  # type: ignore[arg-type]
    posted = serve(letter.public_id, notice, **words, now=NOW)  # type: ignore[arg-type]
    assert posted.served_on == TODAY + timedelta(days=30)
    assert not CaseDeadline.objects.filter(key=CORRECT).exists()
    assert code_of(complete_announcement, letter.public_id, **words, now=NOW) == "LS3"
    later = NOW + timedelta(days=31)
    complete_announcement(letter.public_id, **words, now=later)  # type: ignore[arg-type]
    assert CaseDeadline.objects.get(key=CORRECT).started_on == posted.served_on
    assert [one.outcome for one in letter.tries.order_by("sequence")] == [
        "failed",
        "failed",
        "announced",
        "served",
    ]
    assert code_of(complete_announcement, letter.public_id, **words, now=later) == "LS2"


def test_a_letter_is_served_once(letter: IssuedLetter, people: People, policy: Policy) -> None:
    serve(letter.public_id, _by_hand(), actor=people.wang, policy=policy, now=NOW)
    assert code_of(serve, letter.public_id, _by_hand(), actor=people.wang, policy=policy, now=NOW) == "SV1"


def _decision(people: People, case: Case, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> IssuedLetter:
    monkeypatch.setattr(
        "xinheng.services.letters.resting_step",
        lambda case, kind: ("confirm", 2) if kind == "decision" else None,
    )
    return issue_letter(case.public_id, draft_of("decision"), actor=people.wang, policy=policy, now=EARLY)


@pytest.mark.guard("G17")
@pytest.mark.row("M9-02")
@pytest.mark.row("X-02")
def test_a_decision_that_was_issued_without_the_guide_waits_for_it(
    case: Case, people: People, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.services.letters.along", lambda *_, **__: ())
    decision = _decision(people, case, policy, monkeypatch)
    words = {"actor": people.wang, "policy": policy, "now": NOW}
    assert code_of(serve, decision.public_id, _by_hand(), **words) == "LS1"
    guide = issue_letter(
        case.public_id, draft_of("repair_guide"), actor=people.wang, policy=policy, now=EARLY
    )
    serve(decision.public_id, _by_hand(), **words)  # type: ignore[arg-type]
    assert guide.tries.get().outcome == "served"


@pytest.mark.guard("G13")
def test_proof_and_reason_are_kept_masked(letter: IssuedLetter, people: People, policy: Policy) -> None:
    row = serve(
        letter.public_id,
        _by_hand(proof="签收人身份证11010519491231002X"),
        actor=people.wang,
        policy=policy,
        now=NOW,
    )
    assert "19491231" not in row.proof and row.proof.startswith("签收人身份证110105")


@pytest.mark.guard("G17")
def test_the_archive_package_holds_letters_twins_proofs_and_history(
    letter: IssuedLetter, people: People, policy: Policy
) -> None:
    serve(letter.public_id, _by_hand(), actor=people.wang, policy=policy, now=NOW)
    packed = archive_case(letter.case.public_id, organ="开封市", actor=people.wang, now=NOW)
    seen = verify_file(packed)
    assert (seen.genuine, seen.numbers, seen.causes) == (True, (letter.number, "开封市信修〔2026〕1号"), ())
    for name in (b"history.txt", b"proofs/001-01.txt", b"letters/001.pdf", b"certificates/"):
        assert name in packed
    assert not verify_file(paper_of(letter)[:-40] + b" " * 40).genuine


@pytest.mark.row("M6-04")
def test_old_letters_verify_after_the_key_was_renewed_and_replaced(
    letter: IssuedLetter, people: People, policy: Policy
) -> None:
    renew_trial_keys(organ="开封市", now=NOW, actor=people.wang)
    issued = new_signer(organ="开封市人民政府", now=NOW)
    adopt_key(issued.private, issued.certificate, now=NOW, actor=people.wang)
    second = issue_letter(
        letter.case.public_id, draft_of("receipt"), actor=people.wang, policy=policy, now=NOW
    )
    assert letter.key.development and not second.key.development
    assert verify_file(paper_of(letter)).genuine and verify_file(paper_of(second)).genuine
    assert SigningKey.objects.filter(sealed__isnull=False, curve="p256").count() == 1
    assert code_of(adopt_key, issued.private, issued.certificate, now=NOW) == "SK1"


def test_the_private_key_is_never_in_the_database_in_the_clear(letter: IssuedLetter) -> None:
    row, signer = signer_in_use(organ="开封市", now=NOW)
    assert row.sealed is not None and signer.private not in bytes(row.sealed)


def test_a_case_without_enterprise_needs_an_addressee(people: People, policy: Policy) -> None:
    case = drafted(people, policy)
    Case.objects.filter(pk=case.pk).update(subject=None)
    call = (case.public_id, draft_of("receipt"))
    assert code_of(issue_letter, *call, actor=people.wang, policy=policy, now=NOW) == "LI4"
