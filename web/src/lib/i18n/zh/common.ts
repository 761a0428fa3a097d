export const common = {
  brand: "朱砂", loading: "正在载入…", retry: "再试一次", close: "关闭", cancel: "取消", save: "保存", saved: "已保存", remove: "移除", add: "添加",
  back: "返回", more: "载入更多", search: "搜索", clear: "清除", all: "全部", yes: "是", no: "否", optional: "选填", download: "下载", print: "打印", view: "查看",
  reason: "原因", name: "名称", state: "状态", actions: "操作", phone: "电话", skip: "跳到正文", language: "English", copy: "复制", copied: "已复制", none: "无", confirm: "确认", details: "详情", showPassword: "显示密码",
  left: "还剩 {{time}}", overdue: "已超期 {{time}}", page: "第 {{page}} / {{pages}} 页", by: "操作人", date: "日期",
};
export const nav = {
  main: "主导航", home: "首页", documents: "单据", batches: "批次", queue: "待办队列", cases: "我的办件", archive: "合同档案", seals: "印章", inbox: "消息", verify: "验真", admin: "管理", help: "帮助", account: "账户", more: "更多", signIn: "登录", signOut: "退出登录", signedOut: "已退出登录", actingFor: "当前身份", myself: "我本人", unread: "{{count}} 条未读",
  switchTo: "切换身份", demoBar: "演示说明", demo: "演示系统：内含样例数据，验证码和邮件不会真的发出。", demoAccounts: "演示账户", demoMailbox: "邮箱与短信", secondFactor: "您的部分角色需用动态口令登录后才有效。", offline: "网络已断开。已填写的内容保留在本机，恢复后会自动保存。",
};
export const problem = {
  unknown: "出了点问题",
  "unknown-help": "请再试一次；如仍不行，请联系办理人员。",
  server: "服务器暂时没能完成",
  "server-help": "您填写的内容没有丢失。请过一会儿再试。",
  offline: "连不上服务器",
  "offline-help": "请检查网络。已填写的内容仍在，恢复后可继续。",
  requestId: "请求编号",
  nothing: "没有找到",
  "nothing-help": "它可能不存在，或您没有查看的权限。",
};
