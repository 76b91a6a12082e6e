import errno
import os
from pathlib import Path

import pytest

from xinheng.core.os_errors import os_cause


def _raised(path: Path) -> OSError:
    with pytest.raises(OSError) as caught:
        path.read_bytes()
    return caught.value


def test_a_missing_file_and_a_folder_are_named_in_chinese(tmp_path: Path) -> None:
    assert os_cause(_raised(tmp_path / "nowhere.csv")) == "文件或文件夹不存在"
    assert os_cause(_raised(tmp_path)) == "这是文件夹，不是文件"
    (tmp_path / "file").touch()
    assert os_cause(_raised(tmp_path / "file" / "below")) == "路径中有一段不是文件夹"
    assert os_cause(_raised(tmp_path / ("长" * 200))) == "文件名或路径过长"


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EIO, errno.EMFILE])
def test_no_word_of_the_system_is_passed_on(number: int) -> None:
    said = os_cause(OSError(number, os.strerror(number)))
    assert os.strerror(number) not in said
    assert said.isascii() is False


def test_an_unknown_cause_is_given_by_its_number() -> None:
    assert os_cause(OSError(errno.ENOLCK, "No locks available")) == "系统错误 ENOLCK"
    assert os_cause(OSError(99999, "?")) == "系统错误 99999"
    assert os_cause(OSError("no number")) == "原因不明"
