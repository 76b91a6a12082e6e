"""Pictures and files of content pages: looked into before anything is kept, part of the version that another person releases.

A picture is drawn anew, so that nothing hidden in it (place, camera, person) goes out with it, and says in words what it
shows. A file is written again without what it tells of its makers. A version is released with the very files that the releasing person saw (legal guards G13, G14).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from xinheng.core.articles import Section, possible_names, refuse_naming
from xinheng.core.attachments import PUBLIC, Checked, Kind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.attachments import cleared, look, redrawn
from xinheng.services.collect import workshop
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.article_files import ArticleFile
from xinheng.store.articles import Article
from xinheng.store.files import put_file, read_file
from xinheng.store.subjects import SubjectName

LOST = "F07"
"""The refusal of what the store holds no more, or not as it was put there."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The version to which files are put: the page and its number."""

    public_id: str
    version: int


def refuse_named(section: Section, title: str, text: str) -> None:
    """Refusals WZ3 and WZ4 as ``core.articles``, WZ5 the name of an enterprise, of today or before, in a typical case."""
    refuse_naming(section, title, text)
    if section is not Section.CASE:
        return
    possible = possible_names(f"{title}\n{text}")
    found = SubjectName.objects.filter(normalised__in=list(possible)).values_list("name", flat=True).first()
    if found is not None:
        raise Refusal(
            "WZ5",
            f"典型案例里有企业名称“{found}”。",
            advice="请写成“某食品公司”等后重试；以前用过的名称也不写。",
        )


def files_of(article: Article) -> list[ArticleFile]:
    """What stands with the version, in the order in which it was put there."""
    found = ArticleFile.objects.filter(article=article, removed_at__isnull=True)
    return list(found.select_related("file").order_by("pk"))


@transaction.atomic
def add_file(
    draft: Draft, path: Path, title: str, *, actor: User, policy: Policy, now: datetime
) -> ArticleFile:
    """Refusals: WZ15 no open draft, WZ10 without words on what it shows, WZ11 too many, WZ3 to WZ5 of its words,
    WZ16 a signed file that names its maker, WZ17 remarks or hidden parts, AT01 to AT13 what is not taken."""
    article = _open(draft)
    words = title.strip()[:120]
    if not words:
        raise Refusal(
            "WZ10",
            "没有写明图片的内容或者文件的名称。",
            advice="图片请用一句话写明画面内容，供看不见的人听读；文件请写名称。",
        )
    refuse_named(Section(article.section), words, "")
    _refuse_more(article, policy, now=now)
    seen = look(path, taken=PUBLIC, policy=policy, now=now)
    with workshop() as work:
        kind, width, height = seen.kind, None, None
        if kind.image:
            source, path = path, work / "picture.jpg"
            width, height = redrawn(source, path, kind, policy=policy, now=now)
            kind = Kind.JPEG
        else:
            path = _cleared(path, work / "file", kind, words, policy=policy, now=now)
        kept = put_file(path, name=f"文章附件.{kind.suffix}", media_type=kind.media_type, now=now)
    made = ArticleFile.objects.create(
        article=article,
        kind=kind.value,
        title=words,
        width=width,
        height=height,
        file=kept,
        cleared=True,
        added_by=actor,
        added_at=now,
    )
    note_file("article.file_added", made, by=actor, now=now)
    return made


def _cleared(path: Path, out: Path, kind: Kind, title: str, *, policy: Policy, now: datetime) -> Path:
    """The file without properties of its makers; as it came where a signature covers it and nobody is named."""
    told = cleared(path, out, kind, title=title, policy=policy, now=now)
    if told.held is not None:
        raise Refusal(
            "WZ17",
            f"文件里有{told.held.label}，公布以后谁都看得到。",
            advice="请在本机接受全部修订，删去批注和隐藏的内容后另存，或者打印为 PDF 后上传。",
        )
    if told.named:
        raise Refusal(
            "WZ16",
            "文件带有电子签名或者电子印章，它的属性里写有作者等信息；去掉属性，签名就失效。",
            advice="请清除文件属性后重新签章，或者打印为 PDF 后上传；也可以在正文写上原件的网址。",
        )
    return out if told.written else path


@transaction.atomic
def remove_file(draft: Draft, file: str, *, actor: User, now: datetime) -> None:
    """Take a file off a draft. Refusal WZ15 where there is no open draft or no such file of it."""
    row = next((one for one in files_of(_open(draft)) if one.public_id == file), None)
    if row is None:
        raise _gone()
    row.removed_by, row.removed_at = actor, now
    row.save(update_fields=["removed_by", "removed_at"])
    note_file("article.file_removed", row, by=actor, now=now)


_CARRIED = (
    *("kind", "title", "width", "height", "file", "cleared", "barred", "tries", "trouble", "next_at"),
    *("checked", "checked_at", "added_by", "added_at"),
)


def carry_files(before: Article, after: Article) -> None:
    """A new version begins with the files of the one before it."""
    for one in files_of(before):
        ArticleFile.objects.create(article=after, **{name: getattr(one, name) for name in _CARRIED})


def seen_files(article: Article) -> str:
    """What whoever releases the version has seen: a digest over its files and their words."""
    told = "\n".join(f"{one.public_id} {one.title}" for one in files_of(article))
    return hashlib.sha256(told.encode()).hexdigest()[:16] if told else ""


def refuse_files(article: Article, seen: str) -> None:
    """Refusals WZ3 to WZ5 of their words, WZ12 other files than were seen, WZ13 one that the virus scanner did not find clean,
    WZ18 one that nobody looked into for its makers."""
    if seen != seen_files(article):
        raise Refusal("WZ12", "文章的图片和文件有变动。", advice="请刷新页面，重新看过以后再发布。")
    files, scanner = files_of(article), bool(settings.CLAMD)
    refuse_named(Section(article.section), "", "\n".join(one.title for one in files))
    unclear = next((one for one in files if not one.cleared), None)
    if unclear is not None:
        raise Refusal(
            "WZ18",
            f"“{unclear.title}”存入时没有清除作者等信息，不能随新的版本发布。",
            advice="请移除后重新上传，平台会清除这些信息。",
        )
    closed = [one for one in files if not Checked(one.checked).may_open(scanner=scanner)]
    if closed:
        raise Refusal(
            "WZ13",
            f"“{closed[0].title}”{Checked(closed[0].checked).label}，不能发布。",
            advice="没有查毒的请过一分钟再试；查出病毒的请移除。",
        )


def open_public_file(article: str, file: str) -> tuple[ArticleFile, Iterator[bytes]] | None:
    """A file of the released version for anybody; None where there is none, nobody cleared it, or it may not be opened."""
    found = (
        ArticleFile.objects.select_related("file")
        .filter(
            public_id=file,
            removed_at__isnull=True,
            cleared=True,
            file__destroyed_at__isnull=True,
            article__public_id=article,
            article__released_at__isnull=False,
            article__ended_at__isnull=True,
        )
        .first()
    )
    return None if found is None else _opened(found)


def open_file(article: Article, file: str) -> tuple[ArticleFile, Iterator[bytes]] | None:
    """A file of a version, for those who write and release it."""
    found = next((one for one in files_of(article) if one.public_id == file), None)
    return None if found is None or found.file.destroyed_at else _opened(found)


def _opened(found: ArticleFile) -> tuple[ArticleFile, Iterator[bytes]] | None:
    if not Checked(found.checked).may_open(scanner=bool(settings.CLAMD)):
        return None
    return found, read_file(found.file)


def article_files_to_check(limit: int) -> list[ArticleFile]:
    """Files that no scanner has seen, oldest first."""
    waiting = ArticleFile.objects.filter(
        checked=Checked.UNCHECKED.value, removed_at__isnull=True, file__destroyed_at__isnull=True
    )
    return list(waiting.select_related("file", "article").order_by("pk")[:limit])


@transaction.atomic
def note_article_file_checked(row: ArticleFile, verdict: Checked, *, now: datetime) -> None:
    """What the scanner said holds in every version that bears the file."""
    same = ArticleFile.objects.filter(file=row.file_id, checked=Checked.UNCHECKED.value)
    same.update(checked=verdict.value, checked_at=now)
    if verdict is Checked.INFECTED:
        note_file("article.file_infected", row, by=None, now=now)


def _open(draft: Draft) -> Article:
    found = (
        Article.objects.select_for_update()
        .filter(
            public_id=draft.public_id,
            version=draft.version,
            released_at__isnull=True,
            ended_at__isnull=True,
        )
        .first()
    )
    if found is None:
        raise _gone()
    return found


def _gone() -> Refusal:
    return Refusal(
        "WZ15",
        "这个版本已经发布、撤下或者被代替。",
        advice="请刷新页面；要改动图片和文件的，先写一个新的版本。",
    )


def _refuse_more(article: Article, policy: Policy, *, now: datetime) -> None:
    most = policy.parameter("attachments.files_each", on=day_of(now)).required()
    if len(files_of(article)) >= most:
        raise Refusal(
            "WZ11", f"一篇文章最多 {most} 个图片和文件。", advice="请移除不再需要的，或者分成几篇。"
        )


def note_file(kind: str, row: ArticleFile, *, by: User | None, now: datetime, **more: str) -> None:
    """Tell the ledger of a file; ``more``: what else is to be known of it."""
    note(
        kind,
        now=now,
        actor=by,
        object=f"article:{row.article.public_id}.{row.article.version}",
        payload={"file": row.file.digest, "title": row.title, **more},
    )
