/**
 * A Deno that can compile where its own runtime cannot be fetched: a compiler and a runtime of one version, both out
 * of Python wheels. For tests only: the runtime is that of another program's binary. As a program it compiles ours and
 * an empty one into a directory: `deno run -A tests/system/deno_for_compiling.ts DIR`.
 */
import type { Compiling } from "../../scripts/compile.ts";
import { run } from "../../scripts/run.ts";

/** The newest runtime that wheels hold; CONTRIBUTING.md says what follows from it. */
const VERSION = "2.6.10";
const COMPILER = `deno==${VERSION}`;
const RUNTIME = "bids-validator-deno==2.4.1";
/** Ends the program when there is no compiler to be had, which is no fault of ours. */
const NOTHING_TO_COMPILE_WITH = 3;
const ROOT = new URL("../../", import.meta.url);

/** Fetches both once for this machine; a text says why they cannot be had. */
export async function denoForCompiling(): Promise<Required<Compiling> | string> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return "they are for Linux on x64 with glibc";
  const home = Deno.env.get("HOME");
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? (home === undefined ? undefined : `${home}/.cache`);
  if (cache === undefined) return "there is no directory for caches";
  try {
    return {
      compiler: await programOfWheel(COMPILER, "deno", `${cache}/atmos-ci-deno`),
      runtime: await programOfWheel(RUNTIME, "bids-validator-deno", `${cache}/atmos-ci-deno`),
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `pip does not give them: ${error.message}`;
  }
}

/** The program that a wheel installs. */
async function programOfWheel(requirement: string, program: string, cache: string): Promise<string> {
  const [name = "", version = ""] = requirement.split("==");
  const directory = `${cache}/${requirement}`;
  const path = `${directory}/${name.replaceAll("-", "_")}-${version}.data/scripts/${program}`;
  if (await exists(path)) return path;
  await Deno.mkdir(cache, { recursive: true });
  const work = await Deno.makeTempDir({ dir: cache });
  try {
    await run([
      "python3",
      "-m",
      "pip",
      "download",
      "--quiet",
      "--no-deps",
      "--dest",
      `${work}/wheel`,
      requirement,
    ]);
    for await (const wheel of Deno.readDir(`${work}/wheel`)) {
      await run(["python3", "-m", "zipfile", "-e", `${work}/wheel/${wheel.name}`, `${work}/files`]);
    }
    await Deno.chmod(path.replace(directory, `${work}/files`), 0o755);
    // Whoever was first has it: the directory is made as a whole.
    await Deno.rename(`${work}/files`, directory).catch(() => {});
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** `deno task compile` with them. */
export async function compileProgram(out: string, { compiler, runtime }: Compiling): Promise<void> {
  await run([Deno.execPath(), "task", "-q", "compile", "--out", out, "--compiler", compiler], {
    cwd: ROOT,
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
  const deno = await denoForCompiling();
  if (typeof deno === "string") {
    console.error(`Nothing to compile with: ${deno}`);
    Deno.exitCode = NOTHING_TO_COMPILE_WITH;
  } else {
    await compileProgram(out, deno);
    await compileEmpty(`${out}/empty`, deno);
  }
}
