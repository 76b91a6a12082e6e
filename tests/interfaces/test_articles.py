"""A content page is written by one, released by another, read by everybody, replaced and taken down."""

import pytest
from django.test import Client
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import a_subject
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, People
from tests.refusals import code_of

from xinheng.core.articles import Section
from xinheng.core.policy import Policy
from xinheng.services.articles import Words, release_article, withdraw_article, write_article
from xinheng.store.models import Article

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M5-08")]
PAGE = "/office/articles/"
GIVEN = {
    "section": "policy",
    "title": "条例<b>要点</b>",
    "text": "# 要点\n正文<script>",
    "county": "",
    "day": "",
}


def test_one_writes_another_releases_and_everybody_reads(client: Client, people: People) -> None:
    writer, reviewer = signed_in(people.wang), signed_in(people.zhou)
    assert post(writer, f"{PAGE}new/", GIVEN).status_code == 302
    article = Article.objects.get()
    own, public = f"{PAGE}{article.public_id}/", f"/articles/{article.public_id}"
    assert client.get(public).status_code == 404
    assert "审查通过并发布" not in text(writer.get(own)) and "审查通过并发布" in text(reviewer.get(own))
    assert post(writer, f"{own}1/release/").status_code == 403
    assert post(reviewer, f"{own}1/release/").status_code == 302
    page = text(client.get(public))
    assert "条例&lt;b&gt;要点&lt;/b&gt;" in page and "<h2>要点</h2>" in page and "正文&lt;script&gt;" in page
    assert '"@type": "Article"' in page and people.wang.display_name not in page
    assert "条例" in text(client.get("/articles?section=policy"))
    assert "没有发布的文章" in text(client.get("/articles?section=case"))
    assert "6·14" in text(client.get("/articles?older=x&section=none"))
    post(writer, f"{own}edit/", GIVEN | {"text": "改过的正文"})
    assert "改过的正文" not in text(client.get(public))
    post(reviewer, f"{own}2/release/")
    assert "改过的正文" in text(client.get(public)) and "第 2 版" in text(client.get(public))
    post(reviewer, f"{own}2/withdraw/", {"reason": ""})
    assert client.get(public).status_code == 200
    post(reviewer, f"{own}2/withdraw/", {"reason": "文件已废止"})
    assert client.get(public).status_code == 404 and "文件已废止" in text(writer.get(own))


def test_what_a_county_wrote_stands_on_its_own_portal_and_the_citys(
    client: Client, people: People, policy: Policy
) -> None:
    for title, county in (("全市的", ""), ("兰考的", "410225"), ("杞县的", "410221")):
        words = Words(section=Section.NEWS, title=title, text="正文", county=county)
        made = write_article(words, author=people.wang, policy=policy, now=NOW)
        release_article(made.public_id, 1, actor=people.zhou, policy=policy, now=NOW)
    county = text(client.get("/county/410225/articles"))
    assert "全市的" in county and "兰考的" in county and "杞县的" not in county
    assert "杞县的" in text(client.get("/articles"))


@pytest.mark.guard("G14")
def test_nothing_is_public_that_names_an_enterprise_or_by_one_persons_word(
    people: People, policy: Policy
) -> None:
    a_subject("开封样例食品有限公司", former="开封旧名食品厂")
    given = {"author": people.wang, "policy": policy, "now": NOW}
    for words in ("开封样例食品有限公司失信", "开封旧名食品厂失信"):
        named = Words(section=Section.CASE, title="案例", text=words)
        assert code_of(write_article, named, **given) == "WZ5"
    assert code_of(write_article, Words(section=Section.NEWS, title="x", text=" "), **given) == "WZ1"
    lost = Words(section=Section.NEWS, title="x", text="x", county="999999")
    assert code_of(write_article, lost, **given) == "WZ2"
    assert (
        code_of(write_article, Words(section=Section.NEWS, title="x", text="x"), of="a" * 16, **given)
        == "WZ6"
    )
    made = write_article(Words(section=Section.CASE, title="案例", text="某食品公司失信"), **given)
    same = {"actor": people.wang, "now": NOW}
    assert code_of(release_article, made.public_id, 1, policy=policy, **same) == "WZ8"
    assert code_of(withdraw_article, made.public_id, 1, reason=" ", **same) == "WZ9"
    a_subject("某食品公司")
    assert code_of(release_article, made.public_id, 1, actor=people.zhou, policy=policy, now=NOW) == "WZ5"
    withdraw_article(made.public_id, 1, reason="不用", **same)
    assert code_of(release_article, made.public_id, 1, actor=people.zhou, policy=policy, now=NOW) == "WZ7"
