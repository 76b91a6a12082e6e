"""What the interface could say of somebody, by operation, for the scanner of what has ended (interfaces.web.surfaces).

Keys of senders see what they sent themselves; other platforms are told of an end by mark (services.exchanges_out).
"""

from xinheng.interfaces.web.surfaces import About, Openness, Surface

_OWN = "报送单位凭密钥查看自己报送的回执"
_LEAD = "设备线索只由报送单位推送，回答编号和处理情况，不含企业的任何信息"
_POSTED = "同样的核查，只接受 POST；内容与 check_subject 相同"
_DECIDED = "业务系统反馈办理结果，不含企业的任何信息"
_CALLED = "业务系统登记自己的回调地址，只答地址和编号，不含企业的任何信息"
_PEER = "平台之间的交换：终止只传编号"


def _subject(about: About) -> list[str]:
    return [f"/api/v1/shared/subjects/{about.code}?purpose=permit"]


def _check(about: About) -> list[str]:
    return [f"/api/v1/checks/{about.code}?purpose=permit&occasion=licensing&reference=SP-1"]


def _changes(about: About) -> list[str]:
    return ["/api/v1/shared/changes?purpose=permit"]


SURFACES: tuple[Surface, ...] = (
    Surface("reference"),
    Surface("openapi"),
    Surface("nowhere", why="不是接口的地址"),
    *(
        Surface(route, openness=Openness.CLOSED, why=_OWN)
        for route in ("deliver", "shown", "problems", "feeds")
    ),
    *(
        Surface(route, openness=Openness.CLOSED, why=_PEER)
        for route in (
            *("package", "receipt", "holdings"),
            *("push_application", "push_result", "push_objection"),
        )
    ),
    Surface("push_lead", openness=Openness.CLOSED, why=_LEAD),
    Surface("shared_items", openness=Openness.KEY),
    Surface("shared_subject", _subject, Openness.KEY),
    Surface("check_subject", _check, Openness.KEY),
    *(Surface(route, openness=Openness.CLOSED, why=_POSTED) for route in ("check_one", "check_many")),
    Surface("check_decided", openness=Openness.CLOSED, why=_DECIDED),
    *(
        Surface(route, openness=Openness.CLOSED, why=_CALLED)
        for route in ("register_webhook", "list_webhooks", "rotate_webhook", "try_webhook", "remove_webhook")
    ),
    Surface("shared_changes", _changes, Openness.KEY),
)
