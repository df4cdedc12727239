/**
 * Programs that scripts start.
 *
 * @module
 */

/**
 * Runs a program to its end.
 *
 * @returns its standard output
 * @throws Error with its standard error when it fails
 */
export async function run(
  [program, ...args]: readonly [string, ...string[]],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null", ...options })
    .output();
  if (!success) throw new Error(`${program} ${args[0]} failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
