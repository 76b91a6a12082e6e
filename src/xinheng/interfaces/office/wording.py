"""The words of the office for what the store keeps as codes: states with their tone, events, deeds, numbers."""

from collections.abc import Iterable, Mapping

from xinheng.core.feeds import PENALTY_KINDS, Target
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.refusal import Outcome
from xinheng.core.sources import Citation
from xinheng.store.batches import BatchState, ReturnedState
from xinheng.store.casework import Case

BATCH_TONES = {
    BatchState.PREVIEW: "decide",
    BatchState.LOADED: "done",
    BatchState.UNMAPPED: "decide",
    BatchState.UNREADABLE: "decide",
    BatchState.CANCELLED: "",
}
ROW_TONES = {
    ReturnedState.WAITING: "clock",
    ReturnedState.RETURNED: "",
    ReturnedState.ACCEPTED: "done",
    ReturnedState.REFUSED: "decide",
}
OUTCOMES = {
    Outcome.REFUSE: ("拒收", "decide"),
    Outcome.QUARANTINE: ("待处理", "clock"),
    Outcome.REPAIR: ("改写并注明", ""),
    Outcome.FLAG: ("照常处理，计数", ""),
}
RECORD_TONES = {
    RecordState.ACTIVE: "done",
    RecordState.ANNOTATED: "clock",
    RecordState.DISPUTED: "clock",
}
CASE_STATES = {
    "drafted": ("草拟", ""),
    "submitted": ("待批准", "decide"),
    "approved": ("已批准", "done"),
    "in_force": ("已生效", "done"),
    "withdrawn": ("已撤销", ""),
    "revoked": ("已撤回", ""),
}
CASE_KINDS = {
    "inspection_plan": "抽查计划",
    "feed": "数据源",
    "calendar": "工作日历",
    "model": "评价模型",
    "catalogue": "补充目录",
    "grading": "分级分类政策",
    "risk_order": "检查风险积分表",
    "duties": "权责清单",
    "sharing": "数据共享",
    "promise_list": "可承诺事项清单",
    "promise_letter": "承诺书",
}
DEEDS = {
    "correct": "更正",
    "annotate": "标注",
    "dispute": "标明异议",
    "shield": "屏蔽",
    "repair": "修复",
    "withdraw": "撤回",
    "restore": "恢复",
    "exit": "移出名单",
    "delete": "删除",
    "refile": "随主体合并或拆分归档",
    "twin": "按重复报送屏蔽",
    "untwin": "随拆分恢复",
}
EVENTS = {
    "account.opened": "新建账号",
    "account.closed": "停用账号",
    "account.reopened": "恢复账号",
    "account.unlocked": "解除锁定",
    "account.password_set": "重设密码",
    "account.second_factor_removed": "清除动态验证码",
    "account.locked": "账号锁定",
    "account.signed_in": "登录",
    "enterprise.opened": "开企业账号",
    "enterprise.slip": "重印企业账号办理单",
    "enterprise.activated": "企业账号开通",
    "enterprise.signed_in": "企业登录",
    "enterprise.closed": "注销企业账号",
    "mandate.given": "登记企业授权",
    "mandate.ended": "终止企业授权",
    "own.read": "企业查看本企业档案",
    "own.notice_read": "企业查看提示信息",
    "role.granted": "授予职责",
    "role.ended": "收回职责",
    "batch.received": "收到文件",
    "batch.recognised": "重新识别文件",
    "batch.loaded": "批次入库",
    "batch.repeated": "重复报送",
    "batch.cancelled": "撤销批次",
    "delivery.refused": "退回含不得归集内容的文件",
    "batch.published": "批次公示",
    "nothing.signed": "签署无数据报送说明",
    "nothing.withdrawn": "撤回无数据报送说明",
    "collection.reminded": "提醒报送",
    "conflict.decided": "决定来源不一致",
    "spot_check.entered": "登记抽查核对",
    "sender.made": "办理报送密钥",
    "sender.revoked": "停用报送密钥",
    "sender.delivered": "接口报送",
    "sender.read": "接口读取退回的行",
    "sender.second_place": "密钥从又一处使用",
    "sender.refused": "拒绝使用密钥",
    "sender.place_settled": "核对密钥的使用地点",
    "list.names_screened": "按名称核查名单",
    "webhook.registered": "登记回调地址",
    "webhook.rotated": "更换回调密文",
    "webhook.ended": "停用回调地址",
    "webhook.dead": "回调地址多日没有收下，已停发",
    "webhook.repeated": "重发回调通知",
    "connector.declared": "登记连接器",
    "connector.asked": "要求立即获取",
    "connector.pulled": "从来源获取",
    "connector.failed": "没有取到",
    "connector.held": "来源有变，暂停获取",
    "connector.released": "恢复获取",
    "connector.ended": "停用连接器",
    "exchange.proposed": "登记交换平台",
    "exchange.agreed": "同意交换",
    "exchange.refused": "不同意交换",
    "exchange.ended": "停用交换平台",
    "exchange.key_issued": "发给交换密钥",
    "exchange.made": "做成交换包",
    "exchange.sent": "发送交换包",
    "exchange.failed": "交换包没有送到",
    "exchange.taken": "收下交换包",
    "exchange.receipt": "登记交换回执",
    "exchange.resent": "补发交换包",
    "exchange.asked_again": "对方缺包，自动补发",
    "exchange.compared": "与交换平台对账",
    "subject.flagged": "标注主体性质",
    "subject.unflagged": "终止主体性质标注",
    "sharing.granted": "批准数据共享",
    "sharing.revoked": "撤销数据共享",
    "sharing.read": "共享读取",
    "consent.entered": "登记授权",
    "consent.revoked": "撤回授权",
    "consent.ended": "授权到期",
    "consent.scan_read": "查看授权书",
    "relation.entered": "登记名单相关人员",
    "relation.opened": "查看名单相关人员",
    "relation.openings_exported": "导出名单相关人员的查看记录",
    "relation.forgotten": "删除名单相关人员",
    "record.exit": "移出名单",
    "record.delete": "删除记录",
    "superior.written": "写成上级通报",
    "superior.released": "签发上级通报",
    "superior.served": "登记上级通报的送达",
    "superior.withdrawn": "撤回上级通报",
    "superior.void_told": "登记告知上级通报作废",
    "association.registered": "登记行业协会",
    "member.entered": "登记会员",
    "member.ended": "登记退会",
    "record.deletion_proposed": "提出删除记录",
    "record.deletion_confirmed": "确认删除记录",
    "record.deletion_refused": "不予删除记录",
    "batch.original_destroyed": "销毁报送原件",
    "subject.merge_proposed": "提出合并主体",
    "subject.merged": "合并主体",
    "subject.merge_refused": "不同意合并主体",
    "subject.split_proposed": "提出拆分主体",
    "subject.split": "拆分主体",
    "subject.split_refused": "不同意拆分主体",
    "row.identified": "认定无代码行的主体",
    "row.unidentified": "收回对主体的认定",
    "alias.remembered": "记住别名",
    "alias.revoked": "收回别名",
    "codes.swept": "核查重错码",
    "codes.assigned": "分派重错码",
    "codes.fixed": "登记重错码整改",
    "codes.verified": "复核销号重错码",
    "codes.returned": "退回重错码整改",
    "row.accepted": "采纳待处理的行",
    "row.returned": "退回待处理的行",
    "subject.read": "打开档案",
    "grade.read": "查看评价说明",
    "grade.supposed": "假设试算",
    "result.told": "写成提示信息",
    "notice.read": "打开提示信息",
    "notice.served": "登记送达提示信息",
    "notice.acknowledged": "登记签收提示信息",
    "notice.released": "告知期满，结果可公开",
    "results.read": "查看外部评价结果",
    "results.subscribed": "登记结果接收单位",
    "results.unsubscribed": "停止推送结果",
    "results.pushed": "推送结果",
    "results.taken": "下载推送文件",
    "results.received": "登记推送回执",
    "record.read": "打开记录",
    "evaluation.run": "运行评价",
    "model.tried": "试算模型草稿",
    "model.ended": "停用模型的结果失效",
    "grade.mended": "过去周期的等级因依据变化而更正",
    "results.forgotten": "清除期满的历次评价结果",
    "model.previewed": "预览模型草稿",
    "model.feedback": "反馈评价结果",
    "evaluation.refreshed": "按新记录重算评价",
    "evaluation.night": "夜间评价",
    "evaluation.ordered": "安排评价",
    "evaluation.refused": "评价没有运行",
    "inspector.added": "登记执法检查人员",
    "inspector.changed": "修改执法检查人员",
    "inspector.ended": "停用执法检查人员",
    "plan.filed": "登记计划备案",
    "classification.made": "编制分类结果",
    "classification.published": "公布分类结果",
    "check.begun": "开始紧急检查",
    "oversight.told": "告知执法监督",
    "oversight.seen": "执法监督签收",
    "draw.announced": "公告抽取",
    "draw.made": "随机抽取",
    "draw.committed": "计算抽取的承诺值",
    "draw.revealed": "提交抽取的秘密文字",
    "draw.failing": "提出抽取未能完成",
    "draw.failed": "宣布抽取未能完成",
    "draw.replacing": "提出更换检查人员",
    "draw.replaced": "更换检查人员",
    "publication.expired": "公示期满停止",
    "visit.dispatched": "派出检查",
    "visit.beyond_ceiling": "超过频次上限派出检查",
    "visit.checked_in": "入企登记",
    "visit.recorded": "登记检查结果",
    "visit.confirmed": "确认检查结果",
    "visit.rated": "企业评价检查",
    "lead.received": "收到设备线索",
    "lead.closed": "处理设备线索",
    "lead.handed": "转交设备线索",
    "lead.taken_over": "接收设备线索",
    "lead.sent_back": "退回设备线索",
    "joint.proposed": "提出联合检查",
    "joint.agreed": "同意联合检查",
    "joint.declined": "不参加联合检查",
    "effects.orphans": "发现没有依据的影响",
    "ending.late": "接收方逾期未确认终止",
    "ending.confirmed": "登记接收方确认终止",
    "ending.told_again": "再次告知接收方终止",
    "rows.returned": "退回逾期未处理的行",
    "rows.emptied": "清空退回的行",
    "file.destroyed": "销毁文件",
    "policy.published": "发布政策数据",
    "ledger.verified": "核对账本",
    "ledger.exported": "导出账本",
    "case.list_exported": "导出办理事项清单",
    "deadline.suspended": "中止期限",
    "deadline.resumed": "恢复期限",
    "deadline.asked": "申请延长期限",
    "deadline.extended": "延长期限",
    "deadline.refused": "不同意延长期限",
    "recusal.asked": "提出回避",
    "recusal.granted": "决定回避",
    "recusal.refused": "不同意回避",
    "flow.migration_proposed": "提出流程迁移",
    "flow.migrated": "流程迁移",
    "flow.migration_undone": "退回流程迁移",
    "case.code_given": "发查询码",
    "case.looked_up": "凭查询码查进度",
    "case.lookup_locked": "查询码输错锁定",
    "case.draft": "草拟",
    "case.edit": "修改草稿",
    "case.submit": "送审",
    "case.approve": "批准",
    "case.return": "退回草稿",
    "case.withdraw": "撤销草稿",
    "case.take_effect": "生效",
    "case.revoke": "撤回",
    "answers.emptied": "清除接口答复",
    "attachment.added": "添加附件",
    "attachment.infected": "附件查出病毒",
    "attachment.read": "打开附件",
    "attachment.withdrawn": "撤下附件",
    "case.archived": "导出归档包",
    "commitment.breach_received": "确认收到违诺情况",
    "commitment.breach_reported": "报送违诺情况",
    "commitment.breach_taken_back": "撤回违诺情况",
    "commitment.breaches_taken": "导出违诺情况统一表",
    "commitment.register_taken": "下载承诺登记表",
    "commitment.registered": "登记信用承诺",
    "fair_review.confirmed": "确认公平竞争审查",
    "fair_review.entered": "登记公平竞争审查",
    "letter.issued": "发出文书",
    "letter.read": "打开文书",
    "letter.taken": "取走文书",
    "list.compared": "核对整份名单",
    "listing.ended": "移出名单",
    "listing.release_made": "编制名单发布批次",
    "listing.released": "发布名单批次",
    "listing.release_discarded": "作废没有发布的名单批次",
    "campaign.taken": "纳入专项治理",
    "campaign.done": "专项治理完成",
    "campaign.left": "移出专项治理",
    "measure.answered": "答复措施",
    "measure.applied": "实施措施",
    "measure.case_reviewed": "审查典型案例",
    "measure.ended": "终止措施",
    "measure.handed_out": "推送措施信息",
    "measure.remedied": "纠正错误措施",
    "measure.superior_not_told": "上级单位未告知",
    "incentive.reviewed": "复核激励",
    "incentive.confirmed": "确认激励复核",
    "incentive.sent_back": "退回激励复核",
    "incentive.ended": "激励复核后终止",
    "measure.used": "反馈措施使用",
    "misuse.extract": "调取账本摘录",
    "misuse.opened": "查看投诉内容",
    "pulls.emptied": "清除获取记录",
    "readings.forgotten": "清除共享读取的逐户记录",
    "repair.pledge_not_entered": "修复承诺没有登记",
    "repair.reminded": "提醒可以申请修复",
    "repair.reminders_read": "查看快到修复日的企业",
    "repair.agency": "登记修复服务机构",
    "repair.agency_struck": "注销修复服务机构",
    "repair.course": "登记培训",
    "repair.course_ended": "停止培训",
    "repair.upper_result": "收到上级修复结果",
    "repair.upper_settled": "办结上级修复结果",
    "rule.assessed": "评估制度文件",
    "rule.entered": "登记制度文件",
    "scans.bundled": "打包扫描件",
    "scans.received": "登记扫描件签收",
    "scans.taken": "取走扫描件包",
    "signing_key.made": "生成签名密钥",
    "signing_key.retired": "停用签名密钥",
    "subject.checked": "办事核查",
    "check.decided": "反馈核查后的办理结果",
    "check.corrected": "更正核查后的办理结果",
    "measure.list_sent": "发送措施清单",
    "measure.list_read": "确认收到措施清单",
    "open_data.published": "发布开放数据快照",
    "review.made": "出具核查报告",
    "review.confirmed": "确认信用核查复函",
    "review.used": "登记核查结果的使用",
    "agency.registered": "登记信用服务机构",
    "agency.struck": "移出信用服务机构",
    "agency_report.entered": "登记第三方信用报告",
    "agency_report.answered": "登记机构对报告的答复",
    "agency_report.withdrawn": "撤回第三方信用报告",
    "province_report.asked": "申请省平台专项信用报告",
    "province_report.received": "取得省平台专项信用报告",
    "province_report.refused": "省平台未出具专项信用报告",
    "province_report.infected": "省平台专项信用报告查出病毒",
    "report.accepted": "登记报告代替证明",
    "report.refused": "登记没有接受报告",
    "arrears.proposed": "提出公示拖欠账款",
    "arrears.shown": "决定公示拖欠账款",
    "arrears.ended": "停止公示拖欠账款",
    "article.written": "写成文章版本",
    "article.released": "发布文章",
    "article.withdrawn": "撤下文章",
    "article.file_added": "文章附上图片或文件",
    "article.file_removed": "文章移除图片或文件",
    "article.file_cleared": "文章的文件清除作者等信息",
    "article.file_barred": "文章的文件不能清除作者等信息",
    "article.file_put_off": "文章的文件暂时不能清除，稍后再试",
    "article.file_infected": "文章的文件查出病毒",
    "up_report.made": "生成双公示上报文件",
    "up_report.discarded": "作废双公示上报文件",
    "up_report.taken": "下载双公示上报文件",
    "up_report.handed": "登记上报文件交出",
    "up_report.answered": "登记上报回执",
    "up_report.again": "重新上报",
} | {f"record.{deed}": f"{word}记录" for deed, word in DEEDS.items()}


def event_word(kind: str) -> str:
    """What an event of the ledger is called."""
    if kind.startswith("case."):
        return EVENTS.get(kind, "办理事项")
    return EVENTS.get(kind, kind)


def feed_title(feed: str, policy: Policy) -> str:
    known = policy.feeds.get(feed)
    return known.title if known else feed


def item_title(item: int | None, policy: Policy) -> str:
    if item is None:
        return ""
    try:
        return policy.catalogue.item(item).title
    except KeyError:
        return f"目录第 {item} 项"


def problem_words(code: str, policy: Policy) -> dict[str, str]:
    """Code, label, outcome and tone of a problem."""
    known = policy.quality.problems.get(code)
    word, tone = OUTCOMES[known.outcome] if known else ("", "")
    return {"code": code, "label": known.title if known else "", "outcome": word, "tone": tone}


def case_state(case: Case) -> tuple[str, str]:
    return CASE_STATES.get(case.state, (case.state, ""))


def result_words(result: str, feed: str, policy: Policy) -> str:
    """The result of a record in the words of the file it came in; several are joined."""
    known = policy.feeds.get(feed)
    column = known.columns.get(Target.RESULT) if known else None
    named = {**PENALTY_KINDS}
    if column is not None:
        for word, key in (*reversed(column.contains.items()), *reversed(column.values.items())):
            named[key] = PENALTY_KINDS.get(key, word)
    return "、".join(named.get(part, part) for part in result.split("+") if part)


def class_word(seriousness: int) -> str:
    """Empty where a record has no class."""
    return Seriousness(seriousness).label if seriousness else ""


def finality_word(finality: int) -> str:
    return Finality(finality).label if finality else ""


def cited(citations: Iterable[Citation], policy: Policy) -> str:
    """Documents with their clauses."""
    return "；".join(
        policy.sources[one.source].cite(one.clause) for one in citations if one.source in policy.sources
    )


def districts(policy: Policy) -> Mapping[str, str]:
    """Names of the counties by code, ended ones included."""
    return {code: county.name for code, county in policy.counties.items()}
