/**
 * Creates the files of `tests/testdata/keyring/` from docs/keyring-format.md alone. Needed only for a new
 * version of the format: `deno run --allow-write=tests/testdata/keyring tests/keyring/vectors.ts`.
 */
import { Secret } from "../../lib/credentials.ts";
import { passphraseSource } from "../../lib/keyring/file.ts";
import { ARGON2ID, PBKDF2 } from "../../lib/keyring/kdf.ts";
import { sealedKeyring } from "../../lib/keyring/sealed.ts";
import type { KeySource, StoreHost } from "../../lib/keyring/store_file.ts";
import { osSource } from "../../lib/keyring/system.ts";
import type { EntryKey } from "../../lib/keyring/types.ts";
import { fakeHost } from "../fake_host.ts";
import { countedBytes, mapStore, PASSWORD } from "./support.ts";

export interface Vector {
  readonly file: string;
  readonly realm?: string;
  readonly writes: readonly (EntryKey & { readonly text: string })[];
}

const KEYS = '{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","secretAccessKey":"not-a-real-secret-access-key"}';

export const VECTORS: readonly Vector[] = [
  { file: "argon2id.store", writes: [{ purpose: "user-keys", name: "emergency-user", text: KEYS }] },
  {
    file: "pbkdf2.store",
    realm: "größe-𝄞",
    writes: [{ purpose: "saml-username", name: 'a "quoted" name\n\ud800', text: "" }],
  },
  {
    file: "os.store",
    writes: [
      { purpose: "sso-session", name: "https://example.awsapps.com/start", text: "first, overwritten" },
      { purpose: "user-keys", name: "long", text: "0123456789abcdef".repeat(40) },
      { purpose: "sso-session", name: "https://example.awsapps.com/start", text: "not-a-real-token-ä" },
    ],
  },
];

/** Creates the file of a vector. */
export async function makeVector({ file, realm, writes }: Vector): Promise<string> {
  const host: StoreHost & ReturnType<typeof fakeHost> = { ...fakeHost(), random: countedBytes() };
  const path = `/vectors/${file}`;
  const place = { path, realm, lockPath: "/locks/vector", stateDirectory: "/state" };
  const keyring = sealedKeyring(host, "file", place, sourceOf(file, host, realm));
  for (const { purpose, name, text } of writes) await keyring.set({ purpose, name }, text);
  return host.tree()[path] ?? "";
}

function sourceOf(file: string, host: StoreHost, realm: string | undefined): KeySource {
  if (file === "os.store") return osSource(host, realm, mapStore());
  const parameters = file === "pbkdf2.store" ? PBKDF2 : ARGON2ID;
  return passphraseSource(host, new Secret(PASSWORD), { parameters });
}

if (import.meta.main) {
  const directory = new URL("../testdata/keyring/", import.meta.url);
  for (const vector of VECTORS) {
    await Deno.writeTextFile(new URL(vector.file, directory), await makeVector(vector));
  }
  await Deno.writeTextFile(new URL("vectors.json", directory), `${JSON.stringify(VECTORS, undefined, 2)}\n`);
}
