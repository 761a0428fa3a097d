import { get } from "./api/client.ts";
import type { FileInfo } from "./api/types.ts";
import { listed } from "./text.ts";

export type Progress = { sent: number; total: number };
export type Running = { done: Promise<string>; abort: () => void };

/** Pieces small enough for a bad mobile network: what was lost is sent again from the last piece. */
const CHUNK = 2 * 1024 * 1024;

/** Sends a file by tus; a broken upload of the same file goes on where it stopped, also after a reload. */
export function startUpload(file: File, caseId: string | undefined, onProgress: (p: Progress) => void): Running {
  let abort = () => {};
  const done = import("tus-js-client").then(
    ({ Upload }) =>
      new Promise<string>((resolve, reject) => {
        const metadata: Record<string, string> = { filename: file.name, filetype: file.type || "application/octet-stream" };
        if (caseId) metadata.case = caseId;
        const upload = new Upload(file, {
          endpoint: "/api/v1/files",
          chunkSize: CHUNK,
          retryDelays: [0, 1000, 3000, 5000, 10000],
          metadata,
          removeFingerprintOnSuccess: true,
          onProgress: (sent, total) => onProgress({ sent, total: total ?? file.size }),
          onError: reject,
          onSuccess: () => resolve(fileId(upload.url ?? "")),
        });
        abort = () => void upload.abort(true).catch(() => undefined);
        void upload.findPreviousUploads().then((previous) => {
          if (previous[0]) upload.resumeFromPreviousUpload(previous[0]);
          upload.start();
        });
      }),
  );
  return { done, abort: () => abort() };
}

/** The code by which the server refused an upload for good; none when it was only interrupted. */
export function refusedWith(error: unknown): string | undefined {
  const answer = (error as { originalResponse?: { getStatus: () => number; getBody: () => string } | null }).originalResponse;
  if (!answer || ![400, 413, 415, 422].includes(answer.getStatus())) return undefined;
  try {
    return (JSON.parse(answer.getBody()) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

const underWay = new Set<Promise<unknown>>();

/** Remembers an upload until it has ended, well or badly. */
export function underWayUntil(ended: Promise<unknown>) {
  underWay.add(ended);
  void ended.finally(() => underWay.delete(ended)).catch(() => undefined);
}

/** Resolves when no upload is under way: what is handed in then holds every file that was chosen. */
export async function uploadsEnded(): Promise<void> {
  while (underWay.size) await Promise.allSettled(underWay);
}

/** The page as it is after the last change, so that it holds what has just been uploaded. */
export const drawn = () => new Promise((done) => setTimeout(done));

/** The id is the last step of the upload's address. */
export function fileId(url: string): string {
  return decodeURIComponent(url.split(/[?#]/)[0]!.replace(/\/$/, "").split("/").pop() ?? "");
}

const PAUSE_MS = 700;
const PATIENCE = 60;

/** Waits until the server has checked the file; resolves with its last word, "ready" or "refused". */
export async function untilChecked(id: string, pause = (ms: number) => new Promise((r) => setTimeout(r, ms))): Promise<FileInfo> {
  for (let i = 0; ; i++) {
    const info = await get<FileInfo>(`/files/${encodeURIComponent(id)}`);
    if (info.state === "ready" || info.state === "refused" || i === PATIENCE) return info;
    await pause(PAUSE_MS);
  }
}

const kinds: Record<string, string> = { "image/jpeg": "JPG", "image/png": "PNG", "image/heic": "HEIC", "image/webp": "WebP", "application/pdf": "PDF", "text/csv": "CSV" };

/** "PDF, JPG": media types as people call them. */
export function acceptText(accept: string[]): string {
  return listed([...new Set(accept.map((a) => kinds[a] ?? a.replace(/^.*\/|^\./, "").toUpperCase()))]);
}

/** Empty when the file may be sent, else why not. */
export function refusal(file: File, accept: string[], maxBytes?: number): "" | "tooLarge" | "wrongType" {
  if (maxBytes && file.size > maxBytes) return "tooLarge";
  const ok = !accept.length || accept.some((a) => a === file.type || (a.endsWith("/*") && file.type.startsWith(a.slice(0, -1))) || (a.startsWith(".") && file.name.toLowerCase().endsWith(a)));
  return ok ? "" : "wrongType";
}
