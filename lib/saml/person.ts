/**
 * Whoever logs in at an identity provider. The username is asked once and remembered; the password comes from
 * `!env`, from `ATMOS_SAML_PASSWORD` or from the person, and rests nowhere.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { joinPath, stateHome } from "../paths.ts";
import { shortDigest } from "../sha256.ts";
import { printable } from "../terminal/escape.ts";
import type { AskHost } from "../terminal/live.ts";
import type { NamedSamlProvider, SamlHost, SamlPerson } from "./types.ts";

/** What asking needs of the world. */
export type PersonHost = Pick<SamlHost, "env" | "files" | "os" | "prompt" | "screen" | "tell">;

/** A person whose username can be kept for the next time. */
export interface RememberedPerson extends SamlPerson {
  /** Keeps the username that was typed; to be called when the login has worked. */
  readonly remember: () => Promise<void>;
}

/** The variable that a password is taken from when the configuration has none. */
export const PASSWORD_VARIABLE = "ATMOS_SAML_PASSWORD";

/** Whoever logs in to a provider; nobody is asked for anything before it is needed. */
export function samlPerson(host: PersonHost, provider: NamedSamlProvider): RememberedPerson {
  const state: { username?: Promise<string> } = {};
  const username = () => state.username ??= findUsername(host, provider);
  return {
    username,
    password: async () => {
      const given = provider.config.password ?? fromVariable(host);
      if (given !== undefined) return given;
      const who = await username();
      const asker = askerOf(host, provider, "a password", [
        `Set ${PASSWORD_VARIABLE}, or \`password: !env NAME\``,
      ]);
      const { secret } = await import("../terminal/question.ts");
      return await secret(asker, {
        question: `Password of ${who} at ${siteOf(provider)}`,
        check: notEmpty,
      });
    },
    code: async (question) => {
      const asker = askerOf(host, provider, "a one-time code", []);
      const { line } = await import("../terminal/question.ts");
      return await line(asker, { question, check: notEmpty });
    },
    choose: async (question, options) => {
      if (options.length === 1) return 0;
      const asker = askerOf(host, provider, "a choice", [`Set \`mfa\` to one of: ${options.join(", ")}`]);
      const { choose } = await import("../terminal/choose.ts");
      return options.indexOf(await choose(asker, { question, options }));
    },
    tell: (text) => host.tell(`${printable(text)}\n`),
    remember: async () => {
      if (provider.config.username !== undefined || state.username === undefined) return;
      const path = await usernamePath(host, provider);
      await host.files.writeText(path, `${await state.username}\n`, 0o600);
    },
  };
}

const siteOf = ({ config }: NamedSamlProvider) => new URL(config.url).host;
const notEmpty = (answer: string) => (answer === "" ? "Please type something" : undefined);

/** It goes to the page of the configuration, which an untrusted file cannot name. */
function fromVariable(host: PersonHost): Secret | undefined {
  const value = host.env(PASSWORD_VARIABLE) ?? "";
  return value === "" ? undefined : new Secret(value);
}

async function findUsername(host: PersonHost, provider: NamedSamlProvider): Promise<string> {
  if (provider.config.username !== undefined) return provider.config.username;
  const kept = (await host.files.readText(await usernamePath(host, provider)))?.trim() || undefined;
  if (host.prompt === undefined && kept !== undefined) return kept;
  const asker = askerOf(host, provider, "a username", ["Set `username` of the provider"]);
  const { line } = await import("../terminal/question.ts");
  return await line(asker, {
    question: `Username at ${siteOf(provider)}`,
    initial: kept,
    check: notEmpty,
  });
}

/** One small file for each address: two configurations that lead to the same page have the same person before them. */
async function usernamePath(
  host: Pick<PersonHost, "env" | "os">,
  { config }: NamedSamlProvider,
): Promise<string> {
  return joinPath(
    host.os,
    stateHome(host),
    "atmos",
    "saml",
    `${await shortDigest(new URL(config.url).href)}.username`,
  );
}

/** @throws AuthError `person-needed` when there is nobody */
function askerOf(
  host: PersonHost,
  { name }: NamedSamlProvider,
  what: string,
  hints: readonly string[],
): AskHost {
  const { prompt, screen, tell } = host;
  if (prompt !== undefined) return { prompt, screen, tell };
  throw new AuthError(
    "person-needed",
    `Cannot log in to "${name}": ${what} is needed, and nobody can be asked here`,
    { where: `auth.providers.${name}`, remedy: "Run `atmos auth login` in a terminal", hints },
  );
}
