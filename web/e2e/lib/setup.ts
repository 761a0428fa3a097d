import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../../..");

/** The seed whose challenge the films follow; internal/app tests that these are its steps. */
const SEED = "film-18";
const STEPS = "turn-left,blink,turn-right";

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

const films = {
  "person.y4m": ["-steps", STEPS, "-fps", String(FILMED), "-film"],
  "photo.y4m": ["-steps", STEPS, "-fps", String(FILMED), "-photo", "-film"],
  "portrait.jpg": ["-portrait"],
};

/**
 * A made person who follows the steps, the same person's printed portrait moved instead, and the portrait.
 * They are kept until the tool that draws them changes: it takes half a minute.
 */
async function makeFilms(folder: string) {
  const tool = join(folder, "film");
  execFileSync("go", ["build", "-trimpath", "-buildvcs=false", "-o", tool, "./internal/capability/biometric/face/facetest/film"], { cwd: root, stdio: "inherit" });
  const key = createHash("sha256").update(readFileSync(tool)).update(JSON.stringify([films, PLAYED])).digest("hex").slice(0, 16);
  const kept = join(root, "web/node_modules/.cache/cinnabar-films", key);
  mkdirSync(kept, { recursive: true });
  for (const [name, args] of Object.entries(films)) {
    const file = join(folder, name);
    if (!existsSync(join(kept, name))) {
      await promisify(execFile)(tool, [...args, file]);
      if (name.endsWith(".y4m")) slowDown(file);
      copyFileSync(file, join(kept, `${name}.new`));
      renameSync(join(kept, `${name}.new`), join(kept, name));
    } else copyFileSync(join(kept, name), file);
  }
}

/** Scans of made fingers, by finger and press. */
async function makePrints(folder: string) {
  const tool = join(folder, "print");
  await promisify(execFile)("go", ["build", "-trimpath", "-buildvcs=false", "-o", tool, "./internal/capability/biometric/finger/synth/print"], { cwd: root });
  await promisify(execFile)(tool, ["-folder", folder, "1-1", "1-2", "2-1", "3-1", "4-1"]);
}

/** Resolves with the address of the FTP server when the demo has said where it listens; everything is filled then. */
function filled(server: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let said = "";
    server.stdout!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const ftp = /^FTP\s+ftp:\/\/([^,\s]+),/m.exec(said); // the line after the one that names the page
      if (ftp) done(ftp[1]!);
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
  const data = join(folder, "data");
  const server = spawn(bin, ["demo", "--data", data, "--listen", "127.0.0.1:0", "--https", "-"], {
    env: { ...process.env, CINNABAR_CHALLENGE_SEED: SEED },
  });
  const [ftp] = await Promise.all([filled(server), makeFilms(folder).then(() => makePrints(folder))]);
  process.env.CINNABAR_FTP = ftp;
  process.env.CINNABAR_URL = (JSON.parse(readFileSync(join(data, "demo.json"), "utf8")) as { baseUrl: string }).baseUrl;
  return async () => {
    server.removeAllListeners("exit");
    const ended = new Promise((r) => server.on("exit", r));
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}
