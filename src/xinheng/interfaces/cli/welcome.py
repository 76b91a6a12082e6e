"""Where to go once the site runs: the public pages, the office, and in a demonstration who may sign in there and how stand-ins
for other systems are started by hand."""

from django.conf import settings

from xinheng.interfaces.cli.demo_people import ENTERPRISE, ENTERPRISE_NAME, PASSWORD, STAFF
from xinheng.store.accounts import User
from xinheng.store.enterprises import EnterpriseAccount


def addresses(*, host: str, port: int) -> list[str]:
    shown = f"[{host}]" if ":" in host else host
    site = f"http://{shown}:{port}"
    return [f"公示网站：{site}/", f"业务系统：{site}/office/", f"企业空间：{site}/own/"]


def accounts() -> list[str]:
    """The demonstration accounts that this database holds, with their password."""
    names = {username: name for username, name, *_ in STAFF}
    known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    if not known:
        return ["演示账号尚未建立：先运行 xinheng demo（或 make demo）。"]
    return [
        f"演示账号（密码均为 {PASSWORD}；需要动态口令的，登录页会显示当前演示口令）：",
        *(f"  {username:<10}{name}" for username, name in names.items() if username in known),
        *_enterprise(),
    ]


def _enterprise() -> list[str]:
    """The account of the made-up enterprise, where it has been opened."""
    if not EnterpriseAccount.objects.filter(number=ENTERPRISE).exists():
        return []
    return ["演示企业账号（密码相同）：", f"  {ENTERPRISE}  {ENTERPRISE_NAME}"]


def stand_ins() -> list[str]:
    """How the platform of the province and a system that is told of changes are tried out; nothing is started by itself."""
    return [
        "试用与其他系统的对接（需要时自行启动，说明见 docs/how-to/）：",
        "  省平台模拟  python examples/province_simulator.py 8200",
        '              然后用 XINHENG_PROVINCE="http://127.0.0.1:8200 127.0.0.0/8" make run 启动网站',
        "  接收通知    XINHENG_WEBHOOK_SECRET=登记时得到的密钥 python examples/receive_webhooks.py 8101",
        "              网站用 XINHENG_WEBHOOK_NETWORKS=127.0.0.0/8 启动，地址按 docs/how-to/receive-webhooks.md 登记",
    ]


def welcome(*, host: str, port: int) -> str:
    told = [*accounts(), *stand_ins()] if settings.DEMO else ["登录账号用 xinheng account open 开立。"]
    return "\n".join([*addresses(host=host, port=port), *told, "按 Ctrl+C 结束。"])
