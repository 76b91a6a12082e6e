"""The catalogue in force, item by item, with its supplements, their versions and what changed from one to the next."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.catalogue import CatalogueItem
from xinheng.core.catalogue_change import all_differences, cited, parse_supplement
from xinheng.core.entry import may_be_asked
from xinheng.core.roles import Verb
from xinheng.documents.catalogue import (
    Edition,
    as_csv,
    as_json,
    as_xlsx,
    basis,
    edition_of,
    level,
    ordered,
    providers,
    sharing,
    sharing_basis,
)
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.catalogue_shown import case_line, draft_url, field_rows, sharing_lines
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb, Link
from xinheng.services.catalogues import all_versions, area_name, area_of, open_drafts, start_supplement
from xinheng.store.policy_versions import PolicyVersion

READERS = (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY, Verb.IMPORT_FILE)
FILES = {
    "json": ("application/json", as_json),
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}


@asks(*READERS)
def catalogue(call: Call) -> HttpResponse:
    edition = edition_of(call.policy, on=call.today)
    kind = call.request.GET.get("format", "")
    if kind in FILES:
        return _file(edition, kind)
    drafting = call.may_somewhere(Verb.DRAFT_POLICY)
    drafts = open_drafts().filter(
        organisation__in=call.reach(Verb.DRAFT_POLICY) | call.reach(Verb.PUBLISH_POLICY)
    )
    context = {
        "edition": call.policy.catalogue.edition,
        "items": [_line(code, item, edition) for code, item in ordered(call.policy.catalogue)],
        "forbidden": [
            (kind.title, kind.rule.label, cited(kind.basis, call.policy.sources), kind.verified)
            for kind in call.policy.catalogue.forbidden.values()
        ],
        "files": [
            Link(f"下载 {name.upper()}", f"{reverse('office:catalogue')}?format={name}") for name in FILES
        ],
        "duties_url": reverse("office:duties"),
        "public_url": reverse("portal:catalogue"),
        "drafts": [case_line(case, today=call.today) for case in drafts] if drafting or drafts else [],
        "versions": [_version(call, version) for version in all_versions()],
        "area": area_name(area_of(call.user.organisation, policy=call.policy), policy=call.policy),
        "start_url": reverse("office:start_supplement") if drafting else "",
    }
    return call.render("catalogue", context)


def _file(edition: Edition, kind: str) -> HttpResponse:
    media, write = FILES[kind]
    response = HttpResponse(write(edition), content_type=media)
    name = f"{edition.place}公共信用信息目录{edition.on}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _line(code: str, item: CatalogueItem, edition: Edition) -> dict[str, Any]:
    return {
        "number": item.number,
        "title": item.title,
        "url": reverse("office:catalogue_item", kwargs={"item": code}),
        "level": level(item, edition),
        "nature": item.nature.label,
        "disclosure": item.disclosure.label,
        "providers": providers(item, edition),
        "cycle": item.cycle,
        "fields": len(item.fields),
        "verified": item.verified,
    }


def _version(call: Call, version: PolicyVersion) -> dict[str, Any]:
    later = version.from_on > call.today
    newest = all_versions().filter(key=version.key, from_on__lte=call.today).first()
    current = newest is not None and newest.pk == version.pk
    return {
        "title": f"{area_name(version.key, policy=call.policy)} 第 {version.body['version']} 版",
        "url": reverse("office:catalogue_version", kwargs={"number": version.pk}),
        "from_on": version.from_on,
        "items": len(version.body["items"]),
        "by": f"{version.drafted_by.display_name}、{version.approved_by.display_name}",
        "state": f"尚未生效，自 {version.from_on} 起施行" if later else "现行" if current else "已被取代",
        "tone": "clock" if later else "done" if current else "",
    }


@asks(*READERS)
def catalogue_item(call: Call, item: str) -> HttpResponse:
    known = call.policy.catalogue.items.get(item)
    if known is None:
        raise Http404
    edition = edition_of(call.policy, on=call.today)
    context = {
        "crumbs": [Crumb("信用信息目录", reverse("office:catalogue")), Crumb(known.title)],
        "title": known.title,
        "number": known.number,
        "note": known.note,
        "facts": _facts(known, edition),
        "fields": field_rows(known),
        "feeds": _feeds(call, item),
        "duties_url": f"{reverse('office:duties')}?item={item}",
    }
    return call.render("catalogue_item", context)


def _facts(item: CatalogueItem, edition: Edition) -> list[tuple[str, str]]:
    return [
        ("层级", level(item, edition)),
        ("类别", item.group),
        ("信息性质", item.nature.label),
        ("共享属性", sharing(item)),
        *([("共享属性的依据", sharing_basis(item, edition))] if item.sharing_basis else []),
        ("公开属性", item.disclosure.label),
        ("可作不利依据", "是" if item.burdens else "否"),
        ("是否涉及自然人", f"{item.persons.label}；自然人的行不进入系统"),
        ("提供单位", providers(item, edition)),
        ("有效期限", item.keeping.label),
        ("更新周期", item.cycle),
        ("依据", basis(item, edition) + ("" if item.verified else "（依据待核）")),
        *([("书面同意", "经主体书面同意后才归集")] if item.consent else []),
    ]


def _feeds(call: Call, item: str) -> list[dict[str, str]]:
    """The ways by which the item comes: the form and the template of each feed."""
    entering = call.may_somewhere(Verb.IMPORT_FILE)
    found = []
    for feed in call.policy.feeds.values():
        if feed.item != item:
            continue
        part, asked = {"feed": feed.id}, may_be_asked(feed)
        found.append(
            {
                "title": feed.title,
                "url": reverse("office:feed", kwargs=part),
                "enter_url": reverse("office:enter_record", kwargs=part) if asked and entering else "",
                "template_url": reverse("office:template", kwargs=part) if asked else "",
            }
        )
    return found


@asks(*READERS)
def catalogue_version(call: Call, number: int) -> HttpResponse:
    """One published version beside the one before it."""
    version = all_versions().filter(pk=number).first()
    if version is None:
        raise Http404
    supplement = parse_supplement(version.body)
    earlier = all_versions().filter(key=version.key, body__version__lt=supplement.version)
    before = max(earlier, key=lambda one: int(one.body["version"]), default=None)
    old = parse_supplement(before.body) if before else None
    context = {
        "crumbs": [
            Crumb("信用信息目录", reverse("office:catalogue")),
            Crumb(f"{area_name(version.key, policy=call.policy)}第 {supplement.version} 版"),
        ],
        "title": f"{supplement.title}　第 {supplement.version} 版",
        "note": supplement.note,
        "from_on": version.from_on,
        "digest": version.digest,
        "by": version.drafted_by.display_name,
        "approved_by": version.approved_by.display_name,
        "before": int(before.body["version"]) if before else 0,
        "changes": all_differences(old, supplement, names=edition_of(call.policy, on=call.today).names),
        "items": [(item.number, item.title, field_rows(item)) for item in supplement.items.values()],
        "stated": sharing_lines(version.body, call.policy),
        "case_url": draft_url(version.case) if version.case else "",
    }
    return call.render("catalogue_version", context)


@asks(Verb.DRAFT_POLICY, methods=("POST",))
@once
def start(call: Call) -> HttpResponse:
    """Open the draft of the next version for the area of this person's organisation."""
    case = start_supplement(actor=call.user, policy=call.policy, now=call.now)
    return redirect("office:catalogue_draft", case=case.public_id)
