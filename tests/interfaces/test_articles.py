"""A content page is written by one, released by another, read by everybody, replaced and taken down."""

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.intake import papers
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import a_subject
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, People
from tests.refusals import code_of

from xinheng.core.articles import Section
from xinheng.core.attachments import Checked
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services import article_clearing
from xinheng.services.article_clearing import clear_waiting
from xinheng.services.article_files import (
    Draft,
    add_file,
    article_files_to_check,
    files_of,
    note_article_file_checked,
    open_public_file,
    remove_file,
    seen_files,
)
from xinheng.services.articles import Words, release_article, withdraw_article, write_article
from xinheng.store.files import put_file, read_file
from xinheng.store.models import Article, ArticleFile, LedgerEvent, StoredFile
from xinheng.store.sealing import sealed_path

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M5-08")]
DAY = timedelta(days=1)
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
    page = text(writer.get(own))
    assert f"{own}1/withdraw/" in page and f"{own}2/withdraw/" in page, (
        "the public one, and the one that waits"
    )
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


def test_a_picture_is_drawn_anew_and_a_file_listed_by_digest_once_another_person_saw_them(
    client: Client, people: People, policy: Policy, uploads: Path, home: Path, tmp_path: Path
) -> None:
    writer, reviewer = signed_in(people.wang), signed_in(people.zhou)
    post(writer, f"{PAGE}new/", GIVEN)
    article = Article.objects.get()
    own, public = f"{PAGE}{article.public_id}/", f"/articles/{article.public_id}"
    picture, paper = papers.picture(tmp_path / "a", "JPEG"), papers.pdf(tmp_path / "b.pdf")
    assert "请写明图片内容" in text(_put(writer, f"{own}1/files/", picture, " "))
    assert _put(writer, f"{own}1/files/", picture, "窗口前的展板").status_code == 302
    seen = seen_files(article)
    assert _put(writer, f"{own}1/files/", paper, "办事指南").status_code == 302
    post(reviewer, f"{own}1/release/", {"files": seen})
    assert "有变动" in text(reviewer.get(own)) and client.get(public).status_code == 404
    image, file = ArticleFile.objects.order_by("pk")
    shown = f"{public}/files/{image.public_id}"
    assert client.get(shown).status_code == 404, "a draft is nobody's to see"
    inside = f'name="files" value="{seen_files(article)}"'
    assert inside in text(reviewer.get(own)) and (image.kind, file.kind) == ("jpeg", "pdf")
    post(reviewer, f"{own}1/release/", {"files": seen_files(article)})
    page = text(client.get(public))
    assert (
        f'src="{shown}" alt="窗口前的展板" width="{image.width}" height="{image.height}" loading="lazy"'
        in page
    )
    assert file.file.digest in page
    answer = client.get(shown)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xff\xd8\xff") and b"Exif" not in content
    assert client.get(shown, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    download = client.get(f"{public}/files/{file.public_id}")
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert (
        code_of(remove_file, Draft(article.public_id, 1), file.public_id, actor=people.wang, now=NOW)
        == "WZ15"
    )
    post(writer, f"{own}edit/", GIVEN)
    second = Article.objects.get(version=2)
    assert [one.title for one in files_of(second)] == ["窗口前的展板", "办事指南"]
    post(writer, f"{own}2/files/{files_of(second)[0].public_id}/remove/")
    assert [one.title for one in files_of(second)] == ["办事指南"]
    post(reviewer, f"{own}1/withdraw/", {"reason": "有误"})
    assert client.get(shown).status_code == 404


def test_a_file_that_nobody_cleared_is_carried_but_not_released(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    words, given = Words(section=Section.NEWS, title="一条动态", text="正文"), {"policy": policy, "now": NOW}
    made = write_article(words, author=people.wang, **given)  # type: ignore[arg-type]
    draft = Draft(made.public_id, 1)
    file = add_file(draft, papers.pdf(tmp_path / "a.pdf"), "办事指南", actor=people.wang, **given)  # type: ignore[arg-type]
    ArticleFile.objects.filter(pk=file.pk).update(cleared=False)
    with CaptureQueriesContext(connection) as seen:
        second = write_article(words, of=made.public_id, author=people.wang, **given)  # type: ignore[arg-type]
    first, every = [one["sql"] for one in seen if 'FROM "store_article"' in one["sql"]]
    assert first.endswith("LIMIT 1 FOR UPDATE") and every.endswith("FOR UPDATE"), (
        "listed once the page is locked"
    )
    release = {"actor": people.zhou, **given}
    assert code_of(release_article, made.public_id, 2, files=seen_files(second), **release) == "WZ18"
    remove_file(Draft(made.public_id, 2), files_of(second)[0].public_id, actor=people.wang, now=NOW)
    release_article(made.public_id, 2, **release)  # type: ignore[arg-type]


def test_a_public_file_that_nobody_cleared_is_closed_until_it_is_cleared_or_the_desk_told(
    client: Client, people: People, policy: Policy, home: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    words, given = Words(section=Section.NEWS, title="一条动态", text="正文"), {"policy": policy, "now": NOW}
    made = write_article(words, author=people.wang, **given)  # type: ignore[arg-type]
    named = papers.package(tmp_path / "n", {**papers.DOCX, "docProps/core.xml": b"<a>Li Si</a>"})
    remarked = papers.package(tmp_path / "r", {**papers.DOCX, "word/comments.xml": b'<w:comment w:id="0"/>'})
    broken = tmp_path / "b"
    broken.write_bytes(b"PK\x03\x04")
    rows = [_uncleared(made, path) for path in (broken, named, remarked, broken)]
    _lose(rows.pop(0))
    Article.objects.filter(pk=made.pk).update(released_by=people.zhou, released_at=NOW)
    former, public = rows[0].file, f"/articles/{made.public_id}"
    shown = f"{public}/files/{rows[0].public_id}"
    assert client.get(shown).status_code == 404 and shown not in text(client.get(public))
    monkeypatch.setattr(article_clearing, "AT_ONCE", 3)
    assert _cleared(**given) == {"cleared": 1, "barred": 2, "lost": 1}, "what is lost keeps nothing back"
    assert _cleared(**given) == {}, "each is tried once"
    assert _cleared(policy, NOW + DAY) == {}, "what is lost is told once"
    assert shown in text(client.get(public)) and rows[1].public_id not in text(client.get(public))
    content = b"".join(client.get(shown).streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "docProps/core.xml" not in parts.namelist()
    former.refresh_from_db()
    assert former.wrapped_key is None, "the key of what named its maker is destroyed"
    writer = signed_in(people.wang)
    own = text(writer.get(f"{PAGE}{made.public_id}/"))
    assert "文件里有批注" in own and "平台打不开的内容" in own and "存档缺失或被改动" in own
    assert "1 篇文章有公众看不到的文件" in text(writer.get("/office/desk/"))
    assert "有公众看不到的文件" in text(writer.get(PAGE))
    assert [one.barred for one in _next(made, words, people, given)] == ["", "", "remarks", "unreadable"]


def _uncleared(made: Article, path: Path) -> ArticleFile:
    """As it stood before files were looked into."""
    file = put_file(path, name="a", media_type="b", now=NOW)
    stored = {"kind": "docx", "title": path.name, "added_by": made.written_by, "added_at": NOW}
    return ArticleFile.objects.create(article=made, file=file, **stored)


def _lose(row: ArticleFile) -> None:
    sealed_path(digest=row.file.digest, number=row.file.pk).unlink()


def _cleared(policy: Policy, now: datetime) -> dict[str, int]:
    return {name: count for name, count in clear_waiting(policy=policy, now=now).items() if count}


@pytest.fixture
def named(people: People, policy: Policy, home: Path, tmp_path: Path) -> ArticleFile:
    """A file that names its maker, of a page that waits for release."""
    words = Words(section=Section.NEWS, title="一条动态", text="正文")
    made = write_article(words, author=people.wang, policy=policy, now=NOW)
    parts = {**papers.DOCX, "docProps/core.xml": b"<a>Li Si</a>"}
    return _uncleared(made, papers.package(tmp_path / "named", parts))


def test_a_file_with_a_virus_is_not_cleared(named: ArticleFile, policy: Policy) -> None:
    ArticleFile.objects.update(checked=Checked.INFECTED.value, checked_at=NOW)
    assert _cleared(policy, NOW) == {}
    named.refresh_from_db()
    assert (named.cleared, named.checked) == (False, "infected")


def test_what_the_machine_could_not_clear_is_tried_again_and_barred_in_the_end(
    named: ArticleFile, policy: Policy, monkeypatch: Any, tmp_path: Path
) -> None:
    second = _uncleared(named.article, papers.package(tmp_path / "other", papers.DOCX))
    able, codes = article_clearing.cleared, {named.title: "AT10", second.title: "F01"}

    def unable(*args: Any, title: str, **more: Any) -> Any:
        raise Refusal(codes[title], "", advice="")

    monkeypatch.setattr(article_clearing, "cleared", unable)
    assert _cleared(policy, NOW) == {"put_off": 2}, "one keeps nobody back"
    assert _cleared(policy, NOW) == {}, "not at once again"
    told = LedgerEvent.objects.filter(kind="article.file_put_off")
    for day in range(1, article_clearing.MOST_TRIES):
        last = _cleared(policy, NOW + day * DAY)
    assert last == {"barred": 1, "put_off": 1} and told.count() == 2, "each is told once"
    named.refresh_from_db()
    assert named.barred == "unreadable", "what costs too much day after day"
    monkeypatch.setattr(article_clearing, "cleared", able)
    assert _cleared(policy, NOW + 10 * DAY) == {"cleared": 1}
    second.refresh_from_db()
    assert (second.tries, second.trouble, second.next_at) == (0, "", None)


def test_nothing_is_kept_of_a_file_that_was_removed_while_it_was_cleared(
    named: ArticleFile, people: People, policy: Policy, monkeypatch: Any
) -> None:
    able, draft = article_clearing.cleared, Draft(named.article.public_id, 1)

    def removed(*args: Any, **more: Any) -> Any:
        remove_file(draft, named.public_id, actor=people.wang, now=NOW)
        return able(*args, **more)

    monkeypatch.setattr(article_clearing, "cleared", removed)
    before = StoredFile.objects.count()
    assert _cleared(policy, NOW) == {} and StoredFile.objects.count() == before
    assert not LedgerEvent.objects.filter(kind="article.file_cleared").exists()


def test_the_page_is_locked_before_a_file_of_it_is_replaced(named: ArticleFile, policy: Policy) -> None:
    """A version that carries the file is then written before or after, and never bears a content without its key."""
    with CaptureQueriesContext(connection) as seen:
        assert _cleared(policy, NOW) == {"cleared": 1}
    locks = [one["sql"].split('"')[1] for one in seen if "FOR UPDATE" in one["sql"]]
    assert [name for name in dict.fromkeys(locks) if "article" in name] == [
        "store_article",
        "store_articlefile",
    ]


def _next(made: Article, words: Words, people: People, given: dict[str, Any]) -> list[ArticleFile]:
    return files_of(write_article(words, of=made.public_id, author=people.wang, **given))


def test_nothing_unscanned_or_infected_is_released_or_handed_out(
    people: People, policy: Policy, home: Path, settings: Any, tmp_path: Path
) -> None:
    words = Words(section=Section.NEWS, title="一条动态", text="正文")
    made = write_article(words, author=people.wang, policy=policy, now=NOW)
    draft = Draft(made.public_id, 1)
    given = {"actor": people.wang, "policy": policy, "now": NOW}
    assert code_of(add_file, draft, papers.picture(tmp_path / "t", "TIFF"), "图", **given) == "AT02"
    assert code_of(add_file, draft, papers.pdf(tmp_path / "p.pdf"), "联系 13800138000", **given) == "WZ3"
    remarked = {**papers.DOCX, "word/comments.xml": b'<w:comment w:id="0"/>'}
    assert code_of(add_file, draft, papers.package(tmp_path / "r", remarked), "办事指南", **given) == "WZ17"
    creator = b"<a><dc:creator>x</dc:creator></a>"
    signed = {**papers.DOCX, "docProps/core.xml": creator, "_xmlsignatures/sig1.xml": b"<s/>"}
    assert code_of(add_file, draft, papers.package(tmp_path / "s", signed), "办事指南", **given) == "WZ16"
    file = add_file(draft, papers.pdf(tmp_path / "b.pdf"), "办事指南", **given)
    kept = PdfReader(io.BytesIO(b"".join(read_file(file.file)))).metadata
    assert kept is not None and kept.title == "办事指南", "what the file called itself is gone"
    release = {"files": seen_files(made), "actor": people.zhou, "policy": policy, "now": NOW}
    settings.CLAMD = "/nowhere"
    assert code_of(release_article, made.public_id, 1, **release) == "WZ13"
    assert article_files_to_check(9) == [file]
    settings.CLAMD = ""
    release_article(made.public_id, 1, **release)
    assert open_public_file(made.public_id, file.public_id) is not None
    note_article_file_checked(file, Checked.INFECTED, now=NOW)
    assert open_public_file(made.public_id, file.public_id) is None and article_files_to_check(9) == []


def _put(client: Client, address: str, path: Path, title: str) -> HttpResponse:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return post(client, address, {"file": file, "title": title, "whole_body": "1"})
