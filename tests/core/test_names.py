"""One name written in many ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.names import normalise_name, tidy_name

SPELLINGS = [
    "开封某某（河南）商贸有限公司",
    "开封某某(河南)商贸有限公司",
    " 开封某某【河南】商贸有限公司\u3000",
    "开封某某 （河南） 商贸有限公司",
    "开封某某\u200b〔河南〕商贸有限公司\ufeff",
]


@pytest.mark.row("M1-01")
def test_brackets_blanks_and_invisible_signs_do_not_make_another_name() -> None:
    assert {normalise_name(name) for name in SPELLINGS} == {"开封某某(河南)商贸有限公司"}


def test_case_width_dots_dashes_and_quotes_do_not_make_another_name() -> None:
    assert normalise_name("ＡＢＣ—某某•“甲乙”有限公司") == normalise_name("abc-某某·甲乙有限公司")


def test_a_shown_name_keeps_official_brackets_and_blanks_between_foreign_words() -> None:
    assert tidy_name(" 开封某某 (河南)商贸\n有限公司 ") == "开封某某（河南）商贸有限公司"
    assert tidy_name("Ａcme  Trading 中国") == "Acme Trading中国"
    assert tidy_name("Acme (China) Ltd") == "Acme (China) Ltd"


WRITTEN = "开封某某有限公司·•（）()【】〔〕 \u3000\t\u200b\ufeff\"“”'—-ＡaＢ1２&㈱"


@given(st.text(alphabet=WRITTEN))
def test_normalising_twice_changes_nothing(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(once) == once
    shown = tidy_name(name)
    assert tidy_name(shown) == shown
    assert normalise_name(shown) == once
