export const common = {
  brand: "朱砂", loading: "正在载入…", retry: "再试一次", close: "关闭", cancel: "取消", save: "保存", saved: "已保存", submit: "提交", edit: "修改", remove: "移除", delete: "删除", add: "添加",
  back: "返回", next: "下一步", more: "载入更多", search: "搜索", clear: "清除", all: "全部", yes: "是", no: "否", optional: "选填", required: "必填", download: "下载", print: "打印", open: "打开", view: "查看", preview: "预览",
  reason: "原因", name: "名称", state: "状态", actions: "操作", phone: "电话", skip: "跳到正文", language: "English", copy: "复制", copied: "已复制", none: "无", refresh: "刷新", confirm: "确认", details: "详情", hide: "收起", showPassword: "显示密码",
  left: "还剩 {{time}}", overdue: "已超期 {{time}}", page: "第 {{page}} / {{pages}} 页", total: "共 {{count}} 项", sent: "已发送", live: "实时更新", number: "编号", by: "操作人", date: "日期",
};
export const nav = {
  main: "主导航", home: "首页", documents: "单据", batches: "批次", queue: "待办队列", cases: "我的办件", archive: "合同档案", seals: "印章", inbox: "消息", verify: "验真", admin: "管理", help: "帮助", account: "账户", more: "更多", signIn: "登录", signOut: "退出登录", signedOut: "已退出登录", actingFor: "当前身份", myself: "我本人", unread: "{{count}} 条未读",
  switchTo: "切换身份", demoBar: "演示说明", demo: "演示系统：内含样例数据，验证码和邮件不会真的发出。", demoAccounts: "演示账户", demoMailbox: "邮箱与短信", offline: "网络已断开。已填写的内容保留在本机，恢复后会自动保存。",
};
export const problem = {
  unknown: "出了点问题", "unknown-help": "请再试一次；如仍不行，请联系办理人员。", server: "服务器暂时没能完成", "server-help": "您填写的内容没有丢失。请过一会儿再试。", offline: "连不上服务器", "offline-help": "请检查网络。已填写的内容仍在，恢复后可继续。",
  requestId: "请求编号", "not-found": "没有找到", "not-found-help": "它可能不存在，或您没有查看的权限。", forbidden: "您没有权限做这件事", "forbidden-help": "如需办理，请切换身份或联系单位管理员。", unauthenticated: "请先登录", "unauthenticated-help": "登录已过期，请重新登录；草稿已保存。",
  stale: "内容已有更新", "stale-help": "在您填写期间，别处有人改动过。请先查看最新内容再提交；您填写的内容已保留。", "not-open": "现在不能进行这一步", "not-open-help": "办件的状态已改变，页面已更新为最新状态。", "idempotency-key-missing": "请求缺少标识", invalid: "有内容需要更正", "invalid-help": "请按下面的提示逐项更正。", "invalid-input": "有内容需要更正", "invalid-input-help": "请按提示逐项更正。", "case-not-found": "没有找到这个办件", validation: "有内容需要更正",
  "wrong-password": "密码不对", "wrong-credentials": "账号或密码不对", "no-such-path": "此功能暂不可用", "not-read": "请先把合同读到最后一页", "wrong-login": "账号或密码不对", "bad-credentials": "账号或密码不对", "wrong-code": "验证码不对或已过期", "code-expired": "验证码已过期，请重新获取", "too-many": "尝试次数过多", "too-many-help": "请稍后再试。", "rate-limited": "操作太频繁", "rate-limited-help": "请稍等片刻再试。", locked: "已被锁定", "locked-help": "连续输错次数过多，请在解锁时间后再试。",
  "not-utf8": "数据表不是 UTF-8 编码", "not-utf8-help": "请在表格软件中另存为“CSV UTF-8”。",
  "seal-locked": "印章已锁定", "seal-locked-help": "密码连续输错，印章暂时锁定，持有人已收到通知。", "consent-missing": "需要先同意人脸信息处理", "face-locked": "人脸核验已暂停", "face-locked-help": "24 小时内失败次数已达上限。可以选择由工作人员核验。", "file-refused": "文件未被接受", "too-large": "文件过大", "four-eyes": "不能审核与自己或本单位有关的办件", "totp-required": "此操作需要动态口令", "link-used": "链接已失效", "link-used-help": "一次性链接已用过或过期，请让对方重新发送。", "mobile-taken": "该手机号已注册，请直接登录",
  "store-unreachable": "文档存储没有响应", "store-unreachable-help": "任务在等待，存储恢复后会自动继续。", "store-full": "文档存储已满", "store-full-help": "任务在等待空间，请通知存储的管理人员。", "store-lies": "存储没有完整保存文档", "store-lies-help": "存储报告成功，但读回的内容不符。系统会重试；在完整之前文档不会显示。", "store-refuses": "文档存储拒绝访问", "store-refuses-help": "登录、权限、证书或主机密钥有问题，请在存储设置中更正。",
  altered: "存储上的文件被改动", "altered-help": "文件不予显示。文档核查可以用本地副本恢复。", missing: "存储上缺少该文件", "missing-help": "文档核查可以用本地副本恢复。", "path-taken": "该路径已有另一个文件", "path-taken-help": "原文件保持不变，本文档没有存入。", "path-busy": "该文档的文件正在处理", "path-busy-help": "请稍后再试。", "given-up": "文档存储超时", "given-up-help": "请再次提交；您填写的内容已保留。",
  "document-exists": "这个业务主键已有单据", "sealed-already": "已有部门盖章", "sealed-already-help": "不能撤回；请轮到办理的部门退回。", "no-seal-wanted": "本部门只需查看", "no-seal-wanted-help": "请用“已阅同意”或退回。", "seal-wanted": "本部门需要盖章", "seal-wanted-help": "请盖章或退回。", "already-handled": "本部门的部分已经办理", "not-your-department": "您的部门不能制作这种单据", "type-closed": "这种单据已停用", "type-in-use": "这种单据已有单据", "type-in-use-help": "不能删除，请停用。", "sheet-wrong": "表格中有错误，尚未制作任何单据", "no-template": "这种单据没有模板，不能用表格制作", "list-in-template": "模板中有明细表，一行数据放不下", "place-fixed": "位置已固定", "place-fixed-help": "已有部门盖章，不能再另选位置。", "approval-missing": "用印尚未批准", "approval-missing-help": "请先申请用印，批准后再盖章。", "batch-not-found": "没有找到这个批次", "not-acting": "请先选择代表哪个单位", "not-your-role": "您的角色不能做这件事", "may-not-start": "您不能制作单据",
  "store-exists": "已有同名的存储", "no-such-store": "没有这个名称的存储", "account-exists": "该 FTP 账户名或文件夹已被占用", "no-such-account": "没有这个 FTP 账户", "no-such-item": "存储上没有这个文件",
};
export const fault = {
  missing: "请填写此项", malformed: "格式不对，请核对", checksum: "号码校验不通过，请逐位核对", "too-short": "内容太短", "too-long": "内容太长", "out-of-range": "超出允许范围", expired: "已过有效期", "under-age": "未满 18 周岁，不能办理", "not-allowed": "不允许此值", duplicate: "重复了", unknown: "系统中没有此项", mismatch: "与其他资料不一致", "no-place": "模板中没有这个盖章位置", "not-in-use": "印章不在使用中", "document-exists": "已有单据 {{number}}",
};
