import fc from "fast-check";

/** A duration in one of the writings that users of Atmos know: seconds, Go's, days and combinations. */
export interface Writing {
  readonly seconds: number;
  readonly text: string;
}

const UNITS = [["d", 86_400], ["h", 3600], ["m", 60], ["s", 1]] as const;

/** The largest units first, beginning with `from` of them left out. */
function inUnits(seconds: number, from: number): string {
  const parts: string[] = [];
  UNITS.slice(from).reduce((rest, [unit, size]) => {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    return rest - count * size;
  }, seconds);
  return parts.join("");
}

/** Durations around the limits of AWS, written in any way. */
export function anyWriting(): fc.Arbitrary<Writing> {
  const around = [900, 3600, 43_200, 86_400, 129_600].map((middle) =>
    fc.integer({ min: Math.max(1, middle - 120), max: middle + 120 })
  );
  const seconds = fc.oneof(...around, fc.integer({ min: 1, max: 200_000 }));
  return fc.tuple(seconds, fc.integer({ min: 0, max: 4 })).map(([seconds, from]) => ({
    seconds,
    text: from === UNITS.length ? String(seconds) : inUnits(seconds, from),
  }));
}
