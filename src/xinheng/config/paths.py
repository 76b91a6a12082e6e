"""Where Xinheng keeps its files on this machine: the project, its policy and its working data.

Everything written at run time lies below one folder, `$XINHENG_HOME`; a clone keeps it as `.data/<city>` beside
the sources, an installation without sources in the user's data folder.
"""

from collections.abc import Mapping
from pathlib import Path

from xinheng.core.policy import DEFAULT_CITY, known_cities
from xinheng.core.refusal import Refusal

SOURCE_ROOT = Path(__file__).resolve().parents[3]


def project_root() -> Path | None:
    """The clone this code runs from, or None where only the package is installed."""
    return SOURCE_ROOT if (SOURCE_ROOT / "pyproject.toml").is_file() else None


def chosen_city(environ: Mapping[str, str]) -> str:
    """The chosen city by its slug, whether it was named by slug or by code.

    Raises Refusal where no pack has this name, so that nothing is made for a city that does not exist; PolicyError
    where the index of the packs cannot be read.
    """
    wanted = environ.get("XINHENG_CITY") or DEFAULT_CITY
    known = known_cities(policy_root(environ))
    for slug, code in known.items():
        if wanted in (slug, code):
            return slug
    listed = "、".join(f"{slug}（{code}）" for slug, code in known.items())
    raise Refusal(
        "CITY01",
        f"没有城市“{wanted}”的政策包。",
        advice=f"可用的有：{listed}。用 --city、CITY= 或 XINHENG_CITY 指定；增加城市见 docs/how-to/add-a-city.md。",
    )


def data_home(environ: Mapping[str, str]) -> Path:
    """The folder of all working data of one city: database, files and secrets belong together. It need not exist yet.

    Raises Refusal where the city has no pack.
    """
    if chosen := environ.get("XINHENG_HOME"):
        return Path(chosen).expanduser().resolve()
    city = chosen_city(environ)
    if root := project_root():
        return root / ".data" / city
    share = environ.get("XDG_DATA_HOME")
    return (Path(share) if share else Path.home() / ".local" / "share") / "xinheng" / city


def policy_root(environ: Mapping[str, str]) -> Path:
    """The folder of the policy seed (`national`, `province`, `city` …)."""
    if chosen := environ.get("XINHENG_POLICY"):
        return Path(chosen).expanduser().resolve()
    return (project_root() or Path.cwd()) / "policy"
