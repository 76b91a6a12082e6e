"""The enterprises of the sample city are made up, valid in form and spread as the rates say."""

from collections import Counter

import pytest

from xinheng.core.ids import read_code
from xinheng.core.resident_id import is_resident_id
from xinheng.sample import words
from xinheng.sample.city import SampleCity
from xinheng.sample.codes import SAMPLE_AREA, SAMPLE_BLOCK, resident_ids
from xinheng.sample.enterprises import FLAGSHIPS
from xinheng.sample.rates import TIERS


def _column(sample: SampleCity, columns: str) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = sample.connection.execute(
        f"SELECT {columns} FROM enterprise ORDER BY sid"
    ).fetchall()
    return rows


@pytest.mark.row("M1-01")
def test_every_code_is_valid_without_warning_and_from_the_sample_block(sample: SampleCity) -> None:
    codes = [str(code) for (code,) in _column(sample, "code")]
    read = [read_code(code) for code in codes]
    assert all(code.valid and not code.warnings for code in read)
    assert {code[8:10] for code in codes} == {SAMPLE_BLOCK}
    assert {str(code) for code in sample.papers.authority_codes if not read_code(code).valid} == set()


def test_codes_and_names_are_unique_and_codes_ascend(sample: SampleCity) -> None:
    rows = _column(sample, "code, name")
    codes = [code for code, _ in rows]
    assert codes == sorted(set(map(str, codes)))
    assert len({name for _, name in rows}) == len(rows) == sample.size.subjects


def test_seven_in_ten_are_enterprises_and_a_quarter_sole_traders(sample: SampleCity) -> None:
    heads = Counter(str(code)[:2] for (code,) in _column(sample, "code"))
    assert heads["91"] / 2000 == pytest.approx(0.70, abs=0.04)
    assert heads["92"] / 2000 == pytest.approx(0.25, abs=0.04)
    assert set(heads) <= {"91", "92", "93", "51", "52", "53"}


def test_tiers_follow_the_table_of_rates(sample: SampleCity) -> None:
    tiers = Counter(tier for (tier,) in _column(sample, "tier"))
    for tier, share in enumerate(TIERS):
        assert tiers[tier] / 2000 == pytest.approx(share / 1000, abs=0.035)


def test_flagships_are_there_by_name(sample: SampleCity) -> None:
    names = {name for (name,) in _column(sample, "name")}
    for flagship in FLAGSHIPS:
        assert any(str(name).endswith(flagship.name) for name in names)


def test_style_characters_differ(sample: SampleCity) -> None:
    assert len(set(words.STYLE_CHARACTERS)) == len(words.STYLE_CHARACTERS)
    assert len(words.STYLE_CHARACTERS) ** 3 > 1_300_000


def test_planted_resident_numbers_are_valid_in_form_and_of_no_place() -> None:
    numbers = resident_ids(60)
    assert len(set(numbers)) == 60
    assert all(is_resident_id(number) and number.startswith(SAMPLE_AREA) for number in numbers)
