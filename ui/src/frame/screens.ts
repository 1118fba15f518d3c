// The screens of the app by address. Each is loaded when it is first shown.
import type { Component } from "svelte";
import { t } from "../lib/words.svelte";

interface Screen {
  name: string;
  at: RegExp;
  title: () => string;
  load: () => Promise<{ default: Component }>;
}

const SCREENS: Screen[] = [
  { name: "picture", at: /^\/$/, title: () => t("Picture"), load: () => import("../picture/Screen.svelte") },
  { name: "dossier", at: /^\/events\//, title: () => t("Event"), load: () => import("../dossier/Screen.svelte") },
  { name: "review", at: /^\/review(\/|$)/, title: () => t("Review"), load: () => import("../review/Screen.svelte") },
  { name: "sources", at: /^\/sources(\/|$)/, title: () => t("Sources"), load: () => import("../sources/Screen.svelte") },
  { name: "exchange", at: /^\/exchange(\/|$)/, title: () => t("Exchange"), load: () => import("../exchange/Screen.svelte") },
  { name: "report", at: /^\/report(\/|$)/, title: () => t("Report"), load: () => import("../report/Screen.svelte") },
  { name: "risks", at: /^\/risks(\/|$)/, title: () => t("Risks"), load: () => import("../risks/Screen.svelte") },
];

const MISSING: Screen = { name: "missing", at: /./, title: () => t("Not found"), load: () => import("./Missing.svelte") };

/** The screen that an address shows. */
export function screenAt(path: string): Screen {
  return SCREENS.find((screen) => screen.at.test(path)) ?? MISSING;
}
