"""What the portal could say of somebody, route by route, for the scanner of what has ended (interfaces.web.surfaces)."""

from xinheng.interfaces.web.surfaces import Surface, speaking_of, with_query

SURFACES: tuple[Surface, ...] = (
    Surface("home"),
    Surface("search", with_query("portal:search", "q={name}", "q={code}")),
    Surface("subject", speaking_of("portal:subject", "subject")),
    Surface("grade", speaking_of("portal:grade", "subject", "runs")),
    Surface("by_code", speaking_of("portal:by_code", "code")),
    Surface("acts", with_query("portal:acts", "kind=penalty")),
    Surface("acts_csv", with_query("portal:acts_csv", "kind=penalty")),
    Surface("act", speaking_of("portal:act", "publications")),
    Surface("complaints"),
    Surface("commitments", with_query("portal:commitments", "q={name}", "q={code}")),
    Surface("promise_lists"),
    Surface("promise_list", why="可承诺事项清单不列企业"),
    Surface("promise_item", why="可承诺事项不列企业"),
    Surface("draws"),
    Surface("draw", why="抽查不列企业名称，只列编号"),
    Surface("record", why="抽查文件不列企业名称，只列编号"),
    Surface("announcement", why="抽查公告不列企业名称"),
    Surface("about"),
    Surface("catalogue"),
    Surface("catalogue_json"),
    Surface("catalogue_csv"),
    Surface("catalogue_xlsx"),
    Surface("measures"),
    Surface("measures_json"),
    Surface("rules"),
    Surface("robots"),
    Surface("health"),
)
