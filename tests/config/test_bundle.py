"""The bundle for servers without internet: its digests tell what is not whole, and the package holds every file it needs."""

import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts" / "bundle"


def _sums(deed: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = ["sh", str(SCRIPTS / "sums.sh"), deed, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder with what the installer looks at first; its wheels are no wheels."""
    folder = tmp_path / "xinheng 0"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "one.whl").write_bytes(b"one")
    (folder / "安装说明.md").write_text("说明", encoding="utf-8")
    (folder / "platform").write_text("cp300-moon\n", encoding="utf-8")
    for name in ("install.sh", "sums.sh"):
        shutil.copy(SCRIPTS / name, folder)
    assert _sums("write", folder).returncode == 0
    return folder


def test_a_whole_bundle_passes_and_its_digests_are_those_of_sha256sum(bundle: Path) -> None:
    assert (_sums("check", bundle).returncode, _sums("check", bundle).stderr) == (0, "")
    lines = (bundle / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert {line[66:] for line in lines} == {
        f"./{path.relative_to(bundle).as_posix()}"
        for path in bundle.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  ./wheels/one.whl" in lines


@pytest.mark.parametrize(
    ("named", "harm"),
    [
        ("wheels/one.whl", lambda file: file.write_bytes(b"two")),
        ("安装说明.md", Path.unlink),
        ("wheels/evil.whl", lambda file: file.write_bytes(b"slipped in")),
        ("SHA256SUMS", Path.unlink),
    ],
)
def test_the_installer_names_what_is_not_whole_and_installs_nothing(
    bundle: Path, named: str, harm: Callable[[Path], object]
) -> None:
    harm(bundle / named)
    target = bundle.parent / "target"
    command = ["sh", str(bundle / "install.sh"), str(target)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 1
    assert named in answer.stderr
    assert "请重新拷贝安装包" in answer.stderr
    assert not target.exists()


def test_the_installer_refuses_another_python_than_the_bundle_was_made_for(bundle: Path) -> None:
    command = ["sh", str(bundle / "install.sh"), str(bundle.parent / "target")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 1
    assert "没有找到与安装包相符的 Python（cp300-moon）" in answer.stderr
    assert not (bundle.parent / "target").exists()


def test_the_package_holds_every_kind_of_file_that_lies_among_the_sources() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = project["tool"]["setuptools"]["package-data"]["xinheng"]
    source = ROOT / "src" / "xinheng"
    files = [path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    left_out = [path for path in files if path.suffix != ".py" and not any(path.match(one) for one in packed)]
    assert left_out == []
