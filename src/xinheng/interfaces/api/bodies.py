"""Takes the body of a delivery into a file: its size is refused before it is read, a body cut off is not taken for whole."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from xinheng.core.refusal import Refusal

MIB = 1024 * 1024
MOST_JSON = 4 * MIB
MOST_FILE = 64 * MIB
JSON = "application/json"
FILES = {
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "application/octet-stream": "dat",
}


@dataclass(frozen=True, slots=True)
class Body:
    """``digest`` is of the bytes as they came."""

    path: Path
    digest: str
    ending: str

    @property
    def records(self) -> bool:
        return self.ending == "json"


@contextmanager
def received(request: HttpRequest) -> Iterator[Body]:
    """The body in a file that is gone afterwards. Refusal K21 to K24."""
    ending = _ending(request)
    length = _length(request, MOST_JSON if ending == "json" else MOST_FILE)
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=f".{ending}") as file:
        hasher, left = hashlib.sha256(), length
        try:
            while left and (block := request.read(min(left, MIB))):
                hasher.update(block)
                file.write(block)
                left -= len(block)
        except UnreadablePostError:
            left = max(left, 1)
        if left:
            raise Refusal(
                "K24", "内容在中途断开，没有收下。", advice="请用同一个 Idempotency-Key 重发全部内容。"
            )
        file.flush()
        yield Body(Path(file.name), f"sha256:{hasher.hexdigest()}", ending)


def _ending(request: HttpRequest) -> str:
    kind = (request.content_type or "").lower()
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refusal("K23", "不接收压缩过的内容。", advice="请去掉 Content-Encoding 后重发。")
    if kind != JSON and kind not in FILES:
        raise Refusal(
            "K23",
            f"不能接收“{kind[:80] or '未注明'}”格式的内容。",
            advice=f"请注明 Content-Type：{'、'.join((JSON, *FILES))}。",
        )
    charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    if kind == JSON and charset.lower() not in ("utf-8", "utf8"):
        raise Refusal(
            "K23", f"JSON 只接收 UTF-8 编码，不是 {charset[:40]}。", advice="请改用 UTF-8 编码后重发。"
        )
    return "json" if kind == JSON else FILES[kind]


def _length(request: HttpRequest, most: int) -> int:
    told = str(request.META.get("CONTENT_LENGTH") or "")
    if not told.isdecimal():
        raise Refusal("K21", "没有注明内容的大小。", advice="请带上 Content-Length，不用分块传输。")
    length = int(told)
    if length > most:
        raise Refusal(
            "K22",
            f"内容超过 {most // MIB} MiB，没有接收。",
            advice="请分成几次发送；更大的文件请在业务系统上传或放入投递文件夹。",
        )
    if not length:
        raise Refusal("K24", "没有内容。", advice="请在请求体中放入记录或文件。")
    return length
