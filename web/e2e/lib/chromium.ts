import { existsSync } from "node:fs";
import { join } from "node:path";

/** Folder of the run: films, portrait, and the demo's data. */
export const runFolder = () => process.env.CINNABAR_RUN ?? "";

const debian = "/usr/bin/chromium";

/**
 * How Chromium is started: without a screen or GPU, with a film in the place of the camera, and unable to
 * resolve any name, which proves that the pages call nothing outside.
 */
export function launchOptions(film: string) {
  return {
    executablePath: process.env.CHROMIUM ?? (existsSync(debian) ? debian : undefined),
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync",
      "--disable-component-update", "--no-first-run", "--disable-features=Translate,OptimizationHints,MediaRouter",
      "--font-render-hinting=none", "--force-color-profile=srgb", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${join(runFolder(), film)}`,
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  };
}
