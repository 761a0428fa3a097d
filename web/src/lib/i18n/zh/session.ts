export const session = {
  title: "登录", lead: "签约、单据与印章，在线办理", byPassword: "密码登录", bySms: "短信登录", login: "手机号或账号", password: "密码", mobile: "手机号", mobileHelp: "中国大陆 11 位手机号", code: "短信验证码", getCode: "获取验证码", codeSent: "如果该号码可用，验证码已发出", resend: "{{s}} 秒后可重发", submit: "登录",
  totpTitle: "动态口令", totpHelp: "请输入身份验证器应用中显示的 6 位数字。", totpCode: "6 位动态口令", noAccount: "还没有账户？", register: "注册", haveAccount: "已有账户？", registerTitle: "注册账户", name: "姓名", nameHelp: "与身份证件一致", email: "电子邮箱", newPassword: "设置密码", passwordHelp: "至少 10 个字符", registerSubmit: "注册并登录",
  verifyHint: "手里有一份合同？", verifyLink: "不登录即可验真", pitch1: "在线签约，一次办完", pitch2: "真实电子签名与印章，任何人可验", pitch3: "草稿随时保存，换设备继续",
  forgot: "忘记密码？", forgotTitle: "重新设置密码", forgotLead: "验证码会发到账户的手机号上。设置成功后，所有设备都会退出登录。", forgotSubmit: "设置新密码", forgotDone: "新密码已设置，请登录", forgotSeals: "印章密码与登录密码无关，不会改变。手机号已停用的，请联系单位管理员或平台运营方。", remembered: "想起来了？",
};
export const account = {
  title: "账户", profile: "个人信息", name: "姓名", mobile: "手机号", email: "电子邮箱", language: "界面语言", changePassword: "修改密码", currentPassword: "当前密码", nextPassword: "新密码", passwordChanged: "密码已修改",
  totp: "动态口令（二次验证）", totpOn: "已启用", totpOff: "未启用", totpSetUp: "设置动态口令", totpScan: "用身份验证器应用扫描二维码，然后输入它显示的 6 位数字。", totpSecret: "无法扫码时手工输入密钥", totpEnable: "启用", totpDisable: "停用", totpDone: "动态口令已启用", totpGone: "动态口令已停用",
  sessions: "登录的设备", unknownDevice: "未知设备", current: "本机", end: "退出", lastSeen: "最近使用", consents: "敏感信息授权", consentFace: "人脸信息处理", givenAt: "{{at}} 同意", withdrawn: "{{at}} 撤回", withdraw: "撤回同意", consentText: "同意的内容（第 {{version}} 版）", reworded: "内容已更新，下次使用时将重新征得同意", noConsents: "您没有给出任何敏感信息授权。", orgs: "我的单位", newOrg: "登记单位", orgName: "单位全称", uscc: "统一社会信用代码", usccHelp: "18 位，见营业执照", orgCreated: "单位已登记", invitations: "收到的邀请", invitationFrom: "{{org}} 邀请您成为成员（{{roles}}）", invitationAccept: "接受", invitationDecline: "谢绝", invitationAccepted: "已成为成员", invitationDeclined: "已谢绝", roles: "角色",
  setPassword: "设置密码", noPassword: "您还没有登录密码，或它已被重置。", changeMobile: "更换手机号", newMobile: "新手机号", newMobileCode: "新手机号收到的验证码", oldMobileCode: "现手机号 {{mobile}} 收到的验证码", mobileChanged: "手机号已更换", mobileLead: "今后的验证码和通知发到新手机号，旧号码会收到告知；其他设备会退出登录。办理中的业务照常继续，资料和合同中已填写的号码不变。",
};
export const role = { applicant: "申请人", reviewer: "审核员", sealer: "用印员", supervisor: "主管", clerk: "办事员", admin: "管理员", agent: "经办人", "legal-rep": "法定代表人", "doc-creator": "制单人", "doc-signer": "签章人", "doc-auditor": "单据审计员", system: "系统" };
