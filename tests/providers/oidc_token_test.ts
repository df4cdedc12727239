import assert from "node:assert/strict";
import type { OidcTokenProvider } from "../../lib/config/types.ts";
import type { AuthError } from "../../lib/errors.ts";
import { authenticateWithToken } from "../../lib/providers/oidc_token.ts";
import { COMMON_PROVIDER } from "../chain/samples.ts";
import { failureOf } from "../failing.ts";
import { startEmulator } from "../emulator/mod.ts";
import { FAKE_NOW, fakeHost, type FakeHostInit } from "../fake_host.ts";

const BY_VARIABLE: OidcTokenProvider = {
  ...COMMON_PROVIDER,
  kind: "oidc/token",
  source: { variable: "AWS_TOKEN" },
  audience: "sts.amazonaws.com",
};
const BY_FILE: OidcTokenProvider = { ...BY_VARIABLE, source: { file: "/run/token" } };

/** A token as GitLab makes one. */
async function gitlabToken(audience: string | readonly string[], claims: Record<string, unknown> = {}) {
  await using emulator = await startEmulator({ clock: () => FAKE_NOW });
  return await emulator.githubToken("", {
    iss: "https://gitlab.com",
    sub: "project_path:example-org/infrastructure:ref_type:branch:ref:main",
    aud: audience,
    ...claims,
  });
}

const failure = (init: FakeHostInit, config: OidcTokenProvider): Promise<AuthError> =>
  failureOf(authenticateWithToken(fakeHost(init), "gitlab", config));

Deno.test("authenticateWithToken() takes the token of a variable or a file, and asks nobody", async () => {
  const token = await gitlabToken("sts.amazonaws.com");
  const host = fakeHost({ env: { AWS_TOKEN: `${token}\n` }, files: { "/run/token": `${token}\n` } });
  for (const config of [BY_VARIABLE, BY_FILE]) {
    const taken = await authenticateWithToken(host, "gitlab", config);
    assert.equal(taken.token.reveal(), token);
    assert.deepEqual([taken.type, taken.expiresAt], ["oidc-token", FAKE_NOW + 300_000]);
  }
  assert.deepEqual([host.called, host.changes], [[], []]);
});

Deno.test("a token for several audiences will do when AWS's is among them", async () => {
  const env = { AWS_TOKEN: await gitlabToken(["vault.example.com", "sts.amazonaws.com"]) };
  assert.equal((await authenticateWithToken(fakeHost({ env }), "gitlab", BY_VARIABLE)).type, "oidc-token");
});

Deno.test("a token for somebody else is named with both audiences, before anything is sent", async () => {
  const env = { AWS_TOKEN: await gitlabToken("https://gitlab.com") };
  const { code, message, where, hints } = await failure({ env }, BY_VARIABLE);
  assert.deepEqual([code, where], ["config-invalid", "auth.providers.gitlab.spec.audience"]);
  assert.equal(message, "Cannot use the token: it is for https://gitlab.com, not for sts.amazonaws.com");
  assert.match(hints.join(), /`aud`/);
  const anybody = { ...BY_VARIABLE, audience: undefined };
  assert.equal((await authenticateWithToken(fakeHost({ env }), "gitlab", anybody)).type, "oidc-token");
});

Deno.test("no token is named with the key that says where it is to come from", async () => {
  for (const env of [{}, { AWS_TOKEN: " \n" }]) {
    const { code, where, hints } = await failure({ env }, BY_VARIABLE);
    assert.deepEqual([code, where], ["variable-unset", "auth.providers.gitlab.spec.token_env"]);
    assert.match(hints.join(), /id_tokens/);
  }
  for (const files of [{}, { "/run/token": "\n" }]) {
    const { code, where } = await failure({ files }, BY_FILE);
    assert.deepEqual([code, where], ["not-found", "auth.providers.gitlab.spec.token_file"]);
  }
});

Deno.test("a token that is over, or none at all, is refused without being shown", async () => {
  const over = await gitlabToken("sts.amazonaws.com", { exp: FAKE_NOW / 1000 - 1 });
  assert.equal((await failure({ env: { AWS_TOKEN: over } }, BY_VARIABLE)).code, "refused");
  const opaque = "not-a-real-opaque-token";
  const error = await failure({ env: { AWS_TOKEN: opaque } }, BY_VARIABLE);
  assert.deepEqual([error.code, error.where], [
    "config-invalid",
    "auth.providers.gitlab.spec.token_env",
  ]);
  assert.equal(Deno.inspect(error).includes(opaque), false);
});
