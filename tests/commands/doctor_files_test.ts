import assert from "node:assert/strict";
import { fileFindings } from "../../lib/commands/auth/doctor/files.ts";
import { Secret } from "../../lib/credentials.ts";
import { writeSession } from "../../lib/files/aws_files.ts";
import { FAKE_NOW, fakeHost, type FakeHostInit } from "../fake_host.ts";
import { sessionFiles } from "../session_files.ts";

const HOME = "/home/ana";
const AWS = `${HOME}/.config/atmos/aws/my-sso`;
const CREDENTIALS = `${AWS}/credentials`;
const CHAIN = "0123456789abcdef".repeat(4);

const PRIVATE = {
  [`${HOME}/.config/atmos`]: 0o700,
  [`${HOME}/.config/atmos/aws`]: 0o700,
  [AWS]: 0o700,
  [CREDENTIALS]: 0o600,
};

const world = (text: string, init: FakeHostInit = {}) =>
  fakeHost({ env: { HOME }, files: { [CREDENTIALS]: text }, modes: PRIVATE, ...init });

/** A world with sessions of ours, by their names and ends. */
async function signedWorld(ends: Readonly<Record<string, number>>) {
  const host = world("");
  for (const [name, expiresAt] of Object.entries(ends)) {
    await writeSession(host, await sessionFiles(host, AWS), name, CHAIN, {
      type: "aws-session",
      accessKeyId: "ASIAEXAMPLE",
      secretAccessKey: new Secret("not-a-real-secret"),
      sessionToken: new Secret("not-a-real-token"),
      issuedAt: FAKE_NOW - 3_600_000,
      expiresAt,
    }, { region: "us-east-1" });
  }
  return host;
}

Deno.test("fileFindings() has nothing to say of files that are ours alone", async () => {
  const host = await signedWorld({ a: FAKE_NOW + 1000 });
  const findings = await fileFindings(host, [await sessionFiles(host, AWS)]);
  assert.deepEqual(findings.map(({ id, severity }) => [id, severity]), [["files.state", "good"]]);
  assert.equal((await fileFindings(fakeHost({ env: { HOME } }), [])).length, 1);
});

Deno.test("fileFindings() finds what others can read, and --fix takes that away", async () => {
  const host = world("", {
    modes: { ...PRIVATE, [AWS]: 0o755, [CREDENTIALS]: 0o644 },
    run: () => ({ code: 0 }),
  });
  const findings = await fileFindings(host, []);
  assert.deepEqual(findings.map(({ id, title, command }) => [id, title, command]), [
    ["files.mode", `Others have access to ${AWS}: its mode is 755`, `chmod 700 ${AWS}`],
    ["files.mode", `Others have access to ${CREDENTIALS}: its mode is 644`, `chmod 600 ${CREDENTIALS}`],
  ]);
  for (const { mend } of findings) await mend?.();
  assert.deepEqual(host.commands.map(({ program, args }) => [program, ...args]), [
    ["chmod", "700", AWS],
    ["chmod", "600", CREDENTIALS],
  ]);
});

Deno.test("fileFindings() finds sessions that have ended, and --fix removes those only", async () => {
  const host = await signedWorld({ old: FAKE_NOW, new: FAKE_NOW + 1000 });
  host.put(CREDENTIALS, `${host.tree()[CREDENTIALS]}[mine]\naws_access_key_id = AKIAEXAMPLE\n`, 0o600);
  const [finding, ...others] = await fileFindings(host, [await sessionFiles(host, AWS)]);
  assert.deepEqual([finding?.id, finding?.title, others], [
    "files.ended-sessions",
    `1 session has ended in ${AWS}`,
    [],
  ]);
  await finding?.mend?.();
  const left = host.tree()[CREDENTIALS] ?? "";
  assert.match(left, /\[new\][^]*\[mine\]/);
  assert.doesNotMatch(left, /\[old\]/);
});

Deno.test("fileFindings() names sessions that are not used, and why; --fix leaves them", async () => {
  const host = await signedWorld({ a: FAKE_NOW + 1000, b: FAKE_NOW + 1000 });
  const signed = host.tree()[CREDENTIALS] ?? "";
  host.put(CREDENTIALS, signed.replace("ASIAEXAMPLE", "ASIAEVIL").replace(/ mac=\S+(?=\n\[b\])/, ""), 0o600);
  const findings = await fileFindings(host, [await sessionFiles(host, AWS)]);
  assert.deepEqual(findings.map(({ id, severity, title, mend }) => [id, severity, title, mend]), [
    [
      "files.unused-session",
      "warning",
      `[a] in ${CREDENTIALS} is not used: atmos did not create it with this machine's session key`,
      undefined,
    ],
    [
      "files.unused-session",
      "warning",
      `[b] in ${CREDENTIALS} is not used: it is not signed: an older version of atmos wrote it, or another program`,
      undefined,
    ],
  ]);
});

Deno.test("fileFindings() has others' access to the session key end with the key, not with a mode", async () => {
  const host = await signedWorld({ a: FAKE_NOW + 1000 });
  const path = `${HOME}/.local/state/atmos/session-key`;
  host.put(path, host.tree()[path] ?? "", 0o640);
  const findings = await fileFindings(host, []);
  assert.deepEqual(
    findings.map(({ id, severity, title, command, mend }) => [id, severity, title, command, mend]),
    [
      [
        "files.session-key",
        "error",
        `Sessions are neither reused nor stored: others have access to ${path}`,
        `rm ${path}`,
        undefined,
      ],
    ],
  );
});

Deno.test("fileFindings() finds writes that were cut off, and files that are no INI files", async () => {
  const path = `${AWS}/.credentials.0123456789abcdef0123456789abcdef.tmp`;
  const host = world("nonsense", {
    modes: { ...PRIVATE, [path]: 0o600 },
    files: { [CREDENTIALS]: "nonsense\n", [path]: "" },
  });
  const findings = await fileFindings(host, [await sessionFiles(host, AWS)]);
  assert.deepEqual(findings.map(({ id, severity }) => [id, severity]), [
    ["files.leftover", "warning"],
    ["files.unreadable", "error"],
  ]);
  for (const { mend } of findings) await mend?.();
  assert.deepEqual(Object.keys(host.tree()).filter((path) => path.startsWith(AWS)), [CREDENTIALS]);
});

Deno.test("fileFindings() finds interrupted writes in every directory of ours, and beside files of --output-file", async () => {
  const left = (name: string) => `.${name}.atmos-0123456789abcdef0123456789abcdef.tmp`;
  const leftovers = [
    `${HOME}/.config/atmos/acme/aws/my-sso/${left("credentials")}`,
    `${HOME}/.local/share/atmos/keyring/${left("default.file.store")}`,
    `${HOME}/.local/state/atmos/${left("trust")}`,
    `${HOME}/.local/state/atmos/recall/${left("1.json")}`,
    `${HOME}/.local/state/atmos/keyring/${left("0.generation")}`,
    `${HOME}/.cache/atmos/auth/my-sso-0/${left("provisioned-identities.yaml")}`,
    `/base/my-sso/${left("credentials")}`,
    `/keyring/${left("default.file.store")}`,
    `/work/${left(".env.aws")}`,
  ];
  const foreign = [`/work/${left("other")}`, `${HOME}/.local/share/atmos/browser/okta-0/${left("x")}`];
  const paths = [...leftovers, ...foreign];
  const note = `${HOME}/.local/state/atmos/outputs/0`;
  const host = fakeHost({
    env: { HOME },
    files: { ...Object.fromEntries(paths.map((path) => [path, ""])), [note]: '"/work/.env.aws"\n' },
  });
  const findings =
    (await fileFindings(host, [{ directory: "/base/my-sso", realm: undefined, key: undefined }], [
      "/keyring",
    ]))
      .filter(({ id }) => id === "files.leftover");
  assert.deepEqual(
    findings.map(({ command }) => command?.slice("rm ".length)).toSorted(),
    leftovers.toSorted(),
  );
  for (const { mend } of findings) await mend?.();
  const rest = Object.keys(host.tree()).filter((path) => !path.endsWith(".lock"));
  assert.deepEqual(rest, foreign.toSorted());
});
