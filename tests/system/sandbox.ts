/**
 * What the tests of the sandbox share: a copy of the program, and commands run with what `atmos auth permissions` says.
 */
import assert from "node:assert/strict";
import { ROOT } from "./ci_runner.ts";
import { assertClear } from "./clear.ts";
import type { Ran, RunOptions, World } from "./world.ts";

/** A copy of the program's own files; its libraries are those of this tree. */
export async function copyOfProgram(directory: string): Promise<void> {
  await copyTree(`${ROOT}/lib`, `${directory}/lib`);
  for (const name of ["cli.ts", "mod.ts", "deno.json", "deno.lock"]) {
    await Deno.copyFile(`${ROOT}/${name}`, `${directory}/${name}`);
  }
  await Deno.symlink(`${ROOT}/node_modules`, `${directory}/node_modules`);
}

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyTree(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** What `permissions --format json` prints. */
export interface Printed {
  readonly command: string;
  readonly needed: Readonly<Record<string, readonly string[]>>;
  readonly optional: Readonly<Record<string, readonly string[]>>;
}

/** What a command needs here, by its own words. */
export async function permissionsOf(
  world: World,
  command: string,
  options: RunOptions,
  words: readonly string[] = [],
): Promise<Printed> {
  const ran = await world.run(["auth", "permissions", command, "--format", "json", ...words], options);
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

/** One scope of one class. */
export type Grant = readonly [kind: string, scope: string];

export const grantsIn = (all: Printed["needed"]): readonly Grant[] =>
  Object.entries(all).flatMap(([kind, scopes]) => scopes.map((scope): Grant => [kind, scope]));

/** Grants as flags. */
export function flagsOf(grants: readonly Grant[]): readonly string[] {
  const kinds = [...new Set(grants.map(([kind]) => kind))];
  return kinds.map((kind) => {
    const scopes = grants.flatMap(([own, scope]) => own === kind ? [scope] : []);
    return scopes.includes("*") ? `--allow-${kind}` : `--allow-${kind}=${scopes.join(",")}`;
  });
}

/**
 * Runs a command once without each of the grants that are tried. Each run either fails with exit code 2 and our own message, which
 * names the grant and the command, or it is as good as with all of them.
 *
 * @returns the grants without which nothing changed
 */
export async function withoutEach(
  command: string,
  grants: readonly Grant[],
  tried: readonly Grant[],
  run: (flags: readonly string[]) => Promise<Ran>,
): Promise<readonly string[]> {
  const unnoticed: string[] = [];
  for (const [kind, scope] of tried) {
    const ran = await run(flagsOf(grants.filter((other) => other[0] !== kind || other[1] !== scope)));
    if (ran.code === 0) {
      unnoticed.push(`${kind}=${scope}`);
      continue;
    }
    const shown = `without --allow-${kind}=${scope}: ${ran.stderr}`;
    assert.equal(ran.code, 2, shown);
    const flag = scope === "*" ? `--allow-${kind}` : `--allow-${kind}=`;
    const error = ran.stderr.split("\n").find((line) => line.startsWith("Error: Cannot ")) ?? "";
    assert.ok(error.includes(`Deno's sandbox withholds ${flag}`), shown);
    // A directory's grant is missing for a path below it.
    assert.ok(scope === "*" || error.includes(scope), shown);
    assert.ok(ran.stderr.includes(`\`atmos auth ${command}\` needs it`), shown);
    assert.equal(ran.stderr.match(/^Error: /gm)?.length, 1, shown);
    assertClear(ran);
  }
  return unnoticed;
}
