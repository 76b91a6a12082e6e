"""The city is checked against the packs before anything is made for it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from xinheng.config.paths import chosen_city, data_home, project_root
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal

FREE = "a free port"
ROOT = Path(__file__).resolve().parents[2]


def test_a_city_is_known_by_slug_and_by_code_and_defaults_to_the_first() -> None:
    assert chosen_city({"XINHENG_CITY": "nanyang"}) == "nanyang"
    assert chosen_city({"XINHENG_CITY": "411300"}) == "nanyang"
    assert chosen_city({}) == chosen_city({"XINHENG_CITY": ""}) == "kaifeng"


def test_both_names_of_a_city_lead_to_one_folder() -> None:
    assert data_home({"XINHENG_CITY": "411300"}) == data_home({"XINHENG_CITY": "nanyang"})
    assert data_home({"XINHENG_CITY": "nanyang"}).name == "nanyang"


@pytest.mark.parametrize("wanted", ["nowhere", "../kaifeng", "410000"])
def test_a_city_without_a_pack_is_refused_with_the_cities_there_are(wanted: str) -> None:
    with pytest.raises(Refusal) as refused:
        data_home({"XINHENG_CITY": wanted})
    assert refused.value.code == "CITY01"
    assert wanted in refused.value.message
    assert "kaifeng（410200）" in refused.value.advice


def test_a_folder_without_packs_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="文件或文件夹不存在"):
        chosen_city({"XINHENG_POLICY": str(tmp_path)})


@pytest.mark.parametrize(
    "words",
    [
        ("xinheng.interfaces.cli", "demo", "--city", "nowhere"),
        ("xinheng.interfaces.cli", "serve", "--port", FREE, "--city", "nowhere"),
        ("xinheng.interfaces.cli", "import", str(ROOT / "README.md"), "--city", "nowhere"),
        ("xinheng.interfaces.cli", "ledger", "verify"),
        ("xinheng.config.postgres", "start"),
    ],
    ids=lambda words: words[1],
)
def test_no_folder_and_no_database_is_made_for_a_city_that_does_not_exist(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        words = tuple(str(probe.getsockname()[1]) if word == FREE else word for word in words)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XINHENG_", "DJANGO_"))}
    home = {"XINHENG_HOME": str(tmp_path / "home")} if words[0].endswith("cli") else {}
    answer = subprocess.run(
        [sys.executable, "-m", *words],
        env={**kept, **home, "XINHENG_CITY": "nowhere", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 2
    assert "[CITY01] 没有城市“nowhere”的政策包。" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "home").exists()
    root = project_root()
    assert root is None or not (root / ".data" / "nowhere").exists()
