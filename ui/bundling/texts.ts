// Writes texts.json: every text that the app says, so that the server sends the translations of these and of no others.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const SAID = /\bt\(\s*"((?:[^"\\]|\\.)*)"/g;
const SAID_N = /\btn\(\s*"((?:[^"\\]|\\.)*)"\s*,\s*"((?:[^"\\]|\\.)*)"/g;

/** All texts below a folder, each once, sorted: a plain one as a string, one with plurals as [singular, plural]. */
export function textsBelow(folder: string): (string | [string, string])[] {
  const found = new Map<string, string | [string, string]>();
  for (const source of sources(folder)) {
    for (const [, text] of source.matchAll(SAID)) found.set(plain(text!), plain(text!));
    for (const [, one, many] of source.matchAll(SAID_N)) found.set(plain(one!), [plain(one!), plain(many!)]);
  }
  return [...found.keys()].sort().map((key) => found.get(key)!);
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(svelte|ts)$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

function plain(literal: string): string {
  return JSON.parse(`"${literal}"`) as string;
}

export function texts(folder: string): Plugin {
  return {
    name: "texts",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "texts.json", source: JSON.stringify(textsBelow(folder), null, 0) });
    },
  };
}
