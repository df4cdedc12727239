import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { startMoto } from "./moto.ts";
import { isInstalled, testIf } from "./program.ts";
import { startWorld } from "./world.ts";

const CONFIG = `auth:
  keyring: { type: file }
  identities:
    break-glass:
      kind: aws/user
      credentials: { region: us-east-1 }
    with-mfa:
      kind: aws/user
      credentials: { region: us-east-1, mfa_arn: "arn:aws:iam::123456789012:mfa/break-glass" }
`;

const found = await isInstalled("moto_server");

testIf(
  found,
  "no moto_server",
  "moto's STS and IAM take our signatures, and the flows of an IAM user hold there",
  async () => {
    await using world = await startWorld();
    await using moto = await startMoto();
    await world.write("atmos.yaml", CONFIG);
    world.guard("moto's access key", moto.user.secretAccessKey);
    const env = moto.environment;
    const run = (words: string, more: { stdin?: string; env?: Record<string, string> } = {}) =>
      world.run(["auth", ...words.split(" ")], { ...more, env: { ...env, ...more.env } });
    const keys = (change: Record<string, string> = {}) =>
      JSON.stringify({
        access_key_id: moto.user.accessKeyId,
        secret_access_key: moto.user.secretAccessKey,
        ...change,
      });

    // A wrong secret and an unknown key are told apart, and nothing is stored.
    const wrong = keys({ secret_access_key: "not+the+secret+of+this+key+but+long+enou" });
    assertFailed(
      await run("user configure -i break-glass --verify", { stdin: wrong }),
      4,
      /SignatureDoesNotMatch/,
    );
    const unknown = keys({ access_key_id: "AKIAIOSFODNN7EXAMPL2" });
    assertFailed(
      await run("user configure -i break-glass --verify", { stdin: unknown }),
      4,
      /was deleted or deactivated/,
    );
    assertFailed(await run("login -i break-glass"), 2, /neither atmos.yaml nor the keyring/);

    const configured = await run("user configure -i break-glass --verify", {
      stdin: keys({ session_duration: "1h" }),
    });
    assert.equal(configured.code, 0, configured.stderr);
    assert.ok(configured.stderr.includes(moto.user.arn), configured.stderr);
    const login = await run("login -i break-glass");
    assert.equal(login.code, 0, login.stderr);
    assert.match(login.stderr, /\((59m|1h 0m)\)/);

    // With a device, the code travels in the signed body.
    assert.equal((await run("user configure -i with-mfa", { stdin: keys() })).code, 0);
    assertFailed(await run("login -i with-mfa"), 3, /nobody can be asked/);
    const second = await run("login -i with-mfa", { env: { ATMOS_MFA_TOKEN: "123456" } });
    assert.equal(second.code, 0, second.stderr);

    const rotated = await run("user rotate -i break-glass");
    assert.equal(rotated.code, 0, rotated.stderr);
    assert.match(rotated.stderr, new RegExp(`old access key ${moto.user.accessKeyId} is deactivated`));
    const again = await run("user rotate -i break-glass");
    assertFailed(again, 4, /has 2 access keys already/);
    assert.match(again.stderr, new RegExp(`${moto.user.accessKeyId} \\(inactive\\)`));
    const after = await run("login -i break-glass");
    assert.equal(after.code, 0, after.stderr);
    await world.assertNoLeaks();
  },
);
