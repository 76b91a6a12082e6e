"""Whether a result can be written where the user wants it: asked before the work begins, not after it.

The proof is a file made and removed in the same folder: permissions alone say too little for root and for network disks.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal

ANOTHER = "请给出一个已有文件夹中的文件名，并确认对该文件夹有写权限。"


def check_file(path: Path, *, option: str, sources: Iterable[Path] = ()) -> None:
    """Raises Refusal OUT01 where ``path`` cannot become a file, or is one of the files that are read."""
    if path.is_dir():
        raise _refused(path, option, "这是文件夹，不是文件", ANOTHER)
    if not path.parent.is_dir():
        advice = f"请先建立文件夹（mkdir -p {path.parent}），或换一个已有的文件夹。"
        raise _refused(path, option, f"没有文件夹 {path.parent}", advice)
    if path.exists() and any(path.samefile(source) for source in sources if source.exists()):
        raise _refused(path, option, "它是要读的文件，写入会把它覆盖", "请换一个文件名。")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:40]}."):
            pass
        if path.exists():
            path.open("ab").close()
    except OSError as error:
        raise _refused(path, option, os_cause(error), ANOTHER) from error


def make_folder(path: Path, *, option: str) -> None:
    """Make the folder where it is missing. Raises Refusal OUT01 where nothing can be written into it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path, prefix=".write."):
            pass
    except OSError as error:
        cause = "同名的是文件，不是文件夹" if isinstance(error, FileExistsError) else os_cause(error)
        raise _refused(path, option, cause, "请给出一个可以写入的文件夹。") from error


def write_text(path: Path, text: str, *, option: str) -> None:
    """Write all of it or nothing. Raises Refusal OUT02."""
    write_pieces(path, [text.encode()], option=option, advice="请检查磁盘空间和权限，再运行一次。")


def write_pieces(path: Path, pieces: Iterable[bytes], *, option: str, advice: str) -> None:
    """As ``write_text``; a refusal of whoever gives the pieces leaves nothing either."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as out:
            out.writelines(pieces)
        part.replace(path)
    except OSError as error:
        raise Refusal("OUT02", f"{option} {path} 没有写成（{os_cause(error)}）。", advice=advice) from error
    finally:
        part.unlink(missing_ok=True)


def _refused(path: Path, option: str, cause: str, advice: str) -> Refusal:
    return Refusal("OUT01", f"{option} 不能写到 {path}：{cause}。", advice=advice)
