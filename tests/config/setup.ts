/** Loads configurations from texts, and shows problems as one line each. */
import { loadConfig, type LoadOptions } from "../../lib/config/load.ts";
import type { LoadedConfig, Problem } from "../../lib/config/types.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";

/** Where the main file is in these tests; there is no repository around it. */
export const FILE = "/work/atmos.yaml";

/** Loads a text as `/work/atmos.yaml`, beside other files; every file is vouched for unless `options` say otherwise. */
export function loadText(
  text: string,
  init: FakeHostInit = {},
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  return loadFiles({ [FILE]: text }, init, options);
}

/** Loads what is found from `/work`, or from where `init` says; vouched for as in {@linkcode loadText}. */
export function loadFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  init: FakeHostInit = {},
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  const host = fakeHost({
    ...init,
    files: { ...files, ...init.files },
    env: { HOME: "/home/me", ...init.env },
  });
  return loadConfig(host, { vouched: true, ...options });
}

/** `3:5 error code path`; a warning that blocks ends its severity with `!`; another file than the main one is named. */
export function lineOf({ at, severity, blocks, code, path }: Problem): string {
  const place = at === undefined ? "-" : `${at.file === FILE ? "" : `${at.file}:`}${at.line}:${at.column}`;
  return [place, `${severity}${severity === "warning" && blocks ? "!" : ""}`, code, path].filter((word) =>
    word !== ""
  )
    .join(" ");
}

/** The problems of a configuration, one line each. */
export function linesOf(loaded: LoadedConfig): readonly string[] {
  return loaded.problems.map(lineOf);
}

/** The problems of a text, one line each. */
export async function problemsOf(text: string, init: FakeHostInit = {}): Promise<readonly string[]> {
  return linesOf(await loadText(text, init));
}

/** A text with the margin of its first line taken from every line. */
export function yaml(strings: TemplateStringsArray, ...values: readonly string[]): string {
  const text = String.raw({ raw: strings }, ...values).replace(/^\n/, "").replace(/\n *$/, "\n");
  const margin = /^ */.exec(text)?.[0].length ?? 0;
  return text.split("\n").map((line) => line.slice(margin)).join("\n");
}
