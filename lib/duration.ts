/**
 * Lengths of time, as people write them.
 *
 * @module
 */

const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-9],
  ["us", 1e-6],
  ["µs", 1e-6],
  ["μs", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
]);
const LONGEST_SECONDS = 100 * 365 * 86_400;

/**
 * Reads a duration as users of Atmos write it: integer seconds (`3600`), a Go duration (`1h30m`), days (`1d`) or
 * a combination (`1d12h`).
 *
 * @returns whole seconds, at least 1; `undefined` when the text is none of these, is zero, is negative, has a
 *   rest below a second, or is beyond a hundred years.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  const seconds = /^\d+$/.test(trimmed) ? Number(trimmed) : sumOfUnits(trimmed);
  if (seconds === undefined || !Number.isFinite(seconds) || seconds > LONGEST_SECONDS) return undefined;
  const whole = Math.round(seconds);
  return Math.abs(seconds - whole) < 1e-6 && whole >= 1 ? whole : undefined;
}

function sumOfUnits(text: string): number | undefined {
  const part = /(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d)/y;
  let seconds = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    const unit = match?.[2] === undefined ? undefined : UNIT_SECONDS.get(match[2]);
    if (match === null || unit === undefined) return undefined;
    seconds += Number(match[1]) * unit;
  }
  return text === "" ? undefined : seconds;
}

/**
 * Seconds as the shortest text that {@linkcode parseDuration} reads back to the same number: `12h`, `1h30m`, `45s`.
 * Days are written as hours below 48 hours, since that is how AWS's limits are spoken of.
 */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole === 0) return "0s";
  const days = whole >= 2 * 86_400 ? Math.floor(whole / 86_400) : 0;
  const rest = whole - days * 86_400;
  const parts: readonly (readonly [number, string])[] = [
    [days, "d"],
    [Math.floor(rest / 3600), "h"],
    [Math.floor((rest % 3600) / 60), "m"],
    [rest % 60, "s"],
  ];
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`).join("");
}
