"""What the counter could say of somebody, route by route, for the scanner of what has ended (interfaces.web.surfaces)."""

from xinheng.interfaces.web.surfaces import Openness, Surface, speaking_of

_OWN = "本企业登录后查看自己的档案"

SURFACES: tuple[Surface, ...] = (
    Surface("cases"),
    Surface("misuse"),
    Surface("visit_codes"),
    Surface("visit_code", openness=Openness.CLOSED, why="凭通知书上的入企检查码，不能按企业查询"),
    Surface("verify_reports"),
    Surface("verify_report", speaking_of("counter:verify_report", "reports")),
    Surface("report_certificates", why="只有平台的签名证书"),
    Surface("public_report", speaking_of("counter:public_report", "subject")),
    Surface("public_report_made", speaking_of("counter:public_report_made", "reports")),
    Surface("public_report_pdf", speaking_of("counter:public_report_pdf", "reports")),
    Surface("public_report_json", speaking_of("counter:public_report_json", "reports")),
    Surface("public_report_zip", speaking_of("counter:public_report_zip", "reports")),
    Surface("own"),
    Surface("sign_in"),
    Surface("sign_out", openness=Openness.CLOSED, why="只接受提交"),
    Surface("activate"),
    *(
        Surface(route, openness=Openness.CLOSED, why=_OWN)
        for route in (
            "own_file",
            "own_campaigns",
            "own_measures",
            "own_consents",
            "new_own_consent",
            "own_consent",
            "own_commitments",
            "new_own_commitment",
            "own_commitment",
            "own_notices",
            "own_notice",
            "own_readings",
            "own_objection",
            "own_cases",
            "own_case",
            "own_repairs",
            "own_repair",
            "own_repair_case",
            "own_repair_sheet",
            "own_reports",
            "own_special_report",
            "own_report",
            "own_report_pdf",
            "own_report_json",
            "own_report_zip",
            "own_province_reports",
            "own_province_report_pdf",
            "own_visits",
            "own_visit",
            "own_letter",
            "own_papers",
            "own_papers_file",
            "own_commitment_papers",
            "own_commitment_papers_file",
        )
    ),
)
