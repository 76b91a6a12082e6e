"""What a public file tells of its makers is left out, and what only its maker can take out is refused."""

import io
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    TextStringObject,
)
from tests.documents.letters import letter_of
from tests.intake import papers

from xinheng.core.attachments import Barred, Kind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.documents.letters import set_letter
from xinheng.intake.attachments import Bounds, inspect
from xinheng.intake.clearing import Cleared, written_clear
from xinheng.intake.clearing_child import clear_picture

pytestmark = pytest.mark.row("M5-08")
BOUNDS = Bounds(pixels=1_000_000)
MAKER = "王编辑"
CORE = (
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>'
    + MAKER.encode()
    + b"</dc:creator></cp:coreProperties>"
)
TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/>'
    b'<Override PartName="/docProps/core.xml" ContentType="application/x"/></Types>'
)
RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="a" Target="word/document.xml"/>'
    b'<Relationship Id="rId2" Type="b" Target="docProps/core.xml"/></Relationships>'
)
DOCX = {
    "[Content_Types].xml": TYPES,
    "_rels/.rels": RELATIONS,
    "docProps/core.xml": CORE,
    "word/document.xml": b"<w:document/>",
}
OFD = (
    b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>'
    b"<ofd:Author>"
    + MAKER.encode()
    + b"</ofd:Author></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>%s"
    b"</ofd:DocBody></ofd:OFD>"
)


def _photo() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Maker"
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    assert b"Exif" in out.getvalue()
    return out.getvalue()


def _pdf(path: Path, *, signed: bool = False, remark: bool = False, author: str = MAKER) -> Path:
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    writer.add_metadata({"/Author": author, "/Title": f"Microsoft Word - {MAKER}.docx"})
    xmp = DecodedStreamObject()
    xmp.set_data(
        f"<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>".encode()
        if author
        else b"<x/>"
    )
    writer._root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    photo = DecodedStreamObject()
    photo.set_data(_photo())
    photo.update(
        {NameObject("/Filter"): NameObject("/DCTDecode"), NameObject("/Subtype"): NameObject("/Image")}
    )
    named = DictionaryObject({NameObject("/I"): writer._add_object(photo)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): named})
    if signed:
        form = DictionaryObject(
            {NameObject("/SigFlags"): NumberObject(3), NameObject("/Fields"): ArrayObject()}
        )
        writer._root_object[NameObject("/AcroForm")] = form
    if remark:
        note = {"/Type": NameObject("/Annot"), "/Subtype": NameObject("/Text"), "/T": TextStringObject(MAKER)}
        page[NameObject("/Annots")] = ArrayObject(
            [DictionaryObject({NameObject(k): v for k, v in note.items()})]
        )
    writer.write(path)
    return path


def _packed_pdf(path: Path) -> Path:
    """A photo packed once more, and a page whose list of annotations holds nothing."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    page[NameObject("/Annots")] = ArrayObject([NullObject()])
    photo = DecodedStreamObject()
    photo.set_data(zlib.compress(_photo()))
    filters = ArrayObject([NameObject("/FlateDecode"), NameObject("/DCTDecode")])
    settings = ArrayObject([NullObject(), DictionaryObject({NameObject("/ColorTransform"): NumberObject(1)})])
    photo.update({NameObject("/Filter"): filters, NameObject("/DecodeParms"): settings})
    named = DictionaryObject({NameObject("/I"): writer._add_object(photo)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): named})
    writer.write(path)
    return path


def _clear(path: Path, kind: Kind) -> tuple[Cleared, bytes]:
    assert inspect(path, BOUNDS).kind is kind
    out = path.with_suffix(".clear")
    told = written_clear(path, out, kind, title="办事指南", bounds=BOUNDS)
    return told, out.read_bytes() if told.written else b""


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {one.date_time[0] for one in archive.infolist()} == {1980}
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_pdf_keeps_its_pages_and_loses_author_xmp_and_camera(tmp_path: Path) -> None:
    told, content = _clear(_pdf(tmp_path / "a.pdf"), Kind.PDF)
    assert told == Cleared(written=True)
    read = PdfReader(io.BytesIO(content))
    assert len(read.pages) == 1 and read.metadata is not None
    assert (
        read.metadata.title == "办事指南"
        and not read.metadata.author
        and "/Metadata" not in read.trailer["/Root"]
    )
    assert b"creator" not in content and b"Exif" not in content and b"\xff\xd8" in content
    assert inspect(tmp_path / "a.clear", BOUNDS).pages == 1


def test_a_pdf_a_keeps_the_standard_that_it_meets_and_its_colours_and_nobodys_name(
    tmp_path: Path, policy: Policy
) -> None:
    paper = tmp_path / "a.pdf"
    paper.write_bytes(set_letter(letter_of("receipt", policy), development=True))
    before = PdfReader(paper)
    assert before.metadata is not None and before.metadata.author and before.metadata.creation_date
    told, content = _clear(paper, Kind.PDF)
    after = PdfReader(io.BytesIO(content))
    root, xmp = after.trailer["/Root"], after.trailer["/Root"]["/Metadata"].get_object().get_data().decode()  # type: ignore[index, attr-defined]
    assert told.written and after.metadata is None and after.pdf_header == before.pdf_header
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert ">办事指南</rdf:li>" in xmp and ElementTree.fromstring(xmp) is not None
    assert not any(word in xmp for word in (before.metadata.author, "creator", "Typst", "2026", "History"))
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1" and root["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_a_photo_packed_once_more_loses_its_camera_and_an_empty_annotation_is_none(tmp_path: Path) -> None:
    told, content = _clear(_packed_pdf(tmp_path / "a.pdf"), Kind.PDF)
    photo = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/XObject"]["/I"]  # type: ignore[index]
    assert told.written and photo["/Filter"] == "/DCTDecode"
    assert photo["/DecodeParms"] == {"/ColorTransform": 1}
    assert b"Exif" not in photo._data and Image.open(io.BytesIO(photo._data)).size == (8, 8)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_ends_with_its_first_picture_and_keeps_what_it_shows(progressive: bool) -> None:
    out = io.BytesIO()
    drawn = Image.linear_gradient("L").convert("RGB")
    drawn.save(out, "JPEG", progressive=progressive, icc_profile=b"profile", comment=MAKER.encode())
    plain, exif = out.getvalue(), _photo()
    more = b"\xff\xe2\x00\x0aMPF\x00abcd" + b"\xff\xff\xff\xe1\x00\x08Exif\x00\x00"
    content = clear_picture(plain[:2] + more + plain[2:] + exif)
    assert (
        not any(word in content for word in (b"Exif", b"MPF", MAKER.encode())) and b"ICC_PROFILE" in content
    )
    assert content.endswith(b"\xff\xd9") and len(content) < len(plain)
    with Image.open(io.BytesIO(content)) as shown, Image.open(io.BytesIO(plain)) as meant:
        assert shown.tobytes() == meant.tobytes()


def test_a_png_ends_with_its_end() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    assert clear_picture(out.getvalue() + _photo()) == out.getvalue()


def test_an_office_file_loses_its_properties_and_still_holds_together(tmp_path: Path) -> None:
    told, content = _clear(papers.package(tmp_path / "a", {**DOCX, "word/media/a.jpg": _photo()}), Kind.DOCX)
    parts = _parts(content)
    assert told.written and set(parts) == {*DOCX, "word/media/a.jpg"} - {"docProps/core.xml"}
    assert b"docProps" not in b"".join(parts.values()) and b"rId1" in parts["_rels/.rels"]
    assert b"Exif" not in parts["word/media/a.jpg"]
    assert inspect(tmp_path / "a.clear", BOUNDS).kind is Kind.DOCX


def test_a_workbook_loses_the_path_where_it_lay(tmp_path: Path) -> None:
    book = b'<workbook xmlns:x="u"><x:absPath url="C:\\Users\\wang\\"/><sheets><sheet name="a"/></sheets></workbook>'
    parts = _parts(
        _clear(papers.package(tmp_path / "a", {**papers.XLSX, "xl/workbook.xml": book}), Kind.XLSX)[1]
    )
    assert b"Users" not in parts["xl/workbook.xml"] and b'<sheet name="a"/>' in parts["xl/workbook.xml"]


def test_an_ofd_loses_its_author(tmp_path: Path) -> None:
    told, content = _clear(papers.package(tmp_path / "a", {**papers.OFD, "OFD.xml": OFD % b""}), Kind.OFD)
    parts = _parts(content)
    assert told.written and MAKER.encode() not in parts["OFD.xml"]
    assert b"<ofd:DocID>1</ofd:DocID>" in parts["OFD.xml"] and b"Doc_0/Document.xml" in parts["OFD.xml"]


def test_a_signed_file_is_left_as_it_is_and_says_whether_it_names_somebody(tmp_path: Path) -> None:
    assert _clear(_pdf(tmp_path / "a.pdf", signed=True), Kind.PDF)[0] == Cleared(named=True)
    assert _clear(_pdf(tmp_path / "b.pdf", signed=True, author=""), Kind.PDF)[0] == Cleared()
    sealed = OFD % b"<ofd:Signatures>s.xml</ofd:Signatures>"
    assert _clear(papers.package(tmp_path / "c", {**papers.OFD, "OFD.xml": sealed}), Kind.OFD)[0].named
    signed = {**DOCX, "_xmlsignatures/sig1.xml": b"<s/>"}
    assert _clear(papers.package(tmp_path / "d", signed), Kind.DOCX)[0].named


@pytest.mark.parametrize(
    ("kind", "parts", "held"),
    [
        (
            Kind.DOCX,
            {**DOCX, "word/comments.xml": b'<w:comments><w:comment w:author="x"/></w:comments>'},
            Barred.REMARKS,
        ),
        (
            Kind.DOCX,
            {**DOCX, "word/document.xml": b'<w:document><w:del w:author="x"/></w:document>'},
            Barred.REVISIONS,
        ),
        (Kind.XLSX, {**papers.XLSX, "xl/comments1.xml": b"<comments/>"}, Barred.REMARKS),
        (
            Kind.XLSX,
            {**papers.XLSX, "xl/workbook.xml": b'<a><sheet name="b" state="hidden"/></a>'},
            Barred.HIDDEN,
        ),
        (Kind.OFD, {**papers.OFD, "Doc_0/a.xml": b'<ofd:Annot ID="1" Type="Highlight"/>'}, Barred.REMARKS),
    ],
)
def test_remarks_revisions_and_hidden_parts_bar_a_file(
    kind: Kind, parts: dict[str, bytes], held: Barred, tmp_path: Path
) -> None:
    assert _clear(papers.package(tmp_path / "a", parts), kind)[0] == Cleared(held=held)


def test_a_remark_in_a_pdf_bars_it(tmp_path: Path) -> None:
    assert _clear(_pdf(tmp_path / "a.pdf", remark=True), Kind.PDF)[0] == Cleared(held=Barred.REMARKS)


def test_what_the_system_could_not_do_is_not_held_against_the_file(tmp_path: Path) -> None:
    paper = papers.pdf(tmp_path / "a.pdf")
    with pytest.raises(Refusal) as full:
        written_clear(paper, tmp_path / "nowhere" / "out", Kind.PDF, title="t", bounds=BOUNDS)
    paper.write_bytes(b"%PDF-1.4")
    with pytest.raises(Refusal) as broken:
        written_clear(paper, tmp_path / "out", Kind.PDF, title="t", bounds=BOUNDS)
    assert (full.value.code, broken.value.code) == ("AT10", "AT12")
