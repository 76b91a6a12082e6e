"""Signing in, as a person meets it: every page of the way is ours, in Chinese, and accessible."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from tests.interfaces.web_browser import CHROMIUM, NARROW, browser_page, overflow, violations, write_page
from tests.people import PASSWORD, People

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.interfaces.web_urls")]


@pytest.fixture(autouse=True)
def _no_rate_limits(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", False, raising=False)


@pytest.fixture
def zhao(people: People) -> Client:
    """Signed in, and has typed the password once more."""
    client = Client()
    client.post("/account/login/", {"login": "zhao", "password": PASSWORD})
    client.get("/account/2fa/totp/activate/")
    client.post("/account/reauthenticate/?next=/account/2fa/", {"password": PASSWORD})
    return client


def _page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def _code(html: str, *, late: int = 0) -> str:
    """The code that an application shows, or showed so many steps ago."""
    secret = re.search(r'<span class="code">([A-Z2-7]+)</span>', html)
    assert secret
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret.group(1), counters[len(counters) // 2] - late))


def test_the_sign_in_page_is_ours_and_in_chinese(people: People) -> None:
    html = _page(Client(), "/account/login/")
    assert "<h1>登录</h1>" in html
    assert "Sign" not in html
    assert 'autocomplete="current-password"' in html


def test_a_wrong_password_keeps_the_name_and_says_what_is_wrong(people: People) -> None:
    html = Client().post("/account/login/", {"login": "zhao", "password": "no"}).content.decode()
    assert 'value="zhao"' in html
    assert "需要改正" in html
    assert 'role="alert"' in html


def test_the_second_factor_is_switched_on_with_a_code_and_leaves_recovery_codes(zhao: Client) -> None:
    html = _page(zhao, "/account/2fa/totp/activate/")
    assert 'aria-label="动态验证码的二维码"' in html
    assert "data:image" not in html
    response = zhao.post("/account/2fa/totp/activate/", {"code": _code(html)}, follow=True)
    shown = response.content.decode()
    assert "备用码" in shown
    assert shown.count("<li>") >= 10
    assert "已启用" in _page(zhao, "/account/2fa/")


def test_the_second_factor_is_not_touched_without_the_password_once_more(people: People) -> None:
    client = Client()
    client.post("/account/login/", {"login": "zhao", "password": PASSWORD})
    response = client.get("/account/2fa/totp/activate/", follow=True)
    assert "<h1>再次确认身份</h1>" in response.content.decode()


def test_a_wrong_code_does_not_switch_it_on(zhao: Client) -> None:
    _page(zhao, "/account/2fa/totp/activate/")
    html = zhao.post("/account/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "需要改正" in html
    assert "未启用" in _page(zhao, "/account/2fa/")


def test_a_code_typed_while_it_changes_is_taken_and_an_older_one_is_not(
    zhao: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: 1_800_000_000))
    html = _page(zhao, "/account/2fa/totp/activate/")
    zhao.post("/account/2fa/totp/activate/", {"code": _code(html, late=2)})
    assert "未启用" in _page(zhao, "/account/2fa/")
    zhao.post("/account/2fa/totp/activate/", {"code": _code(html, late=1)})
    assert "已启用" in _page(zhao, "/account/2fa/")


def test_a_wrong_one_time_password_says_what_is_wrong(zhao: Client) -> None:
    html = _page(zhao, "/account/2fa/totp/activate/")
    wrong = zhao.post("/account/2fa/totp/activate/", {"code": "000000"}).content.decode()
    zhao.post("/account/2fa/totp/activate/", {"code": _code(html)})
    other = Client()
    other.post("/account/login/", {"login": "zhao", "password": PASSWORD})
    refused = other.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    for shown, label in ((wrong, "应用显示的验证码"), (refused, "验证码或备用码")):
        assert f"{label}：验证码不对或已经过时。请输入应用现在显示的 6 位数字" in shown
        assert "错误代码" not in shown


def test_with_a_second_factor_the_password_alone_does_not_sign_in(zhao: Client) -> None:
    html = _page(zhao, "/account/2fa/totp/activate/")
    zhao.post("/account/2fa/totp/activate/", {"code": _code(html)})
    other = Client()
    response = other.post("/account/login/", {"login": "zhao", "password": PASSWORD}, follow=True)
    assert "<h1>输入验证码</h1>" in response.content.decode()
    assert other.get("/account/2fa/").status_code == 302


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="没有安装 chromium")
@pytest.mark.journey
def test_the_pages_of_an_account_are_accessible(zhao: Client, tmp_path: Path) -> None:
    activation = _page(zhao, "/account/2fa/totp/activate/")
    paths = ["/account/2fa/", "/account/password/change/", "/account/logout/", "/account/reauthenticate/"]
    pages = {path: _page(zhao, path) for path in paths}
    zhao.post("/account/2fa/totp/activate/", {"code": _code(activation)})
    after = [
        "/account/2fa/recovery-codes/",
        "/account/2fa/recovery-codes/generate/",
        "/account/2fa/totp/deactivate/",
    ]
    pages |= {path: _page(zhao, path) for path in after}
    pages |= {"login": _page(Client(), "/account/login/"), "activate": activation}
    entering = Client().post("/account/login/", {"login": "zhao", "password": PASSWORD}, follow=True)
    pages["code"] = entering.content.decode()
    with browser_page(NARROW) as page:
        for path, html in pages.items():
            assert "English" not in html
            page.goto(write_page(tmp_path, re.sub(r"\W", "-", path), html))
            assert overflow(page) == [], path
            assert violations(page) == [], path
