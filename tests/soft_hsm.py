"""A security module in software (SoftHSM 2) with a token of its own, for the tests of keys that stay in a module."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from xinheng.documents.hsm import HeldKey, Module

TOKEN, LABEL, PIN = "信衡", "文书签名 1", "24681357"
_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


@dataclass(frozen=True, slots=True)
class SoftHsm:
    """A token made anew, which lives as long as the test process."""

    library: str
    folder: Path

    @property
    def module(self) -> Module:
        return Module(library=self.library, pin=PIN)

    def take(self, private: bytes, *, label: str) -> HeldKey:
        """Puts a private key (PKCS#8, DER) on the token."""
        pem = self.folder / "key.pem"
        key = load_der_private_key(private, password=None)
        pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        number = f"{sum(1 for _ in self.folder.rglob('*.object')):04x}"
        _tool("--import", str(pem), "--token", TOKEN, "--label", label, "--id", number, "--pin", PIN)
        pem.unlink()
        return HeldKey(TOKEN, label)


def soft_hsm(folder: Path) -> SoftHsm:
    """Skips the test where there is no SoftHSM."""
    library = next((one for one in _PLACES if Path(one).exists()), None)
    if library is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM 2 (softhsm2) is not on this machine")
    pytest.importorskip("pkcs11")
    (folder / "tokens").mkdir()
    chosen = folder / "softhsm2.conf"
    chosen.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n", encoding="utf-8")
    os.environ["SOFTHSM2_CONF"] = str(chosen)
    _tool("--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "87654321")
    return SoftHsm(library, folder)


def _tool(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True, timeout=60)
