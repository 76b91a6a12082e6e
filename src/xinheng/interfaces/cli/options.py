"""Options that several commands share, and the folder of policy files that a command reads without a database."""

import os
from pathlib import Path
from typing import Annotated

import typer

CityOption = Annotated[
    str | None,
    typer.Option("--city", metavar="城市", help="城市的代号或代码，缺省为 XINHENG_CITY，再缺省为 kaifeng"),
]
AgencyOption = Annotated[
    str | None,
    typer.Option("--agency", metavar="单位", help="单位的代号，如 kaifeng.market，见政策包的 agencies.yml"),
]


def policy_folder() -> Path:
    """`XINHENG_POLICY`, else the folder beside the sources."""
    configured = os.environ.get("XINHENG_POLICY")
    return Path(configured) if configured else Path(__file__).resolve().parents[4] / "policy"


def city_wanted(chosen: str | None) -> str:
    from xinheng.core.policy import DEFAULT_CITY

    return chosen or os.environ.get("XINHENG_CITY") or DEFAULT_CITY
