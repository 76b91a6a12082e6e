"""Each organ of a draw is spoken for by a person of its own; nobody holds all secrets, and who is missing is named."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.test_draws_by_grade import _graded, plan  # noqa: F401

from xinheng.core.draw_verify import verify
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.draw_failures import agree_failure, report_failure
from xinheng.services.draw_secrets import commit_secret, reveal_secret, revealed, speaking
from xinheng.services.inspections import announce_draw, commit_to, make_draw
from xinheng.services.pools import whole_record
from xinheng.store.models import (
    Draw,
    DrawAnnouncement,
    DrawSecret,
    FailureCause,
    Inspector,
    LedgerEvent,
    Plan,
    User,
)

pytestmark = [pytest.mark.row("M8-03")]
CITY, OWN = "开封市人民政府", "市市场监管局"
REVEALS = {CITY: "words of the city government", OWN: "words of the regulator"}
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def announcement(plan: Plan, people: People, policy: Policy, home: Path) -> DrawAnnouncement:  # noqa: F811
    model, _ = _graded(people)
    parties = {name: commit_to(plan, party=name, reveal=text) for name, text in REVEALS.items()}
    return announce_draw(
        plan.public_id, model=model, parties=parties, actor=people.li, policy=policy, now=NOW
    )


def _give(announcement: DrawAnnouncement, party: str, actor: User, words: str = "") -> DrawSecret:
    return reveal_secret(announcement, party=party, words=words or REVEALS[party], actor=actor, now=LATER)


def _code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def test_nobody_speaks_for_two_organs(announcement: DrawAnnouncement, people: People) -> None:
    with pytest.raises(Refusal, match=OWN) as refused:
        make_draw(announcement.public_id, reveals=dict(reversed(REVEALS.items())), actor=people.li, now=LATER)
    assert _code(refused) == "DW1" and CITY in refused.value.message
    assert not Draw.objects.exists() and not DrawSecret.objects.exists()


def test_for_an_organ_that_works_here_only_its_own_people_speak(
    announcement: DrawAnnouncement, people: People
) -> None:
    for party, stranger in ((OWN, people.wang), (CITY, people.li)):
        with pytest.raises(Refusal, match=f"“{party}”的秘密文字须由该单位的人提交") as refused:
            _give(announcement, party, stranger)
        assert _code(refused) == "DW2"
    _give(announcement, OWN, people.li)
    _give(announcement, CITY, people.wang)


def test_the_draw_waits_for_all_and_names_who_is_missing(
    announcement: DrawAnnouncement, people: People
) -> None:
    _give(announcement, CITY, people.wang)
    with pytest.raises(Refusal, match=f"“{OWN}”还没有提交") as refused:
        make_draw(announcement.public_id, actor=people.wang, now=LATER)
    assert _code(refused) == "DW6"
    assert [bool(one.given_by) for one in speaking(announcement)] == [True, False]
    _give(announcement, OWN, people.li)
    made = make_draw(announcement.public_id, actor=people.wang, now=LATER)
    assert verify(whole_record(made), announced=announcement.digest) == ()
    assert made.record["reveals"] == list(REVEALS.values())


def test_words_are_sealed_until_the_draw_and_never_in_the_ledger(
    announcement: DrawAnnouncement, people: People
) -> None:
    kept = _give(announcement, CITY, people.wang)
    assert REVEALS[CITY].encode() not in bytes(kept.words or b"")
    told = LedgerEvent.objects.get(kind="draw.revealed")
    assert REVEALS[CITY] not in str(vars(told))


@pytest.mark.parametrize(
    ("party", "words", "code"),
    [(CITY, "not what was committed to", "draw_reveal"), ("别的单位", "words that are long", "DW3")],
)
def test_what_was_not_committed_to_is_not_taken(
    announcement: DrawAnnouncement, people: People, party: str, words: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        _give(announcement, party, people.wang, words)
    assert _code(refused) == code and not DrawSecret.objects.exists()


def test_an_organ_reveals_once_and_not_after_the_draw(announcement: DrawAnnouncement, people: People) -> None:
    _give(announcement, CITY, people.wang)
    with pytest.raises(Refusal) as refused:
        _give(announcement, CITY, people.zhao)
    assert _code(refused) == "DW4"
    make_draw(announcement.public_id, reveals={OWN: REVEALS[OWN]}, actor=people.li, now=LATER)
    with pytest.raises(Refusal) as refused:
        _give(announcement, CITY, people.zhao)
    assert _code(refused) == "DW5"


def test_an_organ_that_revealed_is_not_said_to_have_kept_silent(
    announcement: DrawAnnouncement, people: People
) -> None:
    """Else whoever dislikes the draw could call it off once the words are in."""

    def silent(party: str) -> None:
        report_failure(
            announcement,
            cause=FailureCause.NO_REVEAL,
            party=party,
            reason="该单位原值遗失，不能公开",
            reveals=revealed(announcement),
            actor=people.li,
            now=LATER,
        )

    _give(announcement, CITY, people.wang)
    with pytest.raises(Refusal, match=f"“{CITY}”已经提交") as refused:
        silent(CITY)
    assert _code(refused) == "I21"
    silent(OWN)
    _give(announcement, OWN, people.li)
    with pytest.raises(Refusal) as refused:
        agree_failure(announcement, actor=people.zhao, now=LATER)
    assert _code(refused) == "I21"
    assert make_draw(announcement.public_id, actor=people.li, now=LATER).drawn


def test_one_person_computes_the_commitment_of_one_organ(plan: Plan, people: People) -> None:  # noqa: F811
    first = commit_secret(plan, party=CITY, words=REVEALS[CITY], actor=people.wang, now=NOW)
    assert first == commit_to(plan, party=CITY, reveal=REVEALS[CITY])
    assert commit_secret(plan, party=CITY, words="other words, chosen later", actor=people.wang, now=NOW)
    with pytest.raises(Refusal) as refused:
        commit_secret(plan, party="市场监管部门", words="words of the regulator", actor=people.wang, now=NOW)
    assert _code(refused) == "DW1"
    assert not DrawSecret.objects.exclude(words=None).exists()


def test_an_enterprise_from_whom_everybody_is_recused_is_named(
    plan: Plan,  # noqa: F811
    people: People,
    policy: Policy,
) -> None:
    model, subjects = _graded(people)
    subjects[0].name = "开封独一无二食品有限公司"
    subjects[0].save()
    Inspector.objects.exclude(certificate_no="4102000000").update(recused_from=[subjects[0].code])
    parties = {name: commit_to(plan, party=name, reveal=text) for name, text in REVEALS.items()}
    with pytest.raises(Refusal, match="“开封独一无二食品有限公司”可派的执法检查人员不足2人") as refused:
        announce_draw(plan.public_id, model=model, parties=parties, actor=people.li, policy=policy, now=NOW)
    assert _code(refused) == "I19" and not DrawAnnouncement.objects.exists()
