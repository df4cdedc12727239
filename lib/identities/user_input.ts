/**
 * What a person or a script types of an IAM user, checked before anything is stored.
 *
 * @module
 */
import { ACCESS_KEY_ID, isMfaDevice, isTemporaryKeyId, parseArn, partitionOfRegion } from "../arn.ts";
import { parseDuration } from "../duration.ts";
import { isWithin, lengthsText, USER_MFA_SECONDS, USER_SECONDS } from "../aws_durations.ts";

/** Why a text is no access key id of long-lived keys; `undefined`: it may be one. */
export function accessKeyIdProblem(text: string): string | undefined {
  if (text === "") return "An access key id is needed";
  if (isTemporaryKeyId(text)) {
    return "This is the id of temporary credentials; long-lived keys begin with AKIA";
  }
  return ACCESS_KEY_ID.test(text) ? undefined : "An access key id is AKIA and 16 capital letters and digits";
}

/** Why a text is no secret access key; `undefined`: it may be one. */
export function secretAccessKeyProblem(text: string): string | undefined {
  if (text === "") return "A secret access key is needed";
  return /^[A-Za-z0-9/+=]{16,256}$/.test(text)
    ? undefined
    : "A secret access key has 40 letters, digits, slashes and plus signs";
}

/**
 * Why a text names no MFA device (the serial number of GetSessionToken) that a user of a region's partition can have;
 * nothing is right, too.
 */
export function mfaArnProblem(text: string, region: string): string | undefined {
  if (text === "") return undefined;
  if (!isMfaDevice(text)) {
    return text.startsWith("arn:")
      ? "An MFA device's ARN is arn:aws:iam::ACCOUNT_ID:mfa/NAME"
      : "This is neither the ARN nor the serial number of an MFA device";
  }
  const [home, here] = [parseArn(text)?.partition, partitionOfRegion(region)];
  if (home === undefined || home === here) return undefined;
  return `The region ${region} is in the partition ${here ?? "of its own"}, the device is not`;
}

/** Why a text is no session duration; nothing is right, too. */
export function durationProblem(text: string, hasMfa: boolean): string | undefined {
  if (text === "") return undefined;
  const seconds = parseDuration(text);
  if (seconds === undefined) return "A duration is written like 12h, 1h30m, 1d or 3600 (seconds)";
  const lengths = hasMfa ? USER_MFA_SECONDS : USER_SECONDS;
  if (isWithin(seconds, lengths)) return undefined;
  return `A session lasts from ${lengthsText(lengths)}${hasMfa ? "" : " without MFA"}`;
}
