"""What a file is shows in its bytes, whatever its name says."""

import zipfile
from pathlib import Path

import pytest

from xinheng.core.refusal import Refusal
from xinheng.intake.sniffing import Format, as_utf8, format_of, settled


def _file(folder: Path, content: bytes, name: str = "送来.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空的"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<html><body><table>", "网页"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "XML"),
        (b"PK\x03\x04 cut off", "不完整"),
    ],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Refusal, match=said) as caught:
        format_of(_file(tmp_path, content))
    assert caught.value.code == "E19" and caught.value.advice


def test_an_archive_that_is_no_workbook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "打包.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("清单.csv", "a,b")
    with pytest.raises(Refusal, match="压缩包"):
        format_of(path)


def test_text_is_text_even_when_it_is_called_xlsx(tmp_path: Path) -> None:
    assert format_of(_file(tmp_path, "名称,代码".encode(), "表.xlsx")) is Format.CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16"])
def test_every_encoding_becomes_the_same_text(tmp_path: Path, encoding: str) -> None:
    text = "名称,结果\n开封试验，㐂，𠮷野家\n" * 50
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    found = as_utf8(_file(tmp_path, mark + text.encode(encoding)), tmp_path)
    assert found.path.read_text(encoding="utf-8-sig") == text
    assert found.encoding == {"utf-8-sig": "utf-8", "utf-16-le": "utf-16"}.get(encoding, encoding)


def test_gb18030_after_a_megabyte_of_ascii_is_found_when_it_is_settled(tmp_path: Path) -> None:
    text = "a,b\n" * 300_000 + "开封,试验\n"
    first = as_utf8(_file(tmp_path, text.encode("gb18030")), tmp_path)
    assert (first.encoding, first.sure) == ("utf-8", False)
    found = settled(first, tmp_path)
    assert (found.encoding, found.replaced) == ("gb18030", False)
    assert found.path.read_text(encoding="utf-8").endswith("开封,试验\n")


def test_a_broken_character_does_not_make_another_encoding(tmp_path: Path) -> None:
    text = "名称,结果\n开封试验,合格\n".encode()
    found = as_utf8(_file(tmp_path, text + b"\xe5\xbc,x\n" + text), tmp_path)
    assert (found.encoding, found.replaced) == ("utf-8", True)
    assert "开封试验" in found.path.read_text(encoding="utf-8")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"不是文本|编码"):
        as_utf8(_file(tmp_path, bytes(range(256)) * 40 + b"\x00" * 4000), tmp_path)
