/**
 * Why a section of the AWS files is not used, for people.
 *
 * @module
 */
import type { Flaw } from "../files/aws_sessions.ts";

const REASONS: Readonly<Record<Flaw, string>> = {
  unsealed: "it is not signed: an older version of atmos wrote it, or another program",
  foreign: "atmos did not create it with this machine's session key",
  profile: "its profile in the config file is not as atmos wrote it",
  lifetime: "its times cannot be right",
  keys: "a key is missing in it",
  plugins: "the config file beside it has a section [plugins], which makes the AWS CLI load code",
};

/** A clause about the section. */
export function unusedReason(flaw: Flaw): string {
  return REASONS[flaw];
}

/** `session not used: …`, as the state of an identity. */
export function unusedText(flaw: Flaw): string {
  return `session not used: ${REASONS[flaw]}`;
}
