/**
 * What a scalar without quotes means to Go's `gopkg.in/yaml.v3`, with which Atmos reads stacks: `0644` is 420, `1_000` is
 * 1000, and a date is a point in time. `resolve()` and `parseTimestamp()` of its `resolve.go` (v3.0.1) are the source.
 *
 * @module
 */

/** Integers that a `number` would round are bigints. */
export type GoScalar = string | number | bigint | boolean | null;

const WORDS: ReadonlyMap<string, GoScalar> = new Map<string, GoScalar>([
  ...words(true, "true", "True", "TRUE"),
  ...words(false, "false", "False", "FALSE"),
  ...words(null, "", "~", "null", "Null", "NULL"),
  ...words(NaN, ".nan", ".NaN", ".NAN"),
  ...words(Infinity, ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"),
  ...words(-Infinity, "-.inf", "-.Inf", "-.INF"),
]);

function words(value: GoScalar, ...all: readonly string[]): readonly (readonly [string, GoScalar])[] {
  return all.map((word) => [word, value]);
}

/**
 * The value of a plain scalar. Dates are texts in RFC 3339, as Go writes them into JSON and YAML.
 *
 * @param text as written
 */
export function goScalar(text: string): GoScalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  // Behind a leading point Go is strict: there an underscore stands between digits.
  if (text.startsWith(".")) {
    return (/(?<!\d)_|_(?!\d)/.test(text) ? undefined : floatOf(text.replaceAll("_", ""))) ?? text;
  }
  if (!/^[-+\d]/.test(text)) return text;
  const digits = text.replaceAll("_", "");
  return goTime(text) ?? integerOf(digits) ?? floatOf(digits) ?? text;
}

/** `0644` is octal, and so is `0o644`. */
const INTEGER = /^([-+]?)(?:(0x)0*([\da-f]+)|(0b)0*([01]+)|0o?0*([0-7]+)|([1-9]\d*|0))$/i;

/** yaml.v3 looks a second time at what follows `0b` and `0o`, and takes a sign there. */
const SIGN_INSIDE = /^(0b(?=[-+][01]+$)|0o(?=[-+][0-7]+$))([-+])(\d+)$/;

/** As `strconv.ParseInt` with base 0 has it, and `ParseUint`, which takes no sign. */
function integerOf(digits: string): number | bigint | undefined {
  const found = INTEGER.exec(digits.replace(SIGN_INSIDE, "$2$1$3")) ?? [];
  const [, sign = "", hex, hexDigits, binary, binaryDigits, octalDigits, decimal] = found;
  const [base, significant] = octalDigits === undefined
    ? [hex ?? binary ?? "", hexDigits ?? binaryDigits ?? decimal]
    : ["0o", octalDigits];
  if (significant === undefined || significant.length > MOST_BITS) return undefined;
  return sized(BigInt(base + significant), sign);
}

/** As many digits has the longest notation. */
const MOST_BITS = 64;
const INT64 = 2n ** 63n;
const UINT64 = 2n ** 64n;

function sized(magnitude: bigint, sign: string): number | bigint | undefined {
  const isHeld = magnitude < INT64 ||
    (sign === "-" ? magnitude === INT64 : sign === "" && magnitude < UINT64);
  if (!isHeld) return undefined;
  const value = sign === "-" ? -magnitude : magnitude;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** What is too large for a float is a text. */
function floatOf(digits: string): number | undefined {
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) ? value : undefined;
}

/** A time of day has a zone after `T`, and none after blanks. */
const TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|( +))(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)?)?$/;

/** A date, or a date and a time, in RFC 3339; `undefined` for what is none. */
export function goTime(text: string): string | undefined {
  const found = TIME.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour, minute = 0, second = 0] = [1, 2, 3, 5, 6, 7].map((group) =>
    found[group] === undefined ? undefined : Number(found[group])
  );
  const [, , , , blanks, , , , fraction = "", zone] = found;
  if (hour !== undefined && (blanks === undefined) !== (zone !== undefined)) return undefined;
  const isMeant = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) &&
    (hour ?? 0) < 24 && minute < 60 && second < 60;
  const offset = zoneOf(zone ?? "Z");
  if (!isMeant || offset === undefined) return undefined;
  const nanos = fraction.slice(0, 9).replace(/0+$/, "");
  const date = [String(year).padStart(4, "0"), two(month), two(day)].join("-");
  return `${date}T${[hour ?? 0, minute, second].map(two).join(":")}${nanos && `.${nanos}`}${offset}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Days are counted as if the calendar of today had always been. */
function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Go takes zones of 24 hours and 60 minutes. */
function zoneOf(zone: string): string | undefined {
  if (zone === "Z") return zone;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 24 || minutes > 60) return undefined;
  const all = hours * 60 + minutes;
  return all === 0 ? "Z" : `${zone[0]}${two(Math.floor(all / 60))}:${two(all % 60)}`;
}

/** A number as Go prints it (`%v`): `0644` is `420`, `1e6` is `1e+06`. `undefined` for what is no number. */
export function goNumberText(text: string): string | undefined {
  const value = goScalar(text);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "number") return undefined;
  return integerOf(text.replaceAll("_", "")) === undefined ? floatText(value) : String(value);
}

/** From this power of ten on Go writes an exponent. */
const LARGE = 6;

/** `strconv.FormatFloat` with `g` and the fewest digits that mean the same. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-Inf" : "+Inf";
  if (Object.is(value, -0)) return "-0";
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < LARGE) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${two(Math.abs(power))}`;
}
