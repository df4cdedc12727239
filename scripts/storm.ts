/**
 * A hundred processes that need the same session at the same moment, against an AWS on this machine, counted by what
 * that AWS saw: `deno task storm [--processes N] [--writers N]`. Ends with exit code 1 when a count is not what it
 * must be.
 *
 * @module
 */
import { writersStorm } from "../tests/system/storm.ts";
import { type Storm, STORMS, stormWorld } from "../tests/system/storms.ts";
import { startWorld } from "../tests/system/world.ts";

const USAGE = "usage: deno task storm [--processes N] [--writers N]";

/** @throws RangeError for anything that is not an option */
function readOptions(args: readonly string[]): { readonly processes: number; readonly writers: number } {
  const options = { processes: 100, writers: 60 };
  for (const arg of args.join("\n").replaceAll(/^(--\w+)\n(?=\d)/gm, "$1=").split("\n").filter(Boolean)) {
    const [, name, digits] = /^--(processes|writers)=([1-9]\d{0,3})$/.exec(arg) ?? [];
    if (name === "processes") options.processes = Number(digits);
    else if (name === "writers") options.writers = Number(digits);
    else throw new RangeError(`${arg}: not an option of this program`);
  }
  return options;
}

/** Shows counts, and those that are not what they must be. */
function report(name: string, counts: object, expected: object): boolean {
  const isRight = (key: string, value: unknown) =>
    !Object.hasOwn(expected, key) || Reflect.get(expected, key) === value;
  const entries = Object.entries(counts);
  const wrong = entries.filter(([key, value]) => !isRight(key, value));
  const shown = entries.filter(([key]) => key !== "example").map(([key, value]) => {
    const must = isRight(key, value) ? "" : `   must be ${Reflect.get(expected, key)}`;
    return `  ${words(key).padEnd(22)}${value}${must}`;
  });
  const example = Reflect.get(counts, "example");
  console.log(
    [`${wrong.length === 0 ? "✓" : "✗"} ${name}`, ...shown, ...(example ? [String(example)] : []), ""].join(
      "\n",
    ),
  );
  return wrong.length === 0;
}

const words = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

async function runStorm({ name, run, counts }: Storm, processes: number): Promise<boolean> {
  await using world = await stormWorld();
  const isRight = report(name, await run(world, processes), counts(processes));
  await world.assertNoLeaks();
  return isRight;
}

async function runWriters(writers: number): Promise<boolean> {
  await using world = await startWorld();
  return report("writers of one keyring, an entry each", await writersStorm(world, writers), {
    failed: 0,
    lost: 0,
  });
}

async function main(args: readonly string[]): Promise<number> {
  const { processes, writers } = readOptions(args);
  const verdicts: boolean[] = [];
  for (const storm of STORMS) verdicts.push(await runStorm(storm, processes));
  verdicts.push(await runWriters(writers));
  return verdicts.every(Boolean) ? 0 : 1;
}

try {
  Deno.exit(await main(Deno.args));
} catch (cause) {
  if (!(cause instanceof RangeError)) throw cause;
  console.error(`${cause.message}\n${USAGE}`);
  Deno.exit(2);
}
