"""A report is made, numbered and told to its subject; what ends is in none made later, and the older one is told to be stale."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.documents.test_sm2 import with_sm2
from tests.interfaces.portal_city import a_subject, an_act
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.store import enterprise_rows
from tests.store.rows import Rows

from xinheng.core.canonical import digest_of
from xinheng.core.mandates import Proof
from xinheng.core.policy import Policy
from xinheng.core.special_reports import Scope
from xinheng.documents.signing import Sm2, new_signer, new_sm2_signer
from xinheng.services.enterprises import Party, party_of
from xinheng.services.own_file import readings_of
from xinheng.services.publication import stop_due
from xinheng.services.records import Change, change_state
from xinheng.services.reports import (
    Order,
    bundle_of,
    content_of,
    make_at_window,
    make_own,
    make_public,
    paper_of,
    twin_file_of,
)
from xinheng.services.reports_verifying import State, verify_file, verify_number
from xinheng.services.retention import destroy_expired_files
from xinheng.services.signing_keys import adopt_key, renew_trial_keys
from xinheng.store.models import LedgerEvent, MadeReport, Record, Subject

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M6-01"), pytest.mark.row("M6-02")]
TITLE = "样例违法事实一则"
URL = "http://127.0.0.1/verify/1"


@dataclass
class World:
    people: People
    policy: Policy
    firm: Subject
    record: Record
    party: Party

    def own(self, kind: str = "basic") -> MadeReport:
        return make_own(self.party, self.firm, Order(kind, "review"), policy=self.policy, now=NOW)

    def special(self, *fields: str, back: int = 1000) -> MadeReport:
        scope = Scope(fields=fields, from_on=TODAY - timedelta(days=back), until_on=TODAY)
        order = Order("special", "qualification", scope)
        return make_own(self.party, self.firm, order, policy=self.policy, now=NOW)

    def public(self) -> MadeReport:
        return make_public(self.firm, "partner", policy=self.policy, now=NOW)

    def says(self, made: MadeReport) -> str:
        return str(content_of(made, policy=self.policy, now=NOW))

    def paper(self, made: MadeReport, *, with_twin: bool = False) -> bytes:
        return paper_of(made, verify_url=URL, with_twin=with_twin, policy=self.policy, now=NOW)

    def twin(self, made: MadeReport) -> bytes:
        return twin_file_of(made, policy=self.policy, now=NOW)

    def bundle(self, made: MadeReport) -> bytes:
        return bundle_of(made, verify_url=URL, policy=self.policy, now=NOW)

    def state(self, made: MadeReport) -> State:
        return verify_number(made.number, policy=self.policy, today=TODAY).state

    def end(self, deed: str = "repair") -> None:
        change = Change(deed=deed, reason="已履行", ground="信用修复决定〔2026〕1号")
        change_state(
            record_key=self.record.record_key,
            change=change,
            actor=self.people.zhao,
            policy=self.policy,
            now=NOW,
        )


@pytest.fixture
def world(people: People, policy: Policy) -> Iterator[World]:
    firm = a_subject("开封样例食品有限公司")
    act = an_act(firm, people, title=TITLE, fields={"处罚内容": "罚款"})
    account = enterprise_rows.account(Rows(people))
    enterprise_rows.mandate(Rows(people), account=account, subject=firm, to_on=TODAY + timedelta(days=9))
    yield World(people, policy, firm, act.record, party_of(account, on=TODAY))


@pytest.mark.parametrize("kind", ["basic", "authorised"])
def test_an_enterprise_gets_its_report_as_often_as_it_likes(world: World, kind: str) -> None:
    numbers = {world.own(kind).number for _ in range(4)}
    assert len(numbers) == 4
    made = MadeReport.objects.get(number=numbers.pop())
    assert TITLE in world.says(made)
    assert digest_of(content_of(made, policy=world.policy, now=NOW)) == made.digest
    assert world.state(made) is State.CURRENT


def test_every_report_is_told_to_its_subject_and_stands_in_the_ledger(world: World) -> None:
    made = world.own()
    make_at_window(
        world.firm.code or "",
        Order("authorised", "bidding"),
        proof=Proof.LICENCE,
        clerk=world.people.wang,
        policy=world.policy,
        now=NOW,
    )
    world.public()
    told, _ = readings_of(world.firm, limit=10)
    assert [one.unit for one in told] == ["社会公众", "开封市", "本企业"]
    assert "授权版" in told[1].reason and "招标投标" in told[1].reason
    assert LedgerEvent.objects.get(kind="report.own").object == f"report:{made.number}"


def test_anybody_gets_the_basic_one_with_what_is_shown_and_the_same_one_on_the_same_day(
    world: World, people: People
) -> None:
    an_act(world.firm, people, title="没有公示的一则", published=False)
    first = world.public()
    assert TITLE in world.says(first) and "没有公示的一则" not in world.says(first)
    assert world.public().number == first.number
    world.end()
    again = world.public()
    assert again.number != first.number
    assert TITLE not in world.says(again)
    assert LedgerEvent.objects.filter(kind="report.public").count() == 3


@pytest.mark.guard("G1")
def test_nobody_but_itself_gets_a_report_on_a_sole_trader(world: World, people: People) -> None:
    trader = a_subject("张记小吃店", kind="sole_trader", address="样例路 9 号")
    assert code_of(lambda: make_public(trader, "partner", policy=world.policy, now=NOW)) == "BG2"
    made = make_at_window(
        trader.code or "",
        Order("basic", "review"),
        proof=Proof.LICENCE,
        clerk=people.wang,
        policy=world.policy,
        now=NOW,
    )
    assert "样例路" not in world.says(made)


def test_what_is_no_kind_or_purpose_or_code_is_refused(world: World, people: People) -> None:
    for order in (Order("special", "review"), Order("basic", "revenge")):
        assert code_of(lambda order=order: make_own(world.party, world.firm, order, policy=world.policy, now=NOW)) == "BG1"  # fmt: skip
    other = a_subject("开封别家有限公司")
    assert code_of(lambda: make_own(world.party, other, Order("basic", "review"), policy=world.policy, now=NOW)) == "access"  # fmt: skip
    for code in ("", "91410202MA0000000X", "x" * 40):
        assert code_of(lambda code=code: make_at_window(code, Order("basic", "review"), proof=Proof.LICENCE, clerk=people.wang, policy=world.policy, now=NOW)) == "BG5"  # fmt: skip
    assert MadeReport.objects.count() == 0


@pytest.mark.guard("G9")
@pytest.mark.row("M5-10")
@pytest.mark.row("M12-04")
@pytest.mark.row("M6-04")
@pytest.mark.parametrize("deed", ["repair", "withdraw", "shield"])
@pytest.mark.parametrize("kind", ["basic", "authorised"])
def test_after_an_end_the_next_report_lacks_the_record_and_the_older_one_is_told_to_be_stale(
    world: World, kind: str, deed: str
) -> None:
    made = world.own(kind)
    paper, twin = world.paper(made), twin_file_of(made, policy=world.policy, now=NOW)
    world.end(deed)
    assert world.state(made) is State.CHANGED
    assert TITLE not in world.says(world.own(kind))
    assert code_of(lambda: world.paper(made)) == "BG6"
    assert code_of(lambda: twin_file_of(made, policy=world.policy, now=NOW)) == "BG6"
    for file in (paper, twin):
        seen = verify_file(file, policy=world.policy, today=TODAY)
        assert seen.genuine and seen.answer is not None
        assert seen.answer.state is State.CHANGED


@pytest.mark.guard("G9")
def test_a_report_is_stale_on_the_day_on_which_publication_ends(world: World, people: People) -> None:
    last = TODAY + timedelta(days=3)
    an_act(world.firm, people, title="即将期满的一则", stop_on=last)
    made = world.own()
    assert "即将期满的一则" in world.says(made)
    assert verify_number(made.number, policy=world.policy, today=last).state is State.CHANGED
    stop_due(today=last, now=NOW + timedelta(days=3))
    assert verify_number(made.number, policy=world.policy, today=last).state is State.CHANGED


def test_news_of_any_kind_makes_a_report_stale_and_does_not_tell_which(world: World, people: People) -> None:
    made = world.own()
    change_state(
        record_key=world.record.record_key,
        change=Change(deed="dispute", reason="异议", ground="YY-1"),
        actor=people.zhao,
        policy=world.policy,
        now=NOW,
    )
    assert world.state(made) is State.CHANGED
    later = world.own()
    assert "异议中" in world.says(later)
    an_act(world.firm, people, item=3, seriousness=0, title="新的许可")
    assert world.state(later) is State.CHANGED


@pytest.mark.row("M6-04")
def test_forged_tampered_cut_and_stale_files_are_told_apart(world: World) -> None:
    made = world.own()
    good = world.paper(made)
    seen = verify_file(good, policy=world.policy, today=TODAY)
    assert seen.genuine and seen.answer is not None and seen.answer.state is State.CURRENT
    half = len(good) // 2
    spoilt = {
        "tampered": good[:half] + bytes([good[half] ^ 1]) + good[half + 1 :],
        "cut": good[:half],
        "added": good + b"\n%%EOF",
        "empty": b"",
        "other": b"%PDF-1.7\n",
        "json": b"{}",
        "deep": b"[" * 100_000,
    }
    causes = {}
    for name, content in spoilt.items():
        answer = verify_file(content, policy=world.policy, today=TODAY)
        assert not answer.genuine and answer.answer is None, name
        causes[name] = answer.cause
    assert all(causes.values())
    assert causes["tampered"] != causes["cut"]
    world.end()
    stale = verify_file(good, policy=world.policy, today=TODAY)
    assert stale.genuine and stale.answer is not None and stale.answer.state is State.CHANGED


@pytest.mark.row("M6-04")
def test_a_twin_that_was_changed_or_signed_by_another_is_told(world: World) -> None:
    made = world.own()
    signed = json.loads(twin_file_of(made, policy=world.policy, now=NOW))
    assert verify_file(json.dumps(signed).encode(), policy=world.policy, today=TODAY).genuine
    signed["content"]["sections"][1]["lines"] = []
    assert not verify_file(json.dumps(signed).encode(), policy=world.policy, today=TODAY).genuine
    from xinheng.documents.signing import sign_value

    stranger = sign_value(signed["content"], new_signer(organ="别处", now=NOW))
    answer = verify_file(json.dumps(stranger).encode(), policy=world.policy, today=TODAY)
    assert answer.cause == "签名所用的密钥不是本平台的密钥。"


@pytest.mark.row("M6-04")
def test_a_report_of_a_former_key_still_verifies(world: World) -> None:
    made = world.own()
    paper = world.paper(made)
    renew_trial_keys(organ="信用开封", now=NOW)
    assert verify_file(paper, policy=world.policy, today=TODAY).genuine
    issued = new_signer(organ="信用开封", now=NOW)
    adopt_key(issued.private, issued.certificate, now=NOW)
    assert verify_file(paper, policy=world.policy, today=TODAY).genuine
    assert b"%PDF-" in world.paper(made)[:8]


@with_sm2
@pytest.mark.row("M6-04")
def test_beside_an_issued_key_no_trial_key_of_sm2_signs(world: World) -> None:
    made = world.own()
    assert verify_file(world.twin(made), policy=world.policy, today=TODAY).sm2 is Sm2.GOOD
    first, second = new_signer(organ="信用开封", now=NOW), new_sm2_signer(organ="信用开封", now=NOW)
    adopt_key(first.private, first.certificate, now=NOW)
    alone = world.twin(made)
    assert "sm2" not in json.loads(alone)
    assert verify_file(alone, policy=world.policy, today=TODAY).sm2 is Sm2.NONE
    assert code_of(lambda: world.bundle(made)) == "SG5"
    row = adopt_key(second.private, second.certificate, now=NOW)
    assert (row.curve, row.development) == ("sm2", False)
    assert json.loads(world.twin(made))["sm2"]["key"] == second.id
    assert b"PK" in world.bundle(made)[:2]
    assert code_of(adopt_key, second.private, second.certificate, now=NOW) == "SK1"


@pytest.mark.row("M6-04")
def test_without_sm2_a_report_goes_on_and_its_bundle_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.own()
    monkeypatch.setattr("xinheng.documents.sm2.is_there", lambda: False)
    assert verify_file(world.paper(made), policy=world.policy, today=TODAY).genuine
    assert "sm2" not in json.loads(world.twin(made))
    assert code_of(lambda: world.bundle(made)) == "SG4"


def test_once_the_term_of_keeping_is_over_the_number_says_so(world: World) -> None:
    made = world.own()
    paper = world.paper(made)
    term = made.content.destroy_on
    assert term == date(2029, 11, 19)
    destroy_expired_files(today=term, now=NOW)
    assert world.state(made) is State.ENDED
    made = MadeReport.objects.get(pk=made.pk)
    assert code_of(lambda: world.paper(made)) == "BG7"
    seen = verify_file(paper, policy=world.policy, today=TODAY)
    assert seen.genuine and seen.answer is not None and seen.answer.state is State.ENDED


@pytest.mark.parametrize(
    "number", ["", "1", "20261120100000ABCDEFGH", "'; drop", "9" * 5000, "20261120100000abcdefgh"]
)
def test_a_number_that_was_never_given_is_unknown(world: World, number: str) -> None:
    assert verify_number(number, policy=world.policy, today=TODAY).state is State.UNKNOWN


def test_a_number_is_found_as_people_type_it(world: World) -> None:
    made = world.own()
    typed = f" {made.number[:14]} {made.number[14:].lower()} "
    assert verify_number(typed, policy=world.policy, today=TODAY).state is State.CURRENT


def test_the_content_is_kept_sealed(world: World, home: Path) -> None:
    made = world.own()
    kept = [path for path in (home / "files").rglob("*") if path.is_file()]
    assert kept and not any(TITLE.encode() in path.read_bytes() for path in kept)
    assert MadeReport.objects.filter(pk=made.pk).values("content").count() == 1


DELIVERED = "市场监管局报送的一则"


@pytest.fixture
def delivered(world: World, people: People) -> World:
    """Of two records one came from an organ that is known to supervise; nobody can place the other."""
    batch = Rows(people).batch(organisation=people.market, item=4, state="loaded", loaded_at=NOW)
    world.record = an_act(world.firm, people, title=DELIVERED, batch=batch).record
    return world


@pytest.mark.row("M6-05")
@pytest.mark.row("X-05")
def test_a_special_report_tells_the_chosen_field_and_says_who_delivered_when(delivered: World) -> None:
    told = delivered.says(delivered.special("market_regulation"))
    assert DELIVERED in told and f"最近一次报送于 {TODAY}" in told
    assert TITLE not in told and "另有 1 条" in told
    elsewhere = delivered.says(delivered.special("tax"))
    assert DELIVERED not in elsewhere and "还没有报送过" in elsewhere
    assert TITLE in delivered.says(delivered.special())
    assert DELIVERED not in delivered.says(delivered.special("market_regulation", back=1))


@pytest.mark.row("X-05")
def test_a_special_report_is_stale_once_its_record_ended_and_not_by_another_field(delivered: World) -> None:
    told, elsewhere = delivered.special("market_regulation"), delivered.special("tax")
    assert {delivered.state(told), delivered.state(elsewhere)} == {State.CURRENT}
    assert verify_file(delivered.paper(told), policy=delivered.policy, today=TODAY).genuine
    delivered.end()
    assert delivered.state(told) is State.CHANGED and delivered.state(elsewhere) is State.CURRENT


@pytest.mark.row("X-05")
def test_a_special_report_without_a_scope_or_with_a_wrong_one_is_not_made(world: World) -> None:
    assert code_of(world.own, "special") == "BG1"
    assert code_of(world.special, "astrology") == "BG10"
    assert code_of(world.special, back=4000) == "BG11"
    scoped = Order("basic", "review", Scope(fields=(), from_on=TODAY, until_on=TODAY))
    assert code_of(make_own, world.party, world.firm, scoped, policy=world.policy, now=NOW) == "BG1"
    assert not MadeReport.objects.exists()
