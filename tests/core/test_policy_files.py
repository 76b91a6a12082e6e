"""A policy that is asked for again is read again where a file of it has changed, came or went, and only then."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from xinheng.core.policy import load_policy


@pytest.fixture
def root(tmp_path: Path) -> Path:
    copied = tmp_path / "policy"
    shutil.copytree(settings.POLICY_ROOT, copied)
    return copied


def test_a_policy_is_read_again_where_a_file_of_it_changed(root: Path) -> None:
    first = load_policy(root, city="kaifeng")
    assert load_policy(root, city="kaifeng") is first
    feed = root / "feeds" / "penalty-dual-publicity.yml"
    text = feed.read_text(encoding="utf-8")
    feed.write_text(text.replace("title: 行政处罚（双公示）", "title: 行政处罚（改）"), encoding="utf-8")
    changed = load_policy(root, city="kaifeng")
    assert changed.feeds["penalty-dual-publicity"].title == "行政处罚（改）"
    assert changed.digest != first.digest
    (root / "feeds" / "utility-gas.yml").unlink()
    assert "utility-gas" not in load_policy(root, city="kaifeng").feeds
