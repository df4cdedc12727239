/**
 * Sessions in files that others can read or write.
 *
 * @module
 */
import type { SessionStore } from "../chain/types.ts";
import { awsFilePaths } from "../files/aws_sessions.ts";
import { exposureWarning, exposureWithin } from "../files/exposure.ts";
import type { Host } from "../host.ts";

/**
 * The same sessions, but for those that others could have written. What they can read is used; both are told, once.
 *
 * @param told paths that were told of
 */
export function guardedSessions(
  host: Pick<Host, "files" | "os" | "screen" | "tell">,
  directory: string,
  store: SessionStore,
  told: Set<string>,
): SessionStore {
  return {
    write: store.write,
    read: async (link) => {
      const { credentials } = awsFilePaths(host, directory);
      const exposure = await exposureWithin(host, directory, credentials);
      if (exposure === undefined) return await store.read(link);
      if (!told.has(exposure.path)) {
        told.add(exposure.path);
        const { warningText } = await import("../output/problem.ts");
        const unused = exposure.isWritable ? "Stored sessions are not used: " : "";
        host.tell(warningText(`${unused}${exposureWarning(exposure)}`, host.screen));
      }
      return exposure.isWritable ? undefined : await store.read(link);
    },
  };
}
