/**
 * What proves the manual, line by line: tests/testdata/seed/proofs.txt, read and held against the manual and the tests.
 *
 *     12 "It begins so"       the sentence of line 12 that begins so, proved by the tests that follow, a line for each:
 *       system/exec_test.ts: the whole name of a test, with … for what is put in when it runs
 *       transcripts/off.txt: the words above a part of a transcript
 *     13-14 ##                a heading of the second level
 *     15 talk                 nothing that could be held or broken
 *     16 otherwise: words     kept in another way, or by words to people: how
 *
 * A line at which an example block begins stands for the whole of it.
 */
import { BLOCKS, SEED } from "./blocks.ts";

const ROOT = new URL("../../", import.meta.url);
const PROOFS = new URL("tests/testdata/seed/proofs.txt", ROOT);

/** A test, by its file below tests/ and its name. */
export interface Proof {
  readonly file: string;
  readonly name: string;
}

export type Verdict =
  | { readonly type: "heading"; readonly level: number }
  | { readonly type: "talk" }
  | { readonly type: "proved" }
  | { readonly type: "otherwise"; readonly how: string };

/** A heading, a sentence or a block of the manual. */
export interface Entry {
  readonly first: number;
  readonly last: number;
  /** Words of the manual that it begins with, where a line holds several. */
  readonly start: string | undefined;
  readonly verdict: Verdict;
  readonly proofs: readonly Proof[];
}

const HEADER = /^(\d+)(?:-(\d+))?(?: "([^"]+)")?(?: (#+|talk|otherwise: .+))?$/;

/** Reads the proofs. */
export async function readProofs(): Promise<readonly Entry[]> {
  const parts = (await Deno.readTextFile(PROOFS)).split(/^(?=\d)/m).slice(1);
  return parts.map((part) => {
    const [header = "", ...lines] = part.trimEnd().split("\n");
    return { ...readHeader(header), proofs: lines.map(readProof) };
  });
}

function readHeader(header: string): Omit<Entry, "proofs"> {
  const [match, from, to, start, verdict] = HEADER.exec(header) ?? [];
  if (match === undefined) throw new SyntaxError(`no entry: ${header}`);
  const first = Number(from);
  const block = BLOCKS.find(({ line }) => line === first);
  const last = to === undefined ? block === undefined ? first : first + block.lines.length - 1 : Number(to);
  return { first, last, start, verdict: readVerdict(verdict) };
}

function readVerdict(words: string | undefined): Verdict {
  if (words === undefined) return { type: "proved" };
  if (words === "talk") return { type: "talk" };
  if (words.startsWith("#")) return { type: "heading", level: words.length };
  return { type: "otherwise", how: words.replace("otherwise: ", "") };
}

function readProof(line: string): Proof {
  const [, file, name] = /^ {2}(\S+?\.(?:ts|txt)): (.+)$/.exec(line) ?? [];
  if (file === undefined || name === undefined) throw new SyntaxError(`no proof: ${line}`);
  return { file, name };
}

/** What an entry says, in the manual's own words. */
export function wordsOf(entry: Entry, following: Entry | undefined): string {
  const text = SEED.slice(entry.first - 1, entry.last).join(" ");
  const from = entry.start === undefined ? 0 : text.indexOf(entry.start);
  const isShared = following?.first === entry.first && following.start !== undefined;
  const to = isShared ? text.indexOf(following.start ?? "") : text.length;
  return text.slice(from, to).trim();
}

/** Whatever is wrong with the proofs: lines that are left out, words that are not there, tests that are none. */
export async function faultsOf(entries: readonly Entry[]): Promise<readonly string[]> {
  const proofs = entries.flatMap((entry) => entry.proofs.map((proof) => ({ entry, proof })));
  const missing = await Promise.all(
    proofs.map(async ({ entry, proof }) =>
      await isThere(proof) ? [] : [`${entry.first}: there is no test ${proof.file}: ${proof.name}`]
    ),
  );
  return [
    ...entries.flatMap((entry, at) => orderFaults(entry, entries[at - 1])),
    ...endFaults(entries),
    ...missing.flat(),
  ];
}

function orderFaults(entry: Entry, before: Entry | undefined): readonly string[] {
  const text = SEED.slice(entry.first - 1, entry.last).join(" ");
  const at = entry.start === undefined ? 0 : text.indexOf(entry.start);
  const isSame = before !== undefined && before.first === entry.first && before.last === entry.last;
  const expected = (before?.last ?? 0) + 1;
  const isProof = entry.verdict.type === "proved" || entry.verdict.type === "otherwise";
  return [
    ...(isSame || entry.first === expected ? [] : [`${entry.first}: line ${expected} should come next`]),
    ...(at < 0 ? [`${entry.first}: the manual does not say "${entry.start}"`] : []),
    ...(!isSame && at > 0 ? [`${entry.first}: what stands before "${entry.start}" is left out`] : []),
    ...(isSame && at <= text.indexOf(before.start ?? "")
      ? [`${entry.first}: "${entry.start}" is out of order`]
      : []),
    ...(entry.verdict.type === "proved" && entry.proofs.length === 0
      ? [`${entry.first}: nothing proves it`]
      : []),
    ...(!isProof && entry.proofs.length > 0 ? [`${entry.first}: nothing here could be proved`] : []),
  ];
}

function endFaults(entries: readonly Entry[]): readonly string[] {
  const last = entries.at(-1)?.last ?? 0;
  const length = SEED.findLastIndex((line) => line !== "") + 1;
  return last === length ? [] : [`the proofs end at line ${last}, the manual at ${length}`];
}

const sources = new Map<string, Promise<string>>();

/** Whether a test of that name is written in that file. */
async function isThere({ file, name }: Proof): Promise<boolean> {
  const url = new URL(`tests/${file}`, ROOT);
  const source = sources.get(file) ?? Deno.readTextFile(url).catch(() => "");
  sources.set(file, source);
  const text = await source;
  if (file.endsWith(".txt")) return text.split("\n").includes(`# ${name}`);
  const plain = text.replaceAll(/\$\{[^}]*\}/g, "…").replaceAll(/\\(["`$])/g, "$1");
  return [`"${name}",`, `\`${name}\`,`].some((title) => plain.includes(title));
}
