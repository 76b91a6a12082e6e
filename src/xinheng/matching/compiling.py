"""Compiles the loops of this room, once a machine, and keeps what was compiled."""

import os
from pathlib import Path
from typing import Any


def _keep_compiled() -> None:
    """Beside the source where that can be written to, else under the data folder."""
    home = os.environ.get("XINHENG_HOME")
    if home and not os.access(Path(__file__).parent, os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(home) / "cache" / "numba"))


_keep_compiled()

from numba import njit  # noqa: E402

OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}
"""The loops make no arrays, hold no lock of the interpreter and are kept on disk."""
_WITHIN: dict[str, Any] = {
    "nogil": True,
    "_nrt": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def compiled(function: Any) -> Any:
    return njit(**OPTIONS)(function)


def inner(function: Any) -> Any:
    """A part of a loop: not called from outside and kept with what calls it."""
    return njit(**_WITHIN)(function)
