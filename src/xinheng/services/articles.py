"""Writes and releases content pages: one person writes a version, another releases it, either ends it with a reason.

Nothing is public by one person's word. A typical case is compared with every name that could stand in it (legal guards
G13, G14).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from xinheng.core.articles import LONGEST, Section, blocks
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.article_files import carry_files, refuse_files, refuse_named
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.articles import Article

REPLACED = "由新的版本代替"
_REFRESH = "请刷新页面，以最新的版本为准。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a version says. ``origin``: document or body it comes from; ``county`` and ``day``: keys of policy, or empty."""

    section: Section
    title: str
    text: str
    origin: str = ""
    county: str = ""
    day: str = ""


@transaction.atomic
def write_article(words: Words, *, of: str = "", author: User, policy: Policy, now: datetime) -> Article:
    """Write a version, ``of`` a page that exists or the first of a new one. A draft that nobody released is replaced.
    Refusals WZ1 nothing to read, WZ2 no such county or day, WZ3–WZ5 it names somebody."""
    _refuse(words, policy)
    known = locked_versions(of) if of else []
    if of and not known:
        raise Refusal("WZ6", "没有这篇文章。", advice="请从列表中打开。")
    for draft in (one for one in known if one.released_at is None and one.ended_at is None):
        _end(draft, REPLACED, by=author, now=now)
    article = Article(
        version=known[-1].version + 1 if known else 1,
        section=words.section.value,
        title=words.title.strip(),
        text=words.text.strip(),
        origin=words.origin.strip(),
        county=words.county,
        day=words.day,
        organisation=author.organisation,
        written_by=author,
        written_at=now,
    )
    if of:
        article.public_id = of
    article.save()
    if known:
        carry_files(known[-1], article)
    _note("article.written", article, by=author, now=now)
    return article


def _refuse(words: Words, policy: Policy) -> None:
    if not words.title.strip() or not blocks(words.text) or len(words.text) > LONGEST:
        raise Refusal("WZ1", f"文章须有标题和正文，正文不超过 {LONGEST} 字。", advice="请补充或者分成几篇。")
    if (words.county and words.county not in policy.counties) or (
        words.day and words.day not in policy.articles.days
    ):
        raise Refusal("WZ2", "没有这个县区或者宣传日。", advice="请从列出的选项中选择。")
    refuse_named(words.section, words.title, words.text)


@transaction.atomic
def release_article(
    public_id: str, version: int, *, files: str = "", actor: User, policy: Policy, now: datetime
) -> Article:
    """Another person makes a version public in place of the one before, with the ``files`` that were seen
    (``article_files.seen_files``). Refusals WZ7 not open, WZ8 the same person, WZ12, WZ13 and WZ18 of the files."""
    article = _locked(public_id, version)
    if article is None or article.released_at is not None or article.ended_at is not None:
        raise Refusal("WZ7", "这个版本已经发布、撤下或者被代替。", advice=_REFRESH)
    if article.written_by_id == actor.pk:
        raise Refusal("WZ8", "文章须由写的人以外的另一人审查发布。", advice="请由另一名保密审查人办理。")
    _refuse(_words(article), policy)
    refuse_files(article, files)
    for before in Article.objects.filter(
        public_id=public_id, released_at__isnull=False, ended_at__isnull=True
    ):
        _end(before, REPLACED, by=actor, now=now)
    article.released_by, article.released_at = actor, now
    article.save(update_fields=["released_by", "released_at"])
    _note("article.released", article, by=actor, now=now)
    return article


@transaction.atomic
def withdraw_article(public_id: str, version: int, *, reason: str, actor: User, now: datetime) -> Article:
    """Take a version down, or give up a draft. Refusals WZ7, WZ9 without a reason."""
    article = _locked(public_id, version)
    if article is None or article.ended_at is not None:
        raise Refusal("WZ7", "这个版本已经发布、撤下或者被代替。", advice=_REFRESH)
    if not reason.strip():
        raise Refusal("WZ9", "撤下须写明原因。", advice="请补充后重试。")
    _end(article, reason.strip()[:300], by=actor, now=now)
    _note("article.withdrawn", article, by=actor, now=now, reason=reason.strip())
    return article


def articles_of(organisations: Iterable[int]) -> QuerySet[Article]:
    """The newest version of each page that these organisations wrote, newest page first."""
    newest = Article.objects.values("public_id").annotate(last=Max("pk")).values("last")
    found = Article.objects.filter(pk__in=newest, organisation__in=list(organisations))
    return found.select_related("organisation", "written_by", "released_by", "ended_by").order_by("-pk")


def versions_of(public_id: str) -> list[Article]:
    """All versions of a page, newest first."""
    found = Article.objects.filter(public_id=public_id).order_by("-version")
    return list(found.select_related("organisation", "written_by", "released_by", "ended_by"))


def locked_versions(public_id: str) -> list[Article]:
    """All versions of a page, oldest first. The first is locked before the others are listed, so that whoever waits for
    another writer sees what that writer wrote."""
    versions = Article.objects.select_for_update().filter(public_id=public_id)
    versions.filter(version=1).first()
    return list(versions.order_by("version"))


def _locked(public_id: str, version: int) -> Article | None:
    return next((one for one in locked_versions(public_id) if one.version == version), None)


def _words(article: Article) -> Words:
    return Words(
        section=Section(article.section),
        title=article.title,
        text=article.text,
        origin=article.origin,
        county=article.county,
        day=article.day,
    )


def _end(article: Article, why: str, *, by: User, now: datetime) -> None:
    article.ended_by, article.ended_at, article.ended_why = by, now, why
    article.save(update_fields=["ended_by", "ended_at", "ended_why"])


def _note(kind: str, article: Article, *, by: User, now: datetime, reason: str = "") -> None:
    note(
        kind,
        now=now,
        actor=by,
        object=f"article:{article.public_id}.{article.version}",
        reason=reason,
        payload={"section": article.section, "title": article.title},
    )
