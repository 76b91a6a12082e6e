import hashlib
import json
from datetime import date

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.canonical import GREATEST_EXACT, canonical, digest, digest_of, matches

text = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-GREATEST_EXACT, GREATEST_EXACT) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_agrees_with_an_independent_implementation(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_reads_back_as_the_same_value(value):
    assert json.loads(canonical(value)) == value


def test_keys_are_ordered_by_utf16_units_not_by_code_points():
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()


def test_order_of_keys_and_kind_of_sequence_do_not_matter():
    assert canonical({"b": (1, 2), "a": None}) == canonical({"a": None, "b": [1, 2]})


@pytest.mark.parametrize("value", [1.5, 2.0, float("nan"), date(2026, 1, 1), b"x", {1: 2}, {"a": [0.1]}, {1}])
def test_values_without_one_exact_form_are_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [GREATEST_EXACT + 1, -(2**60), "\ud800", {"\ud800": 1}])
def test_numbers_and_text_that_json_cannot_hold_are_refused(value):
    with pytest.raises(ValueError):
        canonical(value)


def test_digest_names_its_algorithm():
    assert digest(b"abc") == "sha256:" + hashlib.sha256(b"abc").hexdigest()
    assert digest_of({"b": 1, "a": 2}) == digest(b'{"a":2,"b":1}')
    with pytest.raises(ValueError):
        digest(b"abc", algorithm="md5")


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this OpenSSL has no SM3")
def test_sm3_gives_the_vector_of_the_standard():
    known = "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(b"abc", algorithm="sm3") == known
    assert matches(b"abc", known)


@pytest.mark.parametrize("expected", ["", "sha256:", "md5:00", "sha256:" + "0" * 64, "sha256:中文", "中文"])
def test_a_digest_that_does_not_fit_does_not_match(expected):
    assert not matches(b"abc", expected)
