import { cpSync, createReadStream, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import react from "@vitejs/plugin-react";

const here = fileURLToPath(new URL(".", import.meta.url));
const pdfjs = `${here}node_modules/pdfjs-dist`;
const pdfFolders = ["cmaps", "standard_fonts", "wasm"];

/** Serves the character maps, fonts and decoders that pdf.js loads at run time; Chinese PDFs need them. */
function pdfAssets(): Plugin {
  return {
    name: "pdf-assets",
    configureServer(server) {
      server.middlewares.use("/pdfjs", (req, res, next) => {
        const file = `${pdfjs}${(req.url ?? "").split("?")[0]}`;
        if (!existsSync(file)) return next();
        createReadStream(file).pipe(res);
      });
    },
    writeBundle() {
      for (const folder of pdfFolders) cpSync(`${pdfjs}/${folder}`, `${here}dist/pdfjs/${folder}`, { recursive: true });
    },
  };
}

/** The development server takes its answers from a running demo. */
const proxy = { "/api": process.env.CINNABAR_API ?? "http://127.0.0.1:8080" };

export default defineConfig(() => {
  return {
    plugins: [react(), pdfAssets()],
    resolve: { alias: { "@": `${here}src` } },
    server: { host: "127.0.0.1", proxy },
    preview: { host: "127.0.0.1", proxy },
    build: {
      target: "es2022",
      sourcemap: false,
      modulePreload: { polyfill: false },
      manifest: true,
      chunkSizeWarningLimit: 1500,
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [{ name: "react", test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack|i18next|react-i18next)\//, priority: 20 }],
          },
        },
      },
    },
    test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
  };
});
