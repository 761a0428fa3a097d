import type * as zh from "../zh/work.ts";

export const table: typeof zh.table = {
  chosen: "{{count}} chosen", chooseAll: "Choose all {{count}}", chooseNone: "Choose none", choose: "Choose {{name}}", chooseShown: "Choose all shown", columns: "Columns", total: "{{n}} in all", shown: "{{count}} shown", clear: "Clear filters", from: "from", to: "to", exportChosen: "Export chosen (CSV)",
};
export const run: typeof zh.run = {
  running: "Running", waiting: "Waiting", paused: "Paused", done: "Done", cancelled: "Cancelled", doneCount: "{{count}} done", failedCount: "{{count}} failed", leftCount: "{{count}} left", progress: "{{done}} of {{total}}", rate: "{{count}} a minute", eta: "about {{time}} left", pause: "Pause", resume: "Resume", cancel: "Cancel the run", cancelAsk: "What is done stays; the rest is not made.", waitsFor: "Waits for", failures: "Show what failed", live: "{{percent}} % done",
};
export const stepper: typeof zh.stepper = { title: "Steps", step: "Step {{n}} of {{total}}", back: "Back", next: "Next", done: "done", current: "current", later: "to come" };
export const route: typeof zh.route = {
  stage: "Stage {{n}}", parallel: "at the same time", addStage: "Add a stage", removeStage: "Remove stage {{n}}", stageUp: "Move stage {{n}} up", stageDown: "Move stage {{n}} down", addDepartment: "Add a department", removeDepartment: "Remove {{name}}", look: "looks", seal: "seals", does: "What {{name}} does", days: "Days allowed", noLimit: "no limit", empty: "No stages yet", emptyHelp: "A document passes the stages one after the other; the departments of one stage work at the same time.", fault_noStage: "At least one stage is needed", fault_emptyStage: "A stage has no department", fault_twice: "A department cannot stand in the route twice", fault_days: "Between 1 and 365 days",
};
