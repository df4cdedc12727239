/**
 * A Deno that can compile where its own runtime cannot be fetched: a compiler and a runtime of one version, both from
 * npm. For tests only: the runtime is that of another program's binary, and older than the Deno that we run on.
 */
import type { Compiling } from "../../scripts/compile.ts";

const COMPILER = "@deno/linux-x64-glibc";
const RUNTIME = "@vltpkg/cli-linux-x64";
const VERSIONS = { [COMPILER]: "2.4.2", [RUNTIME]: "0.0.0-18" };

/** Where the two are, or why they are not. */
export type Found = Compiling | { readonly missing: string };

/** Fetches both into a directory. */
export async function denoForCompiling(directory: string): Promise<Found> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return { missing: "both are for Linux on x64 with glibc" };
  const imports = Object.entries(VERSIONS).map(([name, version]) => [name, `npm:${name}@${version}`]);
  const config = { nodeModulesDir: "auto", imports: Object.fromEntries(imports) };
  await Deno.writeTextFile(`${directory}/deno.json`, JSON.stringify(config));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: directory,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) return { missing: `npm does not give them: ${new TextDecoder().decode(stderr).split("\n")[0]}` };
  const packages = `${directory}/node_modules`;
  return { compiler: `${packages}/${COMPILER}/deno`, runtime: `${packages}/${RUNTIME}/vlt` };
}
