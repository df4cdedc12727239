import { encodeBase64, encodeHex, encodeText } from "./encoding.ts";
import type { IssuedSecret } from "./state.ts";

/** A secret seen where none belongs. It does not repeat the secret. */
export interface Leak {
  /** What leaked, such as "session token". */
  kind: string;
  /** The name of the text, or the path of the file. */
  where: string;
  /** `as is`, `in base64`, `percent-encoded`, `in hex`, or `a part`. */
  form: string;
  /** 1-based line of the first find. */
  line: number;
}

export interface Haystack {
  /** Texts by a name that tells them apart: `{ stdout, stderr }`. */
  texts?: Readonly<Record<string, string>>;
  /** Directories to read whole; links are not followed, what is not UTF-8 is searched byte by byte. */
  dirs?: readonly string[];
  /** Files that are meant to hold secrets, such as AWS's credentials file. */
  isAllowed?: (path: string) => boolean;
}

/** The shortest piece of a long secret that counts as a leak: enough to tell tokens apart, too short to be chance. */
const PART = 20;

/** Looks for every secret: as it is, encoded, and for long ones in part. No leak gives an empty list. */
export async function findSecrets(secrets: readonly IssuedSecret[], haystack: Haystack): Promise<Leak[]> {
  if (secrets.length === 0) throw new RangeError("no secrets to look for: the search would prove nothing");
  const needles = secrets.flatMap(needlesOf);
  const leaks = Object.entries(haystack.texts ?? {}).flatMap(([name, text]) => search(needles, name, text));
  for (const dir of haystack.dirs ?? []) {
    for await (const path of filesBelow(dir)) {
      if (haystack.isAllowed?.(path)) continue;
      const bytes = await Deno.readFile(path);
      leaks.push(...search(needles, path, new TextDecoder("latin1").decode(bytes)));
    }
  }
  return leaks;
}

interface Needle {
  secret: IssuedSecret;
  form: string;
  text: string;
}

function needlesOf(secret: IssuedSecret): Needle[] {
  const { value } = secret;
  const found = (form: string, text: string) => ({ secret, form, text });
  const bytes = encodeText(value);
  return [
    found("as is", value),
    found("percent-encoded", encodeURIComponent(value)),
    found("in hex", encodeHex(bytes)),
    // Inside a longer text base64 shifts by up to two bytes; the edges depend on the neighbours and are cut.
    ...[0, 1, 2].map((shift) => {
      const whole = encodeBase64(Uint8Array.from([...new Uint8Array(shift), ...bytes]));
      return found("in base64", whole.slice(4, -4));
    }),
    ...partsOf(value).map((part) => found("a part", part)),
  ];
}

/** Pieces from the middle and the end; the beginning says what kind of token it is and is no secret. */
function partsOf(value: string): string[] {
  if (value.length < 3 * PART) return [];
  const middle = Math.floor((value.length - PART) / 2);
  return [value.slice(middle, middle + PART), value.slice(-PART)];
}

function search(needles: readonly Needle[], where: string, text: string): Leak[] {
  const leaks = new Map<IssuedSecret, Leak>();
  for (const { secret, form, text: needle } of needles) {
    const at = leaks.has(secret) ? -1 : text.indexOf(needle);
    if (at < 0) continue;
    leaks.set(secret, { kind: secret.kind, where, form, line: text.slice(0, at).split("\n").length });
  }
  return [...leaks.values()];
}

async function* filesBelow(dir: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(dir)) {
    const path = `${dir}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else if (isFile) yield path;
  }
}
