import assert from "node:assert/strict";
import { isAuthError } from "../lib/errors.ts";
import { denoHost } from "../lib/host_deno.ts";
import { networkFetch } from "../lib/host_deno/network.ts";
import { filesContract, type Place } from "./files_contract.ts";
import { type Pipes, startPipes } from "./host_deno/pipes.ts";
import { inTemporary } from "./temporary.ts";

const host = denoHost();
/** Whatever AWS_CA_BUNDLE says where the tests run. */
const fetchPlainly = networkFetch(host.files, () => undefined);

const place = (root: string, pipes: Pipes): Place => ({
  files: host.files,
  root,
  device: "/dev/zero",
  pipe: pipes.make,
  link: (path, target) => Deno.symlink(target, path),
  mode: (path) => host.files.status(path).then((status) => status?.mode),
});

filesContract("denoHost().files", (body) =>
  inTemporary(async (root) => {
    await using pipes = startPipes();
    await body(place(root, pipes));
  }));

/** A module that starts with a real host, as an address that can be run. */
function scriptUrl(code: string): string {
  const source = `import { denoHost } from ${
    JSON.stringify(new URL("../lib/host_deno.ts", import.meta.url).href)
  };
    const host = denoHost();
    const report = (work) => work().then(
      (value) => console.log(JSON.stringify(value ?? null)),
      (error) => console.log(JSON.stringify({ code: error.code, message: error.message, hints: error.hints })),
    );
    ${code}`;
  return `data:application/javascript,${encodeURIComponent(source)}`;
}

/** Runs a script with a real host as its own process. */
async function script(
  code: string,
  options: {
    readonly flags?: readonly string[];
    readonly env?: Record<string, string>;
    readonly input?: string;
  } = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--no-check", ...options.flags ?? ["-A"], scriptUrl(code)],
    env: { NO_COLOR: "1", AWS_CA_BUNDLE: "", ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(options.input ?? ""));
  await writer.close();
  const output = await child.output();
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

Deno.test("denoHost().files shows a reader the old or the new text, never a part", () =>
  inTemporary(async (root) => {
    const texts = ["a".repeat(200_000), "b".repeat(300_000)];
    await host.files.writeText(`${root}/f`, texts[0] ?? "", 0o600);
    const seen = new Set<string | undefined>();
    const writing = (async () => {
      for (let n = 0; n < 20; n++) await host.files.writeText(`${root}/f`, texts[n % 2] ?? "", 0o600);
    })();
    const reading = (async () => {
      for (let n = 0; n < 60; n++) seen.add(await host.files.readText(`${root}/f`));
    })();
    await Promise.all([writing, reading]);
    assert.ok([...seen].every((text) => text !== undefined && texts.includes(text)));
  }));

Deno.test("denoHost().files changes nothing below ~/.aws and ~/.ssh, by whatever way", () =>
  inTemporary(async (home) => {
    await Deno.mkdir(`${home}/.ssh`);
    await Deno.mkdir(`${home}/elsewhere`);
    await Deno.symlink(`${home}/elsewhere`, `${home}/.aws`);
    await Deno.symlink(`${home}/.ssh`, `${home}/way`);
    const paths = [
      ".aws/config",
      ".aws/new/config",
      ".ssh/id",
      "way/id",
      "elsewhere/config",
      "x/../.ssh/id",
      ".ssh",
    ];
    const { stdout } = await script(
      `for (const path of ${JSON.stringify(paths)}) {
        for (const change of [
          (path) => host.files.writeText(path, "x", 0o600),
          (path) => host.files.appendText(path, "x", 0o600),
          (path) => host.files.remove(path),
          (path) => host.files.removeTree(path),
          (path) => host.files.lock(path, { deadlineMillis: 1 }),
        ]) await report(() => change(${JSON.stringify(home)} + "/" + path));
      }
      await report(() => host.files.writeText(${JSON.stringify(home)} + "/.awsome", "x", 0o600));`,
      { env: { HOME: home } },
    );
    const outcomes = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(outcomes.length, paths.length * 5 + 1);
    assert.equal(outcomes.pop(), null);
    assert.ok(
      outcomes.every((one) => one?.code === "file-failed" && one.message.includes("left alone")),
      stdout,
    );
    assert.deepEqual(await host.files.list(`${home}/elsewhere`), []);
  }));

Deno.test("denoHost().files refuses text that is not UTF-8, and a name with a NUL", () =>
  inTemporary(async (root) => {
    await Deno.writeFile(`${root}/latin`, new Uint8Array([0x61, 0xe9]));
    await assert.rejects(host.files.readText(`${root}/latin`), (error) => isAuthError(error, "file-failed"));
    await assert.rejects(host.files.readText(`${root}/a\0b`), (error) => isAuthError(error, "file-failed"));
  }));

Deno.test("denoHost().files tells a full disk and a read-only place from others", async () => {
  const { stdout } = await script(`
    await report(() => host.files.appendText("/dev/full", "x", 0o600));
    await report(() => host.files.writeText("/proc/self/x/y", "x", 0o600));`);
  const [full, readOnly] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(full, {
    code: "file-failed",
    message: "Cannot append to /dev/full: no space left on the device",
    hints: [],
  });
  assert.equal(readOnly.code, "file-failed");
});

/** A process that holds a lock until it is killed or its standard input ends. */
async function holding(path: string): Promise<{ readonly pid: number; readonly end: () => Promise<void> }> {
  const code = `
    await using lock = await host.files.lock(${JSON.stringify(path)}, { deadlineMillis: 120_000 });
    host.write("held " + Deno.pid + "\\n");
    await host.readInput();`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", scriptUrl(code)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const pid = Number(new TextDecoder().decode(value).replace("held ", ""));
  return {
    pid,
    end: async () => {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.stdin.close().catch((error) => assert.ok(error instanceof Error));
      await child.status;
    },
  };
}

Deno.test("denoHost().files.lock waits for another process, names it, and gets the lock when that is killed", () =>
  inTemporary(async (root) => {
    const path = `${root}/a.lock`;
    const other = await holding(path);
    const told: (string | undefined)[] = [];
    await assert.rejects(
      host.files.lock(path, { deadlineMillis: 150, onWait: (holder) => told.push(holder) }),
      (error) => isAuthError(error, "lock-timeout"),
    );
    const wait = { deadlineMillis: 120_000, onWait: () => void other.end() };
    {
      await using _lock = await host.files.lock(path, wait);
    }
    assert.deepEqual(told, [Deno.build.os === "linux" ? `process ${other.pid}` : undefined]);
    assert.equal((await host.files.status(path))?.size, 0);
  }));

Deno.test("denoHost().files.lock gives up on a caller in its own process at the deadline, and goes on after it", () =>
  inTemporary(async (root) => {
    const path = `${root}/a.lock`;
    {
      await using _lock = await host.files.lock(path, { deadlineMillis: 120_000 });
      await assert.rejects(
        host.files.lock(path, { deadlineMillis: 20 }),
        (error) => isAuthError(error, "lock-timeout") && error.message.includes("this process"),
      );
    }
    await using _again = await host.files.lock(path, { deadlineMillis: 120_000 });
  }));

const NOTHING = { set: {}, unset: [] };

Deno.test("denoHost().run tells what does not exist from what cannot be executed", () =>
  inTemporary(async (root) => {
    await Deno.writeTextFile(`${root}/plain`, "text", { mode: 0o644 });
    await Deno.writeTextFile(`${root}/lost`, "#!/no/such/interpreter\n", { mode: 0o755 });
    const codeOf = (program: string, path?: string) =>
      host.run({
        program,
        args: [],
        environment: { set: path === undefined ? {} : { PATH: path }, unset: [] },
        stdio: "capture",
      }).then(() => undefined, (error) => [error.code, error.exitCode]);
    assert.deepEqual(await codeOf("no-such-program"), ["command-not-found", 127]);
    assert.deepEqual(await codeOf(`${root}/none`), ["command-not-found", 127]);
    assert.deepEqual(await codeOf(""), ["command-not-found", 127]);
    assert.deepEqual(await codeOf("plain", root), ["command-not-executable", 126]);
    assert.deepEqual(await codeOf(`${root}/plain`), ["command-not-executable", 126]);
    assert.deepEqual(await codeOf(`${root}/lost`), ["command-not-executable", 126]);
    assert.deepEqual(await codeOf(root), ["command-not-executable", 126]);
  }));

Deno.test("denoHost().run captures output, gives no input, and reports 128 + n for a signal", async () => {
  const sh = (line: string) =>
    host.run({ program: "sh", args: ["-c", line], environment: NOTHING, stdio: "capture" });
  assert.deepEqual(await sh("cat; printf 'ü%s' 1; exit 3"), { code: 3, stdout: "ü1" });
  assert.deepEqual(await sh("kill -TERM $$"), { code: 143, stdout: "" });
});

Deno.test("denoHost().run says that the directory does not exist", async () => {
  await assert.rejects(
    host.run({ program: "sh", args: [], environment: NOTHING, stdio: "capture", directory: "/no/such" }),
    (error) => isAuthError(error, "file-failed") && error.message.includes("/no/such"),
  );
});

Deno.test("denoHost().run ends a child at its deadline, even when a grandchild holds the pipe", async () => {
  await assert.rejects(
    host.run({
      program: "sh",
      args: ["-c", "sleep 5 & sleep 5"],
      environment: NOTHING,
      stdio: "capture",
      timeoutMillis: 50,
    }),
    (error) => isAuthError(error, "failed"),
  );
});

Deno.test("denoHost().run sets and unsets variables of the child alone, with a grant for those it unsets", async () => {
  const run = (unset: readonly string[]) =>
    `await report(() => host.run({ program: "sh", args: ["-c", "echo $A-$B-$C"],
      environment: { set: { C: "new" }, unset: ${JSON.stringify(unset)} }, stdio: "capture" }));`;
  const env = { A: "a", B: "b", C: "c" };
  const all = await script(run(["A", "NOT_SET"]), { env });
  assert.deepEqual(JSON.parse(all.stdout), { code: 0, stdout: "-b-new\n" });
  const own = `await report(() => Promise.resolve(host.env("A")));`;
  const scoped = await script(run(["NOT_SET"]) + run(["A"]) + own + run(["B"]), {
    env,
    flags: ["--allow-run", "--allow-env=A,NOT_SET"],
  });
  const [kept, taken, ours, refused] = scoped.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual([kept, taken], [{ code: 0, stdout: "a-b-new\n" }, { code: 0, stdout: "-b-new\n" }]);
  assert.equal(ours, "a");
  assert.deepEqual([refused.code, refused.hints], ["permission-missing", ["Run with --allow-env=B"]]);
});

Deno.test("denoHost().env does not show a value that is not text", async () => {
  const { stdout } = await new Deno.Command("sh", {
    args: [
      "-c",
      `BAD="$(printf 'secret\\377')" "$0" run -q -A --no-check "$1"`,
      Deno.execPath(),
      scriptUrl(`await report(async () => host.env("BAD"));`),
    ],
  }).output();
  const { code, message } = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual([code, message], [
    "config-invalid",
    "Cannot read the variable BAD: its value is not UTF-8 text",
  ]);
});

Deno.test("denoHost() names the grant that the sandbox withholds", async () => {
  const { stdout } = await script(
    `
    await report(() => host.files.readText("/etc/hostname"));
    await report(() => host.files.writeText("/tmp/granted/a", "x", 0o600));
    await report(async () => host.env("HOME"));
    await report(() => host.fetch(new Request("https://example.com/x?secret=1")));
    await report(() => host.run({ program: "ls", args: [], environment: { set: {}, unset: [] }, stdio: "capture" }));
    await report(() => host.listen(async () => new Response()));`,
    { flags: ["--allow-read=/tmp/granted", "--allow-env=AWS_CA_BUNDLE"] },
  );
  const errors = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(errors.map(({ code, hints }) => [code, ...hints]), [
    ["permission-missing", "Run with --allow-read=/etc/hostname"],
    ["permission-missing", "Run with --allow-write=/tmp/granted"],
    ["permission-missing", "Run with --allow-env=HOME"],
    ["permission-missing", "Run with --allow-net=example.com:443"],
    ["permission-missing", "Run with --allow-run=ls"],
    ["permission-missing", "Run with --allow-net=127.0.0.1:0"],
  ]);
});

Deno.test("denoHost().fetch makes no difference of redirects and names only the host when it fails", async () => {
  await using server = await host.listen((request) =>
    Promise.resolve(
      request.url.endsWith("/r") ? Response.redirect("http://127.0.0.1:9/elsewhere") : new Response("here"),
    )
  );
  const redirected = await fetchPlainly(new Request(`${server.origin}/r`));
  assert.equal(redirected.status, 302);
  await redirected.body?.cancel();
  assert.equal(await (await fetchPlainly(new Request(server.origin))).text(), "here");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const origin = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  await assert.rejects(fetchPlainly(new Request(`${origin}/?secret=1`)), (error) => {
    assert.ok(isAuthError(error, "unreachable"));
    assert.equal(error.message, `Cannot reach ${origin.slice(7)}: the connection was refused`);
    assert.ok(error.cause instanceof TypeError);
    return true;
  });
});

Deno.test("denoHost().fetch ends with the reason of whoever called it off, and says when time ran out", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using server = await host.listen(() => promise);
  const reason = new RangeError("enough");
  const stop = new AbortController();
  const request = fetchPlainly(new Request(server.origin, { signal: stop.signal }));
  stop.abort(reason);
  await assert.rejects(request, reason);
  await assert.rejects(
    fetchPlainly(new Request(server.origin, { signal: AbortSignal.timeout(30) })),
    (error) => isAuthError(error, "unreachable") && error.message.endsWith("no answer in time"),
  );
  resolve(new Response("late"));
});

/** A certificate authority and a server's certificate, by openssl. */
async function certificates(root: string): Promise<boolean> {
  const line = `cd "$0" && exec 2>/dev/null &&
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj "/CN=test" -days 2 &&
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj "/CN=localhost" &&
    echo "subjectAltName=DNS:localhost" > ext && openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out leaf.pem`;
  return (await new Deno.Command("sh", { args: ["-c", line, root] }).output()).success;
}

Deno.test("denoHost().fetch trusts AWS_CA_BUNDLE, and tells the kinds of TLS trouble apart", () =>
  inTemporary(async (root) => {
    assert.ok(await certificates(root), "openssl made no certificates");
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      cert: await Deno.readTextFile(`${root}/leaf.pem`),
      key: await Deno.readTextFile(`${root}/leaf.key`),
      onListen: () => {},
    }, () => new Response("secure"));
    const ask = (name: string, bundle: string) =>
      script(
        `await report(async () => (await host.fetch(new Request("https://${name}:${server.addr.port}/"))).text());`,
        { env: { AWS_CA_BUNDLE: bundle, HTTPS_PROXY: "", https_proxy: "" } },
      ).then(({ stdout }) => JSON.parse(stdout));
    await Deno.writeTextFile(`${root}/empty.pem`, "nothing\n");
    assert.equal(await ask("localhost", `${root}/ca.pem`), "secure");
    assert.match((await ask("localhost", "")).message, /signed by nobody we trust \(TLS\)$/);
    assert.match((await ask("127.0.0.1", `${root}/ca.pem`)).message, /for another name \(TLS\)$/);
    assert.deepEqual((await ask("localhost", `${root}/none.pem`)).code, "config-invalid");
    assert.match((await ask("localhost", `${root}/empty.pem`)).message, /it holds no PEM certificate$/);
    await server.shutdown();
  }));

Deno.test("denoHost().fetch tells a name that does not resolve and a proxy that refuses", async () => {
  const { stdout: dns } = await script(
    `await report(() => host.fetch(new Request("https://no-such-host.invalid/")));`,
    { env: { HTTPS_PROXY: "", https_proxy: "" } },
  );
  assert.match(
    JSON.parse(dns).message,
    /^Cannot reach no-such-host\.invalid: the name cannot be resolved \(DNS\)$/,
  );
  await using proxy = await host.listen(() => Promise.resolve(new Response(null, { status: 403 })));
  const { stdout } = await script(
    `await report(() => host.fetch(new Request("https://example.invalid/")));`,
    { env: { HTTPS_PROXY: proxy.origin, NO_PROXY: "" } },
  );
  const { message, hints } = JSON.parse(stdout);
  assert.equal(message, "Cannot reach example.invalid: the proxy refused");
  assert.deepEqual(hints, ["Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"]);
});

Deno.test("denoHost() streams: writes completely, shrugs at a closed pipe, says when the disk is full", async () => {
  const big = await script(`host.write("x".repeat(3_000_000)); host.tell("words");`);
  assert.deepEqual([big.stdout.length, big.stderr], [3_000_000, "words"]);
  const head = await new Deno.Command("sh", {
    args: [
      "-c",
      `"$0" run -q -A --no-check "$1" | head -c 3; echo " $?"`,
      Deno.execPath(),
      scriptUrl(`
      for (let n = 0; n < 50; n++) host.write("abc".repeat(10_000));
      host.tell("done");`),
    ],
  }).output();
  assert.deepEqual(
    [new TextDecoder().decode(head.stdout), new TextDecoder().decode(head.stderr)],
    ["abc 0\n", "done"],
  );
  const full = await new Deno.Command("sh", {
    args: [
      "-c",
      `"$0" run -q -A --no-check "$1" > /dev/full`,
      Deno.execPath(),
      scriptUrl(`
      try { host.write("x"); } catch (error) { host.tell(error.code + ": " + error.message); }`),
    ],
  }).output();
  assert.equal(
    new TextDecoder().decode(full.stderr),
    "file-failed: Cannot write to standard output: no space left on the device",
  );
});

Deno.test("denoHost() reads all of standard input, and has nobody to ask without a terminal", async () => {
  const { stdout } = await script(
    `host.write(JSON.stringify([host.prompt === undefined, await host.readInput()]));`,
    { input: '{"a":"ü"}\n' },
  );
  assert.deepEqual(JSON.parse(stdout), [true, '{"a":"ü"}\n']);
});

Deno.test("denoHost() asks over pipes when ATMOS_FORCE_TTY says so: keys one by one, then a line", async () => {
  const { stdout } = await script(
    `for (const name of Object.keys(Deno.env.toObject())) if (name !== "ATMOS_FORCE_TTY") Deno.env.delete(name);
    const seen = [];
    {
      await using keys = host.prompt.keys();
      for (let n = 0; n < 4; n++) seen.push(await keys.next());
    }
    seen.push(await host.prompt.line(), await host.prompt.line(), (await host.prompt.line()) ?? "end");
    host.write(JSON.stringify(seen));`,
    { env: { ATMOS_FORCE_TTY: "1" }, input: "a\x1b[Aü\rline one\r\nlast" },
  );
  assert.deepEqual(JSON.parse(stdout), ["a", "\x1b[A", "ü", "\r", "line one", "last", "end"]);
});

Deno.test("denoHost().interrupted is aborted by Ctrl-C, once, and does not keep the process", async () => {
  const code = `
    const { interrupted } = host;
    interrupted.addEventListener("abort", () => host.write(interrupted.reason.code));
    if (Deno.env.get("WAIT") === "1") {
      const sleeping = host.sleep(600_000, interrupted).catch((error) => host.write(" " + error.code));
      Deno.kill(Deno.pid, "SIGINT");
      await sleeping;
    }`;
  assert.deepEqual(await script(code, { env: { WAIT: "1" } }), {
    code: 0,
    stdout: "interrupted interrupted",
    stderr: "",
  });
  assert.deepEqual(await script(code, { env: { WAIT: "0" } }), { code: 0, stdout: "", stderr: "" });
});

for (const stdio of ["inherit", "quiet"]) {
  Deno.test(`denoHost().run, ${stdio}: SIGTERM is passed on to the child, and nothing is run after it`, async () => {
    const { code, stdout } = await script(`
    const child = "trap 'echo term; exit 9' TERM; kill -TERM $PPID; while :; do sleep 0.05; done";
    const exit = await host.run({ program: "sh", args: ["-c", child],
      environment: { set: {}, unset: [] }, stdio: "${stdio}" });
    host.write(exit.stdout);
    await report(() => host.run({ program: "true", args: [], environment: { set: {}, unset: [] }, stdio: "inherit" }));
    host.write(JSON.stringify(exit.stopped));
    Deno.exit(exit.code);`);
    const refused = { code: "interrupted", message: "Stopped by SIGTERM", hints: [] };
    const stopped = { signal: "SIGTERM", code: 143 };
    assert.deepEqual([code, stdout], [9, `term\n${JSON.stringify(refused)}\n${JSON.stringify(stopped)}`]);
  });
}

Deno.test("denoHost().openUrl starts BROWSER without a shell, and says when there is no browser", () =>
  inTemporary(async (root) => {
    await Deno.writeTextFile(
      `${root}/browser`,
      `#!/bin/sh\nprintf '%s\\n' "$#" "$@" > "${root}/seen.part"\nmv "${root}/seen.part" "${root}/seen"\n`,
      {
        mode: 0o755,
      },
    );
    const open = (url: string, env: Record<string, string>) =>
      script(`await report(() => host.openUrl(new URL(${JSON.stringify(url)})));`, {
        env: { DISPLAY: "", WAYLAND_DISPLAY: "", WSL_DISTRO_NAME: "", BROWSER: "", ...env },
      }).then(({ stdout }) => JSON.parse(stdout));
    const url = "https://example.com/?a=1&b=$(touch%20x);c";
    assert.equal(await open(url, {}), false);
    assert.equal(await open("file:///etc/passwd", { BROWSER: `${root}/browser` }), false);
    assert.equal(await open(url, { BROWSER: `${root}/none` }), false);
    assert.equal(await open(url, { BROWSER: `${root}/none:${root}/browser --new %s` }), true);
    while (await host.files.readText(`${root}/seen`) === undefined) await host.sleep(10);
    assert.equal(await Deno.readTextFile(`${root}/seen`), `2\n--new\n${url}\n`);
  }));

Deno.test("denoHost().openUrl keeps variables that are withheld from the browser", () =>
  inTemporary(async (root) => {
    await Deno.writeTextFile(
      `${root}/browser`,
      `#!/bin/sh\necho "<\${HIDDEN-unset}> <$SHOWN>" > "${root}/seen.part"\nmv "${root}/seen.part" "${root}/seen"\n`,
      { mode: 0o755 },
    );
    const env = { BROWSER: `${root}/browser`, HIDDEN: "not-a-real-secret", SHOWN: "yes" };
    await script(`await report(() => host.openUrl(new URL("https://example.com"), ["HIDDEN"]));`, { env });
    while (await host.files.readText(`${root}/seen`) === undefined) await host.sleep(10);
    assert.equal(await Deno.readTextFile(`${root}/seen`), "<unset> <yes>\n");
  }));

Deno.test("denoHost().run keeps what is withheld from a child, even where it may not look at it itself", async () => {
  const code = `
    const exit = await host.run({ program: "sh", args: ["-c", 'echo "<\${HIDDEN-unset}> <$SHOWN> <$ALSO>"'],
      environment: { set: { HIDDEN: "set all the same", ALSO: "also" }, unset: [] },
      withheld: ["HIDDEN"], stdio: "capture" });
    host.write(exit.stdout);`;
  const env = { HIDDEN: "not-a-real-secret", SHOWN: "yes" };
  assert.equal((await script(code, { env })).stdout, "<unset> <yes> <also>\n");
  const flags = ["--allow-read", "--allow-env=PATH,SHOWN", "--allow-run"];
  assert.equal((await script(code, { env, flags })).stdout, "<> <yes> <also>\n");
});

Deno.test("denoHost().sleep can be called off before and while it sleeps", async () => {
  const stop = new AbortController();
  const sleeping = host.sleep(60_000, stop.signal);
  const reason = new RangeError("enough");
  stop.abort(reason);
  await assert.rejects(sleeping, reason);
  await assert.rejects(host.sleep(60_000, stop.signal), reason);
});

Deno.test("denoHost().self starts the command line program of these sources", () => {
  const [program, ...args] = host.self();
  assert.equal(program, Deno.execPath());
  const cli = new URL("../cli.ts", import.meta.url).pathname;
  assert.deepEqual(args, ["run", "-q", "--no-prompt", "--cached-only", "--allow-all", cli]);
});

Deno.test("lib/host_deno.ts needs nothing from npm, and loads node:fs only when a pipe is used", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../lib/host_deno.ts", import.meta.url).pathname],
  }).output();
  const { modules }: { modules: readonly Module[] } = JSON.parse(new TextDecoder().decode(stdout));
  assert.ok(modules.length > 5);
  const foreign = modules.filter(({ specifier }) => !specifier.startsWith("file:"));
  assert.deepEqual(foreign.map(({ specifier }) => specifier), ["node:fs/promises"]);
  const imports = modules.flatMap(({ dependencies = [] }) => dependencies)
    .filter(({ code }) => code?.specifier === "node:fs/promises");
  assert.deepEqual(imports.map(({ isDynamic }) => isDynamic), [true]);
});

/** What `deno info --json` says of a module. */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly isDynamic?: boolean;
  }[];
}

Deno.test("denoHost().fetch takes a body that is cut off, or too long, for a failure and not for an answer", async () => {
  const cut = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await cut.accept();
    await connection.read(new Uint8Array(4096));
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<half"));
  })();
  const { port } = cut.addr;
  await assert.rejects(
    fetchPlainly(new Request(`http://127.0.0.1:${port}/`)),
    (error) => isAuthError(error, "unreachable") && /broken off/.test(error.message),
  );
  await serving;
  cut.close();
  const long = new Uint8Array(1024 * 1024);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    const parts = { left: 20 };
    return new Response(
      new ReadableStream({
        pull: (controller) => parts.left-- > 0 ? controller.enqueue(long) : controller.close(),
      }),
    );
  });
  await assert.rejects(
    fetchPlainly(new Request(`http://127.0.0.1:${server.addr.port}/`)),
    (error) => isAuthError(error, "bad-answer") && /16 MiB/.test(error.message),
  );
});
