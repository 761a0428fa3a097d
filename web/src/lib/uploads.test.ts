import { afterEach, expect, test, vi } from "vitest";
import { acceptText, fileId, refusal, refusedWith, underWayUntil, untilChecked, uploadsEnded } from "./uploads.ts";
import { fromPad, fromPixels } from "./drawing.ts";

afterEach(() => vi.unstubAllGlobals());

test("the id is the last step of the upload's address", () => {
  expect(fileId("https://example.com/api/v1/files/file_1?x=1")).toBe("file_1");
  expect(fileId("/api/v1/files/file_2/")).toBe("file_2");
});

test("what cannot be accepted is said before it is sent", () => {
  const pdf = new File(["x".repeat(100)], "a.pdf", { type: "application/pdf" });
  expect(refusal(pdf, ["application/pdf"], 1000)).toBe("");
  expect(refusal(pdf, ["image/*"], 1000)).toBe("wrongType");
  expect(refusal(pdf, ["application/pdf"], 10)).toBe("tooLarge");
  expect(acceptText(["image/jpeg", "application/pdf"])).toBe("JPG、PDF");
});

test("a refusal for good is told by its code, an interruption can be resumed", () => {
  const answered = (status: number, body: string) => ({ originalResponse: { getStatus: () => status, getBody: () => body } });
  expect(refusedWith(answered(413, '{"code":"too-large"}'))).toBe("too-large");
  expect(refusedWith(answered(423, '{"code":"upload-busy"}'))).toBeUndefined();
  expect(refusedWith(answered(413, "<html>"))).toBeUndefined();
  expect(refusedWith(new Error("network"))).toBeUndefined();
});

test("a file counts only once the server has checked it", async () => {
  const states = ["partial", "checking", "ready"];
  vi.stubGlobal("fetch", vi.fn(async () => new Response(JSON.stringify({ id: "f", state: states.shift() }), { headers: { "Content-Type": "application/json" } })));
  expect((await untilChecked("f", async () => undefined)).state).toBe("ready");
});

test("a drawing keeps strokes, stays inside its area, and a dot is none (GAS-7)", () => {
  const point = (x: number, y: number, time: number) => ({ x, y, time, pressure: 0.5 });
  const d = fromPad([{ points: [point(-3, 5, 100), point(20, 900, 140)] }], 100, 50)!;
  expect(d).toEqual({ strokes: [[[0, 5, 0, 0.5], [20, 50, 40, 0.5]]], width: 100, height: 50 });
  expect(fromPad([{ points: [point(1, 1, 0)] }], 100, 50)).toBeNull();
});

test("typed letters become strokes of the same kind, within the server's limit", () => {
  const d = fromPixels((x, y) => (x > 10 && x < 50 && y > 4 && y < 40 ? 255 : 0), 60, 44)!;
  expect(d.strokes[0]).toEqual([[11, 6], [49, 6]]);
  expect(fromPixels(() => 0, 60, 44)).toBeNull();
});

test("handing in waits for every upload, also for one that began meanwhile, and for those that fail", async () => {
  const ended: string[] = [];
  const upload = (name: string, ms: number, fail = false) => new Promise<void>((ok, bad) => setTimeout(() => (ended.push(name), fail ? bad(new Error(name)) : ok()), ms));
  underWayUntil(upload("a", 5).then(() => underWayUntil(upload("late", 5))));
  underWayUntil(upload("b", 2, true));
  await uploadsEnded();
  expect(ended).toEqual(["b", "a", "late"]);
  await uploadsEnded();
});
