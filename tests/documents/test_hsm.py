"""A key in a security module signs what a key at hand signs, and nothing goes out half signed where it cannot."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.documents.letters import NOW, letter_of
from tests.soft_hsm import LABEL, PIN, TOKEN, SoftHsm

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.documents import hsm
from xinheng.documents.archive import package, verify_package
from xinheng.documents.hsm import HeldKey, Module, held_key
from xinheng.documents.letters import set_letter
from xinheng.documents.signing import (
    Signer,
    held,
    new_signer,
    sign_pdf,
    sign_value,
    verify_letter,
    verify_value,
)

pytestmark = pytest.mark.row("M6-04")


@pytest.fixture(autouse=True)
def _no_pin_was_wrong_before() -> Iterator[None]:
    yield
    hsm._wrong_pins.clear()


@pytest.fixture(scope="module")
def issued() -> Signer:
    return new_signer(organ="开封市", now=NOW)


@pytest.fixture(scope="module")
def signer(security_module: SoftHsm, issued: Signer) -> Signer:
    key = security_module.take(issued.private, label="文书;签名=1")
    return held(key, issued.certificate, module=security_module.module)


def test_a_reference_names_the_key_and_holds_no_secret() -> None:
    key = HeldKey("令牌;object=x", "标签=1")
    assert held_key(key.reference()) == key
    assert held_key(b"0\x81\x87") is None
    assert PIN not in repr(Module(library="/lib/x.so", pin=PIN))


def test_papers_data_and_archives_are_signed(signer: Signer, policy: Policy) -> None:
    paper = sign_pdf(
        set_letter(letter_of("decision", policy), development=False), signer, organ="开封市", reason="签发"
    )
    trusted = [signer.certificate]
    seen = verify_letter(paper, trusted)
    assert (seen.genuine, seen.signer, signer.is_sm2) == (True, signer.id, False)
    twin = sign_value({"number": "汴〔2026〕1号"}, signer)
    assert verify_value(twin, trusted).genuine
    packed = package({"letters/1.pdf": paper}, about={"case": "RC-1"}, signer=signer)
    assert verify_package(packed, trusted).genuine
    assert PIN not in json.dumps(twin)


def test_requests_at_once_are_signed_one_after_the_other(signer: Signer) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: sign_value({"number": number}, signer), range(16)))
    assert all(verify_value(one, [signer.certificate]).genuine for one in made)


def _refused(signer: Signer) -> str:
    with pytest.raises(Refusal) as refused:
        sign_value({"number": 1}, signer)
    assert PIN not in str(refused.value)
    return refused.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"library": ""}, "SG6"),
        ({"library": "/nowhere/libpkcs11.so"}, "SG7"),
        ({"pin": "0000"}, "SG9"),
        ({"pin": ""}, "SG11"),
        ({"pin_file": Path("/nowhere/pin")}, "SG11"),
    ],
)
def test_a_module_that_cannot_be_used_is_told(signer: Signer, changes: dict[str, object], code: str) -> None:
    assert signer.module is not None
    assert _refused(replace(signer, module=replace(signer.module, **changes))) == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "code"), [(HeldKey("别的令牌", LABEL), "SG8"), (HeldKey(TOKEN, "没有"), "SG10")]
)
def test_a_missing_token_or_key_is_told(signer: Signer, key: HeldKey, code: str) -> None:
    assert _refused(replace(signer, private=key.reference())) == code


def test_a_module_that_hangs_refuses_whoever_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hsm, "PATIENCE", 0.01)
    key, module = HeldKey(TOKEN, LABEL), Module(library="/nowhere/libpkcs11.so", pin=PIN)
    with hsm._ONE_AT_A_TIME, pytest.raises(Refusal) as refused:
        hsm.sign(b"", key, module)
    assert (refused.value.code, "稍后再试" in refused.value.advice) == ("SG7", True)
    with pytest.raises(Refusal) as refused:
        hsm.sign(b"", key, module)
    assert "没有应答" not in refused.value.message, "the turn came"


def test_a_wrong_pin_is_not_tried_twice(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert signer.module is not None
    wrong = replace(signer, module=replace(signer.module, pin="1111"))
    assert _refused(wrong) == "SG9"
    with monkeypatch.context() as closed:
        closed.setattr(hsm, "_asked", lambda *_: pytest.fail("the module was asked again"))
        assert _refused(wrong) == "SG9"
    assert sign_value({"number": 1}, signer)


def test_the_pin_is_read_from_its_file(signer: Signer, tmp_path: Path) -> None:
    assert signer.module is not None
    place = tmp_path / "pin"
    place.write_text(f"{PIN}\n", encoding="utf-8")
    filed = replace(signer, module=replace(signer.module, pin="", pin_file=place))
    assert verify_value(sign_value({"number": 1}, filed), [signer.certificate]).genuine


def test_a_key_that_was_exchanged_on_the_token_signs_nothing(
    security_module: SoftHsm, signer: Signer
) -> None:
    other = security_module.take(new_signer(organ="开封市", now=NOW).private, label="另一把")
    with pytest.raises(Refusal) as refused:
        held(other, signer.certificate, module=security_module.module)
    assert refused.value.code == "SG2"
    assert _refused(replace(signer, private=other.reference())) == "SG2"


def test_two_keys_of_one_label_are_none(security_module: SoftHsm, issued: Signer) -> None:
    for _ in range(2):
        double = security_module.take(new_signer(organ="开封市", now=NOW).private, label="两把")
    with pytest.raises(Refusal) as refused:
        held(double, issued.certificate, module=security_module.module)
    assert refused.value.code == "SG10"
