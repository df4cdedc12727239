/**
 * `atmos auth doctor`: what on this machine is in the way of a login, and what mends it.
 *
 * @module
 */
import { isPersistent, type PersistentKeyring } from "../../../config/types.ts";
import { checkChains } from "../../../chain/check.ts";
import { type AuthError, isAuthError, isFailure } from "../../../errors.ts";
import { exposureWithin } from "../../../files/exposure.ts";
import type { Host } from "../../../host.ts";
import { doctorJson, doctorText, type Finding } from "../../../output/doctor.ts";
import { styleOf } from "../../../output/style.ts";
import { joinPath, knownHome, parentOf } from "../../../paths.ts";
import { derived } from "../../../session/derive.ts";
import { keyringPlace } from "../../../session/stores.ts";
import { hasLocalBrowser } from "../../../terminal/local_browser.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { type Context, openContext } from "../../../cli/run/context.ts";
import { outputFormat, toggle, type Values } from "../../../cli/line/flags.ts";
import { counted } from "../../../counting.ts";

const FLAGS = {
  fix: toggle("Mend what can be mended without losing anything"),
  format: outputFormat(["text", "json"]),
} as const;

export const doctor = command({
  description:
    "Look for what is in the way of a login: configuration, clock, network, keyring, files, variables.\n" +
    "Every finding has an id, and the line that mends it. Nobody is asked anything, and nothing is changed without --fix.",
  examples: [
    ["Look", "atmos auth doctor"],
    ["Mend what is safe to mend", "atmos auth doctor --fix"],
    ["For a program", "atmos auth doctor --format json"],
  ],
  flags: FLAGS,
  run: examine,
});

async function examine({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(derived(host, { prompt: undefined }), globals, {
    evenBroken: true,
  });
  const first = await allFindings(context);
  const mended: string[] = [];
  for (const { title, mend } of input.fix === true ? first : []) {
    if (mend !== undefined && await isMended(mend)) mended.push(title);
  }
  // Looked at again: what was mended, and what could not be.
  const findings = mended.length === 0 ? first : await allFindings(context);
  const view = { findings, mended };
  host.write(input.format === "json" ? doctorJson(view) : doctorText(view, styleOf(host.output)));
  return findings.some(({ severity }) => severity === "error") ? 1 : 0;
}

/** What cannot be mended is found again, with the line that would. */
async function isMended(mend: () => Promise<void>): Promise<boolean> {
  try {
    await mend();
    return true;
  } catch (error) {
    if (isFailure(error)) return false;
    throw error;
  }
}

async function allFindings(context: Context): Promise<readonly Finding[]> {
  const { host } = context;
  const [{ networkFindings }, { fileFindings }] = [
    await import("./network.ts"),
    await import("./files.ts"),
  ];
  const plans = checkChains(context.auth()).flatMap((verdict) => "plan" in verdict ? [verdict.plan] : []);
  const directories = [...new Set(plans.map((plan) => context.directory(plan)))];
  const { directory } = await keyringPlace(host, context.auth(), context.loaded().directory);
  return [
    ...configFindings(context),
    ...await networkFindings(host, context.auth()),
    ...await keyringFindings(context),
    ...await fileFindings(host, await Promise.all(directories.map(context.filesIn)), [directory]),
    ...variableFindings(host),
    ...await browserFindings(host),
    ...await shellFindings(host),
  ];
}

function configFindings(context: Context): readonly Finding[] {
  const { problems, files } = context.loaded();
  const errors = problems.filter(({ severity }) => severity === "error").length;
  if (files.length === 0) {
    return [{
      id: "config.absent",
      severity: "error",
      title: "There is no atmos.yaml here or above",
      command: "atmos auth validate --config FILE",
    }];
  }
  if (errors > 0) {
    return [{
      id: "config.problems",
      severity: "error",
      title: `The configuration has ${counted(errors, "problem")}`,
      command: "atmos auth validate",
    }];
  }
  const untrusted = problems.some(({ code }) => code === "untrusted");
  return [
    untrusted
      ? {
        id: "config.untrusted",
        severity: "warning",
        title: "A part of the configuration counts only when its file is trusted",
        command: "atmos auth trust",
      }
      : { id: "config.problems", severity: "good", title: "The configuration has no problem" },
  ];
}

/** The keyring is opened as a login would open it, but nobody is asked for its password. */
async function keyringFindings(context: Context): Promise<readonly Finding[]> {
  const { host } = context;
  const { keyring } = context.auth();
  if (!isPersistent(keyring.type)) {
    return [{
      id: "keyring.memory",
      severity: "note",
      title: "The keyring is memory: nothing outlives a command",
    }];
  }
  try {
    const { openKeyring } = await import("../../../keyring/mod.ts");
    const place = await keyringPlace(host, context.auth(), context.loaded().directory);
    await openKeyring(host, keyring, place, undefined);
    return [{ id: "keyring.open", severity: "good", title: `The ${keyring.type} keyring opens` }];
  } catch (error) {
    if (!isFailure(error)) throw error;
    if (error.code === "person-needed") {
      return [{
        id: "keyring.password",
        severity: "note",
        title:
          `The password of the ${keyring.type} keyring will be asked for: ${keyring.passwordVariable} is not set`,
      }];
    }
    const store = await storePath(context, keyring.type);
    const exposure = await exposureWithin(host, parentOf(host.os, store), store);
    const command = exposure?.isWritable === true
      ? exposure.remedy
      : keyringCommand(error, keyring.passwordVariable, store);
    return [{
      id: `keyring.${error.code.replace("keyring-", "")}`,
      severity: "error",
      title: error.message,
      command,
    }];
  }
}

async function storePath(context: Context, type: PersistentKeyring): Promise<string> {
  const { storeFile } = await import("../../../keyring/mod.ts");
  return storeFile(await keyringPlace(context.host, context.auth(), context.loaded().directory), type);
}

/** What cannot be read is put aside, never removed: somebody may still know how to read it. */
function keyringCommand({ code, reason }: AuthError, passwordVariable: string, store: string): string {
  switch (code) {
    case "keyring-password":
      return `unset ${passwordVariable}`;
    case "keyring-damaged":
    case "keyring-version":
      return reason === "rolled-back"
        ? "atmos auth keyring accept-rollback"
        : `mv '${store}' '${store}.aside'`;
    default:
      return "export ATMOS_KEYRING_TYPE=file";
  }
}

/** Programs that are started by others than us heed these, and become somebody else than `login` says. */
const SHADOWS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_ROLE_ARN",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
] as const;

function variableFindings({ env, os }: Pick<Host, "env" | "os">): readonly Finding[] {
  const isSet = (name: string) => (env(name) ?? "") !== "";
  if (isSet("ATMOS_SHLVL")) {
    return [{
      id: "variables.shell",
      severity: "note",
      title: "This is a shell of `atmos auth shell`, with its variables",
    }];
  }
  const shadows = SHADOWS.filter(isSet);
  if (shadows.length === 0) {
    return [{
      id: "variables.shadow",
      severity: "good",
      title: "No variable stands in the way of an identity",
    }];
  }
  return shadows.map((name) => ({
    id: "variables.shadow",
    severity: "warning",
    title: `${name} is set: programs that neither \`exec\` nor \`shell\` starts heed it`,
    command: os === "windows" ? `Remove-Item Env:${name}` : `unset ${name}`,
  }));
}

async function browserFindings(host: Pick<Host, "env" | "os" | "files">): Promise<readonly Finding[]> {
  return [
    await hasLocalBrowser(host)
      ? { id: "browser.local", severity: "good", title: "A login can open a browser of this machine" }
      : {
        id: "browser.local",
        severity: "note",
        title: "No browser of this machine can be used: a login shows a code to approve elsewhere",
        command: "atmos auth login --device-code",
      },
  ];
}

const RC_FILES: ReadonlyMap<string, readonly string[]> = new Map([
  ["bash", [".bashrc"]],
  ["zsh", [".zshrc"]],
  ["fish", [".config", "fish", "config.fish"]],
]);

/** Whether the shell completes our words, as far as its own file tells. */
async function shellFindings(host: Pick<Host, "env" | "os" | "files">): Promise<readonly Finding[]> {
  const shell = (host.env("SHELL") ?? "").split("/").at(-1) ?? "";
  const [home, names] = [knownHome(host), RC_FILES.get(shell)];
  if (home === undefined || names === undefined) return [];
  const path = joinPath(host.os, home, ...names);
  const text = await host.files.readText(path).catch((error: unknown) => {
    if (isAuthError(error)) return undefined;
    throw error;
  });
  if (text?.includes("auth completion")) {
    return [{
      id: "shell.completion",
      severity: "good",
      title: `${shell} completes the words of atmos auth`,
    }];
  }
  const line = shell === "fish"
    ? "atmos auth completion fish | source"
    : `source <(atmos auth completion ${shell})`;
  return [{
    id: "shell.completion",
    severity: "note",
    title: `${shell} does not complete the words of atmos auth`,
    command: `echo '${line}' >> ${path}`,
  }];
}
