"""Pictures and files of released content pages, for anybody: unsealed for each reader, so that no clear copy lies anywhere."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from xinheng.interfaces.web.article_files import handed_out
from xinheng.services.article_files import open_public_file

SECONDS = 30


@require_safe
def article_file(request: HttpRequest, article: str, file: str) -> HttpResponseBase:
    """A picture within the page, any other file as a download; asked for anew after half a minute."""
    found = open_public_file(article, file)
    if found is None:
        raise Http404
    row, pieces = found
    etag = f'"{row.file.digest}"'
    answer = get_conditional_response(request, etag=etag) or handed_out(row, pieces)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = f"max-age={SECONDS}"
    return answer
