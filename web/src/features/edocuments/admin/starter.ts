/** A template to begin with: fields at the head, then the text with the place of one seal. */
export const starter = `---
id: document
version: 1
language: zh-CN
title: 单据
title-en: Document
header: 单据
number-label: 单据编号：
size: 10.5

| field       | type    | required | printed | 中文     | English      | example |
| orderNumber | text    | yes | yes | 业务编号   | Reference    | YW-0001 |
| party       | text    | yes | yes | 对方单位   | Party        | 示例市样本有限公司 |
| date        | date    | yes | yes | 日期     | Date         | 2026-11-20 |
| total       | money   | yes | yes | 金额（元）  | Total (yuan) | 100000 |
| remark      | text    | no  | yes | 备注     | Remark       | 无 |
---

# 单据

| | | | |
|------|---------|-----|--------|
| **业务编号** | {{.orderNumber}} | **日期** | {{date .date}} |
| **对方单位** | {{.party}} | << | << |
| **金额（小写）** | {{yuan .total}} 元 | **金额（大写）** | {{capital .total}} |
| **备注** | {{.remark}} | << | << |

:::space height=4
> **盖章**
:::seal name="seal" size=42
:::space height=4
:::qr size=22
> 扫描二维码查验本单据
`;
