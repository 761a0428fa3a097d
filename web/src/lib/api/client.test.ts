import { afterEach, expect, test, vi } from "vitest";
import { ApiError, call, items, post, query } from "./client.ts";

function answer(res: Response) {
  const f = vi.fn().mockResolvedValue(res);
  vi.stubGlobal("fetch", f);
  return f;
}
afterEach(() => vi.unstubAllGlobals());
const json = (body: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" }, ...init });

test("every change carries an idempotency key, the given one when there is one (PLT-5)", async () => {
  const f = answer(json({}));
  await post("/cases", {}, { key: "intent-0001", etag: 7 });
  const headers = f.mock.calls[0]![1].headers;
  expect(headers["Idempotency-Key"]).toBe("intent-0001");
  expect(headers["If-Match"]).toBe('"7"');
  answer(json({}));
  const g = answer(json({}));
  await post("/cases", {});
  expect(g.mock.calls[0]![1].headers["Idempotency-Key"].length).toBeGreaterThanOrEqual(8);
});

test("reading carries no key", async () => {
  const f = answer(json({}));
  await call("GET", "/cases");
  expect(f.mock.calls[0]![1].headers["Idempotency-Key"]).toBeUndefined();
});

test("a refusal keeps its code and fields; a foreign answer becomes a code by status (PLT-19)", async () => {
  answer(new Response(JSON.stringify({ code: "stale", status: 412 }), { status: 412, headers: { "Content-Type": "application/problem+json" } }));
  await expect(call("PUT", "/x")).rejects.toMatchObject({ code: "stale", status: 412 });
  answer(new Response("<html>", { status: 502 }));
  await expect(call("GET", "/x")).rejects.toMatchObject({ code: "http-502" });
});

test("an unreachable server is told apart from a refusal", async () => {
  vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("failed")));
  const e = await call("GET", "/x").catch((x: unknown) => x);
  expect(e).toBeInstanceOf(ApiError);
  expect((e as ApiError).code).toBe("offline");
});

test("204 has no data; lists come bare or wrapped; empty filters stay out of the address", async () => {
  answer(new Response(null, { status: 204 }));
  expect((await call("DELETE", "/x")).data).toBeUndefined();
  expect(items([1])).toEqual([1]);
  expect(items({ items: [2] })).toEqual([2]);
  expect(query({ a: "", b: undefined, c: "饭店", d: false })).toBe("?c=%E9%A5%AD%E5%BA%97&d=false");
});
