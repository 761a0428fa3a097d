import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, openSync, readFileSync, rmSync, writeSync, closeSync, readSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");

/** The seed whose challenge the films follow; internal/app tests that these are its steps. */
const SEED = "browser";
const STEPS = "turn-left,turn-right,come-nearer";

/** The page gives 2.6 s to a step, a film of eight pictures a second 1.8 s: played slower, it lasts as long. */
const FILMED = 8;
const PLAYED = 6;

function slowDown(film: string) {
  const file = openSync(film, "r+");
  const head = Buffer.alloc(64);
  readSync(file, head, 0, head.length, 0);
  const at = head.indexOf(` F${FILMED}:1`);
  if (at < 0) throw new Error(`${film}: no frame rate of ${FILMED} in its head`);
  writeSync(file, ` F${PLAYED}:1`, at);
  closeSync(file);
}

/** A made person who follows the steps, the same person's printed portrait moved instead, and the portrait. */
function makeFilms(folder: string) {
  const tool = join(folder, "film");
  execFileSync("go", ["build", "-o", tool, "./internal/capability/biometric/face/facetest/film"], { cwd: root, stdio: "inherit" });
  execFileSync(tool, ["-steps", STEPS, "-fps", String(FILMED), "-film", join(folder, "person.y4m"), "-portrait", join(folder, "portrait.jpg")]);
  execFileSync(tool, ["-steps", STEPS, "-fps", String(FILMED), "-photo", "-film", join(folder, "photo.y4m")]);
  slowDown(join(folder, "person.y4m"));
  slowDown(join(folder, "photo.y4m"));
}

/** Resolves when the demo has said where it listens; everything is filled then. */
function filled(server: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    let said = "";
    server.stdout!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (/^Open\s+http/m.test(said)) done();
    });
    server.stderr!.on("data", (chunk: Buffer) => (said += chunk.toString()));
    server.on("exit", (code) => failed(new Error(`the demo ended with ${code}:\n${said.slice(-3000)}`)));
  });
}

/** Starts a demo on a free port of loopback, and stops it after the tests. */
export default async function setup() {
  const bin = resolve(root, "web", process.env.CINNABAR_BIN ?? "../bin/cinnabar-e2e");
  if (!existsSync(bin)) throw new Error(`${bin} is missing; see web/e2e/README.md`);
  const folder = process.env.CINNABAR_RUN!;
  makeFilms(folder);
  const data = join(folder, "data");
  const server = spawn(bin, ["demo", "--data", data, "--listen", "127.0.0.1:0", "--https", "-"], {
    env: { ...process.env, CINNABAR_CHALLENGE_SEED: SEED },
  });
  await filled(server);
  process.env.CINNABAR_URL = (JSON.parse(readFileSync(join(data, "demo.json"), "utf8")) as { baseUrl: string }).baseUrl;
  return async () => {
    server.removeAllListeners("exit");
    const ended = new Promise((r) => server.on("exit", r));
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}
