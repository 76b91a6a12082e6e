"""A connector leads to declared addresses alone, and to none without TLS."""

import pytest

from xinheng.core.connectors import (
    CSV,
    DATABASE,
    JSON,
    changed_columns,
    changed_fields,
    is_later,
    parse_networks,
    parse_source,
    refuse_address,
)
from xinheng.core.refusal import Refusal


def test_an_address_is_read_in_its_parts() -> None:
    found = parse_source("postgresql://reader@db.example:6543/permits", DATABASE)
    assert (found.host, found.port, found.user, found.path) == ("db.example", 6543, "reader", "permits")
    found = parse_source("https://api.example/v1/permits?area=龙亭", JSON)
    assert (found.host, found.port, found.path) == ("api.example", 443, "/v1/permits?area=龙亭")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("mysql://a@b/c", DATABASE),
        ("postgresql://db.example/permits", DATABASE),
        ("postgresql://reader@db.example/", DATABASE),
        ("postgresql://reader@db.example/permits?sslmode=disable", DATABASE),
        ("postgresql://reader:secret@db.example/permits", DATABASE),
        ("file:///etc/passwd", JSON),
        ("gopher://db.example/", CSV),
        ("https:///path", JSON),
        ("https://user:secret@api.example/", JSON),
        ("https://token@api.example/", JSON),
        ("https://api.example:99999/", JSON),
        ("https://api_example/", JSON),
        ("", JSON),
    ],
)
def test_an_address_of_another_kind_is_refused(url: str, kind: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_source(url, kind)
    assert caught.value.code == "X01"


@pytest.mark.parametrize(
    ("address", "networks", "code"),
    [
        ("10.8.1.20", ["10.8.1.0/24"], ""),
        ("::ffff:10.8.1.20", ["10.8.1.0/24"], ""),
        ("2001:db8::1", ["2001:db8::/64"], ""),
        ("10.8.2.20", ["10.8.1.0/24"], "X03"),
        ("127.0.0.1", ["10.8.1.0/24"], "X03"),
        ("::1", ["10.8.1.0/24"], "X03"),
        ("::ffff:127.0.0.1", ["10.8.1.0/24"], "X03"),
        ("169.254.169.254", ["169.254.0.0/16"], "X03"),
        ("fe80::1", ["fe80::/64"], "X03"),
        ("0.0.0.0", ["0.0.0.0/32"], "X03"),
        ("224.0.0.1", ["224.0.0.0/8"], "X03"),
    ],
)
def test_only_declared_addresses_are_reached(address: str, networks: list[str], code: str) -> None:
    source = parse_source("https://api.example/", JSON)
    if not code:
        return refuse_address(address, source=source, networks=networks)
    with pytest.raises(Refusal) as caught:
        refuse_address(address, source=source, networks=networks)
    assert caught.value.code == code
    return None


def test_nothing_travels_in_clear_but_within_the_machine() -> None:
    source = parse_source("http://api.example/", JSON)
    refuse_address("127.0.0.1", source=source, networks=["127.0.0.1/32"])
    with pytest.raises(Refusal) as caught:
        refuse_address("10.8.1.20", source=source, networks=["10.8.1.0/24"])
    assert caught.value.code == "X04"


@pytest.mark.parametrize("written", [(), ("",), ("0.0.0.0/0",), ("10.0.0.0/7",), ("::/0",)])
def test_networks_must_declare_something(written: tuple[str, ...]) -> None:
    with pytest.raises(Refusal):
        parse_networks(written)


def test_changed_columns_are_named() -> None:
    assert changed_columns([], ["a"]) == ""
    assert changed_columns(["a", "b"], ["b", "a"]) == ""
    assert changed_columns(["a", "b"], ["b", "c"]) == "来源的列变了：少了“a”，多了“c”。"


def test_a_cursor_of_numbers_goes_by_size() -> None:
    assert is_later("10", "9")
    assert not is_later("9", "10")
    assert is_later("2026-11-21T08:00", "2026-11-20T09:00")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (["名称", "金额", "编号"], ""),
        (["名称", "金额"], ""),
        (["名称", "编号"], ""),
        (["名称", "金额", "编号", "备注"], ""),
        (["金额", "编号"], "来源的列变了：少了“名称”。"),
        (["名称", "编号", "罚款"], "来源的列变了：少了“金额”，多了“罚款”。"),
        (["名称", "金额", "序号"], ""),
    ],
    ids=["same", "unread left out", "read left out", "more", "required gone", "renamed", "unread renamed"],
)
def test_a_field_may_be_left_out_and_not_renamed(found: list[str], said: str) -> None:
    known = ["名称", "金额", "编号"]
    assert changed_fields(known, found, read=["名称", "金额"], required=["名称"]) == said
    assert changed_fields([], found, read=["名称", "金额"], required=["名称"]) == ""
