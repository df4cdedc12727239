/**
 * Holds a draft against the decoder: what it would refuse is not written down in the first place.
 *
 * @module
 */
import { decodeAuth, type DecodeContext } from "../config/decode.ts";
import type { Problem } from "../config/types.ts";
import { parseYaml } from "../config/yaml.ts";
import { sectionText } from "./section.ts";
import type { AuthDraft, Fields } from "./types.ts";

/** A draft without what cannot be, and why that is. */
export interface Checked {
  readonly draft: AuthDraft;
  readonly refused: readonly Refusal[];
}

/** An entry that the decoder refuses. */
export interface Refusal {
  readonly type: "provider" | "identity";
  readonly name: string;
  readonly reason: string;
}

const CONTEXT: DecodeContext = {
  realm: undefined,
  keyringType: undefined,
  isTrusted: () => true,
  place: (path) => ({ path, standing: "other" }),
  isNamedEndpoint: () => false,
  isStsToken: () => false,
  found: [],
  fileOrder: () => 0,
};

/** Takes out entries with errors until there are none: an entry that starts from one that went goes, too. */
export function checkDraft(draft: AuthDraft): Checked {
  const refused: Refusal[] = [];
  let current = draft;
  while (true) {
    const found = firstErrors(current, refused);
    if (found.length === 0) return { draft: current, refused };
    refused.push(...found);
    current = without(current, found);
  }
}

/** The first error of each entry that has one. */
function firstErrors(draft: AuthDraft, before: readonly Refusal[]): readonly Refusal[] {
  const { root } = parseYaml(sectionText(draft), "import");
  const errors = decodeAuth(root, CONTEXT).problems.filter(({ severity }) => severity === "error");
  const found = new Map<string, Refusal>();
  for (const { about, ...problem } of errors) {
    if (about?.name === undefined) throw new TypeError(`Not about an entry: ${problem.reason}`);
    const key = `${about.type} ${about.name}`;
    if (!found.has(key)) found.set(key, { ...about, reason: reasonOf(draft, about, problem, before) });
  }
  return [...found.values()];
}

function reasonOf(
  draft: AuthDraft,
  { type, name }: Pick<Refusal, "type" | "name">,
  { reason }: Pick<Problem, "reason">,
  before: readonly Refusal[],
): string {
  const via = type === "identity" ? draft.identities.get(name)?.via : undefined;
  const bases = typeof via === "object" ? Object.entries(via) : [];
  const gone = bases.find(([kind, base]) =>
    before.some((refusal) => refusal.type === kind && refusal.name === base)
  );
  return gone === undefined ? reason : `it starts from ${gone[1]}, which is not taken over`;
}

function without({ providers, identities }: AuthDraft, refused: readonly Refusal[]): AuthDraft {
  const gone = new Set(refused.map(({ type, name }) => `${type} ${name}`));
  const isKept = (type: Refusal["type"]) => ([name]: readonly [string, Fields]) =>
    !gone.has(`${type} ${name}`);
  return {
    providers: new Map([...providers].filter(isKept("provider"))),
    identities: new Map([...identities].filter(isKept("identity"))),
  };
}
