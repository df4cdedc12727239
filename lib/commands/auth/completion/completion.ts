/**
 * `atmos auth completion`: the script of a shell, and at every Tab the words that it asks for.
 *
 * @module
 */
import { isAuthError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { COMPLETION_SHELLS, completionScript } from "../../../output/completion_script.ts";
import { derived } from "../../../session/derive.ts";
import { printable } from "../../../terminal/escape.ts";
import { isAtmosAuth, readFlags, splitAround, type Words } from "../../../cli/line/args.ts";
import { type Call, command, type CommandTree, type Group } from "../../../cli/line/command.ts";
import { PROGRAMS } from "../../../cli/line/complete_program.ts";
import {
  type Candidate,
  candidatesAt,
  isAboutStacks,
  type Names,
  type Place,
  withoutGlobals,
} from "../../../cli/line/complete_words.ts";
import { below } from "../../../cli/line/tree.ts";
import { openContext } from "../../../cli/run/context.ts";
import { type Flags, toggle, usage, type Values } from "../../../cli/line/flags.ts";
import { applyGlobals, GLOBAL_FLAGS } from "../../../cli/line/globals.ts";

const FLAGS = {
  fresh: toggle("With `words`: the last word is still empty"),
} as const;

export const completion = command({
  description: "Print what a shell evaluates to complete commands, flags, identities, providers and tags.\n" +
    "With `words` it prints what may stand at the end of the words behind --: that is what the scripts ask for.",
  word: COMPLETION_SHELLS.join("|"),
  operands: "[-- WORD...]",
  examples: [
    ["bash, in ~/.bashrc", "source <(atmos auth completion bash)"],
    ["zsh, in ~/.zshrc", "source <(atmos auth completion zsh)"],
    ["fish, in ~/.config/fish/config.fish", "atmos auth completion fish | source"],
    ["PowerShell, in $PROFILE", "atmos auth completion powershell | Out-String | Invoke-Expression"],
  ],
  flags: FLAGS,
  run: complete,
});

async function complete({ host, input, word, rest, known }: Call<Values<typeof FLAGS>>): Promise<number> {
  if (word === "words") {
    const typed = [...rest ?? [], ...(input.fresh === true ? [""] : [])];
    for (const { value, description } of await candidates(host, known.tree, typed)) {
      host.write(`${value}\t${description}\n`);
    }
    return 0;
  }
  const shell = COMPLETION_SHELLS.find((one) => one === word?.toLowerCase());
  if (shell === undefined) {
    const problem = word === undefined
      ? "no shell is named"
      : `there is no script for ${JSON.stringify(word)}`;
    throw usage(`Cannot complete: ${problem}`, `Name one of ${COMPLETION_SHELLS.join(", ")}`);
  }
  host.write(completionScript(shell));
  return 0;
}

/** @param typed all words of the line, the program's own first, up to the one that is being typed */
async function candidates(
  host: Host,
  tree: CommandTree,
  typed: readonly string[],
): Promise<readonly Candidate[]> {
  const [name = "", ...words] = typed;
  const current = words.pop() ?? "";
  const isOwnProgram = isAtmosAuth(name);
  const joined = joinEquals(words);
  const whole = isOwnProgram && joined[0] !== "auth" ? ["auth", ...joined] : joined;
  const place = await tree.withAdditions(host, whole, await placeAt(tree.root, whole));
  const found = candidatesAt(
    place,
    current,
    await namesOf(host, whole, place, isAboutStacks(place, current)),
  );
  // A control character would end the line, or do something to the terminal.
  return found.filter(({ value }) => printable(value) === value)
    .map(({ value, description }) => ({ value, description: printable(description) }));
}

/** bash takes `--stack=dev` for three words; a lone `=` at the end still waits for its value. */
function joinEquals(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, index) => word === "=" && index > 0 && index + 1 < words.length);
  if (at < 0) return words;
  const whole = `${words[at - 1]}=${words[at + 1]}`;
  return joinEquals([...words.slice(0, at - 1), whole, ...words.slice(at + 2)]);
}

/** Goes down the tree of commands as far as the words lead. */
async function placeAt(root: Group, words: readonly string[]): Promise<Place> {
  let node: Group["members"][string] = root;
  let left = withoutGlobals(words);
  const path: string[] = [];
  while (true) {
    const members: Group["members"] = below(node);
    const [first = "", ...rest] = left;
    const next = Object.hasOwn(members, first) ? members[first] : undefined;
    if (next === undefined) break;
    node = next;
    path.push(first);
    left = "members" in node ? withoutGlobals(rest) : rest;
  }
  const commands = left.length > 0
    ? []
    : Object.entries(below(node)).map(([value, { summary }]) => ({ value, description: summary }));
  if ("members" in node) {
    const isLost = left[0] !== undefined && !left[0].startsWith("-");
    return { path, flags: isLost ? {} : GLOBAL_FLAGS, commands, words: left, word: undefined };
  }
  const { flags, word } = await node.load();
  return { path, flags: { ...GLOBAL_FLAGS, ...flags }, commands, words: left, word };
}

const NO_NAMES: Names = { identities: [], providers: [], tags: [], stacks: [], components: [] };

/** The names of the configuration that the words point to; none where it cannot be read: Tab is no place for errors. */
async function namesOf(
  world: Host,
  words: readonly string[],
  { path, flags }: Place,
  withStacks: boolean,
): Promise<Names> {
  try {
    const given = givenIn(words, flags);
    const globals = readFlags(GLOBAL_FLAGS, given, world.env);
    const silent = derived(await applyGlobals(world, globals), { prompt: undefined, tell: () => {} });
    await using context = await openContext(silent, { ...globals, logsLevel: "off" }, { evenBroken: true });
    if (withStacks) {
      const { stackNames } = await import("./stacks.ts");
      const type = PROGRAMS.get(path[0] ?? "")?.type ?? lastText(given, "type");
      const stack = lastText(given, "stack") ?? world.env("ATMOS_STACK");
      return { ...NO_NAMES, ...await stackNames(await context.project(), { stack, type }) };
    }
    const { identities, providers } = context.auth();
    const all = [...identities.values(), ...providers.values()];
    return {
      ...NO_NAMES,
      identities: [...identities.values()].map(candidateOf),
      providers: [...providers.values()].map(candidateOf),
      tags: [...new Set(all.flatMap(({ tags }) => tags))].map((value) => ({ value, description: "" })),
    };
  } catch (error) {
    if (isAuthError(error)) return NO_NAMES;
    throw error;
  }
}

/** The last text that was given to a flag; `undefined`: none, or one that is still being typed. */
function lastText(given: Words["given"], key: string): string | undefined {
  const value = given.get(key)?.at(-1);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The flags among the words; the last of them may still wait for its value. */
function givenIn(words: readonly string[], flags: Flags): Words["given"] {
  try {
    // What is another program's flag may stand among them.
    return splitAround([...words, ""], { ...flags, ...GLOBAL_FLAGS }).given;
  } catch (error) {
    if (isAuthError(error, "usage")) return new Map();
    throw error;
  }
}

function candidateOf(
  { name, isDefault, config }: {
    readonly name: string;
    readonly isDefault: boolean;
    readonly config: { readonly kind: string; readonly declaredKind?: string } | undefined;
  },
): Candidate {
  const kind = config?.declaredKind ?? config?.kind ?? "invalid";
  return { value: name, description: isDefault ? `${kind}, default` : kind };
}
