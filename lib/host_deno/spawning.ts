/**
 * The one place where children begin: with our environment, edits of it, and without what is withheld.
 *
 * @module
 */
import type { EnvironmentEdits } from "../host.ts";
import { mayReadVariable, softVariable } from "./grants.ts";

/** What a child gets of our environment. */
export interface ChildEnvironment extends EnvironmentEdits {
  readonly withheld: readonly string[];
}

/**
 * Starts a child without some of our variables: they are taken out of our own environment for the moment in which the
 * child gets its copy, and nothing else of ours runs in that moment. To read the whole table instead would need a
 * grant for all of it, and Deno's table leaves out variables that are not UTF-8. What is withheld and we cannot read
 * ourselves, the child gets empty.
 *
 * @param env reads a variable that is to be unset
 */
export function spawnChild(
  program: string,
  { set, unset, withheld }: ChildEnvironment,
  env: (name: string) => string | undefined,
  options: Omit<Deno.CommandOptions, "env" | "clearEnv">,
): Deno.ChildProcess {
  const kept = new Map(unset.map((name) => [name, env(name)]));
  const empty: Record<string, string> = {};
  for (const name of withheld) {
    if (isText(name)) kept.set(name, softVariable(name));
    else empty[name] = "";
  }
  try {
    for (const [name, value] of kept) if (value !== undefined) Deno.env.delete(name);
    const given = Object.entries(set).filter(([name]) => !withheld.includes(name));
    return new Deno.Command(program, { ...options, env: { ...empty, ...Object.fromEntries(given) } }).spawn();
  } finally {
    for (const [name, value] of kept) if (value !== undefined) Deno.env.set(name, value);
  }
}

/** Whether we could put a variable back. */
function isText(name: string): boolean {
  if (!mayReadVariable(name)) return false;
  try {
    Deno.env.get(name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) return false;
    throw error;
  }
}
