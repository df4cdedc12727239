/** How long an IAM user's session is asked for, from the configuration's text to the request. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../lib/credentials.ts";
import { isAuthError } from "../../lib/errors.ts";
import { takeUserSession } from "../../lib/identities/aws_user.ts";
import { printStoredUser } from "../../lib/identities/user_keys.ts";
import { loadText } from "../config/setup.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";
import { anyWriting } from "./durations.ts";

const DEVICE = "arn:aws:iam::123456789012:mfa/username";

async function loaded(duration: string, hasMfa: boolean) {
  const device = hasMfa ? `, mfa_arn: "${DEVICE}"` : "";
  const { auth, problems } = await loadText(
    `auth:\n  identities:\n    u: {kind: aws/user, session: {duration: ${duration}}, credentials: {region: us-east-1${device}}}\n`,
  );
  return { config: auth.identities.get("u")?.config, problems };
}

Deno.test("a duration in the configuration is a problem outside of 15m to 36h, a warning above 12h without a device", async () => {
  await fc.assert(
    fc.asyncProperty(anyWriting(), fc.boolean(), async ({ seconds, text }, hasMfa) => {
      const { config, problems } = await loaded(text, hasMfa);
      const isAllowed = seconds >= 900 && seconds <= 129_600;
      const expected = !isAllowed
        ? ["error duration-limits"]
        : seconds > 43_200 && !hasMfa
        ? ["warning duration-needs-mfa"]
        : [];
      assert.deepEqual(problems.map(({ severity, code }) => `${severity} ${code}`), expected, text);
      assert.equal(
        config?.kind === "aws/user" ? config.sessionSeconds : undefined,
        isAllowed ? seconds : undefined,
      );
    }),
    { numRuns: 150 },
  );
});

/** An STS that gives what it is asked for. */
function obligingHost(asked: string[]) {
  return fakeHost({
    env: { ATMOS_MFA_TOKEN: "123456" },
    exchanges: async (request) => {
      const seconds = new URLSearchParams(await request.text()).get("DurationSeconds") ?? "";
      asked.push(seconds);
      const end = new Date(FAKE_NOW + Number(seconds) * 1000).toISOString();
      return new Response(
        `<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials>` +
          `<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>not-a-real-secret</SecretAccessKey>` +
          `<SessionToken>not-a-real-token</SessionToken><Expiration>${end}</Expiration>` +
          `</Credentials></GetSessionTokenResult></GetSessionTokenResponse>`,
        { headers: { "content-type": "text/xml" } },
      );
    },
  });
}

Deno.test("takeUserSession() asks for the configured duration, else the stored one, else 12h, and refuses what AWS would", async () => {
  const duration = fc.option(anyWriting().filter(({ seconds }) => seconds >= 900 && seconds <= 129_600), {
    nil: undefined,
  });
  await fc.assert(
    fc.asyncProperty(duration, duration, fc.boolean(), async (configured, stored, hasMfa) => {
      const { config } = await loaded(configured?.text ?? "12h", hasMfa);
      assert.ok(config?.kind === "aws/user");
      const text = printStoredUser({
        keys: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: new Secret("not-a-real-secret") },
        next: undefined,
        mfaArn: undefined,
        sessionSeconds: stored?.seconds,
      });
      const own = { ...config, sessionSeconds: configured?.seconds };
      const asked: string[] = [];
      const wish = configured?.seconds ?? stored?.seconds ?? 43_200;
      const place = { region: "us-east-1", endpointUrl: "http://127.0.0.1:9" };
      const taken = takeUserSession(obligingHost(asked), "u", own, place, () => Promise.resolve(text));
      if (wish <= (hasMfa ? 129_600 : 43_200)) {
        assert.equal((await taken).expiresAt, FAKE_NOW + wish * 1000);
        assert.deepEqual(asked, [String(wish)]);
      } else {
        await assert.rejects(taken, (error) => isAuthError(error, "config-invalid"));
        assert.deepEqual(asked, []);
      }
    }),
    { numRuns: 60 },
  );
});
