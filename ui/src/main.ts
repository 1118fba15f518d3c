// The begin of the app: asks who looks and in which language, then draws the frame.
import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { address, followLinks } from "./lib/address.svelte";
import { get } from "./lib/data";
import { listen } from "./lib/keys.svelte";
import { meet, type Me } from "./lib/me.svelte";
import { speak, type Words } from "./lib/words.svelte";

/** Asks for words and for who looks at once; without an answer the frame says so in English. */
async function begin(): Promise<void> {
  const asked = await Promise.allSettled([get<Me>("/data/desk"), get<Words>("/data/words")]);
  if (asked[0].status === "fulfilled") meet(asked[0].value);
  if (asked[1].status === "fulfilled") speak(asked[1].value);
  const fault = asked[0].status === "rejected" ? String(asked[0].reason instanceof Error ? asked[0].reason.message : "") : "";
  followLinks();
  listen();
  mount(App, { target: document.getElementById("app")!, props: { fault } });
  document.documentElement.dataset["path"] = address.path;
}

void begin();
