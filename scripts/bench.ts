/**
 * What it costs to start `atmos auth env` with a fresh session, against an empty Deno program in the same run, and
 * what the keyring costs: `deno task bench [--runs N]`. A compiled program that `ATMOS_TEST_PROGRAM` names is
 * measured beside the source.
 *
 * @module
 */
import { measureKeyring } from "../bench/keyring_bench.ts";
import { program } from "../tests/system/program.ts";
import { loggedInWorld, type World } from "../tests/system/world.ts";

const USAGE = "usage: deno task bench [--runs N]   (15 at least, 25 by default)";
const LEAST_RUNS = 15;
const CLI = new URL("../cli.ts", import.meta.url).pathname;

/** A program, and how long its runs took in milliseconds. */
interface Contender {
  readonly name: string;
  readonly words: readonly [string, ...string[]];
  readonly millis: number[];
}

/** @throws RangeError for anything that is not an option */
function readRuns(args: readonly string[]): number {
  const [, digits] = /^(?:--runs[= ](\d{1,4}))?$/.exec(args.join(" ")) ?? [args[0]];
  if (args.length > 0 && digits === undefined) {
    throw new RangeError(`${args.join(" ")}: not an option of this program`);
  }
  const runs = Number(digits ?? 25);
  if (!(runs >= LEAST_RUNS)) throw new RangeError(`${args.join(" ")}: ${LEAST_RUNS} runs at least`);
  return runs;
}

async function contenders(world: World): Promise<readonly Contender[]> {
  const empty = `${world.home}/empty.ts`;
  await Deno.writeTextFile(empty, "");
  const source = [Deno.execPath(), "run", "-q", "--no-prompt", "--cached-only", "--allow-all"] as const;
  const [compiled] = program();
  const env = ["auth", "env"];
  return [
    { name: "an empty Deno program", words: [...source, empty], millis: [] },
    { name: "auth env, from source", words: [...source, CLI, ...env], millis: [] },
    { name: "auth --version, from source", words: [...source, CLI, "--version"], millis: [] },
    ...compiled === Deno.execPath() ? [] : [{
      name: "auth env, compiled",
      words: [compiled, ...env] as const,
      millis: [],
    }],
  ];
}

/** One after the other in each round, so that what slows the machine down slows all of them. */
async function measure(world: World, all: readonly Contender[], runs: number): Promise<void> {
  // The first round fills caches and does not count.
  for (let round = 0; round <= runs; round++) {
    for (const { words: [command, ...args], millis } of all) {
      const started = performance.now();
      const { success } = await new Deno.Command(command, {
        args,
        cwd: world.home,
        clearEnv: true,
        env: { ...world.env },
        stdin: "null",
        stdout: "null",
        stderr: "inherit",
      }).output();
      if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
      if (round > 0) millis.push(performance.now() - started);
    }
  }
}

/** The value below which a part of the sorted values is. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function row({ name, millis }: Contender, base: number): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(millis, part));
  const spread = `${low?.toFixed(0)} to ${high?.toFixed(0)}`;
  const ratio = ((middle ?? NaN) / base).toFixed(2);
  return `  ${name.padEnd(30)}${`${middle?.toFixed(1)} ms`.padStart(10)}${spread.padStart(14)}${
    `${ratio} x`.padStart(10)
  }`;
}

async function benchStart(runs: number): Promise<void> {
  await using world = await loggedInWorld();
  const all = await contenders(world);
  const requests = world.aws.requests().length;
  await measure(world, all, runs);
  if (world.aws.requests().length !== requests) throw new Error("A fresh session was not used as it is");
  const base = quantile(all[0]?.millis ?? [], 0.5);
  console.log(`Start-up, ${runs} runs each, interleaved: median, middle half, against the empty program`);
  for (const contender of all) console.log(row(contender, base));
}

async function benchKeyring(): Promise<boolean> {
  const measurements = await measureKeyring();
  console.log("\nKeyring: median, limit");
  for (const { what, millis, limitMillis } of measurements) {
    const limit = limitMillis === undefined ? "" : `${limitMillis} ms`;
    console.log(`  ${what.padEnd(72)}${`${millis.toFixed(1)} ms`.padStart(10)}${limit.padStart(8)}`);
  }
  return measurements.every(({ millis, limitMillis }) => millis <= (limitMillis ?? Infinity));
}

async function main(args: readonly string[]): Promise<number> {
  await benchStart(readRuns(args));
  return await benchKeyring() ? 0 : 1;
}

try {
  Deno.exit(await main(Deno.args));
} catch (cause) {
  if (!(cause instanceof RangeError)) throw cause;
  console.error(`${cause.message}\n${USAGE}`);
  Deno.exit(2);
}
