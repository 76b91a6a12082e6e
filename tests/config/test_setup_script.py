"""What set-up says on a machine that lacks something."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "cat", "cksum", "id", "rm", "pwd", "printf")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A clone with a PATH that holds a few tools and neither Python nor apt-get."""
    shutil.copytree(ROOT / "scripts", tmp_path / "clone" / "scripts")
    shutil.copytree(ROOT / "requirements", tmp_path / "clone" / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "clone")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (tools / tool).symlink_to(found)
    return tmp_path


def put_python(machine: Path, script: str) -> None:
    python = machine / "bin" / "python3"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def set_up(machine: Path, which: str = "embedded") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "scripts/venv.sh", which],
        cwd=machine / "clone",
        env={"PATH": str(machine / "bin"), "HOME": str(machine)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_no_suitable_python_is_named_with_what_to_do(machine: Path) -> None:
    put_python(machine, "exit 1")
    answer = set_up(machine)
    assert answer.returncode == 1
    assert "没有找到 Python 3.11–3.13" in answer.stderr
    assert "make PYTHON=" in answer.stderr
    assert not (machine / "clone" / ".venv").exists()


def test_missing_ensurepip_prints_the_command_that_installs_it(machine: Path) -> None:
    put_python(machine, f'case "$*" in *ensurepip*) exit 1 ;; esac\nexec {sys.executable} "$@"')
    answer = set_up(machine)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert answer.returncode == 1
    assert f"sudo apt-get install python{version}-venv" in answer.stderr


def test_an_unknown_set_is_refused_with_the_choices(machine: Path) -> None:
    answer = set_up(machine, "everything")
    assert answer.returncode == 1
    assert "可选 base、embedded、test" in answer.stderr


def test_a_finished_set_up_is_not_repeated(machine: Path) -> None:
    put_python(machine, f'exec {sys.executable} "$@"')
    clone = machine / "clone"
    done = clone / ".venv" / "bin"
    done.mkdir(parents=True)
    for name in ("python", "xinheng"):
        (done / name).symlink_to(machine / "bin" / "python3")
    digest = subprocess.run(
        ["/bin/sh", "-c", "{ pwd; cat requirements/test.txt pyproject.toml; .venv/bin/python -VV; } | cksum"],
        cwd=clone,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (clone / ".venv" / "installed-test").write_text(digest)

    answer = set_up(machine, "embedded")

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
