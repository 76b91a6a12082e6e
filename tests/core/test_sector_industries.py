"""The words of registrars lead every subject to the sector whose models grade it."""

from pathlib import Path

import pytest

from xinheng.core.policy import Policy, load_policy


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(Path(__file__).parents[2] / "policy", city="kaifeng")


@pytest.mark.row("M7-06")
@pytest.mark.parametrize(
    ("industry", "sector"),
    [
        ("医药制造业", "drugs"),
        ("医药及医疗器材批发", "drugs"),
        ("医药及医疗器材专门零售", "drugs"),
        ("卫生", "health"),
        ("教育", "education"),
        ("道路运输业", "transport"),
        ("房屋建筑业", "housing"),
        ("房地产业", "real_estate"),
        ("货币金融服务", "financial_affairs"),
        ("文化艺术业", "culture_tourism"),
        ("零售业", "market_regulation"),
    ],
)
def test_an_industry_leads_to_the_sector_that_supervises_it(
    policy: Policy, industry: str, sector: str
) -> None:
    assert policy.sectors.of_industry(industry) == sector
