"""An auditor verifies the ledger, somebody rewrites a row behind the application's back, the auditor finds it."""

import subprocess
import sys

import psycopg
import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site

pytestmark = pytest.mark.journey


def _tamper(site: Site) -> None:
    url = subprocess.run(
        [sys.executable, "-m", "xinheng.config.postgres", "url"],
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE store_ledgerevent SET kind = 'batch.cancelled'"
            " WHERE id = (SELECT min(event_id) FROM store_ledgerleaf)"
        )


@pytest.mark.row("M17-04")
def test_an_auditor_finds_a_changed_event(site: Site) -> None:
    assert site.run("ledger", "verify").returncode == 0
    page = site.person("shenji")
    page.goto("/office/ledger/")
    page.get_by_role("button", name="现在核对").click()
    expect(page.locator("main")).to_contain_text("完整")
    _tamper(site)
    page.get_by_role("button", name="现在核对").click()
    expect(page.get_by_role("alert")).to_contain_text("被改动")
    found = site.run("ledger", "verify")
    assert found.returncode == 1
    assert "被改动" in found.stdout
