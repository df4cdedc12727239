/**
 * What is done with a session, whether it was found at once or by the whole program.
 *
 * @module
 */
import type { AwsSession } from "../../credentials.ts";
import { awsFilePaths, type StoredSession } from "../../files/aws_sessions.ts";
import type { EnvironmentEdits, Host, StartHost } from "../../host.ts";
import {
  keysEnvironment,
  onlyInherited,
  type Pointers,
  pointersEnvironment,
  type Surroundings,
} from "../../output/environment.ts";
import { formatEnvironment } from "../../output/format.ts";
import { formatInstant } from "../../time.ts";
import type { Recalled } from "./recall.ts";

/** A session, and the section of the files that it rests in; `undefined`: it is in memory. */
export interface PlacedSession extends Pick<StoredSession, "session"> {
  readonly section: string | undefined;
}

/**
 * The variables of a session; `files`: where it rests, without secrets. A session in memory has only its keys.
 *
 * @param directory of the AWS files
 */
export function sessionVariables(
  host: Pick<Host, "os">,
  directory: string,
  { session, section }: PlacedSession,
  around: Surroundings,
  files: boolean,
): EnvironmentEdits {
  return files && section !== undefined
    ? pointersEnvironment(pointersTo(host, directory, section), around)
    : keysEnvironment(session, around);
}

/** The files and the section that a child is pointed to. */
export function pointersTo(host: Pick<Host, "os">, directory: string, section: string): Pointers {
  const { credentials, config } = awsFilePaths(host, directory);
  return { credentialsFile: credentials, configFile: config, profile: section };
}

/** AWS SDKs and Tools Reference Guide, "Process credential provider". */
export function credentialsJson(session: AwsSession): string {
  return JSON.stringify({
    Version: 1,
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey.reveal(),
    SessionToken: session.sessionToken.reveal(),
    Expiration: formatInstant(session.expiresAt),
    ...(session.accountId === undefined ? {} : { AccountId: session.accountId }),
  });
}

/** What is printed of what was recalled; `undefined` where there is more to do than that. */
export function printedText(
  host: Pick<StartHost, "os" | "env">,
  { aim: { session: { directory }, use }, stored }: Recalled,
): string | undefined {
  switch (use.as) {
    case "credentials":
      return `${credentialsJson(stored.session)}\n`;
    case "variables": {
      const edits = sessionVariables(host, directory, stored, use.around, use.files);
      return formatEnvironment(use.format, onlyInherited(edits, host.env));
    }
    case "child":
      return undefined;
  }
}
