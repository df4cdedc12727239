/**
 * The files of a world, as a test sees them and ages what is in them.
 */
import assert from "node:assert/strict";
import type { World } from "./world.ts";

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
    lines[index + 1] === `[${section}]` ? line.replace(/expiration=\S+ issued=\S+/, times) : line
  ).join("\n");
  assert.notEqual(after, before, `no session ${section} in ${path}`);
  await Deno.writeTextFile(`${world.home}/${path}`, after);
}

/** Lets every token that the portal hands out from now on end after a second. */
export function shortenTokens({ aws }: World): () => void {
  const { portal } = aws.state.seed;
  const before = portal.accessTokenLifetime;
  portal.accessTokenLifetime = 1;
  return () => void (portal.accessTokenLifetime = before);
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
    else all[path] = isFile ? new TextDecoder("latin1").decode(await Deno.readFile(directory + path)) : "other";
  }
  return all;
}

export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));
