"""A report as OFD: the words of its paper as words, in faces that lie within, each where it stands; forged files are found."""

import json
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from PIL import ImageFont
from pylopdf_fonts_zh_cn import __file__ as fonts_at
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ContentStream, NameObject
from tests.documents.letters import NOW
from tests.documents.test_reports import NUMBER, URL, a_twin
from tests.documents.test_sm2 import with_sm2

from xinheng.core.canonical import digest_of
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.documents.ofd import FORMAT, SIGNED, SPACE
from xinheng.documents.reports import check_file, ofd_report, set_report
from xinheng.documents.set_pages import Pages, Run, read_pages
from xinheng.documents.signing import Signer, Sm2, new_signer, new_sm2_signer, sign_value

pytestmark = pytest.mark.row("M6-04")
_MM = 25.4 / 72


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer(organ="信用开封", now=NOW)


@pytest.fixture(scope="module")
def twin(policy: Policy) -> dict[str, Any]:
    return a_twin(policy, name="开封㐂𬭎office cafe\u0301有限公司")


@pytest.fixture(scope="module")
def pdf(twin: dict[str, Any]) -> bytes:
    return set_report(twin, verify_url=URL, development=True)


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> Pages:
    return read_pages(pdf)


@pytest.fixture(scope="module")
def ofd(pdf: bytes, twin: dict[str, Any], signer: Signer) -> bytes:
    return ofd_report(pdf, twin, signer)


@pytest.fixture(scope="module")
def files(ofd: bytes) -> dict[str, bytes]:
    return _files(ofd)


def _files(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _all(files: dict[str, bytes], file: str, name: str) -> list[ET.Element]:
    return list(ET.fromstring(files[file]).iter(f"{{{SPACE}}}{name}"))


def _bodies(files: dict[str, bytes]) -> list[ET.Element]:
    listed = _all(files, "Doc_0/Document.xml", "Page")
    return [ET.fromstring(files[f"Doc_0/{one.get('BaseLoc')}"]) for one in listed]


def test_the_parts_of_the_package_lead_to_each_other(files: dict[str, bytes], pdf: bytes) -> None:
    assert next(iter(files)) == "OFD.xml"
    assert _all(files, "OFD.xml", "DocRoot")[0].text == "Doc_0/Document.xml"
    assert NUMBER in str(_all(files, "OFD.xml", "Title")[0].text)
    assert _all(files, "OFD.xml", "CreationDate")[0].text == "2026-11-20"
    bodies = _bodies(files)
    assert len(bodies) == len(PdfReader(BytesIO(pdf)).pages) >= 2
    fonts = {one.get("ID"): one for one in _all(files, "Doc_0/PublicRes.xml", "Font")}
    for font in fonts.values():
        assert files[f"Doc_0/Res/{font[0].text}"].startswith(b"OTTO")
    used = {one.get("Font") for body in bodies for one in body.iter(f"{{{SPACE}}}TextObject")}
    assert used == set(fonts)
    numbered = [one.get("ID") for body in bodies for one in body.iter() if one.get("ID")]
    numbered += [*fonts, *(one.get("ID") for one in _all(files, "Doc_0/Document.xml", "Page"))]
    assert len(numbered) == len(set(numbered))
    assert int(_all(files, "Doc_0/Document.xml", "MaxUnitID")[0].text or 0) == max(
        map(int, filter(None, numbered))
    )


def test_every_word_of_the_paper_is_a_word_of_the_file(
    files: dict[str, bytes], pages: Pages, twin: dict[str, Any]
) -> None:
    said = "".join(
        one.text or "" for body in _bodies(files) for one in body.iter(f"{{{SPACE}}}TextCode")
    ).replace(" ", "")
    things = [(page, thing) for page in pages.pages for thing in page.things if isinstance(thing, Run)]
    set_on_paper = "".join(pages.faces[run.font].signs[glyph] for _, run in things for glyph in run.glyphs)
    assert said == "".join(set_on_paper.split())
    for words in (
        twin["subject"]["name"],
        twin["number"],
        twin["title"],
        *(one["title"] for one in twin["sections"]),
    ):
        assert words.replace(" ", "") in said


def test_every_sign_stands_where_it_stands_on_the_paper(files: dict[str, bytes], pages: Pages) -> None:
    for body, page in zip(_bodies(files), pages.pages, strict=True):
        wanted = []
        for run in (one for one in page.things if isinstance(one, Run)):
            signs = pages.faces[run.font].signs
            pairs = zip(run.glyphs, run.at, strict=True)
            wanted += [(at * _MM, run.y * _MM) for glyph, at in pairs if not signs[glyph].isspace()]
        found = []
        for word in body.iter(f"{{{SPACE}}}TextObject"):
            left, top, width, height = map(float, str(word.get("Boundary")).split())
            code = word[-1]
            named = word.find(f"{{{SPACE}}}CGTransform")
            count = int(named.get("GlyphCount", 0)) if named is not None else None
            text, at = (code.text or "")[:count], float(code.get("X", 0))
            steps = [float(one) for one in (code.get("DeltaX") or "").split()]
            assert len(steps) == len(text) - 1
            assert left >= 0 and left + width <= 210 and top >= 0 and top + height <= 297
            for sign, step in zip(text, [*steps, 0.0], strict=True):
                if not sign.isspace():
                    found.append((left + at, top + float(code.get("Y", 0))))
                at += step
        assert len(found) == len(wanted) > 100
        for (x, y), (u, v) in zip(found, wanted, strict=True):
            assert abs(x - u) < 0.02 and abs(y - v) < 0.02


def test_the_faces_within_draw_the_signs_of_the_paper(files: dict[str, bytes], pages: Pages) -> None:
    """FreeType finds each sign in the embedded face and draws it as the whole face does."""
    folder = fonts_at.rpartition("/")[0]
    for place, key in enumerate(sorted(pages.faces)):
        face = pages.faces[key]
        whole = ImageFont.truetype(f"{folder}/{face.family}.otf", 24)
        within = ImageFont.truetype(BytesIO(files[f"Doc_0/Res/font_{place}.otf"]), 24)
        signs = sorted({one for one in face.signs.values() if len(one) == 1})
        assert len(signs) > 50
        for sign in signs[::5] + [one for one in signs if one > "\uffff"]:
            assert bytes(within.getmask(sign)) == bytes(whole.getmask(sign)), sign
            assert within.getlength(sign) == pytest.approx(whole.getlength(sign), abs=0.1)


def test_a_glyph_for_several_signs_is_named_by_number_and_stays_several_signs(
    files: dict[str, bytes], pages: Pages
) -> None:
    objects = [one for body in _bodies(files) for one in body.iter(f"{{{SPACE}}}TextObject")]
    joined = next(one for one in objects if one[-1].text == "e\u0301")
    named = joined.find(f"{{{SPACE}}}CGTransform")
    assert named is not None and (named.get("CodeCount"), named.get("GlyphCount")) == ("2", "1")
    assert any(face.signs.get(int(named[0].text or 0)) == "e\u0301" for face in pages.faces.values())


def test_a_sign_of_two_words_of_utf_16_stands_alone(files: dict[str, bytes]) -> None:
    """Some readers count it twice and would move all that follows."""
    said = [one.text or "" for body in _bodies(files) for one in body.iter(f"{{{SPACE}}}TextCode")]
    assert "𬭎" in said and "office" in "".join(said)
    assert not [one for one in said if len(one) > 1 and any(sign > "\uffff" for sign in one)]


def test_the_square_code_and_the_lines_are_paths(files: dict[str, bytes]) -> None:
    paths = [one for body in _bodies(files) for one in body.iter(f"{{{SPACE}}}PathObject")]
    assert len(paths) > 10
    drawn = [str(one[-1].text) for one in paths]
    assert max(map(len, drawn)) > 1000
    assert all(set(one) <= set("MLBC 0123456789.-") for one in drawn)


def test_the_same_report_gives_the_same_files(ofd: bytes, twin: dict[str, Any], signer: Signer) -> None:
    again = _files(ofd_report(set_report(twin, verify_url=URL, development=True), twin, signer))
    first = _files(ofd)
    assert list(again) == list(first)
    assert {**again, SIGNED: b""} == {**first, SIGNED: b""}


def test_the_file_names_its_report_and_a_changed_byte_is_found(
    ofd: bytes, twin: dict[str, Any], signer: Signer
) -> None:
    trusted = [signer.certificate]
    seen = check_file(ofd, trusted)
    assert (seen.genuine, seen.number, seen.digest) == (True, NUMBER, digest_of(twin))
    for place in range(0, len(ofd), len(ofd) // 150):
        forged = ofd[:place] + bytes([ofd[place] ^ 1]) + ofd[place + 1 :]
        assert not check_file(forged, trusted).genuine, place
    for forged in (ofd + b"\n", ofd[:-30], b"PK\x03\x04", b"PK\x03\x04" + ofd):
        assert not check_file(forged, trusted).genuine
    assert not check_file(ofd, [new_signer(organ="别处", now=NOW).certificate]).genuine


def _packed(files: dict[str, bytes], way: int = 0) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", way) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def test_a_package_of_other_hands_is_no_report(files: dict[str, bytes], signer: Signer) -> None:
    trusted = [signer.certificate]
    other = sign_value({"format": FORMAT, "number": NUMBER, "files": []}, signer)
    letter = sign_value({"format": "xinheng-letters-1", "number": NUMBER, "digest": "", "files": []}, signer)
    for changed in (
        {**files, "Doc_0/Signs/Signatures.xml": b"<x/>"},
        {name: content for name, content in files.items() if name != "OFD.xml"},
        {SIGNED: json.dumps(other).encode()},
        {SIGNED: json.dumps(letter).encode()},
        {SIGNED: b"[]"},
        {},
    ):
        assert not check_file(_packed(changed), trusted).genuine
    assert not check_file(_packed(files, ZIP_DEFLATED), trusted).genuine


@with_sm2
def test_the_list_of_the_file_bears_the_signature_of_sm2(
    pdf: bytes, twin: dict[str, Any], signer: Signer
) -> None:
    beside = new_sm2_signer(organ="信用开封", now=NOW)
    both = Signer(
        id=signer.id, private=signer.private, certificate=signer.certificate, development=True, beside=beside
    )
    seen = check_file(ofd_report(pdf, twin, both), [signer.certificate, beside.certificate])
    assert seen.genuine and seen.sm2 is Sm2.GOOD


def _rewritten(pdf: bytes, *, without_face: bool = False, more: bytes = b"") -> bytes:
    writer = PdfWriter(clone_from=BytesIO(pdf))
    page: Any = writer.pages[0]
    if without_face:
        for font in page["/Resources"]["/Font"].values():
            del font["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile3"]
    content = ContentStream(page.get_contents(), writer)
    content.set_data(content.get_data() + more)
    page[NameObject("/Contents")] = writer._add_object(content)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"without_face": True}, "OF1"),
        ({"more": b"\n/Pattern sh"}, "OF2"),
        ({"more": b"\n/x0 Do"}, "OF2"),
        ({"more": b"\nq 0 0 m 9 9 l 5 7 l h W n Q"}, "OF2"),
        ({"more": b"\nBT 3 Tr ET"}, "OF2"),
        ({"more": b"\n[3 2] 0 d"}, "OF2"),
    ],
)
def test_pages_that_cannot_be_taken_over_whole_are_refused(
    pdf: bytes, twin: dict[str, Any], signer: Signer, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        ofd_report(_rewritten(pdf, **changed), twin, signer)
    assert refused.value.code == code
