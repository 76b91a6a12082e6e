"""The paper of a letter: archivable, accessible, with every sign, and the same bytes for the same words."""

import re
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from tests.documents.letters import NOW, RARE, letter_of

from xinheng.core.letters import kinds
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.documents.fonts import check_fonts
from xinheng.documents.letters import content_digest, pictures, set_letter, set_return
from xinheng.documents.signing import new_signer, sign_pdf


def _metadata(pdf: bytes) -> str:
    root = PdfFileReader(BytesIO(pdf)).root
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "zh-CN"
    return str(root["/Metadata"].data.decode())


def _words(pdf: bytes) -> str:
    """The signs that a reader copies out, by the tables of the embedded fonts."""
    found = ""
    reader = PdfFileReader(BytesIO(pdf))
    for number in range(1, int(reader.trailer["/Size"])):
        held = reader.get_object(_reference(reader, number))
        if isinstance(held, dict) and "/ToUnicode" in held:
            for code in re.findall(rb"<[0-9A-Fa-f]+> <([0-9A-Fa-f]+)>", held["/ToUnicode"].data):
                found += bytes.fromhex(code.decode()).decode("utf-16-be")
    return found


def _reference(reader: PdfFileReader, number: int) -> object:
    from pyhanko.pdf_utils.generic import IndirectObject

    return IndirectObject(number, 0, reader)


@pytest.mark.row("M6-04")
@pytest.mark.parametrize("kind", [kind.kind for kind in kinds()])
def test_every_letter_is_pdf_a_and_pdf_ua_also_once_signed(kind: str, policy: Policy) -> None:
    pdf = set_letter(letter_of(kind, policy), development=True)
    signed = sign_pdf(pdf, new_signer(organ="开封市", now=NOW), organ="开封市", reason="签发")
    for one in (pdf, signed):
        told = _metadata(one)
        assert "<pdfaid:part>2</pdfaid:part>" in told
        assert "<pdfaid:conformance>A</pdfaid:conformance>" in told
        assert "<pdfuaid:part>1</pdfuaid:part>" in told


@pytest.mark.guard("G17")
def test_rare_signs_of_a_name_are_on_the_paper(policy: Policy) -> None:
    words = _words(set_letter(letter_of("receipt", policy), development=False))
    assert set(RARE) <= set(words)


def test_a_sign_that_no_font_has_is_named_and_refused(policy: Policy) -> None:
    letter = letter_of("receipt", policy, addressee="开封𠀀某公司")
    with pytest.raises(Refusal, match="𠀀") as refused:
        set_letter(letter, development=False)
    assert refused.value.code == "FN3"


def test_the_fonts_have_their_signs_and_a_missing_one_is_found() -> None:
    check_fonts()
    with pytest.raises(Refusal) as refused:
        check_fonts("𠀀")
    assert refused.value.code == "FN2"


def test_the_same_letter_gives_the_same_bytes(policy: Policy) -> None:
    letter = letter_of("decision", policy)
    assert set_letter(letter, development=True) == set_letter(letter, development=True)
    assert content_digest(letter) == content_digest(letter_of("decision", policy))
    assert content_digest(letter) != content_digest(letter_of("decision", policy, addressee="另一公司"))


def test_a_trial_key_is_named_on_the_paper(policy: Policy) -> None:
    letter = letter_of("receipt", policy)
    assert "试" in _words(set_letter(letter, development=True))
    assert "试" not in _words(set_letter(letter, development=False))


def test_markup_in_words_stays_words(policy: Policy) -> None:
    letter = letter_of("receipt", policy, addressee='开封#panic("x")*公司$')
    assert {"#", "$", "*"} <= set(_words(set_letter(letter, development=False)))


def test_a_return_of_service_is_archivable_and_pictures_show_every_page(policy: Policy) -> None:
    letter = letter_of("decision", policy)
    assert "<pdfaid:part>2" in _metadata(set_return(letter, development=False))
    pages = pictures(letter, development=False)
    assert len(pages) == 2 and all(page.startswith(b"\x89PNG") for page in pages)


def test_the_signature_lies_where_readers_of_pdf_ua_need_not_go(policy: Policy) -> None:
    pdf = set_letter(letter_of("receipt", policy), development=True)
    signed = sign_pdf(pdf, new_signer(organ="开封市", now=NOW), organ="开封市", reason="签发")
    field = PdfFileReader(BytesIO(signed)).embedded_signatures[0].sig_field
    assert field["/TU"] == "电子签名" and all(float(side) < 0 for side in field["/Rect"])
    assert int(field["/F"]) & 4 and not int(field["/F"]) & 2
    assert signed.startswith(pdf)
