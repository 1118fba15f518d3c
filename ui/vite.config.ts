// How the app is built: from src/main.ts into the Python package, with the texts that it says, the notices of what it stands on, and every file packed.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { notices } from "./bundling/notices.ts";
import { packed } from "./bundling/packed.ts";
import { texts } from "./bundling/texts.ts";

export default defineConfig({
  base: "/static/app/",
  publicDir: false,
  plugins: [svelte(), texts("src"), notices("Vigie's own page stands on these packages."), packed()],
  build: {
    outDir: "../src/vigie/web/static/app",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: "src/main.ts" },
  },
});
