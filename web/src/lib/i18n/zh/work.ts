export const table = {
  chosen: "已选 {{count}} 项", chooseAll: "选择全部 {{count}} 项", chooseNone: "取消选择", choose: "选择 {{name}}", chooseShown: "选择已显示的全部", columns: "显示列", total: "共 {{n}} 项", shown: "已显示 {{count}} 项", clear: "清除筛选", from: "自", to: "至", exportChosen: "导出所选（CSV）",
};
export const run = {
  running: "进行中", waiting: "等待中", paused: "已暂停", done: "已完成", cancelled: "已取消", doneCount: "完成 {{count}}", failedCount: "失败 {{count}}", leftCount: "剩余 {{count}}", progress: "{{done}} / {{total}}", rate: "每分钟 {{count}}", eta: "约剩 {{time}}", pause: "暂停", resume: "继续", cancel: "取消运行", cancelAsk: "已完成的保留，其余不再处理。", waitsFor: "等待原因", failures: "查看失败项", live: "进度 {{percent}}%",
};
export const stepper = { title: "步骤", step: "第 {{n}} 步，共 {{total}} 步", back: "上一步", next: "下一步", done: "已完成", current: "当前", later: "未开始" };
export const route = {
  stage: "第 {{n}} 环节", parallel: "同时进行", addStage: "添加环节", removeStage: "移除第 {{n}} 环节", stageUp: "第 {{n}} 环节前移", stageDown: "第 {{n}} 环节后移", addDepartment: "添加部门", removeDepartment: "移除 {{name}}", look: "查看", seal: "盖章", does: "{{name}} 的职责", days: "限期（天）", noLimit: "不限", empty: "还没有环节", emptyHelp: "添加环节后，单据依次经过各环节；同一环节的部门同时进行。", fault_noStage: "至少需要一个环节", fault_emptyStage: "环节中没有部门", fault_twice: "部门不能在流程中出现两次", fault_days: "限期须为 1 至 365 天",
};
