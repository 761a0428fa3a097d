export const home = {
  title: "首页", hello: "您好，{{name}}", open: "待我处理", waiting: "等待他方", done: "已办结", start: "发起合同", startLead: "选择燃气公司和申请人类别，即可在线办理", emptyOpen: "目前没有等您处理的办件", emptyWaiting: "没有等待他方处理的办件", emptyDone: "还没有办结的办件", emptyHelp: "发起一份合同后，会在这里看到进度。",
  waitsFor: "等待{{who}}", yourTurn: "轮到您了", deadline: "截止", updated: "更新", newCase: "办件", stage: "阶段", continue: "继续办理", expiring: "即将到期的合同",
};
export const queue = {
  title: "待办队列", lead: "领取后由您处理；一天内到期的以红色标出", state: "状态", assignee: "处理人", mine: "我领取的", assign: "指派", unclaimed: "未领取", everyone: "全部", claim: "领取", release: "退回队列", claimed: "已领取", released: "已退回队列", assigned: "已转派", assignTo: "转派 {{number}}", view: "范围", view_open: "等我处理", view_waiting: "等待他方", view_done: "已办结", view_running: "全部办理中", view_all: "全部（含已办结）", search: "编号、单位、地址", age: "已等待", applicant: "申请人", empty: "队列是空的", emptyHelp: "新提交的办件会自动出现在这里。", emptyFilter: "没有符合条件的办件", counterCase: "代客户发起", updatedSort: "最近更新", deadlineSort: "截止时间", sort: "排序",
};
export const start = {
  title: "发起燃气供用合同", operator: "燃气公司", operatorHelp: "为您的用气地点供气的公司", category: "申请人类别", sole: "个体经营户负责人", soleHelp: "个体工商户的经营者本人办理", legal: "社会组织法定代表人", legalHelp: "公司或其他组织的法定代表人本人办理", agent: "社会组织经办人", agentHelp: "受单位委托办理，需上传授权委托书", needs: "办理前请准备", begin: "开始办理", draft: "过程中随时保存草稿，可以换设备继续。", customer: "客户", customerHelp: "输入客户的统一社会信用代码，由您在柜台代为录入；客户登录后可看到同一办件。", find: "查找", notFound: "没有以此代码登记的客户。请客户先注册账户并登记单位。", counterTitle: "代客户发起", renew: "从办件 {{number}} 续签", renewHelp: "上一份合同的资料会带入新办件，请核对后提交；照片等文件须重新上传。", noOrg: "先选择或登记您的单位", noOrgHelp: "合同以单位名义签订并盖单位的印章，个体工商户也是如此。请在“账户”里登记（需统一社会信用代码），再切换为该单位。", toOrgs: "去登记", noOperators: "目前没有开通在线签约的燃气公司。",
};
export const cases = {
  "docState_taken-out": "已撤出档案", formerFiles: "以前的文件", formerFile: "第 {{version}} 版", fileBefore: "原文件", fileNow: "新文件",
  loading: "办件", stages: "办理进度", stageDone: "已完成", stageCurrent: "进行中", stageLater: "未开始", needs: "这一步需要", tasks: "办理事项", sections: "资料", materials: "材料", documents: "文件", timeline: "办理记录", parties: "当事人", info: "办理信息", handedIn: "已提交的资料", handler: "办理人员", noHandler: "尚未分派", expected: "预计答复", deadlines: "时限", assurance: "身份核验等级", waiting: "现在等待：{{who}}", waitingHelp: "有进展时会通知您，也可以在此查看。", yourTurn: "下一步：{{what}}", finished: "已办结", from: "来自办件", registry: "工商登记核对", registry_unverified: "未核验：未与登记信息核对", registry_match: "与登记信息一致", registry_differs: "与登记信息不一致：{{fields}}", registry_unknown: "登记信息中无此统一社会信用代码", registryField_name: "单位名称", registryField_legalRep: "法定代表人", registryField_status: "企业非存续状态", registryAnd: "、", copyNumber: "复制编号",
  correctOnly: "只需修改标为“不合格”的项目，其余不用重填。",
  notStarted: "未开始", incomplete: "待补全", complete: "已完成", given: "已提交", missing: "待上传", qualified: "合格", unqualified: "不合格", locked: "只读",
  draftSaved: "草稿已保存 {{at}}", draftSaving: "正在保存…", draftFailed: "草稿未能保存，恢复网络后自动重试", draftConflict: "这份资料已在别处修改", draftConflictHelp: "您的填写仍保留在页面上。请选择保留哪一份。", keepMine: "保留我的", takeTheirs: "用最新的", changedFields: "有变化的项目：{{names}}",
  errorsTitle: "有 {{count}} 处需要更正", errorsMissing: "未填写", errorsMalformed: "填写有误", allErrors: "提交前请逐项更正，点击可跳到该项。",
  stepTitle: "办理", submitStep: "提交并进入下一步", doneStep: "已提交", refresh: "查看最新内容", movedOn: "办件已有新进展",
  upload: "上传文件", takePhoto: "拍照", dropHere: "拖放到此处，或", accept: "可用格式：{{types}}；每个不超过 {{size}}", uploading: "上传中 {{percent}}%", checking: "安全检查中…", resume: "继续上传", failed: "上传中断", refused: "文件未通过检查", tooLarge: "文件过大（上限 {{size}}）", wrongType: "不支持此格式", previous: "上次提交的", fileCount: "{{count}} 个文件", removeFile: "移除 {{name}}", image: "图片", returned: "退回原因：{{reason}}",
  docState_draft: "草稿", docState_signed: "已签名", docState_sealed: "已盖章", docState_effective: "已生效", docState_superseded: "已被替换", docState_voided: "已作废", docState_expired: "已到期", pages: "{{count}} 页", readDoc: "阅读", digest: "摘要", signedBy: "签署",
  notAssured: "身份尚未核验", outcomeNoMatch: "未通过", outcomeRefused: "被拒绝", outcomeMatch: "通过", outcomeDoubtful: "待人工确认", outcomeQualified: "全部合格", outcomeUnqualified: "有不合格", factScore: "相似度", factThreshold: "阈值", factModel: "模型", factLive: "活体检测", basis: "核验依据", basis_pictures: "比对现场影像与证件照片", basis_video: "视频通话核对本人与证件", basis_counter: "当面核对本人与证件原件",
  unmask: "查看", unmaskReason: "查看原因", unmaskTitle: "查看被遮盖的信息", unmaskHelp: "原因记入办理记录；此后 24 小时内，本办件中的证件号码、电话和证件照片对您显示。", remind: "催办", evidence: "出证报告", entrySeq: "第 {{seq}} 条", chain: "记录以哈希链保存，不可篡改；头部摘要 {{head}}", chainShort: "校验", moreEntries: "全部记录", by: "由", system: "系统", viewAll: "展开全部 {{count}} 条", fewer: "只看最近",
  openDesk: "进入审核台", secondFactor: "动态口令", secondFactorHelp: "此操作需要再次确认是您本人。", confirmTitle: "请确认", noActions: "目前没有需要您做的操作。", others: "其他操作", select: "请选择", longTerm: "长期有效", addRow: "添加一行", removeRow: "移除此行", row: "第 {{n}} 行",
};
