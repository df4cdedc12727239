/**
 * Whether a start may believe what lies in the state home, before it is known which files configure it: not where a
 * repository could have brought it along. It rather says no: the whole program judges by the files that are read.
 *
 * @module
 */
import type { Host, StartFiles } from "../host.ts";
import { isInside, joinPath, knownHome, parentOf, stateHome } from "../paths.ts";
import { isCi } from "../ci.ts";

/** What judging needs. */
export interface GroundHost extends Pick<Host, "env" | "os" | "workingDirectory"> {
  readonly files: Pick<StartFiles, "status" | "realPath">;
}

/** What a repository, or a directory with a configuration, has at its root. */
const ROOT_MARKS = [".git", "atmos.yaml", "atmos.yml", ".atmos.yaml", ".atmos.yml"];

/**
 * Whether the state home is below the working directory or a root of a repository, the person's home aside, which is no
 * repository's; in CI it may be.
 *
 * @throws AuthError `config-invalid` where there is no place for state, as without a home
 */
export async function isOnForeignGround(host: GroundHost): Promise<boolean> {
  const real = async (path: string) => await host.files.realPath(path) ?? path;
  const state = await real(stateHome(host));
  const home = isCi(host.env) ? undefined : knownHome(host);
  const realHome = home === undefined ? undefined : await real(home);
  const isAboveHome = (path: string) => realHome !== undefined && isInside(host.os, realHome, path);
  const here = await real(host.workingDirectory());
  if (isInside(host.os, state, here) && !isAboveHome(here)) return true;
  for (let at = state; !isAboveHome(at); at = parentOf(host.os, at)) {
    for (const mark of ROOT_MARKS) {
      if (await host.files.status(joinPath(host.os, at, mark)) !== undefined) return true;
    }
    if (parentOf(host.os, at) === at) break;
  }
  return false;
}
