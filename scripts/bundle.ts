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
/** What the commands that are called again and again read when the start was not all. */
const WORK = "work.js";
const CALLED_OFTEN = ["credential_process", "env", "exec"];

/** `lib/cli/recall/build.ts` has the other end of this. */
const SOURCE_MARK = "atmos-build:source";

/** Bundles a file of the current directory. */
async function bundleFile(cwd: string, entry: string, ...flags: readonly string[]): Promise<void> {
  await run([Deno.execPath(), "bundle", "--quiet", `--external=${ADDON}`, ...flags, entry], { cwd });
}

/** The program as the bundler splits it. */
export async function bundleParts(directory: string, ...flags: readonly string[]): Promise<void> {
  await bundleFile(ROOT, "cli.ts", "--code-splitting", `--outdir=${directory}`, ...flags);
}

/** The file of the program that starts it. */
export const PROGRAM = "cli.mjs";

/** The program as it is compiled: minified, quick to start, and knowing its own digest. */
export async function bundleProgram(directory: string): Promise<void> {
  await bundleParts(directory, "--minify");
  await leaveHelpers(directory);
  const code = await readParts(directory);
  const entry = code.get(ENTRY) ?? "";
  const start = closure([ENTRY], code);
  const often = [...dynamicImports(entry), ...CALLED_OFTEN.map((name) => partOf(name, code))];
  const work = closure(often, code).filter((name) => !start.includes(name));
  const others = [...code.keys()].filter((name) => ![...start, ...work].includes(name));
  await join(directory, ENTRY, start, [...others, ...work]);
  await join(directory, WORK, work, [...others, ENTRY]);
  await nameAsModules(directory);
  await stamp(directory);
}

/** Of a file named `.js` Deno first finds out which kind of module it is: two milliseconds of each start. */
async function nameAsModules(directory: string): Promise<void> {
  const code = await readParts(directory);
  const asModule = (name: string) => name.replace(/\.js$/, ".mjs");
  for (const [name, text] of code) {
    const named = text.replaceAll(
      /"\.\/([^"]+\.js)"/g,
      (found, to) => code.has(to) ? `"./${asModule(to)}"` : found,
    );
    await Deno.writeTextFile(`${directory}/${asModule(name)}`, named);
    await Deno.remove(`${directory}/${name}`);
  }
}

/**
 * The bundler imports its helpers everywhere, and with them a part of Node. Few files use them; for the others that is
 * half a millisecond of each start.
 *
 * @throws Error for an output of the bundler that is not as it is known
 */
async function leaveHelpers(directory: string): Promise<void> {
  const code = await readParts(directory);
  const helpers = [...code].filter(([, text]) => /\bfrom\s*"node:module"/.test(text)).map(([name]) => name);
  if (helpers.length !== 1) throw new Error(`The bundler's helpers are in ${helpers.length} files`);
  const unused = `import"./${helpers[0]}";`;
  for (const [name, text] of code) {
    if (text.includes(unused)) await Deno.writeTextFile(`${directory}/${name}`, text.replace(unused, ""));
  }
  const start = closure([ENTRY], await readParts(directory));
  if (helpers.some((name) => start.includes(name))) throw new Error("The start needs the bundler's helpers");
}

async function readParts(directory: string): Promise<ReadonlyMap<string, string>> {
  const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
  const read = async (name: string) => [name, await Deno.readTextFile(`${directory}/${name}`)] as const;
  return new Map(await Promise.all(names.sort().map(read)));
}

/** The names that a file of the bundler's exports: it ends with the list of them. */
export function exportedNames(code: string): readonly string[] {
  const list = /\bexport\s*\{([^{}]*)\};?\s*(?:\/\*[\s\S]*\*\/\s*|\/\/.*\s*)*$/.exec(code)?.[1] ?? "";
  return list.split(",").map((one) => one.trim().split(/\s+as\s+/).at(-1) ?? "").filter((name) =>
    name !== ""
  );
}

/** The files beside it that a file of the bundler's cannot run without. */
export function staticImports(code: string): readonly string[] {
  const imports = code.matchAll(/(?:^|[;}\n])import(?:[^"'();]*\bfrom)?\s*"\.\/([^"]+)"/g);
  return [...imports].map(([, name]) => name ?? "");
}

/** The files beside it that a file of the bundler's may load later. */
export function dynamicImports(code: string): readonly string[] {
  return [...code.matchAll(/\bimport\("\.\/([^"]+)"\)/g)].map(([, name]) => name ?? "");
}

/**
 * Joins what is read together into one of the parts or a new file. The bundler makes a file of everything that two
 * commands share: a start would read some twenty small ones, at a quarter of a millisecond each. The files stay, and
 * pass on what the joined one exports, so that no module is there twice.
 *
 * @throws Error for an output of the bundler that is not as it is known
 */
async function join(
  directory: string,
  joined: string,
  parts: readonly string[],
  external: readonly string[],
): Promise<void> {
  const code = await readParts(directory);
  const exported = parts.flatMap((name, index) =>
    exportedNames(code.get(name) ?? "").map((own) => ({ name, own, joined: `p${index}_${own}` }))
  );
  const list = exported.map(({ name, own, joined }) => `export {${own} as ${joined}} from "./${name}";`);
  await Deno.writeTextFile(
    `${directory}/list.js`,
    [...parts.map((name) => `import "./${name}";`), ...list].join("\n"),
  );
  await bundleJoined(directory, "list.js", joined, external);
  await Deno.remove(`${directory}/list.js`);
  for (const part of parts) {
    if (part === joined) continue;
    const own = exported.filter(({ name }) => name === part).map(({ own, joined }) => `${joined} as ${own}`);
    await Deno.writeTextFile(`${directory}/${part}`, `export{${own.join(",")}}from"./${joined}";\n`);
  }
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
  const found = [...code.keys()].filter((name) => /^(.+)-[A-Z0-9]{8}\.js$/.exec(name)?.[1] === command);
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) {
    throw new Error(`The bundle has ${found.length} files of ${command}`);
  }
  return only;
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
