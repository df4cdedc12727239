/**
 * `atmos auth trust`: vouches for what a configuration wants, as it is now.
 *
 * @module
 */
import { AuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { needsText, trustJson, trustListText } from "../../output/trust.ts";
import { printable } from "../../terminal/escape.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { type Context, openContext } from "../../cli/run/context.ts";
import { outputFormat, toggle, usage, type Values } from "../../cli/line/flags.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../cli/line/stack_flag.ts";
import { giveTrust, projectNeeds } from "../../cli/run/trust_ask.ts";
import { revokeTrust, trustRecords } from "../../cli/run/trust_store.ts";

const FLAGS = {
  list: toggle("List what is trusted on this machine"),
  format: outputFormat(["text", "json"]),
  revoke: toggle("Stop trusting the files of this configuration"),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const trust = command({
  description:
    "Trust what this configuration needs trust for: the programs it runs, the hosts it sends secrets to,\n" +
    "the variables it sets and the paths it uses. A change of any of these asks again.",
  examples: [
    ["After reading what the configuration wants", "atmos auth trust"],
    ["List what is trusted on this machine", "atmos auth trust --list"],
    ["Stop trusting this configuration", "atmos auth trust --revoke"],
    ["What the manifests of a component want", "atmos auth trust --component myapp --stack dev"],
  ],
  flags: FLAGS,
  run: changeTrust,
});

async function changeTrust({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  if (input.list === true && input.revoke === true) throw usage("Cannot use both --list and --revoke");
  if (input.list === true) {
    const records = await trustRecords(host);
    host.write(input.format === "json" ? trustJson(records) : trustListText(records));
    return 0;
  }
  if (input.format === "json") throw usage("Cannot print JSON: only --list prints data");
  const component = wantedComponent(input);
  await using context = await openContext(host, globals, { evenBroken: true, component });
  return input.revoke === true ? await removeTrust(host, context) : await addTrust(host, context);
}

async function removeTrust(host: Host, context: Context): Promise<number> {
  const removed = await revokeTrust(host, context.loaded().files.map(({ realPath }) => realPath));
  for (const path of new Set(removed.map((one) => one.path))) {
    host.tell(`No longer trusted: ${printable(path)}\n`);
  }
  if (removed.length === 0) host.tell("Nothing of this configuration was trusted\n");
  return 0;
}

/** A file that is imported only once it is trusted may need trust itself. */
const MAX_ROUNDS = 10;

async function addTrust(host: Host, context: Context): Promise<number> {
  const needed = async () => [...context.loaded().needs, ...await projectNeeds(context)];
  const first = await needed();
  if (first.length === 0) {
    host.tell("Nothing in this configuration needs trust\n");
    return 0;
  }
  const trusted = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const needs = round === 0 ? first : await needed();
    if (needs.length === 0) break;
    host.tell(needsText(needs));
    for (const path of await giveTrust(host, context.loaded(), needs)) trusted.add(path);
    await context.reload();
  }
  for (const path of trusted) host.tell(`Trusted: ${printable(path)}\n`);
  if ((await needed()).length === 0) return 0;
  throw new AuthError(
    "untrusted",
    "Cannot trust all of the configuration: its files keep changing, or import too deep",
  );
}
