/**
 * Does one write and dies in the middle of it: `keyring|aws MOMENT`. Moments are counted from 1: before and after
 * each step of the file system, and in the middle of each write. When there are fewer than that many moments the
 * write is done, and the moments are printed by name.
 *
 * The steps are Deno's own functions, replaced before lib/ calls them; lib/ itself is what users run.
 */
import { writeSession } from "../../lib/files/aws_files.ts";
import { sessionFiles } from "../session_files.ts";
import { Secret } from "../../lib/credentials.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { CHAIN, crashKeyring, DIRECTORY, IDENTITY } from "./crash_world.ts";

const [what, last, ...words] = Deno.args;
const moments: string[] = [];

/** A moment; the last one. */
function pass(name: string): void {
  moments.push(name);
  if (moments.length === Number(last)) Deno.kill(Deno.pid, "SIGKILL");
}

/** Replaces a function by one that passes a moment before and after it. */
function watch<Name extends string>(
  holder: object,
  name: Name,
  only: (args: unknown[]) => boolean = () => true,
): void {
  const original: unknown = Reflect.get(holder, name);
  if (typeof original !== "function") throw new TypeError(`No function ${name}`);
  Reflect.set(holder, name, async function (this: unknown, ...args: unknown[]) {
    if (!only(args)) return await original.apply(this, args);
    pass(`before ${name}`);
    const result = await original.apply(this, args);
    pass(`after ${name}`);
    return result;
  });
}

const { write } = Deno.FsFile.prototype;
for (const name of ["open", "rename", "mkdir", "remove"]) watch(Deno, name);
for (const name of ["sync", "tryLock"]) watch(Deno.FsFile.prototype, name);
Deno.FsFile.prototype.write = async function (bytes) {
  pass("before write");
  const half = await write.call(this, bytes.subarray(0, Math.ceil(bytes.length / 2)));
  pass("in the middle of write");
  const rest = await write.call(this, bytes.subarray(half));
  pass("after write");
  return half + rest;
};

if (what === "keyring") {
  const [name = "", text = ""] = words;
  await crashKeyring(Deno.cwd()).set({ purpose: "user-keys", name }, text);
} else {
  const [key = ""] = words;
  const host = { ...denoHost(), env: (name: string) => name === "HOME" ? Deno.cwd() : undefined };
  const files = await sessionFiles(host, `${Deno.cwd()}/${DIRECTORY}`);
  await writeSession(host, files, IDENTITY, CHAIN, {
    type: "aws-session",
    accessKeyId: key,
    secretAccessKey: new Secret(`not-a-real-secret-${key}`),
    sessionToken: new Secret(`not-a-real-token-${key}`),
    issuedAt: 1_700_000_000_000,
    expiresAt: 1_700_003_600_000,
  }, { region: "us-east-1" });
}
console.log(JSON.stringify(moments));
