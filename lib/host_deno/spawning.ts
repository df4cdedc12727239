/**
 * The one place that starts children: with our environment plus changes, without withheld variables.
 *
 * @module
 */
import type { EnvironmentEdits } from "../host.ts";
import { mayReadVariable, softVariable } from "./grants.ts";

/** The environment of a child, relative to ours. */
export interface ChildEnvironment extends EnvironmentEdits {
  readonly withheld: readonly string[];
}

/**
 * Starts a child without some of our variables: removes them from our own environment only while the child
 * gets its copy; none of our code runs meanwhile. Reading the whole environment instead would need a grant
 * for all of it, and Deno omits variables that are not UTF-8. The child gets an empty value for a withheld
 * variable that we cannot read.
 *
 * @param env reads a variable to unset
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

/** Whether we could restore a variable. */
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
