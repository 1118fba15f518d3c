// Writes NOTICES.txt: name, version, licence and licence text of each package that ends up in the app.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";

interface Package {
  name: string;
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
}

/** Packages whose files hold their own dependencies already. */
const BUNDLED = /node_modules\/(maplibre-gl|@maplibre\/|@mapbox\/)/;

/** The folders of the packages that these modules are from, and of what those packages have bundled within themselves. */
function foldersOf(modules: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const wait = [...modules].map(folderOf).filter((folder) => folder !== "");
  while (wait.length > 0) {
    const folder = wait.pop()!;
    if (found.has(folder)) continue;
    found.add(folder);
    if (!BUNDLED.test(folder)) continue;
    for (const name of Object.keys(described(folder).dependencies ?? {})) {
      const inner = join(root(folder), name);
      if (!name.startsWith("@types/") && existsSync(join(inner, "package.json"))) wait.push(inner);
    }
  }
  return found;
}

function folderOf(module: string): string {
  const match = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module);
  return match ? match[1]! : "";
}

function root(folder: string): string {
  return folder.slice(0, folder.lastIndexOf("/node_modules/") + "/node_modules/".length);
}

function described(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Package;
}

function licenceText(folder: string): string {
  const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return name ? readFileSync(join(folder, name), "utf8").trim() : "(The package says its licence in its description alone.)";
}

function notice(folder: string): string {
  const { name, version, license } = described(folder);
  return `${"=".repeat(80)}\n${name} ${version}: ${license ?? "see below"}\n${"=".repeat(80)}\n${licenceText(folder)}\n`;
}

export function notices(head: string): Plugin {
  const compilers = /node_modules\/(vite|@sveltejs\/vite-plugin-svelte)$/;
  return {
    name: "notices",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((part) => (part.type === "chunk" ? part.moduleIds : part.originalFileNames.map((file) => resolve(file))));
      const folders = [...foldersOf(modules)].filter((folder) => !compilers.test(folder)).sort();
      this.emitFile({ type: "asset", fileName: "NOTICES.txt", source: `${head}\n\n${folders.map(notice).join("\n")}` });
    },
  };
}
