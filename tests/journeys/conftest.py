"""The demonstration city behind a real server and a real browser, once for all journeys.

Server, worker and database are processes of their own; the browser's thread never touches the database. The browser
ends with the journeys: while it runs, its event loop keeps Django from the database in this process.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from xinheng.interfaces.cli.demo_steps import PASSWORD

CHROMIUM = os.environ.get("XINHENG_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 20_000  # milliseconds until something expected on a page is held to be missing


@dataclass
class Site:
    """A running installation: its address, its environment, and the browser's signed-in people."""

    url: str
    environment: dict[str, str]
    browser: Browser
    contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the command `xinheng` against this installation."""
        return subprocess.run(
            [sys.executable, "-m", "xinheng.interfaces.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def passer_by(self) -> Page:
        """A page of somebody who is not signed in."""
        return self.browser.new_context(base_url=self.url, locale="zh-CN").new_page()

    def person(self, username: str) -> Page:
        """A page of a demonstration account, signed in with its second factor where it needs one."""
        if username not in self.contexts:
            context = self.browser.new_context(base_url=self.url, locale="zh-CN", accept_downloads=True)
            self.contexts[username] = context
            _sign_in(context.new_page(), username)
        return self.contexts[username].new_page()


def _sign_in(page: Page, username: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile(r"/office/|/account/2fa/"))
    shown = page.locator(".notice .code")
    if page.get_by_role("heading", name="输入验证码").count():
        page.get_by_label("验证码或备用码").fill(shown.inner_text())
        page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/office/**")
    page.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if not Path(CHROMIUM).exists():
        pytest.skip("这台机器上没有 Chromium，浏览器中的旅程测试被跳过")
    home = tmp_path_factory.mktemp("city")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("XINHENG_", "DJANGO_"))},
        "XINHENG_HOME": str(home),
        "XINHENG_DEMO": "1",
        "XINHENG_POSTGRES_FAST": "1",
    }
    port = _free_port()
    command = [sys.executable, "-m", "xinheng.interfaces.cli"]
    try:
        subprocess.run(
            [*command, "demo"], env=environment, check=True, timeout=900, stdout=subprocess.DEVNULL
        )
        server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment)
        try:
            _wait_for(f"http://127.0.0.1:{port}/health")
            expect.set_options(timeout=PATIENCE)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                yield Site(f"http://127.0.0.1:{port}", environment, browser)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=60)
    finally:
        subprocess.run(
            [sys.executable, "-m", "xinheng.config.postgres", "erase"],
            env=environment,
            check=False,
            timeout=120,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")
