/**
 * What is made of a session: variables, and what an SDK reads.
 *
 * @module
 */
import type { LinkSession } from "../../chain/types.ts";
import type { AwsSession } from "../../credentials.ts";
import { awsFilePaths } from "../../files/aws_sessions.ts";
import type { EnvironmentEdits, Host } from "../../host.ts";
import {
  keysEnvironment,
  type Pointers,
  pointersEnvironment,
  type Surroundings,
} from "../../output/environment.ts";
import { formatInstant } from "../../time.ts";

/**
 * The variables of a session; `files`: where it rests, without secrets. A session in memory has only its keys.
 *
 * @param directory of the AWS files
 */
export function sessionVariables(
  host: Pick<Host, "os">,
  directory: string,
  { session, section }: LinkSession,
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
