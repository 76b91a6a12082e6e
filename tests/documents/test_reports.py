"""The paper of a report: archivable, accessible, with embedded fonts, whole and genuine as it leaves, its data inside."""

import json
import re
from io import BytesIO
from random import Random
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader, PdfWriter
from tests.core.test_reports import a_fact, a_report
from tests.documents.letters import NOW, RARE
from tests.documents.test_letters import _metadata, _words

from xinheng.core.canonical import digest_of
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.reports import About, twin_of
from xinheng.documents.reports import check_file, report_pictures, set_report, sign_report
from xinheng.documents.signing import Signer, new_signer, sign_pdf, sign_value, verify_value

pytestmark = pytest.mark.row("M6-04")
URL = "http://127.0.0.1/verify/1"
NUMBER = "20261120100000ABCDEFGH"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer(organ="信用开封", now=NOW)


def a_twin(policy: Policy, *, name: str = "样例有限公司") -> dict[str, Any]:
    about = About(name=name, code="91410202MA0000001X", sole_trader=False, facts=(("名称", name),))
    return twin_of(a_report(policy, a_fact(), a_fact(key=2), about=about, number=NUMBER))


def signed(twin: dict[str, Any], signer: Signer, *, with_twin: bool = False) -> bytes:
    data = sign_value(twin, signer) if with_twin else None
    pdf = set_report(twin, verify_url=URL, development=True, signed_twin=data)
    return sign_report(pdf, twin, signer)


def _attached(pdf: bytes) -> bytes:
    root = PdfFileReader(BytesIO(pdf)).root
    file = root["/AF"][0]
    assert file["/AFRelationship"] == "/Data"
    return bytes(file["/EF"]["/F"].data)


def _structure(pdf: bytes) -> set[str]:
    """Names of the tags by which a reader of the screen walks through."""
    found: set[str] = set()
    waiting = [PdfFileReader(BytesIO(pdf)).root["/StructTreeRoot"]["/K"]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += [node[at] for at in range(len(node))]
        elif isinstance(node, dict):
            found |= {str(node["/S"])} if "/S" in node else set()
            waiting += [node["/K"]] if "/K" in node else []
            if "/Alt" in node:
                found.add(f"alt:{node['/Alt']}")
    return found


@pytest.mark.row("M6-01")
@pytest.mark.parametrize(("with_twin", "part"), [(False, "2"), (True, "3")])
def test_the_signed_file_claims_its_standards(
    policy: Policy, signer: Signer, with_twin: bool, part: str
) -> None:
    told = _metadata(signed(a_twin(policy), signer, with_twin=with_twin))
    assert f"<pdfaid:part>{part}</pdfaid:part>" in told
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in told
    assert "<pdfuaid:part>1</pdfuaid:part>" in told
    assert NUMBER in told and "样例有限公司" in told


def test_the_signed_file_has_headings_tables_and_words_for_its_picture(
    policy: Policy, signer: Signer
) -> None:
    tags = _structure(signed(a_twin(policy), signer))
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Figure", "/L"} <= tags
    assert any(tag.startswith("alt:核验网址二维码") and URL in tag for tag in tags)


def test_every_font_of_the_signed_file_is_embedded(policy: Policy, signer: Signer) -> None:
    twin = a_twin(policy, name=f"开封{RARE}有限公司")
    assert set(RARE) <= set(_words(set_report(twin, verify_url=URL, development=True)))
    pdf = signed(twin, signer)
    reader = PdfFileReader(BytesIO(pdf))
    first: Any = reader.root["/Pages"]["/Kids"][0]
    while "/Resources" not in first:
        first = first["/Kids"][0]
    held = [font.get_object()["/DescendantFonts"][0] for font in first["/Resources"]["/Font"].values()]
    fonts = [one["/FontDescriptor"] for one in held]
    assert len(fonts) >= 2
    assert all("/FontFile3" in one or "/FontFile2" in one for one in fonts)
    assert all(re.search("Noto(Serif|Sans)SC", str(one["/FontName"])) for one in fonts)


def test_a_sign_that_no_font_has_is_named(policy: Policy) -> None:
    with pytest.raises(Refusal, match="𠀀"):
        set_report(a_twin(policy, name="开封𠀀有限公司"), verify_url=URL, development=True)


def test_the_signature_covers_the_whole_and_names_the_report(policy: Policy, signer: Signer) -> None:
    twin = a_twin(policy)
    pdf = signed(twin, signer)
    seen = check_file(pdf, [signer.certificate])
    assert (seen.genuine, seen.number, seen.digest) == (True, NUMBER, digest_of(twin))
    for place in range(500, len(pdf), len(pdf) // 60):
        forged = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        assert not check_file(forged, [signer.certificate]).genuine, place
    assert not check_file(pdf, []).genuine


def test_the_data_inside_are_those_of_the_report_and_signed(policy: Policy, signer: Signer) -> None:
    twin = a_twin(policy)
    data = _attached(signed(twin, signer, with_twin=True))
    assert json.loads(data)["content"] == twin
    assert verify_value(json.loads(data), [signer.certificate]).genuine
    assert check_file(data, [signer.certificate]).digest == digest_of(twin)


@pytest.mark.parametrize("with_twin", [False, True])
def test_a_file_within_is_told_from_one_that_was_added(
    policy: Policy, signer: Signer, with_twin: bool
) -> None:
    own = signed(a_twin(policy), signer, with_twin=with_twin)
    assert check_file(own, [signer.certificate]).genuine
    copy, added = PdfWriter(clone_from=PdfReader(BytesIO(own))), BytesIO()
    copy.add_attachment("a.txt", b"x")
    copy.write(added)
    assert "签名之后内容被改动过" in check_file(added.getvalue(), [signer.certificate]).cause


def test_another_paper_of_the_platform_is_no_report(policy: Policy, signer: Signer) -> None:
    pdf = set_report(a_twin(policy), verify_url=URL, development=True)
    for reason in ("签发", f"信用报告 {NUMBER}", f"信用报告 1 sha256:{'0' * 64}"):
        seen = check_file(sign_pdf(pdf, signer, organ="信用开封", reason=reason), [signer.certificate])
        assert not seen.genuine and "不是信用报告" in seen.cause
    letter = json.dumps(sign_value({"number": "1", "format": "letter"}, signer)).encode()
    assert not check_file(letter, [signer.certificate]).genuine


def test_a_file_made_to_trip_the_reader_is_no_report(policy: Policy, signer: Signer) -> None:
    good, trusted, chance = signed(a_twin(policy), signer), [signer.certificate], Random(7)
    for word in (
        b"/Kids",
        b"/Root",
        b"/Prev",
        b"/ByteRange",
        b"/Contents",
        b"/Length",
        b"/Size",
        b"startxref",
        b"/W",
    ):
        for wrong in (b"/X", b"0 0 R", b"999999999999", b"-1", b"[[[[", b"<<"):
            place = good.rfind(word)
            assert not check_file(good[:place] + wrong + good[place + len(word) :], trusted).genuine
    for _ in range(200):
        spoilt = bytearray(good)
        for _ in range(20):
            spoilt[chance.randrange(len(good) - 40_000, len(good))] ^= chance.randrange(1, 256)
        assert not check_file(bytes(spoilt), trusted).genuine
    for depth in (100, 450, 900, 100_000):
        deep = "[" * depth + "]" * depth
        for text in (deep, f'{{"content": {deep}, "signature": {{}}}}'):
            assert not check_file(text.encode(), trusted).genuine
        stated = f'{{"number": "1", "format": "xinheng-report-1", "x": {deep}}}'
        assert not check_file(f'{{"content": {stated}, "signature": {{}}}}'.encode(), trusted).genuine


def test_the_same_report_gives_the_same_page_and_markup_stays_words(policy: Policy) -> None:
    twin = a_twin(policy, name='样例#panic("x")*公司$')
    assert set_report(twin, verify_url=URL, development=True) == set_report(
        twin, verify_url=URL, development=True
    )
    assert {"#", "$", "*"} <= set(_words(set_report(twin, verify_url=URL, development=True)))


def test_a_trial_key_is_named_on_the_paper_and_pictures_show_every_page(policy: Policy) -> None:
    twin = a_twin(policy)
    assert "律" in _words(set_report(twin, verify_url=URL, development=True))
    pages = report_pictures(twin, verify_url=URL, development=False)
    assert len(pages) >= 2 and all(page.startswith(b"\x89PNG") for page in pages)
