/**
 * Holds the rules of the house that a program can hold: who may import whom, who may touch the world, which words
 * do not appear. Run by `deno task ok`; exits 1 with one line for each breach.
 *
 * @module
 */
import { IDENTITY_KINDS, PROVIDER_KINDS } from "../lib/config/types.ts";

/** One file of ours, as far as the rules look at it. */
interface Source {
  readonly path: string;
  /** The text without comments. */
  readonly code: string;
  /** What it imports: paths from the root of the repository, or bare names. */
  readonly imports: readonly string[];
}

/** A rule: which files it is about, and what in them breaks it. */
interface Rule {
  readonly says: string;
  readonly about: (path: string) => boolean;
  readonly breach: (source: Source) => string | undefined;
}

const isLib = (path: string) => path.startsWith("lib/");
const inRoom = (room: string) => (path: string) => path.startsWith(`lib/${room}/`);
const directoryOf = (path: string) => path.slice(0, path.lastIndexOf("/"));
const isHost = (path: string) => path === "lib/host_deno.ts" || path.startsWith("lib/host_deno/");

function importing(
  says: string,
  about: Rule["about"],
  forbidden: (path: string, from: string) => boolean,
): Rule {
  return {
    says,
    about,
    breach: ({ imports, path }) => imports.find((imported) => forbidden(imported, path)),
  };
}

function mentioning(says: string, about: Rule["about"], pattern: RegExp): Rule {
  return { says, about, breach: ({ code }) => pattern.exec(code)?.[0] };
}

const fileIn = (room: string) => (kind: string) => `lib/${room}/${kind.replace(/\W/g, "_")}.ts`;
const KIND_FILES = [...PROVIDER_KINDS.map(fileIn("providers")), ...IDENTITY_KINDS.map(fileIn("identities"))];
const isKindFile = (path: string) => KIND_FILES.includes(path);
const DOORS: ReadonlyMap<string, (path: string) => boolean> = new Map([
  ["yaml", (path) => /^lib\/config\/yaml(?:_document|_edit)?\.ts$/.test(path)],
  ["@aws-sdk/", inRoom("aws")],
  ["parse5", inRoom("saml")],
  ["fast-xml-parser", inRoom("saml")],
  ["tough-cookie", inRoom("saml")],
  ["@napi-rs/keyring", inRoom("keyring")],
  ["dbus-native", inRoom("keyring")],
]);
const REVEALING =
  /^lib\/(?:aws|oauth|saml|providers|identities|keyring|files|session|cli|commands)\/|^lib\/(?:jwt|output\/environment)\.ts$/;

const RULES: readonly Rule[] = [
  importing(
    "only cli.ts and mod.ts import the real host",
    (path) => isLib(path) && !isHost(path),
    (imported) => isHost(imported),
  ),
  importing(
    "lib/ imports neither mod.ts nor cli.ts nor tests",
    isLib,
    (imported) =>
      imported === "mod.ts" || imported === "cli.ts" || imported.startsWith("tests/") ||
      imported.startsWith("scripts/"),
  ),
  importing(
    "a command imports none of another folder; only the wiring in commands/ itself does",
    (path) => inRoom("commands")(path) && directoryOf(path) !== "lib/commands",
    (imported, from) => inRoom("commands")(imported) && directoryOf(imported) !== directoryOf(from),
  ),
  importing(
    "chain/{select,plan,check,resume,duration} take values and give values",
    (path) => /^lib\/chain\/(?:select|plan|check|resume|duration|types)\.ts$/.test(path),
    (imported) => /^lib\/(?:host\.ts|providers|identities|keyring|files|cli|commands|output)/.test(imported),
  ),
  importing(
    "output/ takes values and gives values",
    inRoom("output"),
    (imported) => /^lib\/(?:keyring|providers|identities|cli|commands)/.test(imported),
  ),
  importing(
    "providers and identities import no keyring, files, output, chain or commands",
    (path) => inRoom("providers")(path) || inRoom("identities")(path),
    (imported) => /^lib\/(?:keyring|files|output|chain|cli|commands)\//.test(imported),
  ),
  importing(
    "a kind does not import another kind",
    isKindFile,
    (imported, from) => isKindFile(imported) && imported !== from,
  ),
  importing(
    "workflows/ knows nothing of credentials",
    inRoom("workflows"),
    (imported) =>
      /^lib\/(?:credentials\.ts|(?:providers|identities|chain|keyring|session|aws|files|output|commands)\/)/
        .test(imported),
  ),
  importing(
    "stacks/ is about manifests, and knows nothing of sessions",
    inRoom("stacks"),
    (imported) =>
      /^lib\/(?:chain|providers|identities|keyring|files|output|cli|commands|session|workflows|aws)\//.test(
        imported,
      ),
  ),
  importing(
    "each third party has one door",
    isLib,
    (imported, from) =>
      [...DOORS].some(([name, door]) =>
        (imported === name || (name.endsWith("/") && imported.startsWith(name))) && !door(from)
      ),
  ),
  mentioning(
    "the schemas of outputs are types to what runs",
    (path) => isLib(path) && !inRoom("output/schemas")(path),
    /^import (?!type )[^;]*"[^"]*\/schemas\/[^"]*"/m,
  ),
  mentioning(
    "only the real host touches the world",
    (path) => isLib(path) && !isHost(path),
    /\bDeno\.(?!customInspect)\w+|(?<![.\w])fetch\(|\bDate\.now\b|new Date\(\)|\bMath\.random\b|(?<![.\w])setTimeout\(|(?<!\/|\}\.)\bconsole\.\w+|crypto\.getRandomValues/,
  ),
  mentioning(
    "no any, no enum, no default export, no namespace",
    isLib,
    /[:<]\s*any\b|\bas any\b|^\s*(?:export )?(?:const )?enum\s|^export default|^\s*namespace\s/m,
  ),
  mentioning("no module-level let", isLib, /^(?:export )?let\s/m),
  mentioning(
    "only AuthError, TypeError and RangeError are thrown",
    isLib,
    /\bthrow new (?!AuthError|TypeError|RangeError)\w+/,
  ),
  mentioning("a catch uses what it caught", isLib, /\bcatch\s*\{|\.catch\(\(\)\s*=>/),
  mentioning(
    "a secret is revealed only where it leaves",
    (path) => isLib(path) && path !== "lib/credentials.ts" && !REVEALING.test(path),
    /\.reveal\(\)/,
  ),
];

async function* sources(directory: string): AsyncGenerator<Source> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (entry.name.endsWith(".ts")) yield read(path, await Deno.readTextFile(path));
  }
}

function read(path: string, text: string): Source {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "").replace(/\s\/\/ .*$/gm, "");
  const specifiers = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) =>
    match[1] ?? ""
  );
  return { path, code, imports: specifiers.map((specifier) => resolve(path, specifier)) };
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

function breaches(source: Source): readonly string[] {
  return RULES.filter((rule) => rule.about(source.path)).flatMap((rule) => {
    const found = rule.breach(source);
    return found === undefined ? [] : [`${source.path}: ${rule.says} (found: ${found.trim()})`];
  });
}

/** The picture of CONTRIBUTING.md: the rooms of each line, the uppermost first. */
function roomsOf(contributing: string): readonly (readonly string[])[] {
  const picture = /^```rooms\n([\s\S]*?)^```$/m.exec(contributing)?.[1] ?? "";
  return picture.trimEnd().split("\n").map((line) =>
    line.match(/^(?:\S+\/ +)+/)?.[0].trim().split(/ +/) ?? []
  );
}

/** The room of a file; `""` is the ground, and the real host's own file is in its room. */
function roomOf(rooms: readonly (readonly string[])[], path: string): string | undefined {
  const inLib = path.slice("lib/".length).replace(/^host_deno\.ts$/, "host_deno/");
  return inLib.includes("/") ? rooms.flat().find((room) => inLib.startsWith(room)) : "";
}

/** Imports within a line, or from a line above. */
function upwards(rooms: readonly (readonly string[])[], { path, imports }: Source): readonly string[] {
  const own = roomOf(rooms, path);
  if (own === undefined) return [`${path}: its room is not in the picture of CONTRIBUTING.md`];
  const lines = [...rooms, [""]];
  const depth = (room: string) => lines.findIndex((line) => line.includes(room));
  return imports.filter((imported) => {
    const other = isLib(imported) ? roomOf(rooms, imported) : own;
    return other !== undefined && other !== own && depth(other) <= depth(own);
  }).map((imported) => `${path}: a room imports from below only (found: ${imported})`);
}

/** Files that import each other in a circle, one line for each circle. */
function circles(all: readonly Source[]): readonly string[] {
  const imports = new Map(all.map((source) => [source.path, source.imports]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return found.map((circle) => `files import each other in a circle: ${circle}`);
}

if (import.meta.main) {
  const all = await Array.fromAsync(sources("lib"));
  const count = all.length;
  const rooms = roomsOf(await Deno.readTextFile("CONTRIBUTING.md"));
  const found = [
    ...all.flatMap(breaches),
    ...all.flatMap((source) => upwards(rooms, source)),
    ...circles(all),
  ];
  for (const line of found) console.error(line);
  console.log(`boundaries: ${count} files, ${found.length} breaches`);
  Deno.exit(found.length === 0 ? 0 : 1);
}

export { breaches, circles, read, roomsOf, RULES, upwards };
