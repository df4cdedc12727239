/**
 * The user who logs in at an identity provider. Prompts for the username once and stores it. The password
 * comes from `!env`, from `ATMOS_SAML_PASSWORD` or from a prompt, and is never stored.
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

/** The parts of the host that prompting uses. */
export type PersonHost = Pick<SamlHost, "env" | "files" | "os" | "prompt" | "screen" | "tell">;

/** A user whose username can be stored for the next time. */
export interface RememberedPerson extends SamlPerson {
  /** Stores the username that was typed; call it after a successful login. */
  readonly remember: () => Promise<void>;
}

/** The variable for the password when the configuration has none. */
export const PASSWORD_VARIABLE = "ATMOS_SAML_PASSWORD";

/** Creates the user who logs in to a provider; prompts only when something is needed. */
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

/** The password is sent to the configured page, which an untrusted file cannot set. */
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

/** One small file for each address: configurations with the same page share a username. */
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

/** @throws AuthError `person-needed` when prompting is not possible */
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
