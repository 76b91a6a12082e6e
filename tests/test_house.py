"""The laws of the house that neither ruff, mypy nor import-linter can keep."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "xinheng"
LOCKS = ("base", "embedded", "test", "spark")

FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 500, 60, 150
VAGUE = {"manager", "managers", "helper", "helpers", "util", "utils", "common", "data", "info"}
CORE_MAY_IMPORT = {"pydantic", "pydantic_core", "yaml", "stdnum", "xinheng"}

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root|tmp/[a-z]+)/")
REGISTRY = re.compile(
    r"pypi\.org/(?!project)|pythonhosted|(?:mirrors?|registry|pypi)\.[a-z0-9-]+\.[a-z]+"
    r"|--(?:extra-)?index-url|--find-links|--trusted-host",
    re.IGNORECASE,
)


NOT_COMMITTED = {".venv", ".venv-client", ".data", ".git", "__pycache__", "build", "dist", "xinheng.egg-info"}


@cache
def committed() -> tuple[Path, ...]:
    """Text files under version control; where there is no git, every file that is nobody's by-product."""
    listed = _git_files() if shutil.which("git") else None
    paths = [ROOT / line for line in listed] if listed else _walk(ROOT)
    return tuple(path for path in paths if path.is_file() and not _is_binary(path))


def _git_files() -> list[str] | None:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return [line for line in answer.stdout.decode().split("\0") if line] if answer.returncode == 0 else None


def _walk(folder: Path) -> list[Path]:
    found = []
    for entry in folder.iterdir():
        if entry.name in NOT_COMMITTED or entry.name.endswith("_cache"):
            continue
        found += _walk(entry) if entry.is_dir() else [entry]
    return found


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" in file.read(8192)


def python_files() -> list[Path]:
    found = chain.from_iterable((ROOT / folder).rglob("*.py") for folder in ("src", "tests", "bench"))
    return sorted(path for path in found if "migrations" not in path.parts)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Modules named by the import statements of a file, ``from a import b`` as ``a.b``."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_files_end_at_500_lines() -> None:
    long = {
        name(path): count
        for path in python_files()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    }
    assert not long


def test_functions_end_at_60_lines() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert not long


def test_templates_end_at_150_lines() -> None:
    long = [
        name(path)
        for path in SOURCES.rglob("*.html")
        if len(path.read_text(encoding="utf-8").splitlines()) > TEMPLATE_LINES
    ]
    assert not long


def test_modules_have_telling_names() -> None:
    assert not [name(path) for path in SOURCES.rglob("*.py") if VAGUE & set(path.stem.split("_"))]


def test_modules_say_what_they_decide_or_keep() -> None:
    silent = [
        name(path)
        for path in SOURCES.rglob("*.py")
        if "migrations" not in path.parts and tree(path).body and not ast.get_docstring(tree(path))
    ]
    assert not silent


def test_core_imports_the_standard_library_and_three_packages() -> None:
    foreign = {
        f"{name(path)}: {module}"
        for path in (SOURCES / "core").rglob("*.py")
        for module in imported(path)
        if (top := module.split(".")[0]) not in sys.stdlib_module_names and top not in CORE_MAY_IMPORT
    }
    assert not foreign


def test_the_public_views_know_nothing_else_of_the_store() -> None:
    public = SOURCES / "store" / "public.py"
    if not public.exists():
        pytest.skip("the store has no public views")
    assert not {module for module in imported(public) if module.startswith("xinheng.store")}


def test_no_file_names_a_place_of_this_machine_or_a_registry() -> None:
    found = [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path in committed()
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if MACHINE_PATH.search(line) or REGISTRY.search(line)
    ]
    assert not found


def locked(which: str) -> dict[str, list[str]]:
    """Pinned requirement → its hashes."""
    pins: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (ROOT / "requirements" / f"{which}.txt").read_text(encoding="utf-8").splitlines():
        text = line.strip().removesuffix("\\").strip()
        if text.startswith("--hash="):
            current.append(text.removeprefix("--hash="))
        elif text and not text.startswith("#"):
            current = pins.setdefault(text, [])
    return pins


@pytest.mark.parametrize("which", LOCKS)
def test_every_locked_package_is_pinned_with_hashes(which: str) -> None:
    pins = locked(which)
    assert pins
    for pin, hashes in pins.items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ]+( ; .+)?", pin), pin
        assert hashes, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), pin


@pytest.mark.parametrize("which", LOCKS)
def test_lock_files_name_no_place(which: str) -> None:
    text = (ROOT / "requirements" / f"{which}.txt").read_text(encoding="utf-8")
    assert not re.findall(r"https?:|file:|git\+|^-", text, re.MULTILINE)
    assert not re.findall(r"(?<![\w])/\w", text)


def test_larger_locks_contain_the_smaller_ones() -> None:
    assert locked("base").items() <= locked("embedded").items() <= locked("test").items()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "base": project["dependencies"],
        "embedded": project["dependencies"] + extras["embedded"],
        "test": project["dependencies"] + extras["embedded"] + extras["dev"],
    }
    for which, requirements in wanted.items():
        have = {_package(pin) for pin in locked(which)} | {"setuptools"}
        assert {_package(requirement) for requirement in requirements} <= have
        assert any(pin.startswith("setuptools==") for pin in locked(which))


def _package(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[._-]+", "-", found.group()).lower()


@pytest.mark.parametrize(
    "script",
    [".ci/run", *(path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("scripts/**/*.sh")))],
)
def test_scripts_are_executable_and_parse(script: str) -> None:
    path = ROOT / script
    shell = path.read_text(encoding="utf-8").splitlines()[0].split("/")[-1].removeprefix("env ")
    assert path.stat().st_mode & 0o111
    assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_first_screen_of_the_readme_names_the_commands(readme: str) -> None:
    first_screen = "\n".join((ROOT / readme).read_text(encoding="utf-8").splitlines()[:45])
    for command in ("make run", "make demo", "make test"):
        assert command in first_screen


def test_every_make_target_named_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        target
        for readme in ("README.md", "README.zh-CN.md")
        for target in re.findall(r"\bmake ([a-z-]+)", (ROOT / readme).read_text(encoding="utf-8"))
    }
    assert named <= targets


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert text.count("\n") > 190
