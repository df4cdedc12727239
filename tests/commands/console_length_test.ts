import assert from "node:assert/strict";
import { planChain } from "../../lib/chain/plan.ts";
import { consoleLength, flagSeconds, wishedLength } from "../../lib/commands/auth/console/length.ts";
import { FAKE_NOW } from "../fake_host.ts";
import { loadText } from "./console_config.ts";

const HOUR = 3600;
const CREDENTIALS = { issuedAt: FAKE_NOW, expiresAt: FAKE_NOW + HOUR * 1000 };

Deno.test("flagSeconds() reads every form of a duration from 15m to 12h, and refuses all else", () => {
  assert.deepEqual(["900", "90m", "12h", "1h30m"].map(flagSeconds), [900, 5400, 43_200, 5400]);
  assert.equal(flagSeconds(undefined), undefined);
  for (const wrong of ["899", "12h1s", "1d", "0", "-1h", "", "soon"]) {
    assert.throws(() => flagSeconds(wrong), { code: "usage" }, wrong);
  }
});

Deno.test("wishedLength() is sent for what a provider gave at first hand, and for nothing behind it", async () => {
  const auth = await loadText();
  const sent = Object.fromEntries(
    ["set", "saml", "github", "chained", "by-user"].map((
      name,
    ) => [name, wishedLength(planChain(auth, name), 8 * HOUR).seconds]),
  );
  assert.deepEqual(sent, {
    set: 8 * HOUR,
    saml: 8 * HOUR,
    github: 8 * HOUR,
    chained: undefined,
    "by-user": undefined,
  });
});

Deno.test("wishedLength() is the flag's, else the provider's, else none", async () => {
  const auth = await loadText();
  const of = (name: string, seconds?: number) => {
    const wish = wishedLength(planChain(auth, name), seconds);
    return [wish.seconds, wish.words];
  };
  assert.deepEqual(of("set", HOUR), [HOUR, "--duration 1h"]);
  assert.deepEqual(of("set"), [12 * HOUR, "auth.providers.my-sso.console.session_duration 12h"]);
  assert.deepEqual(of("saml"), [undefined, undefined]);
});

Deno.test("consoleLength() ends with what was granted, or with the credentials, and says what was in vain", () => {
  const wish = { seconds: 8 * HOUR, words: "--duration 8h", hindrance: undefined };
  assert.deepEqual(consoleLength(wish, false, CREDENTIALS, FAKE_NOW), {
    seconds: 8 * HOUR,
    endsAt: FAKE_NOW + 8 * HOUR * 1000,
    note: undefined,
  });
  const inVain = consoleLength(wish, true, CREDENTIALS, FAKE_NOW);
  assert.deepEqual([inVain.seconds, inVain.endsAt], [undefined, CREDENTIALS.expiresAt]);
  assert.match(inVain.note ?? "", /^--duration 8h has no effect: /);
  const none = { seconds: undefined, words: undefined, hindrance: undefined };
  assert.deepEqual(consoleLength(none, false, CREDENTIALS, FAKE_NOW), {
    seconds: undefined,
    endsAt: CREDENTIALS.expiresAt,
    note: undefined,
  });
});
