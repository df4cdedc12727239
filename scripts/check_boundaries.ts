/**
 * Holds the rules of the house that a program can hold: who may import whom, who may touch the world, which words
 * do not appear. Run by `deno task ok`; exits 1 with one line for each breach.
 *
 * @module
 */

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

const isKindFile = (path: string) =>
  /^lib\/(?:providers|identities)\/(?:aws|github|oidc)_\w+\.ts$/.test(path);
const TOP_WORDS =
  /^lib\/(?:aws_durations|ci|counting|host|credentials|endpoint_variables|errors|jwt|limits|loopback|percent|switch|time|arn|duration|paths|session_variables|sha256)\.ts$/;
const DOORS: ReadonlyMap<string, (path: string) => boolean> = new Map([
  ["yaml", (path) => /^lib\/config\/yaml(?:_document|_edit)?\.ts$/.test(path)],
  ["commander", inRoom("commands")],
  ["@aws-sdk/", inRoom("aws")],
  ["parse5", inRoom("saml")],
  ["fast-xml-parser", inRoom("saml")],
  ["tough-cookie", inRoom("saml")],
  ["@napi-rs/keyring", inRoom("keyring")],
  ["dbus-native", inRoom("keyring")],
]);
const REVEALING =
  /^lib\/(?:aws|oauth|saml|providers|identities|keyring|files|session|commands)\/|^lib\/(?:jwt|output\/environment)\.ts$/;

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
    "nothing imports commands/ but cli.ts and the library's wiring",
    (path) => isLib(path) && !inRoom("commands")(path),
    (imported) => inRoom("commands")(imported),
  ),
  importing(
    "config/ imports no other room",
    inRoom("config"),
    (imported) => isLib(imported) && !inRoom("config")(imported) && !TOP_WORDS.test(imported),
  ),
  importing(
    "chain/{select,plan,check,resume,duration} take values and give values",
    (path) => /^lib\/chain\/(?:select|plan|check|resume|duration|types)\.ts$/.test(path),
    (imported) => /^lib\/(?:host\.ts|providers|identities|keyring|files|commands|output)/.test(imported),
  ),
  importing(
    "output/ takes values and gives values",
    inRoom("output"),
    (imported) => /^lib\/(?:keyring|providers|identities|commands)/.test(imported),
  ),
  importing(
    "a provider imports no identity",
    inRoom("providers"),
    (imported) => inRoom("identities")(imported),
  ),
  importing(
    "an identity imports no provider",
    inRoom("identities"),
    (imported) => inRoom("providers")(imported),
  ),
  importing(
    "providers and identities import no keyring, files, output, chain or commands",
    (path) => inRoom("providers")(path) || inRoom("identities")(path),
    (imported) => /^lib\/(?:keyring|files|output|chain|commands)\//.test(imported),
  ),
  importing(
    "a kind does not import another kind",
    isKindFile,
    (imported, from) => isKindFile(imported) && imported !== from,
  ),
  importing(
    "keyring/ knows nothing of credentials' makers",
    inRoom("keyring"),
    (imported) => /^lib\/(?:providers|identities|chain|output|commands|aws)\//.test(imported),
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
      /^lib\/(?:chain|providers|identities|keyring|files|output|commands|session|workflows|aws)\//.test(
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

if (import.meta.main) {
  const found: string[] = [];
  let count = 0;
  for await (const source of sources("lib")) {
    count++;
    found.push(...breaches(source));
  }
  for (const line of found) console.error(line);
  console.log(`boundaries: ${count} files, ${found.length} breaches`);
  Deno.exit(found.length === 0 ? 0 : 1);
}

export { breaches, read, RULES };
