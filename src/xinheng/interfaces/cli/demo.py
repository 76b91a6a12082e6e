"""`xinheng demo`: the main job from end to end with the sample city and named demonstration accounts.

Generates the city's files, imports them, publishes after review, evaluates, plans and draws. A second call finds
everything done and only prints the summary.
"""

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Annotated

import typer

from xinheng.interfaces.cli.options import CityOption
from xinheng.interfaces.cli.sample import check_size
from xinheng.interfaces.cli.serve import PORT, Port

HOST = "127.0.0.1"


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    city: CityOption = None,
    size: Annotated[str, typer.Option(help="样本城市的规模：s、m 或 l", metavar="规模")] = "s",
    seed: Annotated[int, typer.Option(help="种子；相同种子得到相同的样本城市", metavar="整数")] = 1,
    serve: Annotated[bool, typer.Option("--serve", help="准备好后启动网站，直到按 Ctrl+C")] = False,
    port: Port = PORT,
) -> None:
    """用样本城市把主要流程走一遍，并打印摘要和演示账号。

    再次运行时不重复载入。带 --serve 而端口已被占用时，什么也不做，退出码为 2。
    """
    check_size(size)
    os.environ["XINHENG_DEMO"] = "1"
    from xinheng.interfaces.cli.address import claim
    from xinheng.interfaces.cli.ready import ready

    with ExitStack() as held:
        if serve:
            held.enter_context(claim(host=HOST, port=port))
        ready(city=city)
        _prepare(size=size, seed=seed)
        from xinheng.interfaces.cli.serve import run_site
        from xinheng.interfaces.cli.welcome import accounts, addresses, stand_ins

        if serve:
            raise typer.Exit(run_site(host=HOST, port=port))
    print(
        "\n".join(
            [
                "启动网站：make run，或 XINHENG_DEMO=1 xinheng serve。启动后打开：",
                *addresses(host=HOST, port=port),
                *accounts(),
                *stand_ins(),
            ]
        )
    )


def _prepare(*, size: str, seed: int) -> None:
    from xinheng.interfaces.cli.demo_steps import Demonstration
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    demonstration = Demonstration(policy=policy_in_force(on=day_of(now)), now=now, size=size, seed=seed)
    demonstration.run()
    demonstration.print_summary()
