/**
 * Derives a key from a password: Argon2id where WebCrypto has it, PBKDF2-HMAC-SHA256 elsewhere.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { type Bytes, utf8 } from "./bytes.ts";

/** RFC 9106. */
export interface Argon2idParameters {
  readonly kdf: "argon2id";
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** RFC 8018, 5.2, with HMAC-SHA256. */
export interface Pbkdf2Parameters {
  readonly kdf: "pbkdf2-sha256";
  readonly iterations: number;
}

/** How expensive it is to guess a password. */
export type KdfParameters = Argon2idParameters | Pbkdf2Parameters;

/** RFC 9106, 4: the second recommended option (64 MiB). About 0.25 s on a small machine. */
export const ARGON2ID: Argon2idParameters = { kdf: "argon2id", memoryKib: 65_536, passes: 3, lanes: 4 };
/** Used for new slots where WebCrypto has no Argon2id. */
export const PBKDF2: Pbkdf2Parameters = { kdf: "pbkdf2-sha256", iterations: 1_000_000 };

/** The parameters for new slots on this runtime. */
export function preferredKdf(): KdfParameters {
  return hasArgon2id(crypto.subtle) ? ARGON2ID : PBKDF2;
}

/** The part of WebCrypto that TypeScript's library does not declare yet. */
interface Argon2idSubtle {
  importKey(
    format: "raw-secret",
    key: Bytes,
    algorithm: "Argon2id",
    extractable: false,
    usages: ["deriveKey"],
  ): Promise<
    CryptoKey
  >;
  deriveKey(
    algorithm: { name: "Argon2id"; nonce: Bytes; memory: number; passes: number; parallelism: number },
    base: CryptoKey,
    derived: AesKeyGenParams,
    extractable: false,
    usages: ["encrypt", "decrypt"],
  ): Promise<CryptoKey>;
}

/** Detects support with `SubtleCrypto.supports`, which was introduced with these algorithms. */
function hasArgon2id(subtle: SubtleCrypto): subtle is SubtleCrypto & Argon2idSubtle {
  const supports: unknown = Reflect.get(SubtleCrypto, "supports");
  return typeof supports === "function" && subtle instanceof SubtleCrypto &&
    supports.call(SubtleCrypto, "importKey", "Argon2id") === true;
}

/**
 * Whether a reader accepts these parameters. The minimum is OWASP's for password storage; the maximum limits
 * a planted file to seconds and 1 GiB.
 */
export function isAcceptable(parameters: KdfParameters): boolean {
  switch (parameters.kdf) {
    case "argon2id":
      return within(parameters.memoryKib, 19_456, 1_048_576) && within(parameters.passes, 1, 16) &&
        within(parameters.lanes, 1, 16);
    case "pbkdf2-sha256":
      return within(parameters.iterations, 600_000, 10_000_000);
  }
}

/** Whether a writer may use these parameters: at least as strong as one of OWASP's equivalent minimums. */
export function isStrong(parameters: KdfParameters): boolean {
  return isAcceptable(parameters) &&
    (parameters.kdf !== "argon2id" || parameters.passes >= 2 || parameters.memoryKib >= 47_104);
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/**
 * Derives the AES-256-GCM key from a password. Normalizes the password to Unicode NFC, so the system it is
 * typed on does not matter.
 *
 * @throws AuthError `keyring-unavailable` when this runtime's WebCrypto has no Argon2id
 */
export async function deriveKey(
  password: string,
  parameters: KdfParameters,
  salt: Bytes,
): Promise<CryptoKey> {
  const secret = utf8(password.normalize("NFC"));
  try {
    return parameters.kdf === "argon2id"
      ? await deriveArgon2id(secret, parameters, salt)
      : await derivePbkdf2(secret, parameters, salt);
  } finally {
    secret.fill(0);
  }
}

async function deriveArgon2id(
  secret: Bytes,
  parameters: Argon2idParameters,
  nonce: Bytes,
): Promise<CryptoKey> {
  const subtle = crypto.subtle;
  if (!hasArgon2id(subtle)) {
    throw new AuthError(
      "keyring-unavailable",
      "Cannot open the keyring: it uses Argon2id, which this Deno does not have",
      {
        hints: ["Use the Deno that the keyring was made with, or a newer one."],
      },
    );
  }
  const base = await subtle.importKey("raw-secret", secret, "Argon2id", false, ["deriveKey"]);
  const { memoryKib: memory, passes, lanes: parallelism } = parameters;
  const algorithm = { name: "Argon2id", nonce, memory, passes, parallelism } as const;
  return await subtle.deriveKey(algorithm, base, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
}

async function derivePbkdf2(secret: Bytes, parameters: Pbkdf2Parameters, salt: Bytes): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveKey"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.iterations };
  return await crypto.subtle.deriveKey(algorithm, base, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
}
