/**
 * Whether a name or a path is one that a pattern names, in a time that grows with the length of both and no faster:
 * patterns come out of files, and a regular expression made of one may take forever.
 *
 * @module
 */

/** A part of a pattern, and how it moves the places in the text that the pattern has reached. */
type Part =
  | { readonly type: "texts"; readonly texts: readonly string[] }
  | { readonly type: "any" }
  | { readonly type: "set"; readonly not: boolean; readonly ranges: readonly (readonly [string, string])[] }
  | { readonly type: "star" }
  /** Any number of whole directories, as `**` means before a slash. */
  | { readonly type: "directories" }
  /** Everything that is left. */
  | { readonly type: "rest" };

export type Pattern = readonly Part[];

const SIGN = /\{([^{}]*)\}|\[(!?)([^[\]]+)\]|[*?]/g;

/** The pattern of one name. A set with a range that runs backwards, `[z-a]`, makes all of it a name like any other. */
export function namePattern(segment: string): Pattern {
  const parts: Part[] = [];
  let end = 0;
  const addText = (text: string) => {
    if (text !== "") parts.push({ type: "texts", texts: [text] });
  };
  for (const match of segment.matchAll(SIGN)) {
    const [found, words, not, set] = match;
    addText(segment.slice(end, match.index));
    end = match.index + found.length;
    if (words !== undefined) parts.push({ type: "texts", texts: [...new Set(words.split(","))] });
    else if (set !== undefined) {
      const ranges = rangesOf(set);
      if (ranges === undefined) return [{ type: "texts", texts: [segment] }];
      parts.push({ type: "set", not: not === "!", ranges });
    } else if (found === "?") parts.push({ type: "any" });
    else if (parts.at(-1)?.type !== "star") parts.push({ type: "star" });
  }
  addText(segment.slice(end));
  return parts;
}

/** The pattern of a path with `/` between its names. */
export function pathPattern(segments: readonly string[]): Pattern {
  return segments.flatMap((segment, index): Pattern => {
    const isLast = index === segments.length - 1;
    if (segment === "**") return [{ type: isLast ? "rest" : "directories" }];
    const name = namePattern(segment);
    return isLast ? name : [...name, { type: "texts", texts: ["/"] }];
  });
}

function rangesOf(set: string): readonly (readonly [string, string])[] | undefined {
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < set.length; at++) {
    const first = set.charAt(at);
    const isRange = set[at + 1] === "-" && at + 2 < set.length;
    const last = isRange ? set.charAt(at + 2) : first;
    if (last < first) return undefined;
    ranges.push([first, last]);
    if (isRange) at += 2;
  }
  return ranges;
}

/** A text against a pattern. `onStep` is told of the work, in characters looked at. */
export function matches(text: string, pattern: Pattern, onStep: (steps: number) => void = () => {}): boolean {
  let reached = new Uint8Array(text.length + 1);
  reached[0] = 1;
  for (const part of pattern) {
    onStep(reached.length * widthOf(part));
    reached = advance(text, part, reached);
    if (!reached.includes(1)) return false;
  }
  return reached[text.length] === 1;
}

/** How many things are tried at each place. */
function widthOf(part: Part): number {
  return part.type === "texts" ? part.texts.length : part.type === "set" ? part.ranges.length : 1;
}

/** The places that are reached when one more part is read. */
function advance(text: string, part: Part, from: Uint8Array): Uint8Array<ArrayBuffer> {
  switch (part.type) {
    case "texts":
      return afterTexts(text, part.texts, from);
    case "any":
      return afterOne(text, () => true, from);
    case "set":
      return afterOne(
        text,
        (sign) => part.ranges.some(([first, last]) => first <= sign && sign <= last) !== part.not,
        from,
      );
    case "star":
      return spread(text, from, (at, before) => before && text[at - 1] !== "/");
    case "rest":
      return spread(text, from, (_, before) => before);
    case "directories":
      return afterDirectories(text, from);
  }
}

function afterTexts(text: string, texts: readonly string[], from: Uint8Array): Uint8Array<ArrayBuffer> {
  const reached = new Uint8Array(from.length);
  for (let at = 0; at < from.length; at++) {
    if (from[at] !== 1) continue;
    for (const one of texts) if (text.startsWith(one, at)) reached[at + one.length] = 1;
  }
  return reached;
}

function afterOne(
  text: string,
  fits: (sign: string) => boolean,
  from: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const reached = new Uint8Array(from.length);
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (from[at] === 1 && sign !== "/" && fits(sign)) reached[at + 1] = 1;
  }
  return reached;
}

/** Every place from a reached one on, as far as `goesOn` says. */
function spread(
  text: string,
  from: Uint8Array,
  goesOn: (at: number, before: boolean) => boolean,
): Uint8Array<ArrayBuffer> {
  const reached = new Uint8Array(from.length);
  for (let at = 0; at <= text.length; at++) {
    const before = at > 0 && reached[at - 1] === 1;
    if (from[at] === 1 || goesOn(at, before)) reached[at] = 1;
  }
  return reached;
}

/** What was reached, and behind each slash after a name that is not empty. */
function afterDirectories(text: string, from: Uint8Array): Uint8Array<ArrayBuffer> {
  const reached = new Uint8Array(from.length);
  let isInside = false;
  for (let at = 0; at <= text.length; at++) {
    const isBehindName = text[at - 1] === "/" && at > 1 && text[at - 2] !== "/";
    if (from[at] === 1 || (isInside && isBehindName)) reached[at] = 1;
    isInside ||= from[at] === 1;
  }
  return reached;
}
