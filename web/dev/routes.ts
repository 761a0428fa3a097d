import type { IncomingMessage, ServerResponse } from "node:http";
export function answer(_req: IncomingMessage, _body: Buffer, res: ServerResponse) {
  res.statusCode = 404;
  res.end();
}
