/**
 * The files of a world, as a test sees them and ages what is in them.
 */
import assert from "node:assert/strict";
import { parseIni, sectionsOf as sectionsIn } from "../../lib/files/ini.ts";
import { sealOf } from "../../lib/files/seal.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { parentOf } from "../../lib/paths.ts";
import { derived } from "../../lib/session/derive.ts";
import { sessionKeys } from "../../lib/session/session_keys.ts";
import { openFileKeyring } from "./keyring.ts";
import { KEYRING_PASSWORD, type World } from "./world.ts";

/** The directory of the AWS files of the provider `my-sso`, below the home. */
export const AWS_DIRECTORY = ".config/atmos/aws/my-sso";
export const CREDENTIALS = `${AWS_DIRECTORY}/credentials`;
/** The file keyring, below the home. */
export const KEYRING = ".local/share/atmos/keyring/default.file.store";

/** Lets a kept session end so many seconds from now, negative in the past; it counts as made an hour before. */
export async function endSessionIn(
  world: World,
  section: string,
  seconds: number,
  path = CREDENTIALS,
): Promise<void> {
  const instant = (millis: number) => `${new Date(millis).toISOString().slice(0, 19)}Z`;
  const end = Date.now() + seconds * 1000;
  const times = `expiration=${instant(end)} issued=${instant(end - 3_600_000)}`;
  const before = await world.read(path);
  const after = before.split("\n").map((line, index, lines) =>
    lines[index + 1] === `[${section}]`
      ? line.replace(/expiration=\S+ issued=\S+/, times).replace(/ mac=\S+$/, "")
      : line
  ).join("\n");
  assert.notEqual(after, before, `no session ${section} in ${path}`);
  await Deno.writeTextFile(`${world.home}/${path}`, await signed(world, section, path, after));
}

/** The text of a credentials file with the MAC of a section that has none, made with the key of the world's program. */
async function signed(world: World, section: string, path: string, text: string): Promise<string> {
  const { env } = world;
  const key = await sessionKeys(derived(denoHost(), { env: (name) => env[name] }), () => []).toRead();
  assert.ok(key !== undefined, "the world has a session key");
  const files = { directory: parentOf("linux", path), realm: undefined, key };
  const lines = sectionsIn(parseIni(text, path)).find(({ name }) => name === section)?.lines ?? [];
  const mac = await sealOf("linux", files, "credentials", lines);
  return text.replace(`\n[${section}]`, ` ${mac}\n[${section}]`);
}

const HOUR = 3_600_000;

/** Lets the kept session of the portal end in the past; its refresh token stays. */
export const endPortalSession = (world: Pick<World, "home">): Promise<void> =>
  movePortalSession(world, -HOUR);

/** Lets the kept session of the portal be an hour old, and last for another. */
export const agePortalSession = (world: Pick<World, "home">): Promise<void> => movePortalSession(world, HOUR);

async function movePortalSession({ home }: Pick<World, "home">, millisLeft: number): Promise<void> {
  const keyring = await openFileKeyring(home, KEYRING_PASSWORD);
  const [key, ...others] = (await keyring.list()).filter(({ purpose }) => purpose === "sso-session");
  assert.ok(key !== undefined && others.length === 0, "one session of a portal");
  const record = JSON.parse(await keyring.get(key) ?? "");
  assert.equal(typeof record.token.refreshToken, "string");
  const expiresAt = Date.now() + millisLeft;
  const token = { ...record.token, issuedAt: expiresAt - 2 * HOUR, expiresAt };
  await keyring.set(key, JSON.stringify({ ...record, token }));
}

/** Names of the sections of an AWS file. */
export async function sectionsOf(world: World, path = CREDENTIALS): Promise<readonly string[]> {
  return [...(await world.read(path)).matchAll(/^\[(.+)\]$/gm)].map(([, name]) => name ?? "");
}

/** Every file and directory below a path with its content, to tell whether anything changed. */
export async function snapshot(directory: string, inner = ""): Promise<Readonly<Record<string, string>>> {
  const all: Record<string, string> = {};
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory + inner)) {
    const path = `${inner}/${name}`;
    if (isDirectory) Object.assign(all, { [path]: "directory" }, await snapshot(directory, path));
    else {all[path] = isFile
        ? new TextDecoder("latin1").decode(await Deno.readFile(directory + path))
        : "other";}
  }
  return all;
}
