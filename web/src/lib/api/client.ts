import type { Problem } from "./types.ts";

/** A refusal of the server: `problem.code` is stable and is what the UI translates. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
    this.name = "ApiError";
  }
  get code() {
    return this.problem.code;
  }
  get status() {
    return this.problem.status;
  }
}

export type Answer<T> = { data: T; etag: string | null };
export type Options = { body?: unknown; key?: string; etag?: string | number | null; signal?: AbortSignal; headers?: Record<string, string> };

/** A key for one intent of the user; works on plain http in a local network too, where randomUUID does not exist. */
export function newIntent(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Query string without empty values. */
export function query(params: Record<string, string | number | boolean | null | undefined>): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(params)) if (v !== undefined && v !== null && v !== "") q.set(k, String(v));
  const s = q.toString();
  return s ? `?${s}` : "";
}

export async function toProblem(res: Response): Promise<Problem> {
  try {
    const body = (await res.json()) as Problem;
    if (typeof body.code === "string") return { ...body, status: res.status };
  } catch {
    // not JSON: fall through to a problem by status
  }
  return { status: res.status, code: `http-${res.status}` };
}

function init(method: string, o: Options): RequestInit {
  const headers: Record<string, string> = { Accept: "application/json", ...o.headers };
  let body: BodyInit | undefined;
  if (o.body instanceof Blob || o.body instanceof FormData) body = o.body;
  else if (o.body !== undefined) {
    body = JSON.stringify(o.body);
    headers["Content-Type"] = "application/json";
  }
  if (method !== "GET") headers["Idempotency-Key"] = o.key ?? newIntent();
  if (o.etag !== undefined && o.etag !== null) headers["If-Match"] = quote(o.etag);
  return { method, headers, body, signal: o.signal, credentials: "same-origin" };
}

function quote(etag: string | number): string {
  const s = String(etag);
  return s.startsWith('"') ? s : `"${s}"`;
}

/** One call. Throws ApiError for refusals, code "offline" when the server was not reached. */
export async function call<T>(method: string, path: string, o: Options = {}): Promise<Answer<T>> {
  let res: Response;
  try {
    res = await fetch(`/api/v1${path}`, init(method, o));
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    throw new ApiError({ status: 0, code: "offline" });
  }
  if (!res.ok) throw new ApiError(await toProblem(res));
  const etag = res.headers.get("ETag");
  if (res.status === 204 || res.headers.get("Content-Length") === "0") return { data: undefined as T, etag };
  const type = res.headers.get("Content-Type") ?? "";
  const data = type.includes("json") ? await res.json() : type.startsWith("text/") || type.includes("svg") ? await res.text() : await res.blob();
  return { data: data as T, etag };
}

export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => (await call<T>("GET", path, { signal })).data;
export const post = async <T>(path: string, body?: unknown, o: Options = {}): Promise<T> => (await call<T>("POST", path, { ...o, body })).data;
export const put = async <T>(path: string, body?: unknown, o: Options = {}): Promise<T> => (await call<T>("PUT", path, { ...o, body })).data;
export const patch = async <T>(path: string, body?: unknown, o: Options = {}): Promise<T> => (await call<T>("PATCH", path, { ...o, body })).data;
export const del = async <T>(path: string, body?: unknown, o: Options = {}): Promise<T> => (await call<T>("DELETE", path, { ...o, body })).data;

/** Lists come as {items} or, where they are short, as a bare array. */
export function items<T>(list: T[] | { items: T[] } | null | undefined): T[] {
  return Array.isArray(list) ? list : (list?.items ?? []);
}
