import type { Plugin } from "vite";
import { answer } from "./routes.ts";

/** Answers the API from memory while the UI is developed without a server. Never part of the build. */
export function mock(): Plugin {
  const handler = (req: import("node:http").IncomingMessage, res: import("node:http").ServerResponse, next: () => void) => {
    if (!req.url?.startsWith("/api/")) return next();
    const parts: Buffer[] = [];
    req.on("data", (b: Buffer) => parts.push(b));
    req.on("end", () => answer(req, Buffer.concat(parts), res));
  };
  return {
    name: "mock-api",
    configureServer: (server) => void server.middlewares.use(handler),
    configurePreviewServer: (server) => void server.middlewares.use(handler),
  };
}
