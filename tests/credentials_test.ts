import assert from "node:assert/strict";
import { inspect } from "node:util";
import { type AwsSession, Secret } from "../lib/credentials.ts";

const TEXT = "not-a-real-secret";

Deno.test("Secret shows its text to nobody but who asks for it by name", () => {
  const secret = new Secret(TEXT);
  const session: AwsSession = {
    type: "aws-session",
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: secret,
    sessionToken: secret,
    issuedAt: 0,
    expiresAt: 1,
  };
  const shown = [
    String(secret),
    `${secret}`,
    secret + "",
    [secret].join(),
    JSON.stringify(session),
    JSON.stringify({ secret }, null, 2),
    Deno.inspect(session, { depth: 9, showHidden: true }),
    inspect(session, { depth: 9, showHidden: true }),
    Object.entries(secret).join(),
    Reflect.ownKeys(secret).join(),
    JSON.stringify(structuredClone({ ...secret })),
    new Error("x", { cause: secret }).cause + "",
    Deno.inspect(new Error("x", { cause: session })),
  ];
  assert.deepEqual(shown.filter((text) => text.includes(TEXT)), []);
  assert.equal(shown[0], "[secret]");
  assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}');
  assert.ok(Deno.inspect(session).includes("secretAccessKey: [secret]"));
  assert.equal(secret.reveal(), TEXT);
});
