"""`xinheng demo`: the main job from end to end with the sample city and named demonstration accounts.

Generates the city's files, imports them, publishes after review, evaluates, plans and draws. A second call finds
everything done and only prints the summary.
"""

import os
from datetime import UTC, datetime
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    city: Annotated[str | None, typer.Option(help="城市政策包")] = None,
    size: Annotated[str, typer.Option(help="样本城市规模：s、m、l")] = "s",
    seed: Annotated[int, typer.Option(help="随机种子")] = 1,
) -> None:
    """用样本城市把主要流程走一遍。"""
    os.environ["XINHENG_DEMO"] = "1"
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.interfaces.cli.demo_steps import Demonstration
    from xinheng.services.policies import policy_in_force

    demonstration = Demonstration(policy=policy_in_force(), now=datetime.now(UTC), size=size, seed=seed)
    demonstration.run()
    demonstration.print_summary()
