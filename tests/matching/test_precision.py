"""How often two names are joined wrongly, and how often rightly, over made-up pairs: the figures asked of the matcher."""

import random
from collections.abc import Iterator
from itertools import product

import pytest

from xinheng.matching.comparing import compare_names

PLACES = ("开封", "洛阳", "南阳", "平顶山", "石家庄", "淮安")
TRADES = ("食品", "商贸", "物流", "建筑工程", "医药", "餐饮管理")
SIGNS = "恒瑞嘉禾鼎盛宏达润泽华康永昌德信诚泰源丰利民惠众康隆兴旺"


def _brands(chance: random.Random) -> Iterator[str]:
    while True:
        yield "".join(chance.sample(SIGNS, chance.choice((2, 3))))


def _same(place: str, brand: str, trade: str) -> tuple[tuple[str, str], ...]:
    """One enterprise, written in two ways."""
    full = f"{place}{brand}{trade}有限公司"
    return (
        (full, f"{place}市{brand}{trade}有限责任公司"),
        (full, f"{brand}{trade}有限公司"),
        (full, f"{place}{brand}{trade}"),
        (f"{brand}（{place}）{trade}有限公司", f"{brand}[{place}]{trade}有限公司"),
        (full, f" {place}{brand}{trade}有限公司 "),
    )


def _others(place: str, brand: str, trade: str, chance: random.Random) -> tuple[tuple[str, str], ...]:
    """Two enterprises that differ in one part."""
    full = f"{place}{brand}{trade}有限公司"
    away = chance.choice([one for one in PLACES if one != place])
    trade2 = chance.choice([one for one in TRADES if one != trade])
    sign = chance.choice([one for one in SIGNS if one not in brand])
    return (
        (full, f"{place}{sign}{brand[1:]}{trade}有限公司"),
        (full, f"{away}{brand}{trade}有限公司"),
        (full, f"{place}{brand}{trade2}有限公司"),
        (full, f"{full}第一分公司"),
        (f"{full}第一分公司", f"{full}第二分公司"),
    )


@pytest.mark.row("M1-02")
def test_of_the_joins_at_most_one_in_a_hundred_is_wrong_and_most_right_ones_are_made() -> None:
    chance = random.Random(20261121)
    brands = _brands(chance)
    firms = [(place, next(brands), trade) for place, trade in product(PLACES, TRADES)]
    right = [compare_names(*pair).same for firm in firms for pair in _same(*firm)]
    wrong = [compare_names(*pair).same for firm in firms for pair in _others(*firm, chance)]
    assert (len(right), len(wrong)) == (180, 180)
    joined = sum(right) + sum(wrong)
    assert sum(wrong) * 100 <= joined, f"{sum(wrong)} of {joined} joins are wrong"
    assert sum(right) * 100 >= 60 * len(right), f"only {sum(right)} of {len(right)} are found"
