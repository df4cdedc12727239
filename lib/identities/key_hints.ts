/**
 * What to try when AWS refuses long-lived keys: a remedy of its own for each way in which keys are bad.
 *
 * @module
 */
import { parseArn, partitionOfRegion } from "../arn.ts";
import type { RemoteFailure } from "../aws/client.ts";

/** The keys that were refused, without their secret. */
export interface RefusedKeys {
  readonly accessKeyId: string;
  /** The identity's name. */
  readonly identity: string;
  /** Where AWS was asked. */
  readonly region: string;
  /** The user's MFA device, which lies in the same partition as the keys. */
  readonly mfaArn: string | undefined;
  readonly source: "atmos.yaml" | "keyring" | "typed";
}

const TEMPORARY = "an aws/user needs long-lived keys (AKIA...)";

/** Hints for a refusal by STS or IAM; none when the keys are not to blame. */
export function keyHints({ code, message }: RemoteFailure, keys: RefusedKeys): readonly string[] {
  switch (code) {
    case "InvalidClientTokenId":
      return unknownKeyHints(keys);
    case "ExpiredToken":
    case "ExpiredTokenException":
      return [`These are temporary credentials that have expired; ${TEMPORARY}`, remedy(keys)];
    case "SignatureDoesNotMatch":
      return /signature (?:expired|not yet current)/i.test(message) ? [] : [remedy(keys)];
    case "AccessDenied":
      return /session credentials/i.test(message)
        ? [`These are temporary credentials; ${TEMPORARY}`, remedy(keys)]
        : [];
    default:
      return [];
  }
}

/** AWS has one answer for keys that are gone, switched off, or at home elsewhere; the MFA device tells which. */
function unknownKeyHints(keys: RefusedKeys): readonly string[] {
  const here = partitionOfRegion(keys.region);
  const home = parseArn(keys.mfaArn ?? "")?.partition;
  const gone =
    `The access key ${keys.accessKeyId} was deleted or deactivated: look at it in the IAM console, where it may be activated again`;
  if (home === here && home !== undefined) return [gone, remedy(keys)];
  if (home !== undefined) {
    return [
      `The user's MFA device is in the partition ${home}, the region ${keys.region} is not: set credentials.region to a region of ${home}`,
    ];
  }
  return [
    gone,
    `Or it belongs to another partition than ${keys.region}: set credentials.region to a region of its own, such as ${
      regionsElsewhere(here)
    }`,
    remedy(keys),
  ];
}

/** A region of each of the large partitions but this one. */
function regionsElsewhere(here: string | undefined): string {
  return [["aws", "us-east-1"], ["aws-us-gov", "us-gov-west-1"], ["aws-cn", "cn-north-1"]]
    .flatMap(([partition, region]) => partition === here ? [] : [region]).join(" or ");
}

function remedy({ source, identity }: RefusedKeys): string {
  switch (source) {
    case "atmos.yaml":
      return "Put other keys where atmos.yaml takes these from";
    case "keyring":
      return `Store other keys with \`atmos auth user configure --identity ${identity}\`; the stored ones are left as they are`;
    case "typed":
      return "Nothing was stored";
  }
}
