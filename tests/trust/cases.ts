/**
 * The two kinds of cases, and what holds for each: a hostile configuration gets nothing before it is trusted, an honest
 * one is never asked about.
 */
import assert from "node:assert/strict";
import { type Arena, openArena, type Setting, type Variables } from "./arena.ts";

/** A configuration that must get nothing. Commands are names of `COMMANDS`, or words with blanks between. */
export interface Hostile extends Setting {
  /** The name of the test: a sentence. */
  readonly name: string;
  /** Exit code 2 and `atmos auth trust` among the hints; default `env`. */
  readonly refused?: readonly string[];
  /** Exit code 0; default `validate`. */
  readonly works?: readonly string[];
  /** Exit code 2, whatever the way out is. */
  readonly fails?: readonly string[];
  /** Any exit code. `doctor` comes last and may ask AWS. */
  readonly runs?: readonly string[];
  /** Nothing in it needs trust: AWS may be asked, and our own directories may be written to. */
  readonly isUsable?: boolean;
  /** What every `works` prints on stdout. */
  readonly says?: RegExp;
  /** Prepares what a table cannot say. */
  readonly before?: (arena: Arena) => Promise<void>;
}

/** Every way to use an identity: none of them gets anywhere. */
export const USING = ["whoami", "env", "exec", "shell", "login", "process", "console"] as const;
/** What works whatever a configuration says. */
export const LOOKING = ["list", "validate", "strict", "verbose", "explain", "logout"] as const;

/** Our own directories in a home, and those that hold them. */
const OWN =
  /^home\/(?:\.config|\.cache|\.local|\.local\/state|\.local\/share)$|^home\/(?:\.config|\.cache|\.local\/state|\.local\/share)\/atmos(?:\/|$)/;

/** A test for each: nothing is sent, run, printed or written, and the exit codes are those of the table. */
export function hostile(cases: readonly Hostile[]): void {
  for (const one of cases) Deno.test(one.name, () => tryHostile(one));
}

async function tryHostile(one: Hostile): Promise<void> {
  await using arena = await openArena(one);
  await one.before?.(arena);
  await arena.takeChanges();
  await arena.takeMarks();
  const { refused = one.fails === undefined ? ["env"] : [], works = ["validate"] } = one;
  for (const words of refused) await arena.refuses(words);
  for (const words of one.fails ?? []) await arena.fails(words);
  for (const words of works) {
    const { stdout, stderr } = await arena.works(words);
    if (one.says !== undefined) assert.match(stdout, one.says);
    if (words === "validate" && refused.length > 0) assert.match(stdout + stderr, /trust/i);
  }
  const runs = one.runs ?? [];
  for (const words of runs.filter((words) => words !== "doctor")) await arena.run(words);
  if (one.isUsable !== true) {
    assert.deepEqual(arena.aws.requests().map(({ operation }) => operation), [], "AWS was asked");
    assert.deepEqual(await arena.takeChanges(), [], "something was written");
  }
  if (runs.includes("doctor")) await arena.run("doctor");
  assert.deepEqual(await arena.takeMarks(), [], "a program was started");
  assert.deepEqual(
    (await arena.takeChanges()).filter((path) => !OWN.test(path)),
    [],
    "something was written",
  );
  await arena.assertNoLeaks();
}

/** A configuration that needs no trust. */
export interface Honest extends Setting {
  readonly name: string;
  /** Exit code 0, without a word about trust; default `env`. */
  readonly works?: readonly string[];
  /** Paths that may change beside our own directories. */
  readonly mayWrite?: RegExp;
  /** What the last of `works` prints on stdout. */
  readonly says?: RegExp;
  readonly before?: (arena: Arena) => Promise<void>;
}

/** A test for each: it works, and nobody is asked or told anything about trust. */
export function honest(cases: readonly Honest[]): void {
  for (const one of cases) Deno.test(one.name, () => tryHonest(one));
}

async function tryHonest(one: Honest): Promise<void> {
  await using arena = await openArena(one);
  await one.before?.(arena);
  await arena.takeChanges();
  const { works = ["env"], mayWrite } = one;
  for (const words of works) await assertFree(arena, words, words === works.at(-1) ? one.says : undefined);
  const foreign = (await arena.takeChanges()).filter((path) => !OWN.test(path) && !mayWrite?.test(path));
  assert.deepEqual(foreign, [], "something was written outside of our own directories");
  await arena.assertNoLeaks();
}

/** A command works without a word about trust. */
export async function assertFree(
  arena: Arena,
  words: string,
  says?: RegExp,
  env: Variables = {},
): Promise<void> {
  const { stdout, stderr } = await arena.works(words, { approve: true, printsSession: true, env });
  assert.doesNotMatch(`${stdout}${stderr}`, /trust/i, words);
  if (says !== undefined) assert.match(stdout, says);
}
