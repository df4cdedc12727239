import assert from "node:assert/strict";
import fc from "fast-check";
import { forecast, questionsOf } from "../../lib/chain/forecast.ts";
import { planChain } from "../../lib/chain/plan.ts";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import { FAKE_NOW } from "../fake_host.ts";
import { auth, threeLinks, user } from "./samples.ts";

const HOUR = 3_600_000;
const FACTS = { missingPassword: undefined, hasMfaToken: false, hasBrowser: true, keepsPortal: true };

/** A session of an hour with so many milliseconds left; `undefined`: none. */
const session = (left: number | undefined): AwsSession | undefined =>
  left === undefined ? undefined : {
    type: "aws-session",
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: new Secret("not-a-real-secret"),
    sessionToken: new Secret("not-a-real-session-token"),
    issuedAt: FAKE_NOW + left - HOUR,
    expiresAt: FAKE_NOW + left,
  };

const CHAIN = planChain(threeLinks(), "audit");
const of = (...left: (number | undefined)[]) => forecast(CHAIN, left.map(session), FAKE_NOW);
const actions = (...left: (number | undefined)[]) => of(...left).steps.map(({ action }) => action);

Deno.test("forecast() makes the target anew, from the nearest session that is fresh", () => {
  assert.deepEqual(actions(HOUR, HOUR, HOUR), ["nothing", "use", "make"]);
  assert.deepEqual(actions(HOUR, 60_000, undefined), ["use", "make", "make"]);
  assert.deepEqual(actions(undefined, undefined, HOUR), ["make", "make", "make"]);
});

Deno.test("forecast() says what is in hand, whether that is enough, and whether the provider is needed", () => {
  const { steps, needsProvider, isReady } = of(-1, 60_000, undefined);
  assert.deepEqual(steps.map(({ holding }) => holding), ["expired", "stale", "absent"]);
  assert.deepEqual([needsProvider, isReady], [true, false]);
  assert.deepEqual([of(HOUR, undefined, HOUR).needsProvider, of(undefined, undefined, HOUR).isReady], [
    false,
    true,
  ]);
});

Deno.test("forecast() uses one session at most, and makes everything behind it", () => {
  const left = fc.option(fc.integer({ min: -HOUR, max: HOUR }), { nil: undefined });
  fc.assert(fc.property(fc.tuple(left, left, left), (all) => {
    const shown = actions(...all).join(" ");
    assert.match(shown, /^(?:nothing )*(?:use )?(?:make ?)+$/);
  }));
});

Deno.test("questionsOf() names what a person would be asked, and nothing where nobody would", () => {
  const absent = of();
  assert.deepEqual(questionsOf(CHAIN, absent, FACTS), [
    "to approve the login in the browser that opens, unless the portal's session in the keyring still lasts",
  ]);
  assert.deepEqual(questionsOf(CHAIN, absent, { ...FACTS, hasBrowser: false, missingPassword: "SESAME" }), [
    "the password of the keyring, unless SESAME holds it",
    "to approve a code in a browser, unless the portal's session in the keyring still lasts",
  ]);
  assert.deepEqual(questionsOf(CHAIN, absent, { ...FACTS, keepsPortal: false }), [
    "to approve the login in the browser that opens",
  ]);
  assert.deepEqual(questionsOf(CHAIN, of(HOUR), { ...FACTS, missingPassword: "SESAME" }), []);
});

Deno.test("questionsOf() names the MFA device of a user whose session must be made", () => {
  const asked = (more: Parameters<typeof user>[0], facts = FACTS) => {
    const plan = planChain(auth({ me: user(more) }), "me");
    return questionsOf(plan, forecast(plan, [], FAKE_NOW), facts);
  };
  const mfaArn = "arn:aws:iam::111122223333:mfa/ana";
  assert.deepEqual(asked({ mfaArn }), [`a code of the MFA device ${mfaArn}`]);
  assert.deepEqual(asked({}), ["a code of the MFA device, if one is stored with the user's keys"]);
  assert.deepEqual(asked({ mfaArn }, { ...FACTS, hasMfaToken: true }), []);
  assert.deepEqual(asked({ mfaArn, mfaCommand: ["ykman"] }), []);
});
