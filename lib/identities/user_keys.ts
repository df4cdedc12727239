/**
 * What is kept of an IAM user in the keyring: the one place where long-lived keys rest.
 *
 * @module
 */
import * as v from "valibot";
import type { LongLivedKeys } from "../config/types.ts";
import { Secret } from "../credentials.ts";

/** Long-lived keys with what `atmos auth user configure` asks beside them. */
export interface StoredUser {
  readonly keys: LongLivedKeys;
  readonly mfaArn: string | undefined;
  readonly sessionSeconds: number | undefined;
}

const Schema = v.object({
  version: v.literal(1),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
  mfaArn: v.optional(v.string()),
  sessionSeconds: v.optional(v.number()),
});

/** Reads an entry; `undefined` when it is not one that this version wrote. */
export function parseStoredUser(text: string): StoredUser | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Schema), text);
  if (!parsed.success) return undefined;
  const { accessKeyId, secretAccessKey, mfaArn, sessionSeconds } = parsed.output;
  return { keys: { accessKeyId, secretAccessKey: new Secret(secretAccessKey) }, mfaArn, sessionSeconds };
}

/** The text of an entry. It holds the secret in the clear: it goes into the keyring and nowhere else. */
export function printStoredUser({ keys, mfaArn, sessionSeconds }: StoredUser): string {
  return JSON.stringify({
    version: 1,
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey.reveal(),
    ...(mfaArn === undefined ? {} : { mfaArn }),
    ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
  });
}
