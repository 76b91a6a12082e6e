"""A client generated from the document of the interface is typed throughout, and checks, asks of many and takes a no by it."""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from tests.interfaces.test_api_checks_posted import Desk, desk, other
from tests.services.deliveries import code

from xinheng.interfaces.api.reference import document
from xinheng.store.models import CheckMade

__all__ = ["desk"]
ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv-client"
EXAMPLE = ROOT / "examples" / "typed_client.py"
pytestmark = [
    pytest.mark.skipif(
        not (TOOLS / "installed").exists(), reason="no generator here: scripts/client.sh --install"
    ),
    pytest.mark.row("M10-02"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, as `make client` makes it."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(document(), ensure_ascii=False), encoding="utf-8")
    words = [str(folder / "made"), str(folder / "openapi.json")]
    subprocess.run(["sh", str(ROOT / "scripts" / "client.sh"), *words], check=True, timeout=120)
    return folder / "made"


def test_the_client_and_its_use_are_typed(made: Path) -> None:
    words = ["--strict", "--config-file=", f"--cache-dir={made / 'cache'}", "--python-executable"]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *words, str(TOOLS / "bin" / "python"), str(EXAMPLE)],
        env=os.environ | {"MYPYPATH": str(made)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.fixture
def example(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The example with the client and what it runs on; both are gone from this process afterwards."""
    (libraries,) = (TOOLS / "lib").glob("python*/site-packages")
    monkeypatch.setattr(sys, "path", [*sys.path, str(made), str(libraries)])
    before = set(sys.modules)
    told = importlib.util.spec_from_file_location("typed_client", EXAMPLE)
    assert told is not None and told.loader is not None
    module = importlib.util.module_from_spec(told)
    told.loader.exec_module(module)
    yield module
    for name in set(sys.modules) - before:
        del sys.modules[name]


def connected(module: ModuleType, key: str, address: str) -> Any:
    """A client of this key whose requests are taken by the site itself, in the transaction of the test."""
    httpx = importlib.import_module("httpx")

    def answer(asked: Any) -> Any:
        got = Client(raise_request_exception=False).generic(
            asked.method,
            asked.url.path,
            asked.content,
            content_type=asked.headers["Content-Type"],
            headers={"Authorization": asked.headers["Authorization"]},
            REMOTE_ADDR=address,
        )
        body = b"".join(got) if got.streaming else got.content  # type: ignore[call-overload]
        return httpx.Response(got.status_code, headers=dict(got.headers), content=body)

    return module.AuthenticatedClient(
        base_url="http://testserver", token=key, httpx_args={"transport": httpx.MockTransport(answer)}
    )


@pytest.mark.usefixtures("office_clock")
def test_a_check_a_batch_and_a_refused_call_come_through(desk: Desk, example: ModuleType) -> None:
    client = connected(example, desk.system.text, desk.system.address)
    answer = example.check(client, code(1))
    assert [one.number for one in answer.measures] == [desk.number]
    assert CheckMade.objects.get().public_id == answer.check
    free = other(desk, 2)
    head, lines = example.check_all(client, [code(2), "没有的", code(1)])
    assert (head.asked, head.found) == (3, 2)
    assert (lines[0].subject.name, lines[1].problem.code) == (free.name, "CX8")
    assert [one.title for one in lines[2].measures] == [desk.measure.title]
    with pytest.raises(example.Refused) as refused:
        example.check(client, code(9))
    assert refused.value.code == "GX17"
    stranger = connected(example, "xh_nobody", desk.system.address)
    with pytest.raises(example.Refused):
        example.check_all(stranger, [code(1)])
