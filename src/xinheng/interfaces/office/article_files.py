"""Pictures and files of a content page in the office: put to the draft, looked at, removed, released with it."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from xinheng.core.access import Target
from xinheng.core.attachments import PUBLIC, Barred, Checked, Kind, accepted
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.attachments_received import received, whole_file
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.article_files import handed_out
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.article_files import LOST, Draft, add_file, files_of, open_file, remove_file
from xinheng.services.articles import versions_of
from xinheng.store.article_files import ArticleFile
from xinheng.store.articles import Article


def _find(public_id: str) -> list[Article] | None:
    return versions_of(public_id) or None


def of_article(call: Call, found: list[Article]) -> Target:
    return call.of(found[0].organisation_id)


ARTICLE = Owned("article", _find, of_article)


class FileForm(forms.Form):
    file = forms.FileField(
        label="图片或文件",
        help_text="图片收 JPG、PNG，公布的是重新绘制的图片，不带拍摄地点等信息；文件收 PDF、OFD、DOCX、XLSX，公布时去掉作者、单位、软件和时间等文件属性；有批注、修订记录或者隐藏工作表的不收。",
        error_messages={"required": "请选择一个文件。", "empty": "这个文件是空的，请重新选择。"},
        widget=forms.FileInput(attrs={"accept": accepted(PUBLIC)}),
    )
    title = forms.CharField(
        label="图片内容或文件名称",
        max_length=120,
        help_text="图片写一句话说明画面内容，看不见的人靠它了解；文件写名称。不写个人和（典型案例）企业的名称。",
        error_messages={"required": "请写明图片内容或者文件名称。"},
    )


def shown_files(article: Article, *, adds: bool) -> dict[str, Any]:
    """What the page of a version shows of its files; ``adds``: whether the person may put and remove some."""
    part = {"article": article.public_id, "version": article.version}
    lines = [
        {
            "title": one.title,
            "kind": Kind(one.kind).label,
            "width": one.width,
            "height": one.height,
            "size": one.file.size,
            "digest": one.file.digest,
            "closed": _closed(one),
            "checked": Checked(one.checked).label,
            "tone": {"infected": "decide", "clean": "done"}.get(one.checked, ""),
            "url": reverse("office:article_file", kwargs=part | {"file": one.public_id}),
            "remove_url": reverse("office:remove_article_file", kwargs=part | {"file": one.public_id})
            if adds
            else "",
        }
        for one in files_of(article)
    ]
    return {"files": lines, "add_url": reverse("office:add_article_file", kwargs=part) if adds else ""}


def _closed(one: ArticleFile) -> str:
    """Why the public does not see it, empty where it does once the version is released."""
    if one.cleared:
        return ""
    if not one.barred and one.trouble == LOST:
        return "公众看不到：文件的存档缺失或被改动。请系统管理员从备份恢复；不能恢复的，请写一个新的版本，移除它以后重新上传。"
    if not one.barred:
        return "存入时没有清除作者等信息，平台正在清除；清除以前公众看不到。"
    return (
        f"公众看不到：文件里有{Barred(one.barred).label}。请写一个新的版本，移除它，在本机清除以后重新上传。"
    )


@csrf_exempt
@asks(Verb.DRAFT_POLICY, methods=("GET", "POST"))
def add_article_file(call: Call, article: str, version: int) -> HttpResponse:
    if call.request.method == "POST":
        return received(call, lambda: _added(call, article, version))
    return _page(call, _own(call, article), FileForm())


def _own(call: Call, public_id: str) -> list[Article]:
    """The page of that address, of an organisation for which the person drafts."""
    found = _find(public_id)
    if found is None:
        raise Http404
    call.demand(Verb.DRAFT_POLICY, of_article(call, found))
    return found


@once
def _added(call: Call, article: str, version: int) -> HttpResponse:
    found = _own(call, article)
    form = FileForm(call.request.POST, call.request.FILES)
    if form.is_valid():
        with refusals_on(form, {"WZ3": "title", "WZ4": "title", "WZ5": "title", "WZ10": "title"}):
            path = whole_file(call, form.cleaned_data["file"])
            draft = Draft(found[0].public_id, version)
            made = add_file(
                draft, path, form.cleaned_data["title"], actor=call.user, policy=call.policy, now=call.now
            )
            call.tell(f"已附上“{made.title}”。")
            return redirect("office:article", article=found[0].public_id)
    return _page(call, found, form)


def _page(call: Call, found: list[Article], form: FileForm) -> HttpResponse:
    own = reverse("office:article", kwargs={"article": found[0].public_id})
    crumbs = [Crumb("文章", reverse("office:articles")), Crumb(found[0].title, own), Crumb("附上图片或文件")]
    lead = "与文章一起由另一名保密审查人看过后发布；附上以后，文章须重新看过才能发布。"
    context = {"crumbs": crumbs, "heading": "附上图片或文件", "lead": lead, "form": form, "button": "附上"}
    return call.render("article_file", context)


@asks(Verb.DRAFT_POLICY, of=ARTICLE, methods=("POST",))
@once
def remove_article_file(call: Call, found: list[Article], version: int, file: str) -> HttpResponse:
    public_id = found[0].public_id
    try:
        remove_file(Draft(public_id, version), file, actor=call.user, now=call.now)
        call.tell("已移除。")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:article", article=public_id)


@asks(Verb.DRAFT_POLICY, Verb.REVIEW_SECRECY, of=ARTICLE)
def article_file(call: Call, found: list[Article], version: int, file: str) -> HttpResponseBase:
    article = next((one for one in found if one.version == version), None)
    opened = open_file(article, file) if article else None
    if opened is None:
        raise Http404
    return handed_out(*opened)
