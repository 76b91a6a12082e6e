"""Hands out pictures and files of content pages, so that nothing in them can act within our pages."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from xinheng.core.attachments import Kind, file_name
from xinheng.interfaces.web.papers import closed
from xinheng.store.article_files import ArticleFile


def handed_out(row: ArticleFile, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    """Pictures were drawn anew and may be shown; everything else is to be kept and opened elsewhere."""
    kind = Kind(row.kind)
    response = StreamingHttpResponse(pieces, content_type=kind.media_type)
    name = content_disposition_header(not kind.image, file_name(row.title, kind))
    response["Content-Disposition"] = name or "inline"
    response["Content-Length"] = str(row.file.size)
    closed(response)
    return response
