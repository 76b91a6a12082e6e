"""Open data for everybody: the tables of the newest snapshot with their digests, the terms, and the files themselves.

A file is handed out only while nothing in it has ended or been put right since; until it is cleaned the answer is to come
back later. Earlier snapshots have no files, their signed manifests stay (legal guard G9).
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.open_tables import tables
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import answers, law
from xinheng.interfaces.web.structured import structured
from xinheng.store.public import CHUNK, DATABASE, PublicOpenChange, PublicOpenRelease, PublicOpenWaiting

DAYS = 30
RETRY_SECONDS = 300
_MEDIA = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_WITHHELD = (
    "本表中有信息刚刚停止公示或者更正，文件正在清理，暂不提供下载。\n"
    "怎么办：请几分钟以后再取；需要马上知道变动的，请读取变动记录 /open-data/changes。\n"
)
_GONE = "这一份数据已有更新，不再提供。\n怎么办：请从 /open-data/manifest.json 取得最新的清单。\n"


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    today = localdate()
    policy = law.policy_in_force(on=today)
    release = newest()
    shown = _tables(release) if release else []
    context = {
        "release": release,
        "tables": shown,
        "planned": [{"title": one.title, "says": one.says} for one in tables(policy).values()],
        "terms": [
            {"text": one.text, "source": law.cite(policy, one.basis), "verified": one.verified}
            for one in policy.open_data.terms.values()
        ],
        "sole_traders": policy.open_data.sole_traders,
        "days": list(_days()[:DAYS]),
        "changes_url": reverse("portal:open_data_changes"),
        "certificates_url": _certificates(),
        "structured": _structured(request, policy, release, shown) if release else "",
    }
    return answers.short_lived(render(request, "portal/open_tables.html", context), noindex=False)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The signed manifest of the newest snapshot; its address stays."""
    release = newest()
    if release is None:
        raise Http404
    return _manifest(release)


@require_safe
def manifest_of_day(request: HttpRequest, day: str) -> HttpResponse:
    """The last edition of a day: digests and counts, no files."""
    try:
        asked = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    release = _releases().filter(day=asked).order_by("-edition").first()
    if release is None:
        raise Http404
    return _manifest(release)


@require_safe
def open_data_newest(request: HttpRequest, name: str) -> HttpResponse:
    """Leads to a file of the newest snapshot; this address stays."""
    release = newest()
    if release is None or _known(release, name) is None:
        raise Http404
    answer = HttpResponseRedirect(reverse("portal:open_data_file", args=[release.public_id, name]))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_safe
def open_data_file(request: HttpRequest, public_id: str, name: str) -> HttpResponseBase:
    """One file, whole or a range of it; nobody may keep it without asking again."""
    release = _releases().filter(public_id=public_id).first()
    told = _known(release, name) if release else None
    if release is None or told is None:
        raise Http404
    current = newest()
    if current is None or current.public_id != public_id:
        return _said(_GONE, status=410)
    if is_withheld(release, str(told["table"])):
        answer = _said(_WITHHELD, status=503)
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer
    etag = f'"{told["digest"]}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return _asked_again(known, etag)
    try:
        file = release.file(name).open("rb")
    except OSError:
        return _said(_GONE, status=410)
    return _asked_again(_sent(request, file, int(told["bytes"]), name, etag), etag)


def newest() -> PublicOpenRelease | None:
    return _releases().order_by("-pk").first()


def is_withheld(release: PublicOpenRelease, table: str) -> bool:
    """Whether a file of the table holds what has ended or was put right since it was written."""
    return table in _withheld(release)


def _withheld(release: PublicOpenRelease) -> frozenset[str]:
    """The tables of which that is so."""
    waiting = PublicOpenWaiting.objects.using(DATABASE)
    since = PublicOpenChange.objects.using(DATABASE).filter(number__gt=release.cleaned, stale=True)
    told = waiting.values_list("dataset").union(since.values_list("dataset"))
    return frozenset(dataset for (dataset,) in told)


def front_page() -> list[dict[str, Any]]:
    """The tables of the newest snapshot for the front page."""
    release = newest()
    if release is None:
        return []
    return [
        {
            "label": one["title"],
            "url": f"{reverse('portal:open_data')}#{one['key']}",
            "rows": one["rows"],
            "as_of": release.day,
        }
        for one in release.manifest["content"]["datasets"]
        if one["rows"]
    ][:4]


def _releases() -> QuerySet[PublicOpenRelease]:
    return PublicOpenRelease.objects.using(DATABASE).all()


def _days() -> QuerySet[PublicOpenRelease, date]:
    """Days with a snapshot, the newest first."""
    return _releases().order_by("-day").values_list("day", flat=True).distinct()


def _known(release: PublicOpenRelease, name: str) -> dict[str, Any] | None:
    """What the manifest says of a file, with the key of its table."""
    for table in release.manifest["content"]["datasets"]:
        for file in table["files"]:
            if file["name"] == name:
                return {**file, "table": table["key"]}
    return None


def _tables(release: PublicOpenRelease) -> list[dict[str, Any]]:
    found, withheld = [], _withheld(release)
    for table in release.manifest["content"]["datasets"]:
        files = [
            {
                **file,
                "label": file["name"].rpartition(".")[2].upper(),
                "url": reverse("portal:open_data_newest", args=[file["name"]]),
            }
            for file in table["files"]
        ]
        found.append({**table, "files": files, "withheld": table["key"] in withheld})
    return found


def _manifest(release: PublicOpenRelease) -> HttpResponse:
    answer = JsonResponse(release.manifest, json_dumps_params={"ensure_ascii": False})
    return answers.short_lived(answer, noindex=False)


def _said(words: str, *, status: int) -> HttpResponse:
    answer = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked_again(answer: HttpResponseBase, etag: str) -> HttpResponseBase:
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["X-Robots-Tag"] = "noindex, noarchive"
    return answer


def _sent(request: HttpRequest, file: BinaryIO, size: int, name: str, etag: str) -> HttpResponseBase:
    """Status 206 for one range that lies in the file, 416 for one beyond it; else the whole."""
    first, last, status = 0, size - 1, 200
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked and (asked[1] or asked[2]) and request.headers.get("If-Range", etag) == etag:
        first = int(asked[1]) if asked[1] else max(size - int(asked[2]), 0)
        last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
        status = 206
        if first > last:
            file.close()
            answer = HttpResponse(status=416)
            answer.headers["Content-Range"] = f"bytes */{size}"
            return answer
    media = _MEDIA[name.rpartition(".")[2]]
    told = StreamingHttpResponse(_pieces(file, first, last), status=status, content_type=media)
    told.headers["Accept-Ranges"] = "bytes"
    told.headers["Content-Length"] = str(last - first + 1)
    told.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if status == 206:
        told.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return told


def _pieces(file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (piece := file.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece


def _certificates() -> str:
    """Where the certificates are that verify the manifest; empty where the counter is not mounted."""
    try:
        return reverse("counter:report_certificates")
    except NoReverseMatch:
        return ""


def _structured(
    request: HttpRequest, policy: Policy, release: PublicOpenRelease, shown: list[dict[str, Any]]
) -> SafeString:
    """The tables as schema.org has datasets, for search engines of open data."""
    page = request.build_absolute_uri(reverse("portal:open_data"))
    told = {
        "@type": "DataCatalog",
        "name": release.manifest["content"]["title"],
        "url": page,
        "publisher": {"@type": "GovernmentOrganization", "name": policy.city.name},
        "dataset": [
            {
                "@type": "Dataset",
                "name": table["title"],
                "description": table["says"],
                "url": f"{page}#{table['key']}",
                "license": f"{page}#terms",
                "dateModified": release.published_at.isoformat(),
                "isAccessibleForFree": True,
                "distribution": [
                    {
                        "@type": "DataDownload",
                        "encodingFormat": _MEDIA[file["name"].rpartition(".")[2]].partition(";")[0],
                        "contentUrl": request.build_absolute_uri(file["url"]),
                        "contentSize": str(file["bytes"]),
                        "sha256": file["digest"].removeprefix("sha256:"),
                    }
                    for file in table["files"]
                ],
            }
            for table in shown
        ],
    }
    return structured(told)
