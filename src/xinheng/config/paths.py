"""Where Xinheng keeps its files on this machine: the project, its policy and its working data.

Everything written at run time lies below one folder, `$XINHENG_HOME`; a clone keeps it as `.data/<city>` beside
the sources, an installation without sources in the user's data folder.
"""

from collections.abc import Mapping
from pathlib import Path

DEFAULT_CITY = "kaifeng"
SOURCE_ROOT = Path(__file__).resolve().parents[3]


def project_root() -> Path | None:
    """The clone this code runs from, or None where only the package is installed."""
    return SOURCE_ROOT if (SOURCE_ROOT / "pyproject.toml").is_file() else None


def data_home(environ: Mapping[str, str]) -> Path:
    """The folder of all working data of one city: database, files and secrets belong together. It need not exist yet."""
    if chosen := environ.get("XINHENG_HOME"):
        return Path(chosen).expanduser().resolve()
    city = environ.get("XINHENG_CITY") or DEFAULT_CITY
    if root := project_root():
        return root / ".data" / city
    share = environ.get("XDG_DATA_HOME")
    return (Path(share) if share else Path.home() / ".local" / "share") / "xinheng" / city


def policy_root(environ: Mapping[str, str]) -> Path:
    """The folder of the policy seed (`national`, `province`, `city` …)."""
    if chosen := environ.get("XINHENG_POLICY"):
        return Path(chosen).expanduser().resolve()
    return (project_root() or Path.cwd()) / "policy"
