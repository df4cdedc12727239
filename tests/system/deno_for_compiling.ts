/**
 * A Deno that can compile where its own runtime cannot be fetched: a compiler and a runtime of one version, both from
 * npm. For tests only: the runtime is that of another program's binary, and older than the Deno that we run on. As a
 * program it compiles ours and an empty one into a directory: `deno run -A tests/system/deno_for_compiling.ts DIR`.
 */
import type { Compiling } from "../../scripts/compile.ts";
import { run } from "../../scripts/run.ts";

const COMPILER = "@deno/linux-x64-glibc";
const RUNTIME = "@vltpkg/cli-linux-x64";
const VERSIONS = { [COMPILER]: "2.4.2", [RUNTIME]: "0.0.0-18" };
/** Ends the program when there is no compiler to be had, which is no fault of ours. */
const NOTHING_TO_COMPILE_WITH = 3;
const COMPILE = new URL("../../scripts/compile.ts", import.meta.url).pathname;

/** Fetches both into a directory; a text says why they cannot be had. */
export async function denoForCompiling(directory: string): Promise<Required<Compiling> | string> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return "they are for Linux on x64 with glibc";
  const imports = Object.entries(VERSIONS).map(([name, version]) => [name, `npm:${name}@${version}`]);
  const config = { nodeModulesDir: "auto", imports: Object.fromEntries(imports) };
  await Deno.mkdir(directory, { recursive: true });
  await Deno.writeTextFile(`${directory}/deno.json`, JSON.stringify(config));
  try {
    await run([Deno.execPath(), "install", "--quiet"], { cwd: directory });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `npm does not give them: ${error.message}`;
  }
  const packages = `${directory}/node_modules`;
  return { compiler: `${packages}/${COMPILER}/deno`, runtime: `${packages}/${RUNTIME}/vlt` };
}

/** `deno task compile` with them. */
export async function compileProgram(out: string, { compiler, runtime }: Compiling): Promise<void> {
  await run([
    Deno.execPath(),
    "run",
    "-q",
    "--cached-only",
    "-A",
    COMPILE,
    "--out",
    out,
    "--compiler",
    compiler,
  ], {
    env: runtime === undefined ? {} : { DENORT_BIN: runtime },
  });
}

/** A program that does nothing, compiled in the same way: what any compiled program costs at least. */
export async function compileEmpty(path: string, { compiler, runtime }: Compiling): Promise<void> {
  await Deno.writeTextFile(`${path}.ts`, "");
  await run([compiler, "compile", "-q", "--no-config", "--no-code-cache", "--output", path, `${path}.ts`], {
    env: runtime === undefined ? {} : { DENORT_BIN: runtime },
  });
}

if (import.meta.main) {
  const [out = "dist"] = Deno.args;
  const tools = await Deno.makeTempDir({ prefix: "atmos-deno-" });
  try {
    const deno = await denoForCompiling(tools);
    if (typeof deno === "string") {
      console.error(`Nothing to compile with: ${deno}`);
      Deno.exitCode = NOTHING_TO_COMPILE_WITH;
    } else {
      await compileProgram(out, deno);
      await compileEmpty(`${out}/empty`, deno);
    }
  } finally {
    await Deno.remove(tools, { recursive: true });
  }
}
