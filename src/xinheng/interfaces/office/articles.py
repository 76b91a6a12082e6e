"""Content pages in the office: written, looked at, released by another person, replaced or withdrawn."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.articles import LONGEST, Section, blocks
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.article_files import ARTICLE, of_article, shown_files
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.article_clearing import barred_pages
from xinheng.services.article_files import seen_files
from xinheng.services.articles import (
    Words,
    articles_of,
    release_article,
    withdraw_article,
    write_article,
)
from xinheng.services.time import day_of
from xinheng.store.articles import Article

_LEAD = (
    "政策法规、政策解读、典型案例、工作动态和诚信宣传日的文章。一人撰写，另一名保密审查人审查后发布；修改就是写一个新的版本，"
    "撤下要写明原因。典型案例不写企业和个人的名称、文号和代码。"
)
_MARKUP = "一行一段。“# ”开头的是小标题，“- ”开头的是列表，[文字](https://网址) 是链接；其他符号照原样显示。"
_READERS = (Verb.DRAFT_POLICY, Verb.REVIEW_SECRECY)


class ArticleForm(forms.Form):
    section = forms.ChoiceField(
        label="栏目",
        choices=[("", "请选择"), *((one.value, one.label) for one in Section)],
        error_messages={"required": "请选择栏目。"},
    )
    title = forms.CharField(label="标题", max_length=120, error_messages={"required": "请填写标题。"})
    text = forms.CharField(
        label="正文",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_MARKUP,
        error_messages={"required": "请填写正文。"},
    )
    origin = forms.CharField(
        label="来源", required=False, max_length=200, help_text="文件名称和文号，或者供稿单位；可以不填。"
    )
    county = forms.ChoiceField(label="显示在", required=False)
    day = forms.ChoiceField(label="宣传日", required=False)

    def __init__(self, call: Call, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        counties = [(code, one.name) for code, one in call.policy.counties.items() if one.until is None]
        days = [(key, one.title) for key, one in call.policy.articles.days.items()]
        self.fields["county"].choices = [("", "全市"), *counties]  # type: ignore[attr-defined]
        self.fields["day"].choices = [("", "与宣传日无关"), *days]  # type: ignore[attr-defined]


@asks(*_READERS)
def articles(call: Call) -> HttpResponse:
    reached = call.reach(Verb.DRAFT_POLICY) | call.reach(Verb.REVIEW_SECRECY)
    page, paging = newest_first(articles_of(reached), call.request)
    barred = barred_pages(reached)
    rows: list[list[Cell | str]] = [
        [
            Cell(one.title, reverse("office:article", kwargs={"article": one.public_id})),
            Section(one.section).label,
            call.tree.name(one.organisation_id),
            f"第 {one.version} 版",
            day_of(one.written_at).isoformat(),
            _state_cell(one, barred),
        ]
        for one in page
    ]
    columns = [
        *(Column("标题"), Column("栏目"), Column("单位"), Column("版本", "tight")),
        *(Column("写成", "day"), Column("状态")),
    ]
    table = Table("文章", columns, rows, empty="还没有文章。", paging=paging, caption_hidden=True)
    links = [("写一篇文章", reverse("office:new_article"))] if call.may_somewhere(Verb.DRAFT_POLICY) else []
    return tables_page(call, [Crumb("文章")], "文章", _LEAD, ("", table), links=links)


def _state(one: Article) -> tuple[str, str]:
    if one.ended_at is not None:
        return ("已撤下", "") if one.released_at else ("已放弃", "")
    return ("已发布", "done") if one.released_at else ("待审查", "decide")


def _state_cell(one: Article, barred: set[str]) -> Cell:
    if one.public_id in barred:
        return Cell("", mark=f"{_state(one)[0]}，有公众看不到的文件", tone="decide")
    return Cell("", mark=_state(one)[0], tone=_state(one)[1])


@asks(Verb.DRAFT_POLICY, methods=("GET", "POST"))
@once
def new_article(call: Call) -> HttpResponse:
    return _written(call, ArticleForm(call, call.request.POST or None), of="")


@asks(Verb.DRAFT_POLICY, of=ARTICLE, methods=("GET", "POST"))
@once
def edit_article(call: Call, found: list[Article]) -> HttpResponse:
    last = found[0]
    initial = {name: getattr(last, name) for name in ("section", "title", "text", "origin", "county", "day")}
    return _written(call, ArticleForm(call, call.request.POST or None, initial=initial), of=last.public_id)


def _written(call: Call, form: ArticleForm, *, of: str) -> HttpResponse:
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"section": Section(form.cleaned_data["section"])}
        with refusals_on(form, {"WZ1": "text", "WZ2": "county", "WZ3": "text", "WZ4": "text", "WZ5": "text"}):
            made = write_article(Words(**given), of=of, author=call.user, policy=call.policy, now=call.now)
            call.tell("已写成，由另一名保密审查人审查后发布。")
            return redirect("office:article", article=made.public_id)
    heading = "修改文章" if of else "写一篇文章"
    crumbs = [Crumb("文章", reverse("office:articles")), Crumb(heading)]
    lead = "写成的是一个新的版本，发布以前公众看到的不变。"
    return form_page(call, form, crumbs, heading=heading, lead=lead, button="写成")


@asks(*_READERS, of=ARTICLE)
def article(call: Call, found: list[Article]) -> HttpResponse:
    """The newest version as it will look, with what may be done with it, and all versions."""
    last = found[0]
    part = {"article": last.public_id, "version": last.version}
    reviews = bool(call.may(Verb.REVIEW_SECRECY, of_article(call, found)))
    drafts = bool(call.may(Verb.DRAFT_POLICY, of_article(call, found)))
    waits = last.released_at is None and last.ended_at is None
    other = last.written_by_id != call.user.pk
    public = next((one for one in found if one.released_at and not one.ended_at), None)
    context = {
        "crumbs": [Crumb("文章", reverse("office:articles")), Crumb(last.title)],
        "article": {"title": last.title, "section": Section(last.section).label, "origin": last.origin},
        "blocks": blocks(last.text),
        "state": _state(last)[0],
        "tone": _state(last)[1],
        "release_url": reverse("office:release_article", kwargs=part) if waits and reviews and other else "",
        "endings": _endings(found) if reviews or drafts else [],
        "edit_url": reverse("office:edit_article", kwargs={"article": last.public_id}) if drafts else "",
        "public_url": reverse("portal:article", args=[last.public_id]) if public else "",
        "versions": _versions(found),
        "seen_files": seen_files(last),
        **shown_files(last, adds=waits and drafts),
    }
    return call.render("article", context)


def _endings(found: list[Article]) -> list[dict[str, Any]]:
    """A version that waits and the one that is public stand beside each other; each has an end of its own."""
    return [
        {
            "label": f"{'撤下' if one.released_at else '放弃'}第 {one.version} 版",
            "says": "公众看到的是这一版；撤下以后公众看不到这篇文章。"
            if one.released_at
            else "这一版没有公布；公众看到的不变。",
            "version": one.version,
            "url": reverse(
                "office:withdraw_article", kwargs={"article": one.public_id, "version": one.version}
            ),
        }
        for one in found
        if one.ended_at is None
    ]


def _versions(found: list[Article]) -> Table:
    rows = [
        [
            f"第 {one.version} 版",
            one.title,
            f"{one.written_by.display_name} {day_of(one.written_at)}",
            f"{one.released_by.display_name} {day_of(one.released_at)}"
            if one.released_by and one.released_at
            else "—",
            f"{one.ended_why}（{one.ended_by.display_name} {day_of(one.ended_at)}）"
            if one.ended_by and one.ended_at
            else "—",
        ]
        for one in found
    ]
    columns = [Column("版本", "tight"), Column("标题"), Column("写"), Column("审查发布"), Column("结束")]
    return Table("版本", columns, rows, caption_hidden=True)


@asks(Verb.REVIEW_SECRECY, of=ARTICLE, methods=("POST",))
@once
def release(call: Call, found: list[Article], version: int) -> HttpResponse:
    public_id = found[0].public_id
    files = call.request.POST.get("files", "")
    try:
        release_article(public_id, version, files=files, actor=call.user, policy=call.policy, now=call.now)
        call.tell("已发布。")
    except Refusal as refusal:
        if refusal.code not in ("WZ12", "WZ13", "WZ18"):
            raise
        call.tell_refusal(refusal)
    return redirect("office:article", article=public_id)


@asks(*_READERS, of=ARTICLE, methods=("POST",))
@once
def withdraw(call: Call, found: list[Article], version: int) -> HttpResponse:
    public_id = found[0].public_id
    try:
        ended = withdraw_article(
            public_id, version, reason=call.request.POST.get("reason", ""), actor=call.user, now=call.now
        )
        call.tell("已撤下。" if ended.released_at else "已放弃这一版。")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:article", article=public_id)
