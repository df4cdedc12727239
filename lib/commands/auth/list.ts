/**
 * `atmos auth list`: what is configured, and until when sessions are in hand. It opens no keyring and asks nobody.
 *
 * @module
 */
import { assertUsable, checkChains } from "../../chain/check.ts";
import { chainDigest } from "../../chain/digest.ts";
import { targetOf } from "../../chain/plan.ts";
import { resolveName } from "../../chain/select.ts";
import type { ChainPlan } from "../../chain/types.ts";
import { type AuthConfig, isPersistent } from "../../config/types.ts";
import {
  byName,
  findSession,
  listSessions,
  type SessionIndex,
  unusedSession,
} from "../../files/aws_sessions.ts";
import type { SessionKey } from "../../files/session_key.ts";
import { formatList, LIST_FORMATS, type ListFormat } from "../../output/list.ts";
import type { Host } from "../../host.ts";
import { type ListFilter, listView, type StoredState } from "../../output/list_view.ts";
import { placeText, warningText } from "../../output/problem.ts";
import { styleOf } from "../../output/style.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { type Context, openContext } from "../../cli/run/context.ts";
import { optionalTexts, outputFormat, texts, usage, type Values } from "../../cli/line/flags.ts";

const FLAGS = {
  format: outputFormat(LIST_FORMATS),
  providers: optionalTexts("NAME,...", "Only providers: all, or these"),
  identities: optionalTexts("NAME,...", "Only identities: all, or these"),
  tags: texts("TAG,...", "Only what has one of these tags"),
} as const;

export const list = command({
  description: "List providers and identities with their chains, and until when sessions are in hand.",
  examples: [
    ["As a tree", "atmos auth list"],
    ["As a picture", "atmos auth list --format dot | dot -Tsvg > auth.svg"],
    ["The accounts and roles of the access portal", "atmos auth list accounts"],
    ["Identities with the tag prod, for a program", "atmos auth list --identities --tags prod --format json"],
  ],
  strayHint: "`atmos auth list accounts` lists what the access portal offers",
  flags: FLAGS,
  run: listEntries,
});

async function listEntries({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  if (input.providers !== undefined && input.identities !== undefined) {
    throw usage("Cannot list: --providers and --identities exclude each other");
  }
  await using context = await openContext(host, globals, { evenBroken: true });
  const isWhole = tellProblems(context);
  const auth = context.auth();
  const filter = resolvedFilter(auth, input);
  const format = input.format ?? "tree";
  const inHand = filter.providers === undefined && isWhole ? await storedStates(context) : new Map();
  const view = listView(auth, inHand, filter);
  if (isForPeople(format) && view.providers.length + view.identities.length === 0) {
    host.tell(
      auth.providers.size + auth.identities.size === 0
        ? "No providers or identities are configured\n"
        : "No provider or identity fits\n",
    );
    return 0;
  }
  host.write(formatList(format, view, styleOf(host.output), host.now()));
  return 0;
}

/** Where what is listed stands: a problem of one of these hides all that is in it. */
const LISTED = ["", "auth", "auth.providers", "auth.identities"];

/**
 * Warns of what is wrong with the configuration as a whole, which does not keep anything from being listed.
 *
 * @returns whether nothing is: else nobody knows where sessions would be
 * @throws AuthError `config-invalid` where there is nothing to list
 */
function tellProblems({ host, loaded }: Context): boolean {
  const { files, problems } = loaded();
  const whole = problems.filter(({ blocks, about }) => blocks && about === undefined);
  assertUsable({ files, problems: whole.filter(({ path }) => LISTED.includes(path.toLowerCase())) });
  for (const { path, at, reason } of whole) {
    host.tell(warningText(`${placeText(path, at)}: ${reason}`, host.screen));
  }
  return whole.length === 0;
}

/** Programs get a document of nothing where there is nothing; people get a sentence. */
function isForPeople(format: ListFormat): boolean {
  return format === "tree" || format === "table";
}

/** Names as the entries are written. */
function resolvedFilter(auth: AuthConfig, input: Values<typeof FLAGS>): ListFilter {
  return {
    providers: input.providers?.map((name) => resolveName(auth.providers, name, "provider")),
    identities: input.identities?.map((name) => resolveName(auth.identities, name, "identity")),
    tags: input.tags.length === 0 ? undefined : input.tags,
  };
}

/** What is stored of each identity, where anything is: each directory of files is read once. */
async function storedStates(context: Context): Promise<ReadonlyMap<string, StoredState>> {
  // A memory keyring keeps sessions in the process that made them.
  if (!isPersistent(context.auth().keyring.type)) return new Map();
  const still = { env: remembering(context.host.env) };
  const plans = checkChains(context.auth()).flatMap((verdict) => "plan" in verdict ? [verdict.plan] : []);
  const states: [string, StoredState][] = [];
  for (const inside of Map.groupBy(plans, ({ provider }) => provider?.name).values()) {
    if (inside[0] === undefined) continue;
    const files = await context.filesIn(context.directory(inside[0]));
    const found = await listSessions(context.host, files);
    if (found.length === 0) continue;
    const stored = { index: byName(found), key: files.key };
    states.push(...(await Promise.all(inside.map((plan) => stateOf(still, plan, stored)))).flat());
  }
  return new Map(states);
}

/** The same variables, each looked up once: thousands of chains depend on the same few. */
function remembering(env: Host["env"]): Host["env"] {
  const known = new Map<string, string | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, env(name));
    return known.get(name);
  };
}

/** What is stored in a directory. */
interface Stored {
  readonly index: SessionIndex;
  readonly key: SessionKey | undefined;
}

async function stateOf(
  host: Pick<Host, "env">,
  plan: ChainPlan,
  { index, key }: Stored,
): Promise<readonly [string, StoredState][]> {
  const { name } = targetOf(plan);
  const digest = await chainDigest(host, plan);
  const stored = await findSession(index, key, name, digest);
  if (stored !== undefined) return [[name, { expiresAt: stored.session.expiresAt, flaw: undefined }]];
  const unused = unusedSession(index, name, digest);
  return unused === undefined ? [] : [[name, { expiresAt: undefined, flaw: unused.flaw }]];
}
