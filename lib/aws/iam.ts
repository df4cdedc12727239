/**
 * AWS Identity and Access Management: a user's own access keys.
 *
 * @module
 */
import type { LongLivedKeys } from "../config/types.ts";
import { type AwsSession, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import {
  type Attempt,
  type AwsHost,
  callAws,
  clientOptions,
  sdkCredentials,
  type ServicePlace,
} from "./client.ts";
import { tolerateWithheldVariables } from "./sdk_variables.ts";

/** An access key as listed by IAM, without its secret. */
export interface AccessKey {
  readonly id: string;
  readonly isActive: boolean;
}

/** IAM's limit of access keys per user. */
export const MOST_ACCESS_KEYS = 2;

/** The credentials that sign the calls. */
export type IamSigner = AwsSession | LongLivedKeys;

async function iam(host: AwsHost, place: ServicePlace, signer: IamSigner) {
  tolerateWithheldVariables();
  const sdk = await import("./sdk_iam.ts");
  return {
    sdk,
    client: new sdk.IAMClient({ ...clientOptions(host, "IAM", place), credentials: sdkCredentials(signer) }),
  };
}

/** Calls ListAccessKeys for the user whose credentials sign it. */
export async function listAccessKeys(
  host: AwsHost,
  place: ServicePlace,
  signer: IamSigner,
  where: string,
): Promise<readonly AccessKey[]> {
  const { sdk, client } = await iam(host, place, signer);
  const attempt = attemptOf("list the user's access keys", "iam:ListAccessKeys", where);
  const output = await callAws(attempt, () => client.send(new sdk.ListAccessKeysCommand({})));
  return (output.AccessKeyMetadata ?? []).map((key) => ({
    id: key.AccessKeyId ?? "",
    isActive: key.Status === "Active",
  }));
}

/** Calls CreateAccessKey for the user whose credentials sign it. Only this response contains the secret. */
export async function createAccessKey(
  host: AwsHost,
  place: ServicePlace,
  signer: IamSigner,
  where: string,
): Promise<LongLivedKeys> {
  const { sdk, client } = await iam(host, place, signer);
  const attempt = attemptOf("create an access key", "iam:CreateAccessKey", where);
  const { AccessKey: key } = await callAws(attempt, () => client.send(new sdk.CreateAccessKeyCommand({})));
  if (key?.AccessKeyId === undefined || key.SecretAccessKey === undefined) {
    throw new AuthError("bad-answer", "Cannot use the answer of iam:CreateAccessKey: it is incomplete", {
      where,
    });
  }
  return { accessKeyId: key.AccessKeyId, secretAccessKey: new Secret(key.SecretAccessKey) };
}

/** Calls UpdateAccessKey with Inactive: AWS refuses the key from then on; it can be activated again. */
export async function deactivateAccessKey(
  host: AwsHost,
  place: ServicePlace,
  signer: IamSigner,
  accessKeyId: string,
  where: string,
): Promise<void> {
  const { sdk, client } = await iam(host, place, signer);
  const attempt = attemptOf(`deactivate the access key ${accessKeyId}`, "iam:UpdateAccessKey", where);
  const input = { AccessKeyId: accessKeyId, Status: "Inactive" } as const;
  await callAws(attempt, () => client.send(new sdk.UpdateAccessKeyCommand(input)));
}

/** Calls DeleteAccessKey, for a key that could not be used. */
export async function deleteAccessKey(
  host: AwsHost,
  place: ServicePlace,
  signer: IamSigner,
  accessKeyId: string,
  where: string,
): Promise<void> {
  const { sdk, client } = await iam(host, place, signer);
  const attempt = attemptOf(`delete the access key ${accessKeyId}`, "iam:DeleteAccessKey", where);
  await callAws(attempt, () => client.send(new sdk.DeleteAccessKeyCommand({ AccessKeyId: accessKeyId })));
}

function attemptOf(doing: string, operation: string, where: string): Attempt {
  return {
    doing,
    operation,
    where,
    hints: ({ code }) =>
      code === "AccessDenied"
        ? [`The user needs the permission ${operation} on itself; a policy may ask for MFA`]
        : code === "LimitExceeded" || code === "LimitExceededException"
        ? [`A user has at most ${MOST_ACCESS_KEYS} access keys: delete one in the IAM console first`]
        : code === "InvalidClientTokenId"
        ? [
          "The keys that signed were deleted or deactivated, or belong to another partition; the stored ones are left as they are",
        ]
        : [],
  };
}
