/**
 * What was chosen last, so that the next question starts there. A kindness: where it cannot be kept or read, nothing
 * is said of it.
 *
 * @module
 */
import { isAuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { parsedJson } from "../../parsed_json.ts";
import { joinPath, stateHome } from "../../paths.ts";

type ChoiceHost = Pick<Host, "files" | "env" | "os">;

const FILE_MODE = 0o600;
/** How many names are kept: people work on several projects. */
const MOST = 30;

/** `<state home>/atmos/choices`: names as JSON texts, one a line, the latest first. */
function choicesPath(host: ChoiceHost): string {
  return joinPath(host.os, stateHome(host), "atmos", "choices");
}

/** The one of these names that was chosen last. */
export async function lastChoice(host: ChoiceHost, among: readonly string[]): Promise<string | undefined> {
  return (await kindly(() => readChoices(host)) ?? []).find((name) => among.includes(name));
}

/** Keeps a choice. */
export async function keepChoice(host: ChoiceHost, name: string): Promise<void> {
  await kindly(async () => {
    const before = await readChoices(host);
    if (before[0] === name) return;
    const names = [name, ...before.filter((other) => other !== name)].slice(0, MOST);
    const text = names.map((one) => `${JSON.stringify(one)}\n`).join("");
    await host.files.writeText(choicesPath(host), text, FILE_MODE);
  });
}

async function readChoices(host: ChoiceHost): Promise<readonly string[]> {
  const text = await host.files.readText(choicesPath(host)) ?? "";
  return text.split("\n").flatMap((line) => {
    const name = /^"(?:[^"\\]|\\.)*"$/.test(line) ? parsedJson(line) : undefined;
    return typeof name === "string" ? [name] : [];
  });
}

async function kindly<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAuthError(error)) return undefined;
    throw error;
  }
}
