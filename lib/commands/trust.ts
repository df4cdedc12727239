/**
 * `atmos auth trust`: vouches for the configuration of a repository, as it is now.
 *
 * @module
 */
import type { LoadedConfig, Problem } from "../config/types.ts";
import type { Host } from "../host.ts";
import { positionText } from "../output/problem.ts";
import { trustJson, trustListText } from "../output/trust.ts";
import { printable } from "../terminal/escape.ts";
import { type Call, command } from "./command.ts";
import { openContext } from "./context.ts";
import { outputFormat, toggle, usage, type Values } from "./flags.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "./stack_flag.ts";
import { distrustFiles, trustedFiles, trustFiles } from "./trust_store.ts";

const FLAGS = {
  list: toggle("Show what is trusted on this machine"),
  format: outputFormat(["text", "json"]),
  remove: toggle("Trust the files of this configuration no longer"),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const trust = command({
  description:
    "Trust the configuration of this repository, as it is now, to start programs, to set endpoints and\n" +
    "variables that programs obey, and to write outside of the repository. A changed file is not trusted any more.",
  examples: [
    ["After reading what the file wants", "atmos auth trust"],
    ["What is trusted on this machine", "atmos auth trust --list"],
    ["What a component's manifests want", "atmos auth trust --component myapp --stack dev"],
  ],
  flags: FLAGS,
  run: changeTrust,
});

async function changeTrust({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  if (input.list === true && input.remove === true) throw usage("Cannot do both: --list and --remove");
  if (input.list === true) {
    const files = await trustedFiles(host);
    host.write(input.format === "json" ? trustJson(files) : trustListText(files));
    return 0;
  }
  if (input.format === "json") throw usage("Cannot print JSON: only --list prints anything for programs");
  const component = wantedComponent(input);
  await using context = await openContext(host, globals, { evenBroken: true, component });
  return input.remove === true
    ? await removeTrust(host, context.loaded())
    : await addTrust(host, context.loaded());
}

async function removeTrust(host: Host, loaded: LoadedConfig): Promise<number> {
  const removed = await distrustFiles(host, loaded.files);
  for (const { path } of removed) host.tell(`No longer trusted: ${printable(path)}\n`);
  if (removed.length === 0) host.tell("None of the configuration's files was trusted\n");
  return 0;
}

async function addTrust(host: Host, loaded: LoadedConfig): Promise<number> {
  const wanted = untrustedProblems(loaded);
  if (wanted.length === 0) {
    host.tell("Nothing in this configuration needs trust\n");
    return 0;
  }
  host.tell(trustText(wanted));
  for (const path of await trustConfiguration(host, loaded)) host.tell(`Trusted: ${printable(path)}\n`);
  return 0;
}

/** What counts only once the files are trusted. */
export function untrustedProblems({ problems, auth, ...loaded }: LoadedConfig): readonly Problem[] {
  const origins = loaded.origins();
  const pages = [...auth.providers.values()].flatMap(({ name, config }): readonly Problem[] => {
    if (config?.kind !== "aws/saml" || config.isUrlTrusted) return [];
    const path = `auth.providers.${name}.url`;
    const reason = `the page that a password in ATMOS_SAML_PASSWORD is sent to: ${new URL(config.url).host}`;
    const about = { type: "provider", name } as const;
    return [{
      severity: "warning",
      code: "untrusted",
      path,
      at: origins.get(path)?.at,
      reason,
      hint: undefined,
      blocks: false,
      about,
    }];
  });
  return [...problems.filter(({ code }) => code === "untrusted"), ...pages];
}

/** What a person vouches for, one line each. */
export function trustText(wanted: readonly Problem[]): string {
  const lines = wanted.map(({ path, at, reason }) => {
    const place = at === undefined ? "" : ` (${positionText(at)})`;
    return `  ${printable(`${path}${place}`)}\n    ${printable(reason.replace(/ counts only from.*/, ""))}\n`;
  });
  return `This configuration wants what only a trusted file may have:\n${lines.join("")}`;
}

/**
 * Trusts the files of a configuration that are not trusted: a setting may be put together from several of them.
 *
 * @returns their paths
 */
export async function trustConfiguration(host: Host, loaded: LoadedConfig): Promise<readonly string[]> {
  const files = loaded.files.filter(({ trusted }) => !trusted);
  await trustFiles(host, files);
  return files.map(({ path }) => path);
}
