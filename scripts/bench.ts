/**
 * What it costs to start `atmos auth env` with a fresh session, and to list a large configuration, in time and memory,
 * against an empty program of the same kind in the same run; and what identities, stacks and the keyring cost:
 * `deno task bench [--runs N] [--at-most RATIO] [--start-only]`.
 *
 * A compiled program that `ATMOS_TEST_PROGRAM` names is measured too, against the empty one of `ATMOS_TEST_EMPTY`.
 * `--at-most` fails when it, or without it the source, takes longer than so many times its empty program; there the
 * medians count, of runs that take turns, so that other work on the machine slows down both.
 *
 * @module
 */
import { measureIdentities } from "../bench/identities_bench.ts";
import { measureKeyring } from "../bench/keyring_bench.ts";
import { type Measurement, report as reportAll } from "../bench/measure.ts";
import { measureSaml } from "../bench/saml_bench.ts";
import { measureStacks } from "../bench/stacks_bench.ts";
import { largeConfig } from "../tests/system/large.ts";
import { isInstalled, program } from "../tests/system/program.ts";
import { loggedInWorld, type World } from "../tests/system/world.ts";

const USAGE =
  "usage: deno task bench [--runs N] [--at-most RATIO] [--start-only]   (15 runs at least, 25 by default)";
const LEAST_RUNS = 15;
const CLI = new URL("../cli.ts", import.meta.url).pathname;

/** What is asked for. */
interface Wish {
  readonly runs: number;
  readonly atMost: number;
  /** Without the keyring. */
  readonly startOnly: boolean;
}

/** A program, and what its runs took. */
interface Contender {
  readonly name: string;
  readonly words: readonly [string, ...string[]];
  readonly millis: number[];
  /** Peak of resident memory; empty where nothing measures it. */
  readonly megabytes: number[];
}

/** Programs of one kind; the first does nothing. */
type Group = readonly [Contender, ...Contender[]];

/** @throws RangeError for anything that is not an option */
function readWish(args: readonly string[]): Wish {
  const numbers = new Map<string, number>();
  const words = args.filter((word) => word !== "--start-only").flatMap((word) => word.split("="));
  for (let index = 0; index < words.length; index += 2) {
    const [name = "", value = ""] = words.slice(index);
    if (!["--runs", "--at-most"].includes(name) || !/^\d+(?:\.\d+)?$/.test(value)) {
      throw new RangeError(`${args.join(" ")}: not an option of this program`);
    }
    numbers.set(name, Number(value));
  }
  const runs = numbers.get("--runs") ?? 25;
  if (!Number.isInteger(runs) || runs < LEAST_RUNS) throw new RangeError(`--runs: ${LEAST_RUNS} at least`);
  return { runs, atMost: numbers.get("--at-most") ?? Infinity, startOnly: args.includes("--start-only") };
}

function contender(name: string, ...words: readonly [string, ...string[]]): Contender {
  return { name, words, millis: [], megabytes: [] };
}

async function groups(world: World): Promise<readonly Group[]> {
  const empty = `${world.home}/empty.ts`;
  await Deno.writeTextFile(empty, "");
  const large = `${world.home}/large.yaml`;
  await Deno.writeTextFile(large, largeConfig(5_000));
  const source = [Deno.execPath(), "run", "-q", "--no-prompt", "--cached-only", "--allow-all"] as const;
  const fromSource: Group = [
    contender("empty, from source", ...source, empty),
    contender("auth --version, from source", ...source, CLI, "--version"),
    contender("auth list, 5,000 identities", ...source, CLI, "auth", "list", "--config", large),
    contender("auth env, from source", ...source, CLI, "auth", "env"),
  ];
  const [compiled] = program();
  const compiledEmpty = Deno.env.get("ATMOS_TEST_EMPTY") ?? "";
  if (compiled === Deno.execPath()) return [fromSource];
  if (compiledEmpty === "") throw new RangeError("ATMOS_TEST_EMPTY names no program to compare with");
  // Copies made now: how a file of 100 MB came to be in memory is worth up to a fifth of a start.
  const [ours, empties] = [`${world.home}/atmos`, `${world.home}/empty`];
  await Deno.copyFile(compiled, ours);
  await Deno.copyFile(compiledEmpty, empties);
  return [fromSource, [
    contender("empty, compiled", empties),
    contender("auth --version, compiled", ours, "--version"),
    contender("auth env, compiled", ours, "auth", "env"),
  ]];
}

/** Runs to the end; its standard error. */
async function run(world: World, [command, ...args]: readonly [string, ...string[]]): Promise<string> {
  const { success, stderr } = await new Deno.Command(command, {
    args,
    cwd: world.home,
    clearEnv: true,
    env: { ...world.env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${command} ${args.join(" ")} failed: ${text}`);
  return text;
}

/** One after the other in each round, so that what slows the machine down slows all of them. */
async function measure(world: World, all: readonly Contender[], runs: number): Promise<void> {
  // The first round fills caches and does not count.
  for (let round = 0; round <= runs; round++) {
    for (const { words, millis } of all) {
      const started = performance.now();
      await run(world, words);
      if (round > 0) millis.push(performance.now() - started);
    }
  }
  if (!await isInstalled("time")) return;
  for (let round = 0; round < LEAST_RUNS; round++) {
    // GNU time, in runs of its own: the shell's built-in word knows nothing of memory.
    for (const { words, megabytes } of all) {
      megabytes.push(Number((await run(world, ["env", "time", "-f", "%M", ...words])).trim()) / 1024);
    }
  }
}

/** The value below which a part of the sorted values is. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

const median = (values: readonly number[]) => quantile(values, 0.5);
const fastest = ({ millis }: Contender) => Math.min(...millis);

function row(one: Contender, empty: Contender): string {
  const spread = [0.25, 0.75].map((part) => quantile(one.millis, part).toFixed(0)).join(" to ");
  const memory = one.megabytes.length === 0 ? [] : [
    `${median(one.megabytes).toFixed(0)} MB`.padStart(9),
    `${(median(one.megabytes) / median(empty.megabytes)).toFixed(2)} x`.padStart(9),
  ];
  return [
    `  ${one.name.padEnd(30)}`,
    `${median(one.millis).toFixed(1)} ms`.padStart(10),
    spread.padStart(14),
    `${(median(one.millis) / median(empty.millis)).toFixed(2)} x`.padStart(9),
    `${fastest(one).toFixed(1)} ms`.padStart(10),
    `${(fastest(one) / fastest(empty)).toFixed(2)} x`.padStart(9),
    ...memory,
  ].join("");
}

async function benchStart({ runs, atMost }: Wish): Promise<boolean> {
  await using world = await loggedInWorld();
  const all = await groups(world);
  const requests = world.aws.requests().length;
  await measure(world, all.flat(), runs);
  if (world.aws.requests().length !== requests) throw new Error("A fresh session was not used as it is");
  console.log(`Start-up, ${runs} runs each, interleaved. Each against the empty program of its kind:`);
  console.log(
    `${"median".padStart(42)}${"middle half".padStart(14)}${"fastest".padStart(19)}${
      "peak memory".padStart(18)
    }`,
  );
  for (const [empty, ...others] of all) for (const one of [empty, ...others]) console.log(row(one, empty));
  const [empty, ...others] = all.at(-1) ?? [];
  const judged = others.at(-1);
  if (empty === undefined || judged === undefined) throw new Error("Nothing was measured");
  const times = median(judged.millis) / median(empty.millis);
  if (times > atMost) {
    console.log(`${judged.name}: ${times.toFixed(2)} times the empty program, ${atMost} at most`);
  }
  return times <= atMost;
}

function report(title: string, measurements: readonly Measurement[]): boolean {
  console.log(`\n${title}, medians:`);
  return reportAll(measurements);
}

async function main(args: readonly string[]): Promise<number> {
  const wish = readWish(args);
  const started = await benchStart(wish);
  if (wish.startOnly) return started ? 0 : 1;
  const identities = report("Reading and planning a configuration", await measureIdentities());
  const stacks = report("Stacks", await measureStacks());
  const keyring = report("Keyring", await measureKeyring());
  const saml = report("Hostile answers of an identity provider", await measureSaml());
  return started && identities && stacks && keyring && saml ? 0 : 1;
}

try {
  Deno.exit(await main(Deno.args));
} catch (cause) {
  if (!(cause instanceof RangeError)) throw cause;
  console.error(`${cause.message}\n${USAGE}`);
  Deno.exit(2);
}
