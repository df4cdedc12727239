/**
 * `atmos auth import`: an `auth:` section out of what other tools, or an Identity Center, know.
 *
 * @module
 */
import type { Host } from "../../../host.ts";
import { checkDraft, type Refusal } from "../../../import/check.ts";
import { type Drafted, draftOf } from "../../../import/draft.ts";
import { importText } from "../../../import/report.ts";
import { sectionOf, sectionText } from "../../../import/section.ts";
import { type AuthDraft, type Note, type Source, SOURCES } from "../../../import/types.ts";
import { jsonText } from "../../../output/json.ts";
import { styleOf } from "../../../output/style.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { outputFormat, text, texts, toggle, usage, type Values } from "../../../cli/line/flags.ts";
import type { GlobalInput } from "../../../cli/line/globals.ts";
import type { Imported } from "./imported.ts";
import { shortPath } from "../../../paths.ts";

const FLAGS = {
  from: texts("TOOL,...", `${SOURCES.join(", ")}; all that are there by default`),
  discover: toggle("Ask an Identity Center for its accounts and roles, and make identities of these"),
  provider: text("NAME", "The Identity Center, where several are configured", { short: "p" }),
  write: toggle("Add it to atmos.yaml; what stands there stays as it is, comments too"),
  format: outputFormat(["yaml", "json"]),
} as const;

type Input = Values<typeof FLAGS>;

export const importCommand = command({
  description:
    "Make an auth section out of the configuration of the AWS CLI, aws-vault, granted, aws-sso-cli and saml2aws,\n" +
    "or out of what an Identity Center offers. It is printed, or added to atmos.yaml. Nothing of theirs is changed,\n" +
    "and no secret is read.",
  examples: [
    ["See what there is", "atmos auth import"],
    ["Only the profiles of the AWS CLI, into atmos.yaml", "atmos auth import --from aws --write"],
    ["Every account and role of the configured Identity Center", "atmos auth import --discover --write"],
  ],
  flags: FLAGS,
  run: importAll,
});

async function importAll({ host, globals, input }: Call<Input>): Promise<number> {
  const wanted = wantedSources(input);
  const imported = input.discover === true
    ? await (await import("./discover.ts")).discover(host, globals, input.provider)
    : await fromTools(host, wanted);
  if (input.write === true) await write(host, globals, imported, input.format);
  else {
    print(host, imported.draft, input.format ?? "yaml");
    host.tell(importText({ ...imported, written: undefined }, styleOf(host.screen)));
  }
  return 0;
}

/** @throws AuthError `usage` */
function wantedSources({ from, discover, provider }: Input): readonly Source[] {
  if (discover === true && from.length > 0) {
    throw usage("Cannot import: --from and --discover exclude each other");
  }
  if (discover !== true && provider !== undefined) {
    throw usage("Cannot import: --provider is for --discover", "Add --discover, or leave --provider out");
  }
  return from.map((word) => {
    const source = SOURCES.find((one) => one === word.toLowerCase());
    if (source !== undefined) return source;
    throw usage(`Cannot import from ${JSON.stringify(word)}: it is not one of ${SOURCES.join(", ")}`);
  });
}

async function fromTools(host: Host, wanted: readonly Source[]): Promise<Imported> {
  const [{ gather }, { atmosLeftovers }] = [
    await import("./sources.ts"),
    await import("../../../import/atmos_files.ts"),
  ];
  const { offers, files, unopened } = await gather(host, wanted);
  const drafted = draftOf(...offers);
  const { draft, refused } = checkDraft(drafted.draft);
  return {
    draft,
    read: files.map(({ path, sources }) => `${path} (${sources.join(", ")})`),
    notes: [...drafted.notes, ...refused.map((refusal) => refusalNote(drafted, refusal))],
    unopened,
    leftovers: await atmosLeftovers(host),
    kept: { providers: 0, identities: 0 },
  };
}

function refusalNote({ places }: Drafted, { type, name, reason }: Refusal): Note {
  return { place: (type === "identity" ? places.get(name) : undefined) ?? `${type} ${name}`, reason };
}

function print(host: Host, draft: AuthDraft, format: "yaml" | "json"): void {
  host.write(format === "json" ? jsonText(sectionOf(draft)) : sectionText(draft));
}

/** With a format, what was added is printed, too. */
async function write(
  host: Host,
  globals: GlobalInput,
  imported: Imported,
  format: Input["format"],
): Promise<void> {
  const { writeDraft } = await import("./write.ts");
  const { draft, kept, left, path, isNew, needsTrust } = await writeDraft(host, globals, imported.draft);
  if (format !== undefined) print(host, draft, format);
  const report = {
    ...imported,
    draft,
    notes: [...imported.notes, ...left.map(({ name, reason }) => ({ place: name, reason }))],
    kept: {
      providers: imported.kept.providers + kept.providers,
      identities: imported.kept.identities + kept.identities,
    },
    written: { path: shortPath(host, path), isNew },
  };
  host.tell(importText(report, styleOf(host.screen)));
  if (needsTrust) host.tell("\nSome of this needs trust: read the file, and run `atmos auth trust`\n");
}
