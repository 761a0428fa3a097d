import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { ConfigProvider } from "antd";
import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import { beforeAll, expect, test, vi } from "vitest";
import { COUNTED, counted } from "@/lib/text.ts";
import zh from "@/lib/i18n/zh/index.ts";
import { RunPanel, type Run } from "./RunPanel.tsx";
import { Stepper } from "./Stepper.tsx";
import { DenseTable } from "./table/DenseTable.tsx";
import { choose, everything, nothing, type Selection } from "./table/selection.ts";
import { RouteEditor } from "./route/RouteEditor.tsx";

const none = () => undefined;
const draw = (e: ReactElement) => renderToStaticMarkup(<ConfigProvider button={{ autoInsertSpace: false }}>{e}</ConfigProvider>);
const words = (html: string) => html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");

beforeAll(async () => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: none });
  await i18n.use(initReactI18next).init({ lng: "zh", resources: { zh: { translation: zh } }, interpolation: { escapeValue: false } });
});

const rows = ["甲", "乙", "丙"];
const table = (value: Selection, total = 3) =>
  draw(<DenseTable name="t" caption="单据" rows={rows} rowKey={(r) => r} rowName={(r) => r} total={total} choosing={{ value, onChange: none, everything: true }} actions={(n) => <b>盖章 {n}</b>} columns={[
    { key: "n", title: "编号", cell: (r) => r }, { key: "s", title: "大小", cell: () => "9 KB", optional: "hidden" }, { key: "do", title: "", cell: () => "开" },
  ]} />);

test("a table says what is chosen, hides what is hidden at first, and is reached by one Tab", () => {
  const html = table(choose(nothing, ["乙"], true));
  expect(words(html)).toContain("已选 1 项");
  expect(words(html)).toContain("盖章 1");
  expect(html).not.toContain("9 KB");
  expect(html.match(/<tr tabindex="0"/g)).toHaveLength(1);
  expect(html).toContain('aria-selected="true"');
  expect(table(nothing)).not.toContain("盖章");
});

test("rows that are not loaded are offered, and counted once chosen", () => {
  expect(words(table(choose(nothing, rows, true), 500))).toContain("选择全部 500 项");
  expect(words(table(everything, 500))).toContain("已选 500 项");
});

test("a table whose end the server does not count says so", () => {
  const said = (total: number | undefined, moreThan: number | undefined) => words(draw(<DenseTable name="t" caption="单据" rows={rows} rowKey={(r) => r} rowName={(r) => r} total={total} moreThan={moreThan} more={{ has: true, busy: false, load: none }} columns={[]} />));
  expect(said(undefined, COUNTED)).toContain("共 1000+ 项");
  expect(said(COUNTED, COUNTED)).toContain("共 1000 项");
  expect(said(undefined, undefined)).toContain("已显示 3 项");
  expect([counted(0), counted(1000), counted(1001)]).toEqual(["0", "1000", "1000+"]);
});

const run: Run = { title: "制作", total: 10_000, done: 2490, failed: 10, state: "running" };

test("a run shows how far it is, and the brakes that fit its state", () => {
  const html = draw(<RunPanel run={run} onPause={none} onResume={none} onCancel={none} />);
  expect(html).toContain('aria-valuenow="2500"');
  expect(html).toContain("width:24.9%");
  expect(words(html)).toMatch(/2,500 \/ 10,000.*失败 10.*剩余 7,500/);
  expect(words(html)).toContain("暂停");
  expect(words(html)).not.toContain("继续");
  const waiting = words(draw(<RunPanel run={{ ...run, state: "waiting", waitsFor: "FTP" }} onPause={none} onResume={none} onCancel={none} />));
  expect(waiting).toContain("等待原因：FTP");
  expect(waiting).toContain("继续");
  const done = words(draw(<RunPanel run={{ ...run, done: 9990, state: "done" }} onPause={none} onResume={none} onCancel={none} />));
  expect(done).not.toMatch(/暂停|继续|取消运行|剩余/);
});

test("a stepper opens what may be opened and says where one is", () => {
  const html = draw(<Stepper at={1} onGo={none} steps={[{ id: "a", title: "上传", done: true }, { id: "b", title: "检查", done: false }, { id: "c", title: "运行", done: false }]}>内容</Stepper>);
  expect(html.match(/aria-current="step"/g)).toHaveLength(1);
  expect(html).toMatch(/<li class="stepper-later"><button type="button" disabled/);
  expect(html).toMatch(/<li class="stepper-done"><button type="button"><span/);
});

test("a route shows its departments, offers the others, and says what is missing when asked", () => {
  const value = [{ stops: [{ department: "f", duty: "look" as const }], days: 0 }, { stops: [], days: 0 }];
  const departments = [{ id: "f", name: "财务部" }, { id: "l", name: "法务部" }];
  const html = draw(<RouteEditor value={value} onChange={none} departments={departments} showFaults />);
  expect(html).toContain('aria-label="移除 财务部"');
  expect(html.match(/<option value="l">/g)).toHaveLength(2);
  expect(html).not.toContain('<option value="f">');
  expect(words(html)).toContain("环节中没有部门");
  expect(words(draw(<RouteEditor value={value} onChange={none} departments={departments} />))).not.toContain("环节中没有部门");
});
