/**
 * Makes the program's binaries, with what belongs beside them: `deno task compile [--target NAME,...|all] [--out DIR]`.
 * By default the binary of this system is made, in `dist/`.
 *
 * The runtime in a binary comes from Deno's download site; where that is not reachable, `DENORT_BIN` names the file of
 * one, for one target at a time. `--compiler FILE` compiles with another Deno, whose version the runtime must have.
 *
 * @module
 */
import { toHex } from "../lib/keyring/bytes.ts";
import { COMPLETION_SHELLS, completionScript } from "../lib/output/completion_script.ts";
import { ADDON, bundleParts, bundleProgram, PROGRAM } from "./bundle.ts";
import { manualPage } from "./man.ts";
import { run } from "./run.ts";
import { type Lock, type Part, softwareBill } from "./sbom.ts";
import { bakedFlags, needsAddon, ownTarget, programFile, type Target, TARGETS } from "./targets.ts";
import manifest from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url).pathname;
/**
 * A start runs most of its code once: compiling it a second time, to run faster, is time lost (docs/performance.md).
 * What runs long is compiled by V8's better compilers all the same.
 */
const V8_FLAGS = ["--no-sparkplug", "--regexp-tier-up-ticks=50"];

const USAGE = "usage: deno task compile [--target NAME,...|all] [--out DIR] [--compiler FILE]";

/** How binaries are made. */
export interface Compiling {
  /** The Deno that compiles. */
  readonly compiler: string;
  /** The file of the runtime; `undefined`: the compiler fetches its own. */
  readonly runtime: string | undefined;
}

/** The packages whose code is in the bundle, by the sources that its source maps name. */
export async function bundledPackages(): Promise<readonly Part[]> {
  const directory = await Deno.makeTempDir({ prefix: "atmos-parts-" });
  try {
    // Not the bundle that is shipped: the names of its files would depend on the maps, and they on the directory.
    await bundleParts(directory, "--sourcemap=external");
    const ids = new Set<string>();
    for await (const { name } of Deno.readDir(directory)) {
      if (!name.endsWith(".map")) continue;
      const { sources }: { sources: readonly string[] } = JSON.parse(
        await Deno.readTextFile(`${directory}/${name}`),
      );
      for (const source of sources) {
        const path = /\/(node_modules\/\.deno\/[^/]+\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
        if (path !== undefined) ids.add(path);
      }
    }
    return await Promise.all([...ids].sort().map((path) => readPart(`${ROOT}${path}`)));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function readPart(directory: string): Promise<Part> {
  const { name, version, license } = JSON.parse(await Deno.readTextFile(`${directory}/package.json`));
  return { name, version, license: typeof license === "string" ? license : undefined };
}

/**
 * Fetches the addon for a target, by `deno.lock`, into a directory that becomes a part of the binary.
 *
 * @returns what that puts into the binary
 */
export async function stageAddon(
  directory: string,
  { os, arch }: Pick<Target, "os" | "arch">,
): Promise<readonly Part[]> {
  const imports = { [ADDON]: manifest.imports[ADDON] };
  await Deno.writeTextFile(`${directory}/deno.json`, JSON.stringify({ nodeModulesDir: "auto", imports }));
  await Deno.copyFile(`${ROOT}deno.lock`, `${directory}/deno.lock`);
  await run([Deno.execPath(), "install", "--quiet", `--os=${os}`, `--arch=${arch}`], { cwd: directory });
  const parts: Part[] = [];
  for await (const { name } of Deno.readDir(`${directory}/node_modules/.deno`)) {
    const packageName = /^@napi-rs\+(keyring[^@]*)@/.exec(name)?.[1];
    if (packageName === undefined) continue;
    parts.push(
      await readPart(`${directory}/node_modules/.deno/${name}/node_modules/@napi-rs/${packageName}`),
    );
  }
  if (parts.length < 2) throw new Error(`${ADDON} has no addon for ${os} ${arch}`);
  return parts;
}

/** A binary holds the times of its files: one time for all, so that the same sources make the same bytes. */
async function forgetTimes(directory: string): Promise<void> {
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(directory)) {
    if (isDirectory) await forgetTimes(`${directory}/${name}`);
    if (!isSymlink) await Deno.utime(`${directory}/${name}`, 0, 0);
  }
}

/** Compiles the bundle of a staging directory. */
export async function compile(
  stage: string,
  output: string,
  target: Target,
  { compiler, runtime }: Compiling,
): Promise<void> {
  const config = needsAddon(target) ? ["--config=deno.json"] : ["--no-config"];
  await forgetTimes(stage);
  await run(
    [
      compiler,
      "compile",
      "--quiet",
      "--no-check",
      "--no-lock",
      "--no-remote",
      // Its file in the temporary directory would be read without a look at whose it is.
      "--no-code-cache",
      ...config,
      `--target=${target.triple}`,
      `--v8-flags=${V8_FLAGS.join(",")}`,
      ...bakedFlags(target, manifest.permissions.cli),
      `--output=${output}`,
      `bundle/${PROGRAM}`,
    ],
    { cwd: stage, ...(runtime === undefined ? {} : { env: { DENORT_BIN: runtime } }) },
  );
}

/** Makes the binary of a target and its bill of materials; their names. */
async function make(
  target: Target,
  out: string,
  bundled: readonly Part[],
  compiling: Compiling,
): Promise<readonly string[]> {
  const stage = await Deno.makeTempDir({ prefix: "atmos-compile-" });
  try {
    await bundleProgram(`${stage}/bundle`);
    const addon = needsAddon(target) ? await stageAddon(stage, target) : [];
    const program = programFile(target);
    await compile(stage, `${out}/${program}`, target, compiling);
    const bill = `atmos-${target.name}.cdx.json`;
    const subject = {
      name: "atmos",
      version: manifest.version,
      license: manifest.license,
      runtime: await versionOf(compiling.compiler),
    };
    await Deno.writeTextFile(
      `${out}/${bill}`,
      softwareBill(subject, [...bundled, ...addon], await readLock()),
    );
    return [program, bill];
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

async function readLock(): Promise<Lock> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
}

async function versionOf(compiler: string): Promise<string> {
  return /^deno (\S+)/.exec(await run([compiler, "--version"]))?.[1] ?? "unknown";
}

/** Lines as `sha256sum -c` reads them. */
export async function checksums(directory: string, names: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    names.toSorted().map(async (name) => {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${directory}/${name}`));
      return `${toHex(new Uint8Array(digest))}  ${name}\n`;
    }),
  );
  return lines.join("");
}

/** What the command line asks for. */
export interface Wish extends Compiling {
  readonly targets: readonly Target[];
  readonly out: string;
}

/** @throws RangeError for what cannot be done */
export function readWish(args: readonly string[], env: (name: string) => string | undefined): Wish {
  const given = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const [, name, attached] = /^--(target|out|compiler)(?:=(.*))?$/.exec(args[index] ?? "") ?? [];
    const value = attached ?? args[++index];
    if (name === undefined || value === undefined || value === "") {
      throw new RangeError(`Cannot use ${args.join(" ")}`);
    }
    given.set(name, value);
  }
  const targets = targetsOf(given.get("target"));
  const runtime = env("DENORT_BIN") || undefined;
  if (runtime !== undefined && targets.length > 1) {
    throw new RangeError("DENORT_BIN is the runtime of one system: name one --target");
  }
  return {
    targets,
    out: given.get("out") ?? `${ROOT}dist`,
    compiler: given.get("compiler") ?? Deno.execPath(),
    runtime,
  };
}

function targetsOf(names: string | undefined): readonly Target[] {
  if (names === "all") return TARGETS;
  const known = TARGETS.map(({ name }) => name).join(", ");
  if (names === undefined) {
    const own = ownTarget();
    if (own === undefined) throw new RangeError(`This system is none of ${known}: name a --target`);
    return [own];
  }
  return names.split(",").map((name) => {
    const target = TARGETS.find((one) => one.name === name);
    if (target === undefined) throw new RangeError(`${name} is none of ${known}`);
    return target;
  });
}

/** A script for each shell, to be sourced. */
function completions(): Readonly<Record<string, string>> {
  const fileOf = (shell: string) => `atmos.${shell === "powershell" ? "ps1" : shell}`;
  return Object.fromEntries(COMPLETION_SHELLS.map((shell) => [fileOf(shell), completionScript(shell)]));
}

async function main({ targets, out, ...compiling }: Wish): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  const bundled = await bundledPackages();
  const made: string[] = [];
  for (const target of targets) made.push(...await make(target, out, bundled, compiling));
  const texts = { "atmos.1": await manualPage(), ...completions() };
  for (const [name, text] of Object.entries(texts)) await Deno.writeTextFile(`${out}/${name}`, text);
  made.push(...Object.keys(texts));
  await Deno.writeTextFile(`${out}/SHA256SUMS`, await checksums(out, made));
  for (const name of [...made, "SHA256SUMS"]) console.log(`${out}/${name}`);
}

if (import.meta.main) {
  try {
    await main(readWish(Deno.args, Deno.env.get));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    console.error(`${cause.message}\n${USAGE}`);
    Deno.exit(2);
  }
}
