/**
 * `atmos auth list`: what is configured, and until when sessions are in hand. It opens no keyring and asks nobody.
 *
 * @module
 */
import { checkChains } from "../chain/check.ts";
import { linksOf } from "../chain/digest.ts";
import { resolveName } from "../chain/select.ts";
import type { AuthConfig } from "../config/types.ts";
import { formatList, LIST_FORMATS } from "../output/list.ts";
import { type ListFilter, listView } from "../output/list_view.ts";
import { outputStyle } from "../output/style.ts";
import type { EpochMillis } from "../time.ts";
import { type Call, command } from "./command.ts";
import { type Context, openContext } from "./context.ts";
import { choice, optionalTexts, texts, usage, type Values } from "./flags.ts";

const FLAGS = {
  format: choice(LIST_FORMATS, "FORMAT", `${LIST_FORMATS.join(", ")}; tree by default`, { short: "f" }),
  providers: optionalTexts("NAME,...", "Only providers: all, or these"),
  identities: optionalTexts("NAME,...", "Only identities: all, or these"),
  tags: texts("TAG,...", "Only what has one of these tags"),
} as const;

export const list = command({
  description: "List providers and identities with their chains, and until when sessions are in hand.",
  examples: [
    ["As a tree", "atmos auth list"],
    ["Identities with the tag prod, for a program", "atmos auth list --identities --tags prod --format json"],
  ],
  flags: FLAGS,
  run: listEntries,
});

async function listEntries({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  if (input.providers !== undefined && input.identities !== undefined) {
    throw usage("Cannot list: --providers and --identities exclude each other");
  }
  await using context = await openContext(host, globals);
  const auth = context.auth();
  const filter = resolvedFilter(auth, input);
  const format = input.format ?? "tree";
  const view = listView(auth, filter.providers === undefined ? await expiries(context) : new Map(), filter);
  if (format !== "json" && view.providers.length + view.identities.length === 0) {
    host.tell(
      auth.providers.size + auth.identities.size === 0
        ? "No providers or identities are configured\n"
        : "No provider or identity fits\n",
    );
    return 0;
  }
  host.write(formatList(format, view, outputStyle(globals.forceColor), host.now()));
  return 0;
}

/** Names as the entries are written. */
function resolvedFilter(auth: AuthConfig, input: Values<typeof FLAGS>): ListFilter {
  return {
    providers: input.providers?.map((name) => resolveName(auth.providers, name, "provider")),
    identities: input.identities?.map((name) => resolveName(auth.identities, name, "identity")),
    tags: input.tags.length === 0 ? undefined : input.tags,
  };
}

/** When the session of each identity ends, where one is in hand. */
async function expiries(context: Context): Promise<ReadonlyMap<string, EpochMillis>> {
  const found = new Map<string, EpochMillis>();
  for (const verdict of checkChains(context.auth())) {
    if (!("plan" in verdict)) continue;
    const link = (await linksOf(context.host, verdict.plan)).at(-1);
    const stored = link === undefined ? undefined : await context.sessions(verdict.plan).read(link);
    if (stored !== undefined) found.set(verdict.name, stored.session.expiresAt);
  }
  return found;
}
