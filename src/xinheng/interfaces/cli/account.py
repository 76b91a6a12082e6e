"""`xinheng account open`: opens an account from the machine itself; the first one has nobody to ask in the office."""

import getpass
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.interfaces.cli.options import AgencyOption, CityOption

ROLES = "、".join(f"{role.value}（{role.label}）" for role in Role)


def register(app: typer.Typer) -> None:
    commands = typer.Typer(help="账号：开立。", no_args_is_help=True)
    commands.command("open")(open_)
    app.add_typer(commands, name="account")


def open_(
    username: Annotated[str, typer.Argument(metavar="账号", help="登录用的账号名")],
    name: Annotated[str, typer.Option(metavar="姓名", help="本人姓名")],
    roles: Annotated[list[str], typer.Option("--role", metavar="角色", help=f"角色的代号：{ROLES}")],
    agency: AgencyOption = None,
    city: CityOption = None,
) -> None:
    """开立账号；密码从键盘读入，不留在命令历史中。

    不写 --agency 时，账号属于市本级。
    """
    wanted = tuple(_role(word) for word in roles)
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.organisations import organisation_for, set_up_organisations
    from xinheng.services.people import Account, open_account, refuse_known_account
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    refuse_known_account(username)
    now = datetime.now(UTC)
    policy = policy_in_force(on=day_of(now))
    root = set_up_organisations(policy, on=day_of(now))
    organisation = organisation_for(policy, agency) if agency else root
    account = Account(username=username, display_name=name, organisation=organisation, roles=wanted)
    open_account(account, password=_password(), actor=None, now=now, today=day_of(now))
    print(f"已开立账号 {username}（{name}）：{'、'.join(role.label for role in wanted)}")


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError as error:
        raise Refusal("U03", f"没有角色“{word}”。", advice=f"可用的角色：{ROLES}") from error


def _password() -> str:
    """From the keyboard, or the first line of standard input where there is no keyboard."""
    password = getpass.getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < 10:
        raise Refusal("U04", "密码至少 10 位。", advice="请换一个更长的密码。")
    return password
