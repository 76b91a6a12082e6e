"""The catalogue of public credit information as it holds on a day, with its earlier versions, for reading and download.

What is not in it may not stand in a record (全国公共信用信息基础目录; 《河南省社会信用条例》第十一条).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.catalogue import CatalogueItem
from xinheng.core.catalogue_change import Supplement, all_differences, cited, field_words, parse_supplement
from xinheng.core.policy_published import CATALOGUE
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
from xinheng.interfaces.portal import answers, law
from xinheng.interfaces.web.parts import Link
from xinheng.store.public import PublicPolicy

_STILL = "（尚未施行）"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _edition(on: date) -> Edition:
    """The catalogue of a day; one that lies ahead holds what is published so far, and no later version follows the last."""
    last = _published().order_by("-from_on").values_list("from_on", flat=True).first()
    known = min(on, max(localdate(), last or on))
    return replace(edition_of(law.policy_in_force(on=known), on=known), on=on)


def _published() -> QuerySet[PublicPolicy]:
    return PublicPolicy.objects.using(law.DATABASE).filter(kind=CATALOGUE)


def _day_asked(request: HttpRequest) -> date:
    """As elsewhere, and a day that lies ahead: a version may be read before it holds."""
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return localdate()
    return asked if asked > localdate() else answers.day_asked(request)


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    on, today = _day_asked(request), localdate()
    edition = _edition(on)
    query = f"?on={on}" if on != today else ""
    context = {
        "on": on,
        "past": on < today,
        "ahead": on > today,
        "changes": _published().filter(from_on__gt=today, from_on__lte=on).exists(),
        "now_url": reverse("portal:catalogue"),
        "edition": edition.catalogue.edition,
        "items": [_item(item, edition) for _, item in ordered(edition.catalogue)],
        "forbidden": [
            (kind.title, kind.rule.label, cited(kind.basis, edition.sources))
            for kind in edition.catalogue.forbidden.values()
        ],
        "versions": list(_versions(edition, today)),
        "files": [
            Link("JSON", reverse("portal:catalogue_json") + query),
            Link("CSV", reverse("portal:catalogue_csv") + query),
            Link("XLSX", reverse("portal:catalogue_xlsx") + query),
        ],
    }
    return answers.short_lived(render(request, "portal/catalogue.html", context), noindex=False)


def _item(item: CatalogueItem, edition: Edition) -> dict[str, Any]:
    return {
        "number": item.number,
        "title": item.title,
        "note": item.note,
        "facts": [
            ("层级", level(item, edition)),
            ("信息性质", item.nature.label),
            ("公开属性", item.disclosure.label),
            ("共享属性", sharing(item)),
            *([("共享属性的依据", sharing_basis(item, edition))] if item.sharing_basis else []),
            ("提供单位", providers(item, edition)),
            ("有效期限", item.keeping.label),
            ("更新周期", item.cycle),
            ("可作不利依据", "是" if item.burdens else "否"),
        ],
        "basis": basis(item, edition),
        "verified": item.verified,
        "fields": [(name, field_words(field)) for name, field in item.fields.items()],
    }


def _versions(edition: Edition, today: date) -> list[dict[str, Any]]:
    """Every supplement that was published, newest first, with what it changed."""
    found = _published().order_by("from_on", "pk")
    before: dict[str, Supplement] = {}
    lines = []
    for version in found:
        supplement = parse_supplement(version.body)
        changes = all_differences(before.get(version.key), supplement, names=edition.names)
        before[version.key] = supplement
        lines.append(
            {
                "title": f"{edition.names.get(version.key, version.key)} 第 {version.body['version']} 版",
                "from_on": version.from_on,
                "url": f"{reverse('portal:catalogue')}?on={version.from_on}",
                "ahead": version.from_on > today,
                "changes": [(one.kind, one.item, one.field) for one in changes],
                "digest": version.digest,
            }
        )
    return lines[::-1]


def _download(
    request: HttpRequest, write: Callable[[Edition], bytes], *, suffix: str, media: str
) -> HttpResponse:
    edition = _edition(_day_asked(request))
    response = HttpResponse(write(edition), content_type=media)
    name = f"{edition.place}公共信用信息目录{edition.on}{_STILL if edition.on > localdate() else ''}.{suffix}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answers.short_lived(response, noindex=False)


@require_safe
def catalogue_json(request: HttpRequest) -> HttpResponse:
    return _download(request, as_json, suffix="json", media="application/json")


@require_safe
def catalogue_csv(request: HttpRequest) -> HttpResponse:
    return _download(request, as_csv, suffix="csv", media="text/csv; charset=utf-8")


@require_safe
def catalogue_xlsx(request: HttpRequest) -> HttpResponse:
    return _download(request, as_xlsx, suffix="xlsx", media=XLSX)
