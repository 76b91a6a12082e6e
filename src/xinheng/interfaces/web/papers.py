"""Files that people bring and take: received with a known size and a whole body, handed out so that they cannot act.

The size is refused before the body is read; neither memory nor disk is filled by what is too large.
"""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_protect

from xinheng.core.attachments import Kind, file_name
from xinheng.core.refusal import Refusal
from xinheng.services.attachments import too_large
from xinheng.store.attachments import Attachment

MIB = 1024 * 1024
_CLOSED = "default-src 'none'; sandbox"


def received(request: HttpRequest, *, most: int, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The ``answer`` of a view that bears ``csrf_exempt``, after the size was looked at and the token compared.

    Raises Refusal: AT13 (more than ``most`` bytes), AT22 (no length), F01 (disk full).
    """
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        raise Refusal("AT22", "上传没有注明大小，没有接收。", advice="请用浏览器重新上传。")
    if int(length) > most + MIB:
        raise too_large(most)
    return read_to_disk(request, answer)


def read_to_disk(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Read the body to the disk and answer, the form's token checked then. Raises Refusal F01 where the disk is full."""
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    try:
        whole: HttpResponse = csrf_protect(lambda _: answer())(request)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refusal(
            "F01", "磁盘空间不足，文件没有收下。", advice="请联系系统管理员清理磁盘后重新上传。"
        ) from error
    return whole


def whole_file(request: HttpRequest, file: object) -> Path:
    """Where the file lies for now. Raises Refusal where the body ended before the form did."""
    if request.POST.get("whole_body") != "1":
        raise Refusal("AT23", "上传在中途断开，文件不完整，没有收下。", advice="请检查网络后重新上传。")
    assert isinstance(file, TemporaryUploadedFile)
    return Path(file.temporary_file_path())


def handed_out(attachment: Attachment, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    """The file as it came, to be kept and opened elsewhere, under a name of ours."""
    kind = Kind(attachment.kind)
    response = StreamingHttpResponse(pieces, content_type=kind.media_type)
    name = file_name(attachment.title, kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Length"] = str(attachment.file.size)
    closed(response)
    return response


def closed(response: HttpResponseBase) -> HttpResponseBase:
    """Nothing in the answer may act, be guessed to be something else, be framed elsewhere or stay in a cache."""
    response["Content-Security-Policy"] = _CLOSED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def size_of(attachment: Attachment) -> str:
    """As pages write it."""
    size = attachment.file.size
    return f"{size / MIB:.1f} MiB" if size >= MIB else f"{max(size // 1024, 1)} KiB"
