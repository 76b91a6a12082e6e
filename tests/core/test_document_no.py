"""Two ways of writing one document number have one key."""

import pytest

from xinheng.core.document_no import document_key


@pytest.mark.parametrize(
    "written",
    [
        "汴市监罚[2026]7号",
        "汴市监罚【2026】７号",
        "汴市监罚（2026） 7号",
        "汴市监罚﹝2026﹞7\u3000号",
        "汴市监罚〔2026〕7号\t",
    ],
)
def test_one_number_in_many_ways_is_one(written: str) -> None:
    assert document_key(written) == "汴市监罚〔2026〕7号"


def test_letters_count_alike_and_other_numbers_stay_apart() -> None:
    assert document_key("xk-ａ１b") == "XK-A1B"
    assert document_key("汴市监罚〔2026〕17号") != document_key("汴市监罚〔2026〕1〕7号")
    assert document_key("汴市监罚〔2026〕1-7号") != document_key("汴市监罚〔2026〕17号")
