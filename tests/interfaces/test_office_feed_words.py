"""Pages on feeds and models speak Chinese: no key of a policy file stands where people read."""

import re

import pytest
from tests.interfaces.office_people import signed_in, text
from tests.people import People

from xinheng.core.policy import Policy
from xinheng.interfaces.office.feed_words import column_lines, recognised_by, rule_lines

KEY = re.compile(r"[a-z]+_[a-z]+|\b(none|minor|general|serious|yuan|fen|wan)\b")


@pytest.mark.row("M2-04")
def test_every_feed_is_told_without_a_key_of_its_file(policy: Policy) -> None:
    for feed in policy.feeds.values():
        told = [word for line in column_lines(feed) for word in line[:1] + line[2:]]
        told += [words for _, words in rule_lines(feed, policy)]
        assert all(line[0] for line in column_lines(feed)), feed.id
        assert [words for words in told if KEY.search(words)] == []
        assert recognised_by(feed)


@pytest.mark.row("M2-04")
def test_the_page_of_a_feed_says_what_each_column_becomes(
    people: People, office_clock: None, uploads: None
) -> None:
    page = text(signed_in(people.wang).get("/office/feeds/penalty-dual-publicity/"))
    told, _, file = page.partition("以政策文件查看")
    assert "“行政相对人名称”或“当事人名称”" in told
    assert "罚款须有金额" in told
    assert "超过 7 个工作日算迟报" in told
    assert "recognise:" not in told
    assert "recognise:" in file


def test_lists_of_feeds_and_models_name_them_by_their_titles(
    people: People, office_clock: None, uploads: None
) -> None:
    for address, key in (
        ("/office/feeds/", "penalty-dual-publicity"),
        ("/office/models/", "food/food-operators"),
    ):
        page = text(signed_in(people.wang).get(address))
        assert f'href="{address}{key}/"' in page
        assert f">{key}<" not in page
