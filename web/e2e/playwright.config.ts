import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, devices } from "@playwright/test";
import { launchOptions } from "./lib/chromium.ts";

// Named here because Chromium's flags hold it; the workers, which read this file again, take it over.
process.env.CINNABAR_RUN ??= mkdtempSync(join(tmpdir(), "cinnabar-e2e-"));

/** Browser tests against a freshly filled demo; see README.md. */
export default defineConfig({
  testDir: "specs",
  outputDir: "../test-results",
  globalSetup: "./lib/setup.ts",
  workers: 1,
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1280, height: 800 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    permissions: ["camera"],
    actionTimeout: 30_000,
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    launchOptions: launchOptions("person.y4m"),
  },
});
