/**
 * The top-level `env:`: variables for the commands of `exec` and `shell`. For this program itself only `ATMOS_PROFILE`
 * of it counts, which is read before.
 *
 * @module
 */
import { SESSION_VARIABLES } from "../session_variables.ts";
import { entryOf, type RawMap } from "./raw.ts";
import { report, type Scope } from "./scope.ts";
import { setsVariable } from "./schemas.ts";
import { needsTrust } from "./standing.ts";
import type { Variable } from "./types.ts";

const STANDING = needsTrust(setsVariable);

/** The variables in order, and the part of the configuration that they stand in. */
export function decodeCommonEnv(
  root: RawMap,
  { problems }: Scope,
): { readonly variables: readonly Variable[]; readonly scope: Scope } {
  const entry = entryOf(root, "env");
  const scope: Scope = {
    base: [],
    raw: root,
    at: entry?.keyAt,
    about: undefined,
    problems,
    facts: [],
    isAside: true,
  };
  const variables: Variable[] = [];
  for (const { key, value } of entry?.value.type === "map" ? entry.value.entries.values() : []) {
    if (value.type !== "scalar" && value.type !== "unset") continue;
    if (key === "ATMOS_PROFILE") continue;
    scope.facts.push({ path: ["env", key], standing: STANDING, node: value });
    if (SESSION_VARIABLES.has(key.toUpperCase())) {
      report(scope, {
        severity: "warning",
        code: "session-variable",
        path: ["env", key],
        reason:
          `${key} carries or selects the session, and is not set for commands of \`exec\` and \`shell\``,
      });
    } else if (value.type === "scalar" && value.value !== null) variables.push({ key, value: value.text });
  }
  return { variables, scope };
}
