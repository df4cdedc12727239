/**
 * Workflows and custom commands that run each other, from process to process: how deep that may go.
 *
 * @module
 */
import { AuthError, type SourcePosition } from "../errors.ts";
import { parsedJson } from "../parsed_json.ts";

/** Carries the names of what runs from a process to its children, as a JSON list. */
export const TRAIL = "ATMOS_RUN_TRAIL";

/** What is nested deeper does not end, or is not meant. */
const MAX_DEPTH = 10;
/** What somebody else put into the variable counts as nothing. */
const LONGEST_NAME = 200;

/** What runs around us, the outermost first. */
function trailOf(value: string | undefined): readonly string[] {
  const found = parsedJson(value ?? "");
  const isTrail = Array.isArray(found) && found.length <= MAX_DEPTH &&
    found.every((name) => typeof name === "string" && name.length <= LONGEST_NAME);
  return isTrail ? found : [];
}

/**
 * The trail for the children of a workflow or a custom command.
 *
 * @param inherited the value of {@linkcode TRAIL}
 * @param name what a person would type: `atmos workflow deploy`
 * @throws AuthError `config-invalid` naming the cycle when it is nested too deeply
 */
export function nested(inherited: string | undefined, name: string, at: SourcePosition): string {
  const trail = trailOf(inherited);
  const own = name.slice(0, LONGEST_NAME);
  if (trail.length < MAX_DEPTH) return JSON.stringify([...trail, own]);
  const cycle = trail.slice(Math.max(0, trail.lastIndexOf(own)));
  const reason = trail.includes(own) ? "it runs itself" : "it is nested too deeply";
  throw new AuthError("config-invalid", `Cannot run \`${own}\`: ${reason}, ${[...cycle, own].join(" -> ")}`, {
    at,
    hints: [`Workflows and custom commands run each other ${MAX_DEPTH} deep at most`],
  });
}
