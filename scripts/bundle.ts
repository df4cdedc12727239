/**
 * Makes the JavaScript of the compiled program: `cli.ts` with all that it imports, each command in files of its own,
 * so that a start reads only what it needs.
 *
 * @module
 */
import { toHex } from "../lib/keyring/bytes.ts";
import { run } from "./run.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Native code: it is fetched for each target, and a file of its own in the binary. */
export const ADDON = "@napi-rs/keyring";

/** What nothing imports. */
const ENTRY = "cli.js";
/** What a start of the commands that are called again and again reads beside it. */
const START = "start.js";
const STARTED_OFTEN = ["credential_process", "env", "exec"];

/** `lib/commands/build.ts` has the other end of this. */
const SOURCE_MARK = "atmos-build:source";

/** Bundles a file of the current directory. */
async function bundleFile(cwd: string, entry: string, ...flags: readonly string[]): Promise<void> {
  await run([Deno.execPath(), "bundle", "--quiet", `--external=${ADDON}`, ...flags, entry], { cwd });
}

/** The program as the bundler splits it. */
export async function bundleParts(directory: string, ...flags: readonly string[]): Promise<void> {
  await bundleFile(ROOT, "cli.ts", "--code-splitting", `--outdir=${directory}`, ...flags);
}

/** The program as it is compiled: minified, quick to start, and knowing its own digest. */
export async function bundleProgram(directory: string): Promise<void> {
  await bundleParts(directory, "--minify");
  await joinStart(directory);
  await stamp(directory);
}

async function readParts(directory: string): Promise<ReadonlyMap<string, string>> {
  const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
  const read = async (name: string) => [name, await Deno.readTextFile(`${directory}/${name}`)] as const;
  return new Map(await Promise.all(names.sort().map(read)));
}

/** The names that a file of the bundler's exports: it ends with the list of them. */
export function exportedNames(code: string): readonly string[] {
  const list = /\bexport\s*\{([^{}]*)\};?\s*$/.exec(code)?.[1] ?? "";
  return list.split(",").map((one) => one.trim().split(/\s+as\s+/).at(-1) ?? "").filter((name) =>
    name !== ""
  );
}

/** The files beside it that a file of the bundler's cannot run without. */
export function staticImports(code: string): readonly string[] {
  const imports = code.matchAll(/(?:^|[;}\n])import(?:[^"'();]*\bfrom)?\s*"\.\/([^"]+)"/g);
  return [...imports].map(([, name]) => name ?? "");
}

/**
 * Joins what a start reads. The bundler makes a file of everything that two commands share: a start would read some
 * forty small ones, at a quarter of a millisecond each. The files stay, and pass on what the joined one exports, so
 * that no module is there twice.
 *
 * @throws Error for an output of the bundler that is not as it is known
 */
async function joinStart(directory: string): Promise<void> {
  const code = await readParts(directory);
  const parts = closure([ENTRY, ...STARTED_OFTEN.map((name) => partOf(name, code))], code)
    .filter((name) => name !== ENTRY);
  const external = [...code.keys()].filter((name) => name !== ENTRY && !parts.includes(name));
  const exported = parts.flatMap((name, index) =>
    exportedNames(code.get(name) ?? "").map((own) => ({ name, own, joined: `p${index}_${own}` }))
  );
  const list = exported.map(({ name, own, joined }) => `export {${own} as ${joined}} from "./${name}";`);
  await Deno.writeTextFile(
    `${directory}/list.js`,
    [...parts.map((name) => `import "./${name}";`), ...list].join("\n"),
  );
  await bundleJoined(directory, "list.js", START, external);
  await Deno.remove(`${directory}/list.js`);
  for (const part of parts) {
    const own = exported.filter(({ name }) => name === part).map(({ own, joined }) => `${joined} as ${own}`);
    await Deno.writeTextFile(`${directory}/${part}`, `export{${own.join(",")}}from"./${START}";\n`);
  }
  await bundleJoined(directory, ENTRY, ENTRY, [...external, START]);
}

/** Bundles a file with those beside it that it imports, but for the external ones. */
async function bundleJoined(directory: string, entry: string, output: string, external: readonly string[]) {
  const joined = `${directory}/${output}.joined`;
  const outside = external.map((name) => `--external=./${name}`);
  await bundleFile(directory, entry, "--minify", `--output=${joined}`, ...outside);
  await Deno.rename(joined, `${directory}/${output}`);
}

/** The file that the bundler made of a command: its name, and a hash. */
function partOf(command: string, code: ReadonlyMap<string, string>): string {
  const found = [...code.keys()].find((name) => /^(.+)-[A-Z0-9]{8}\.js$/.exec(name)?.[1] === command);
  if (found === undefined) throw new Error(`The bundle has no file of ${command}`);
  return found;
}

/** Files with all that they import statically. */
function closure(roots: readonly string[], code: ReadonlyMap<string, string>): readonly string[] {
  const found = new Set(roots);
  for (const name of found) {
    const text = code.get(name);
    if (text === undefined) throw new Error(`The bundle imports ${name}, which is not there`);
    for (const imported of staticImports(text)) found.add(imported);
  }
  return [...found];
}

/** Tells the program the digest of its own code. */
async function stamp(directory: string): Promise<void> {
  const code = await readParts(directory);
  const bytes = new TextEncoder().encode(JSON.stringify([...code]));
  const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  const marked = [...code].filter(([, text]) => text.includes(SOURCE_MARK));
  const [[name, text] = ["", ""]] = marked;
  if (marked.length !== 1 || text.split(SOURCE_MARK).length !== 2) {
    throw new Error(`${SOURCE_MARK} is not there once`);
  }
  await Deno.writeTextFile(`${directory}/${name}`, text.replace(SOURCE_MARK, `atmos-build:${digest}`));
}
