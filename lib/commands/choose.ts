/**
 * Which identity a command is for: the selection's rules, and a question where they leave one.
 *
 * @module
 */
import { disabledBy, selectIdentity, type Wish } from "../chain/select.ts";
import type { AuthConfig } from "../config/types.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { GlobalInput } from "./globals.ts";

/** What the command line and the environment say of the identity. */
export function wishOf(host: Pick<Host, "env">, globals: Pick<GlobalInput, "identity">): Wish {
  return { flag: globals.identity, variable: host.env("ATMOS_IDENTITY") };
}

/** How authentication was switched off, in the user's own words; `undefined` when it was not. */
export function disabledWords(
  host: Pick<Host, "env">,
  globals: Pick<GlobalInput, "identity">,
): string | undefined {
  const wish = wishOf(host, globals);
  switch (disabledBy(wish)) {
    case "flag":
      return `--identity=${String(wish.flag)}`;
    case "variable":
      return `ATMOS_IDENTITY=${wish.variable ?? ""}`;
    case undefined:
      return undefined;
  }
}

/**
 * The name of the identity, as it is written in the configuration.
 *
 * @throws AuthError `identity-ambiguous` when somebody must choose and nobody can be asked, with the candidates;
 *   `interrupted`; and as `selectIdentity`
 */
export async function chooseIdentity(host: Host, auth: AuthConfig, wish: Wish): Promise<string> {
  const selection = selectIdentity(auth, wish);
  if (selection.type === "named") return selection.name;
  if (selection.type === "disabled") throw new TypeError("Nothing is chosen when authentication is off");
  return await pick(host, selection.question, selection.among);
}

async function pick(host: Host, question: string, among: readonly string[]): Promise<string> {
  const { prompt } = host;
  if (prompt === undefined) throw nobodyToAsk(question, among);
  const { choose } = await import("../terminal/choose.ts");
  return await choose({ prompt, tell: host.tell, screen: host.screen }, { question, options: among });
}

const MAX_NAMES = 20;

function nobodyToAsk(question: string, among: readonly string[]): AuthError {
  const reason = question.startsWith("Multiple")
    ? "several are marked as default"
    : question.startsWith("No default")
    ? "none is marked as default"
    : "somebody must choose one";
  const more = among.length > MAX_NAMES ? ` and ${among.length - MAX_NAMES} more` : "";
  return new AuthError(
    "identity-ambiguous",
    `Cannot choose an identity: ${reason}, and nobody can be asked`,
    {
      hints: [
        "Name one with --identity NAME or ATMOS_IDENTITY",
        `It can be ${among.slice(0, MAX_NAMES).join(", ")}${more}`,
      ],
    },
  );
}
