"""SM2 over SM3 by the OpenSSL of the machine: the examples of the standards, and no forged, foreign or bare signature."""

from collections.abc import Iterator

import pytest
from tests.documents.letters import NOW

from xinheng.core.canonical import digest
from xinheng.core.refusal import Refusal
from xinheng.documents import sm2
from xinheng.documents.signing import (
    Signer,
    Sm2,
    adopted,
    new_signer,
    new_sm2_signer,
    sign_file,
    sign_value,
    verify_file_signature,
    verify_value,
)

pytestmark = pytest.mark.row("M6-04")
with_sm2 = pytest.mark.skipif(not sm2.is_there(), reason="the OpenSSL of this machine has no SM2")
VALUE = {"number": "20261120100000ABCDEFGH", "rows": [1, 2]}


@pytest.fixture(scope="module")
def signer() -> Signer:
    first = new_signer(organ="信用开封", now=NOW)
    beside = new_sm2_signer(organ="信用开封", now=NOW)
    return Signer(
        id=first.id, private=first.private, certificate=first.certificate, development=True, beside=beside
    )


def ring(signer: Signer) -> list[bytes]:
    return [signer.certificate, *([signer.beside.certificate] if signer.beside else [])]


@pytest.fixture
def _without_sm2(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose OpenSSL is not there at all."""
    monkeypatch.setenv("PATH", "/nowhere")
    sm2._proven.cache_clear()
    yield
    sm2._proven.cache_clear()


def test_the_digest_is_that_of_the_standard() -> None:
    wanted = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(b"abc", algorithm="sm3") == f"sm3:{wanted}"


@with_sm2
def test_the_example_of_the_standard_is_good_and_no_neighbour_of_it() -> None:
    content, signature, public = sm2.EXAMPLE.content, sm2.EXAMPLE.signature, sm2.EXAMPLE.public
    assert sm2.verify(content, signature, public)
    assert not sm2.verify(content + b".", signature, public)
    for place in (5, 40, len(signature) - 1):
        forged = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
        assert not sm2.verify(content, forged, public)
    for malformed in (b"", b"0", b"\x30\x80", b"x" * 5000):
        assert not sm2.verify(content, malformed, public)
        assert not sm2.verify(content, signature, malformed)


@with_sm2
def test_a_value_bears_both_signatures_over_the_same_bytes(signer: Signer) -> None:
    signed = sign_value(VALUE, signer)
    assert signed["sm2"]["identity"] == "1234567812345678" and signed["sm2"]["digest"].startswith("sm3:")
    seen = verify_value(signed, ring(signer))
    assert (seen.genuine, seen.signer, seen.sm2) == (True, signer.id, Sm2.GOOD)
    bare = {key: signed[key] for key in ("content", "signature")}
    assert verify_value(bare, ring(signer)).sm2 is Sm2.NONE


@with_sm2
def test_a_wrong_signature_of_sm2_spoils_a_value(signer: Signer) -> None:
    signed = sign_value(VALUE, signer)
    other = sign_value({"number": "2"}, signer)["sm2"]
    first, stranger = signer.certificate, new_sm2_signer(organ="别处", now=NOW)
    stamp = signed["sm2"]
    for wrong in (
        {**stamp, "value": other["value"]},
        {**stamp, "value": "zz"},
        {**stamp, "identity": "1"},
        {**stamp, "key": stranger.id},
        {},
        None,
        [stamp],
    ):
        assert not verify_value({**signed, "sm2": wrong}, ring(signer)).genuine, wrong
    assert not verify_value(signed, [first]).genuine
    assert not verify_value(signed, [first, stranger.certificate]).genuine
    assert not verify_value({**signed, "signature": {**signed["signature"], "key": stamp["key"]}}, ring(signer)).genuine  # fmt: skip


@with_sm2
def test_a_file_takes_a_detached_signature_of_a_known_key_alone(signer: Signer) -> None:
    made = sign_file(b"%PDF- paper", signer)
    seen = verify_file_signature(b"%PDF- paper", made, ring(signer))
    assert seen.genuine and signer.beside is not None and seen.signer == signer.beside.id
    assert not verify_file_signature(b"%PDF- papes", made, ring(signer)).genuine
    stranger = new_sm2_signer(organ="别处", now=NOW)
    assert not verify_file_signature(b"%PDF- paper", made, [signer.certificate, stranger.certificate]).genuine
    with pytest.raises(Refusal) as refused:
        sign_file(b"%PDF- paper", new_signer(organ="信用开封", now=NOW))
    assert refused.value.code == "SG5"


@with_sm2
def test_an_issued_sm2_key_is_taken_only_with_its_own_certificate(signer: Signer) -> None:
    one, other = new_sm2_signer(organ="甲", now=NOW), new_sm2_signer(organ="乙", now=NOW)
    taken = adopted(one.private, one.certificate)
    assert taken.is_sm2 and not taken.development and taken.id.startswith("sm3:")
    cases = [
        (one.private, other.certificate, "SG2"),
        (one.private, signer.certificate, "SG2"),
        (signer.private, one.certificate, "SG2"),
        (one.private, b"no certificate", "SG3"),
        (one.private[:-40], one.certificate, "SG3"),
    ]
    for private, certificate, code in cases:
        with pytest.raises(Refusal) as refused:
            adopted(private, certificate)
        assert refused.value.code == code


@with_sm2
@pytest.mark.usefixtures("_without_sm2")
def test_without_sm2_the_other_signature_goes_on_and_the_refusal_says_why(signer: Signer) -> None:
    assert not sm2.is_there()
    with pytest.raises(Refusal, match="不支持 SM2") as refused:
        sign_file(b"paper", signer)
    assert refused.value.code == "SG4"
    bare = Signer(
        id=signer.id, private=signer.private, certificate=signer.certificate, development=True, beside=None
    )
    assert verify_value(sign_value(VALUE, bare), ring(signer)).genuine


@with_sm2
def test_what_cannot_be_checked_here_is_said_to_be_so(signer: Signer, request: pytest.FixtureRequest) -> None:
    signed = sign_value(VALUE, signer)
    request.getfixturevalue("_without_sm2")
    seen = verify_value(signed, ring(signer))
    assert (seen.genuine, seen.sm2) == (True, Sm2.UNCHECKED)
