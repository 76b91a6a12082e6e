"""Takes a form with a file: its size is refused before the body is read, and a body that was cut off is not taken."""

import errno
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_protect

from xinheng.core.refusal import Refusal
from xinheng.interfaces.office.access import Call
from xinheng.services.attachments import most_bytes, too_large

MIB = 1024 * 1024


def received(call: Call, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The ``answer`` of a view that bears ``csrf_exempt``, after the size was looked at and the token compared.

    Raises Refusal: AT13 (too large), AT22 (no length), F01 (disk full).
    """
    request = call.request
    length, most = request.META.get("CONTENT_LENGTH") or "", most_bytes(call.policy, on=call.today)
    if not length.isdecimal():
        raise Refusal("AT22", "上传没有注明大小，没有接收。", advice="请用浏览器重新上传。")
    if int(length) > most + MIB:
        raise too_large(most)
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


def whole_file(call: Call, file: object) -> Path:
    """Where the file lies for now. Raises Refusal where the body ended before the form did."""
    if call.request.POST.get("whole_body") != "1":
        raise Refusal("AT23", "上传在中途断开，文件不完整，没有收下。", advice="请检查网络后重新上传。")
    assert isinstance(file, TemporaryUploadedFile)
    return Path(file.temporary_file_path())
