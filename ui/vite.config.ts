import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { writeOneFile } from "./one_file.ts";

const root = dirname(fileURLToPath(import.meta.url));

/** `vite build` makes the viewer, `vite build --mode host` the host that tests look at it in. */
export default defineConfig(({ mode }) => {
  const isHost = mode === "host";
  const target = isHost ? "../tests/browser/pages/host.html" : "../ims_mcp/pages/viewer.html";
  return {
    root,
    logLevel: "warn",
    define: { "process.env.NODE_ENV": '"production"' },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      target: "es2022",
      // Of light-dark(): made into anything older it would follow the system, not the host.
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      modulePreload: false,
      assetsInlineLimit: 1_000_000,
      cssCodeSplit: false,
      write: false,
      chunkSizeWarningLimit: 2000,
      rollupOptions: { input: join(root, isHost ? "host.html" : "index.html") },
    },
    plugins: [writeOneFile(root, join(root, target))],
  };
});
