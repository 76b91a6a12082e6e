"""`xinheng secret`: enters the password or token of a connector into the file of secrets, never on the command line."""

import getpass
import os
import re
import sys
from typing import Annotated

import typer

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.options import CityOption

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
LONGEST = 4096


def register(app: typer.Typer) -> None:
    app.command("secret")(secret)


def secret(
    name: Annotated[str, typer.Argument(help="密文的名称，与连接器中填写的一致", metavar="名称")],
    city: CityOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="删去这个密文")] = False,
) -> None:
    """登记连接器的口令或令牌，写入数据目录的 secrets.json（仅本用户可读）。

    从终端录入时不显示；也可以从标准输入读一行：xinheng secret 名称 < 文件。
    """
    if not _NAME.fullmatch(name):
        raise Refusal("X17", f"“{name[:80]}”不能作名称。", advice="请用 1 到 60 个字母、数字、横线。")
    value = "" if remove else _value()
    if city:
        os.environ["XINHENG_CITY"] = city
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    import django

    django.setup()
    from xinheng.store.connectors import keep_secret

    keep_secret(name, value)
    print(f"已删去密文“{name}”。" if remove else f"已登记密文“{name}”。")


def _value() -> str:
    told = getpass.getpass("口令或令牌：") if sys.stdin.isatty() else sys.stdin.readline(LONGEST + 2)
    value = told.rstrip("\r\n")
    if not value or len(value) > LONGEST:
        raise Refusal("X17", "没有录入，或者过长。", advice="请录入一行口令或令牌。")
    return value
