"""A letter says what the law asks of it, in terms of policy, and goes out with nothing missing."""

from dataclasses import replace
from datetime import date

import pytest
from tests.documents.letters import DAY, HEAD, filled, letter_of

from xinheng.core.letters import Field, LetterKind, Passage, compose, kinds, newest, number_of, published
from xinheng.core.parameters import Reading, Status, Unit
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal

ADVERSE = ("decision", "refusal", "rectification_order", "objection_answer")
FORETOLD = ("prior_notice", "breach_notice")


def _text(kind: str, policy: Policy) -> str:
    return "\n".join(f"{one.heading} {one.text} {one.items}" for one in letter_of(kind, policy).paragraphs)


@pytest.mark.guard("G17")
@pytest.mark.parametrize("kind", ADVERSE)
def test_a_decision_names_basis_reconsideration_suit_and_their_terms(kind: str, policy: Policy) -> None:
    text = _text(kind, policy)
    assert "60日内" in text and "6个月内" in text
    assert all(word in text for word in ("行政复议", "行政诉讼", "依据", "理由", "第五十四条"))


@pytest.mark.row("M9-02")
@pytest.mark.guard("G17")
@pytest.mark.parametrize("kind", FORETOLD)
def test_a_prior_notice_names_facts_reasons_basis_and_the_right_to_be_heard(
    kind: str, policy: Policy
) -> None:
    text = _text(kind, policy)
    assert "5个工作日内" in text and "陈述、申辩" in text
    assert all(word in text for word in ("事实", "理由", "依据"))


@pytest.mark.guard("G5")
def test_a_guide_to_repair_names_the_lawful_way_and_no_fee(policy: Policy) -> None:
    text = _text("repair_guide", policy)
    assert "信用中国" in text and "不收取任何费用" in text and "自愿" in text


@pytest.mark.guard("G17")
def test_every_required_field_is_asked_for(policy: Policy) -> None:
    for kind in kinds():
        for field in (one for one in kind.fields if one.required):
            values = {key: value for key, value in filled(kind).items() if key != field.key}
            with pytest.raises(Refusal, match=field.label) as refused:
                letter_of(kind.kind, policy, values=values)
            assert refused.value.code == "LT2"


def test_an_optional_field_left_empty_leaves_its_part_out(policy: Policy) -> None:
    values = filled(newest("interview_invitation")) | {"materials": ""}
    letter = letter_of("interview_invitation", policy, values=values)
    assert "请携带的材料" not in [one.heading for one in letter.paragraphs]


@pytest.mark.guard("G15")
def test_an_unknown_term_keeps_the_letter_in(policy: Policy) -> None:
    kind = newest("prior_notice")
    key = kind.terms[0]
    unknown = Reading(key=key, title="陈述申辩", unit=Unit.WORKDAY, value=None, status=Status.UNCONFIRMED)
    with pytest.raises(Refusal) as refused:
        compose(kind, filled(kind), head=HEAD, readings={key: unknown})
    assert refused.value.code == "LT7"


def test_a_term_keeps_its_source_and_whether_it_was_compared(policy: Policy) -> None:
    terms = letter_of("decision", policy).terms
    assert [one.verified for one in terms] == [False, False]
    assert "行政复议法" in terms[0].citation and "第二十条" in terms[0].citation


@pytest.mark.guard("G13")
def test_persons_and_their_numbers_are_masked(policy: Policy) -> None:
    values = filled(newest("receipt")) | {"matter": "咨询，电话13812345678，身份证11010519491231002X"}
    letter = letter_of("receipt", policy, values=values)
    text = "\n".join(one.text for one in letter.paragraphs)
    assert "王**" in text and "王小明" not in text
    assert "12345678" not in text and "19491231" not in text


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("weather", "晴", "LT1"),
        ("received_on", "2026-11-20", "LT3"),
        ("matter", date(2026, 11, 20), "LT4"),
        ("matter", "长" * 201, "LT5"),
        ("papers", "\n".join(["材料"] * 41), "LT5"),
        ("matter", "有\x07响铃", "LT6"),
    ],
)
def test_wrong_words_are_refused(key: str, value: str | date, code: str, policy: Policy) -> None:
    with pytest.raises(Refusal) as refused:
        letter_of("receipt", policy, values=filled(newest("receipt")) | {key: value})
    assert refused.value.code == code


def test_words_of_an_officer_are_never_read_as_a_template(policy: Policy) -> None:
    values = filled(newest("receipt")) | {"matter": "{case} {0} %s"}
    assert "{case} {0} %s" in letter_of("receipt", policy, values=values).paragraphs[0].text


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        newest("love_letter")
    assert refused.value.code == "LT8"


def test_a_published_version_is_never_edited() -> None:
    kind = newest("receipt")
    with pytest.raises(ValueError, match="new version"):
        published(kind)


def test_a_kind_that_says_what_nobody_gives_or_asks_what_it_never_says_has_a_flaw() -> None:
    kind = LetterKind(
        kind="flawed", version=1, title="有误", word="误", fields=(), passages=(Passage("", "{nobody}"),)
    )
    with pytest.raises(ValueError, match="nobody"):
        published(kind)
    asks = replace(kind, fields=(Field(key="extra", label="多余"),), passages=(Passage("", "无"),))
    with pytest.raises(ValueError, match="extra"):
        published(asks)


def test_a_number_has_word_year_in_brackets_and_place() -> None:
    assert number_of("汴市监", newest("decision").word, year=2026, place=12) == "汴市监信决〔2026〕12号"


def test_the_whole_day_stands_in_words(policy: Policy) -> None:
    assert DAY.year == 2026
    assert "2026年11月20日" in letter_of("receipt", policy).paragraphs[0].text
