/**
 * What needs trust, and what has it.
 *
 * @module
 */
import type { ForeignHome } from "../config/ownership.ts";
import type { Need } from "../config/need.ts";
import type { TrustRecord } from "../config/need.ts";
import { printable } from "../terminal/escape.ts";
import { jsonText } from "./json.ts";
import { positionText, warningText } from "./problem.ts";
import type { TrustDocument } from "./schemas/trust.ts";

/** What a person is to vouch for: each value, where it stands, and what it would do. */
export function needsText(needs: readonly Need[]): string {
  const lines = needs.flatMap(({ values }) =>
    values.map(({ path, at, does }) =>
      `  ${printable(`${path} (${positionText(at)})`)}\n    ${printable(does)}\n`
    )
  );
  return `These settings need trust:\n${[...new Set(lines)].join("")}`;
}

/** Why homes are not used, and what to set. */
export function foreignHomesText(
  homes: readonly ForeignHome[],
  screen: { readonly color: boolean },
): string {
  const [first] = homes;
  const paths = [...new Set(homes.map(({ path }) => path))].join(", ");
  const variables = [...new Set(homes.map(({ home }) => `ATMOS_XDG_${home.toUpperCase()}_HOME`))].join(", ");
  const sessions = homes.some(({ home }) => home === "state")
    ? ", and sessions are neither reused nor stored"
    : "";
  return warningText(
    `nothing in ${paths} is used${sessions}: that is inside ${first?.tree ?? ""}, which is not trusted. ` +
      `Set ${variables} to a directory outside`,
    screen,
  );
}

/** For people: each file with what is trusted of it. */
export function trustListText(records: readonly TrustRecord[]): string {
  return byPath(records).map(({ path, units }) =>
    `${printable(path)}\n${
      units.map(({ unit, digest }) => `  ${printable(unit)} ${digest.slice(0, SHOWN_DIGITS)}\n`).join("")
    }`
  ).join("");
}

/** Enough to tell versions apart. */
const SHOWN_DIGITS = 12;

/** For programs. */
export function trustJson(records: readonly TrustRecord[]): string {
  const document: TrustDocument = { files: byPath(records) };
  return jsonText(document);
}

function byPath(records: readonly TrustRecord[]): TrustDocument["files"] {
  return [...Map.groupBy(records, ({ path }) => path)].map(([path, of]) => ({
    path,
    units: of.map(({ unit, digest }) => ({ unit, digest })),
  }));
}
