"""The entries of the two menus, by the names of their routes. A route that is not mounted is left out.

A view that knows what its reader may do passes its own ``menu``; this is the order and the wording.
"""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from xinheng.interfaces.web.parts import Link, MenuGroup


@dataclass(frozen=True, slots=True)
class Route:
    """``under`` are further routes in which the entry counts as current."""

    label: str
    name: str
    under: tuple[str, ...] = ()


PORTAL = (
    Route("查企业", "portal:search", ("portal:subject", "portal:grade")),
    Route("行政行为公示", "portal:acts", ("portal:act",)),
    Route(
        "信用承诺",
        "portal:commitments",
        ("portal:promise_lists", "portal:promise_list", "portal:promise_item"),
    ),
    Route("名单和公示", "portal:lists", ("portal:list", "portal:list_release")),
    Route(
        "双随机抽查",
        "portal:draws",
        (
            *("portal:draw", "portal:announcement", "portal:matters", "portal:ceilings"),
            *("portal:inspection_plans", "portal:grading", "portal:classification"),
        ),
    ),
    Route("企业登录", "counter:own", ("counter:sign_in", "counter:activate")),
    Route(
        "法规与说明",
        "portal:about",
        ("portal:rules", "portal:catalogue", "portal:measures", "portal:measure_cases"),
    ),
)

PORTAL_FOOT = (
    Route("检查结果公示", "portal:inspection_results"),
    Route("入企检查码核验", "counter:visit_codes", ("counter:visit_code",)),
    Route("信用报告核验", "counter:verify_reports", ("counter:verify_report",)),
    Route("消费投诉公示", "portal:complaints"),
    Route("拖欠账款公示", "portal:arrears"),
    Route("政策和动态", "portal:articles", ("portal:article",)),
    Route("信用信息目录", "portal:catalogue"),
    Route("开放数据", "portal:open_data"),
)

OFFICE: tuple[tuple[str, tuple[Route, ...]], ...] = (
    (
        "",
        (
            Route("工作台", "office:desk"),
            Route("全市情况", "office:dashboard"),
            Route(
                "办理事项",
                "office:cases",
                (
                    "office:case",
                    "office:new_order",
                    "office:new_remedy",
                    "office:misuse_extract",
                    "office:flow_versions",
                    "office:flow_migration",
                ),
            ),
            Route(
                "信用修复",
                "office:repair_desk",
                ("office:new_repair", "office:repair_results", "office:repair_services", "office:new_relief"),
            ),
        ),
    ),
    (
        "归集",
        (
            Route("上传文件", "office:upload", ("office:preview", "office:receipt", "office:confirm_batch")),
            Route("批次", "office:batches", ("office:batch",)),
            Route("行政行为公示", "office:acts"),
            Route("双公示上报", "office:up_reports", ("office:up_report",)),
            Route("待处理的行", "office:quarantine", ("office:quarantined",)),
            Route(
                "信用信息目录",
                "office:catalogue",
                (
                    *("office:catalogue_item", "office:catalogue_draft", "office:catalogue_version"),
                    *("office:supplement_item", "office:supplement_sharing"),
                    *("office:duties", "office:import_duties"),
                ),
            ),
            Route("数据源", "office:feeds", ("office:map_feed", "office:feed")),
            Route(
                "扫描件",
                "office:scans",
                ("office:scan_bundles", "office:attachments", "office:receive_bundle"),
            ),
            Route("报送情况", "office:collection", ("office:sign_nothing", "office:statement")),
            Route(
                "数据质量",
                "office:quality",
                (
                    *("office:quality_rows", "office:quality_scores", "office:quality_coverage"),
                    *("office:spot_checks", "office:add_check"),
                ),
            ),
            Route(
                "主体与代码",
                "office:code_issues",
                (
                    *("office:code_issue", "office:identities", "office:identity"),
                    *("office:merges", "office:merge", "office:fix_issue", "office:verify_issue"),
                    *("office:decide_identity", "office:propose_merge", "office:decide_merge"),
                ),
            ),
            Route("来源不一致", "office:conflicts", ("office:conflict", "office:decide_conflict")),
        ),
    ),
    (
        "监管",
        (
            Route(
                "企业档案",
                "office:subjects",
                (
                    *("office:subject", "office:grade", "office:what_if", "office:results", "office:record"),
                    *(
                        "office:delete_record",
                        "office:decide_deletion",
                        "office:marks",
                        "office:add_mark",
                        "office:end_mark",
                    ),
                    *("office:persons", "office:add_person", "office:person"),
                    *("office:superior_letters", "office:tell_superior", "office:serve_superior"),
                ),
            ),
            Route("主体统计", "office:census"),
            Route(
                "政务诚信",
                "office:government",
                ("office:arrears", "office:propose_arrears", "office:arrears_notice"),
            ),
            Route(
                "信用承诺",
                "office:commitments",
                (
                    *("office:take_commitment", "office:take_commitment_of", "office:commitment_figures"),
                    "office:member_commitments",
                ),
            ),
            Route(
                "可承诺事项",
                "office:promise_lists",
                (
                    *("office:new_promise_list", "office:new_promise_letter", "office:promise_draft"),
                    *("office:promise_item", "office:edit_promise_letter"),
                ),
            ),
            Route(
                "数据共享",
                "office:sharing",
                ("office:apply_sharing", "office:sharing_case", "office:sharing_use", "office:sharing_key"),
            ),
            Route("代提异议", "office:objection_desk", ("office:new_objection",)),
            Route("授权登记", "office:consents", ("office:consent", "office:new_consent")),
            Route(
                "评价模型",
                "office:models",
                (
                    *("office:model", "office:new_model", "office:model_draft", "office:model_part"),
                    *(
                        "office:preview_model",
                        "office:model_trial",
                        "office:model_report",
                        "office:draft_report",
                    ),
                    *("office:model_history", "office:evaluation_cycles"),
                ),
            ),
            Route("评价", "office:evaluations", ("office:run_evaluation", "office:evaluation_run")),
            Route("提示信息", "office:notices", ("office:notice", "office:serve_notices")),
            Route(
                "名单",
                "office:listings",
                (
                    *("office:list_entries", "office:list_watch", "office:list_releases"),
                    *("office:make_release", "office:local_rules", "office:add_local_rule"),
                    *("office:local_rule", "office:new_listing"),
                ),
            ),
            Route(
                "文书送达",
                "office:letters",
                ("office:letter", "office:write_letter", "office:serve_letter", "office:complete_letter"),
            ),
            Route(
                "奖惩措施",
                "office:measures",
                (
                    *("office:new_measure", "office:measures_applied", "office:measure", "office:report_use"),
                    *(
                        "office:measure_tasks",
                        "office:measure_task",
                        "office:measure_uses",
                        "office:review_use",
                    ),
                    *("office:measure_figures", "office:measure_reviews", "office:new_fair_review"),
                    *("office:confirm_fair_review", "office:measure_handouts"),
                    *("office:measure_lists", "office:confirm_measure_list"),
                ),
            ),
            Route(
                "专项治理",
                "office:campaigns",
                (
                    *("office:campaign", "office:new_campaign", "office:edit_campaign"),
                    *("office:take_into_campaign", "office:campaign_line"),
                ),
            ),
            Route("办事核查", "office:measure_check", ("office:measure_check_many", "office:screen_names")),
            Route(
                "投标人核查和核查函",
                "office:reviews",
                ("office:review", "office:new_review", "office:new_inquiry"),
            ),
            Route(
                "第三方信用报告", "office:agency_reports", ("office:agency_report", "office:credit_agencies")
            ),
            Route("报告代替证明", "office:report_acceptances"),
            Route("结果推送", "office:pushes", ("office:add_subscription",)),
            Route("年度分类结果", "office:classifications"),
            Route(
                "执法检查人员",
                "office:inspectors",
                ("office:inspector", "office:new_inspector", "office:end_inspector"),
            ),
            Route(
                "抽查计划",
                "office:plans",
                (
                    *("office:plan", "office:new_plan", "office:edit_plan", "office:commit", "office:draw"),
                    *(
                        "office:inspection_matters",
                        "office:case_checks",
                        "office:new_case_check",
                        "office:unrated",
                    ),
                ),
            ),
            Route("风险排序", "office:risk_order", ("office:risk_draft", "office:upload_points")),
            Route("分级分类政策", "office:gradings", ("office:grading_draft", "office:grading_band")),
            Route(
                "入企检查",
                "office:visits",
                ("office:send_draw", "office:send_lead", "office:visit_figures"),
            ),
            Route("联合检查", "office:joint_checks"),
            Route("设备线索", "office:leads", ("office:lead",)),
            Route("检查效果", "office:visits_effect"),
            Route("应查必查", "office:check_duties"),
            Route("闭环监管", "office:loops", ("office:loop",)),
        ),
    ),
    (
        "管理",
        (
            Route("审批事项", "office:approvals", ("office:approval",)),
            Route(
                "文章",
                "office:articles",
                ("office:article", "office:new_article", "office:edit_article", "office:add_article_file"),
            ),
            Route("工作日历", "office:calendar", ("office:calendar_year",)),
            Route(
                "窗口信用报告",
                "office:window_reports",
                ("office:new_window_report", "office:new_window_special_report"),
            ),
            Route(
                "企业账号",
                "office:mandates",
                ("office:mandate_account", "office:new_mandate_account", "office:add_mandate"),
            ),
            Route("用户与职责", "office:users", ("office:user", "office:new_user", "office:grant_role")),
            Route(
                "协会与会员",
                "office:associations",
                (
                    *("office:members", "office:add_member"),
                    *("office:end_membership", "office:new_association"),
                ),
            ),
            Route(
                "报送密钥", "office:senders", ("office:sender", "office:new_sender", "office:revoke_sender")
            ),
            Route("回调通知", "office:webhooks", ("office:webhook", "office:end_webhook")),
            Route(
                "连接器",
                "office:connectors",
                ("office:connector", "office:new_connector", "office:release_connector"),
            ),
            Route(
                "上下级交换",
                "office:exchanges",
                (
                    *("office:exchange", "office:new_exchange", "office:exchange_holdings"),
                    *("office:decide_exchange", "office:resend_exchange", "office:compare_exchange"),
                ),
            ),
            Route("终止未确认", "office:late_receipts"),
            Route("操作账本", "office:ledger", ("office:opened_persons",)),
        ),
    ),
)


def links(routes: tuple[Route, ...], *, current: str) -> list[Link]:
    found = []
    for route in routes:
        try:
            url = reverse(route.name)
        except NoReverseMatch:
            continue
        found.append(Link(route.label, url, current=current in (route.name, *route.under)))
    return found


def groups(*, current: str) -> list[MenuGroup]:
    entries = [MenuGroup(label, links(routes, current=current)) for label, routes in OFFICE]
    return [group for group in entries if group.links]
