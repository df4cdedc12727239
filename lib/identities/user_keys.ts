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
  /** Made by a rotation that has not ended yet: kept from the first moment, since AWS shows a secret only once. */
  readonly next: LongLivedKeys | undefined;
  /** The id of the key that a rotation has replaced, until that is deactivated in AWS. */
  readonly retiring?: string | undefined;
  readonly mfaArn: string | undefined;
  readonly sessionSeconds: number | undefined;
}

const Pair = v.object({ accessKeyId: v.string(), secretAccessKey: v.string() });
const Schema = v.object({
  version: v.literal(1),
  ...Pair.entries,
  next: v.optional(Pair),
  retiring: v.optional(v.string()),
  mfaArn: v.optional(v.string()),
  sessionSeconds: v.optional(v.number()),
});

/** Reads an entry; `undefined` when it is not one that this version wrote. */
export function parseStoredUser(text: string): StoredUser | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Schema), text);
  if (!parsed.success) return undefined;
  const { next, retiring, mfaArn, sessionSeconds } = parsed.output;
  return { keys: readPair(parsed.output), next: next && readPair(next), retiring, mfaArn, sessionSeconds };
}

function readPair({ accessKeyId, secretAccessKey }: v.InferOutput<typeof Pair>): LongLivedKeys {
  return { accessKeyId, secretAccessKey: new Secret(secretAccessKey) };
}

/** The text of an entry. It holds the secret in the clear: it goes into the keyring and nowhere else. */
export function printStoredUser({ keys, next, retiring, mfaArn, sessionSeconds }: StoredUser): string {
  return JSON.stringify({
    version: 1,
    ...printPair(keys),
    ...(next === undefined ? {} : { next: printPair(next) }),
    ...(retiring === undefined ? {} : { retiring }),
    ...(mfaArn === undefined ? {} : { mfaArn }),
    ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
  });
}

function printPair({ accessKeyId, secretAccessKey }: LongLivedKeys): v.InferOutput<typeof Pair> {
  return { accessKeyId, secretAccessKey: secretAccessKey.reveal() };
}
