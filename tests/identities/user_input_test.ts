import assert from "node:assert/strict";
import fc from "fast-check";
import {
  accessKeyIdProblem,
  durationProblem,
  mfaArnProblem,
  secretAccessKeyProblem,
} from "../../lib/identities/user_input.ts";
import { anyWriting } from "./durations.ts";

Deno.test("accessKeyIdProblem() takes ids of long-lived keys, and tells temporary ones apart", () => {
  assert.equal(accessKeyIdProblem("AKIAIOSFODNN7EXAMPLE"), undefined);
  assert.match(accessKeyIdProblem("ASIAIOSFODNN7EXAMPLE") ?? "", /temporary credentials/);
  assert.match(accessKeyIdProblem("") ?? "", /is needed/);
  for (
    const text of [
      "AKIA",
      "akiaiosfodnn7example",
      "AKIAIOSFODNN7EXAMPLE ",
      "AIDAIOSFODNN7EXAMPLE",
      "ABIAIOSFODNN7EXAMPLE",
      "AKIAIOSFODNN7EXAMPL\u00c9",
    ]
  ) {
    assert.match(accessKeyIdProblem(text) ?? "", /AKIA and 16/, text);
  }
});

Deno.test("secretAccessKeyProblem() refuses what cannot be one, and never repeats it", () => {
  assert.equal(secretAccessKeyProblem("not+a+real/secret+not+a+real/secret+0000"), undefined);
  fc.assert(fc.property(fc.string({ minLength: 5 }), (text) => {
    assert.ok(secretAccessKeyProblem(text)?.includes(text) !== true);
  }));
  for (const text of ["", "short", `${"a".repeat(39)} `, "a".repeat(257), `${"a".repeat(39)}\u0000`]) {
    assert.ok(secretAccessKeyProblem(text) !== undefined, text);
  }
});

Deno.test("mfaArnProblem() takes devices of the region's partition, and hardware serial numbers", () => {
  const right: readonly (readonly [string, string])[] = [
    ["", "us-east-1"],
    ["arn:aws:iam::123456789012:mfa/username", "eu-west-1"],
    ["arn:aws:iam::123456789012:mfa/path/first.last@example.com", "us-east-1"],
    ["arn:aws-us-gov:iam::123456789012:mfa/username", "us-gov-west-1"],
    ["arn:aws-cn:iam::123456789012:mfa/username", "cn-north-1"],
    ["GAHT12345678", "us-east-1"],
  ];
  for (const [text, region] of right) assert.equal(mfaArnProblem(text, region), undefined, text);
  assert.match(mfaArnProblem("arn:aws:iam::123456789012:user/username", "us-east-1") ?? "", /mfa\/NAME/);
  assert.match(
    mfaArnProblem("arn:aws:iam::123456789012:mfa/username", "cn-north-1") ?? "",
    /partition aws-cn/,
  );
  assert.match(mfaArnProblem("short", "us-east-1") ?? "", /neither the ARN nor the serial number/);
});

Deno.test("durationProblem() takes 15 minutes to 12 hours, to 36 with MFA, in every writing", () => {
  fc.assert(
    fc.property(anyWriting(), fc.boolean(), ({ seconds, text }, hasMfa) => {
      const isAllowed = seconds >= 900 && seconds <= (hasMfa ? 129_600 : 43_200);
      assert.equal(durationProblem(text, hasMfa) === undefined, isAllowed, text);
    }),
    { examples: edges(), numRuns: 300 },
  );
  assert.equal(durationProblem("", false), undefined);
  for (const text of ["soon", "-1h", "0", "1h 30m", "1.5", "12H", "1w"]) {
    assert.match(durationProblem(text, true) ?? "", /written like/, text);
  }
});

function edges(): [{ seconds: number; text: string }, boolean][] {
  const all = [[899, "899"], [900, "15m"], [43_200, "12h"], [43_201, "12h1s"], [129_600, "1d12h"], [
    129_601,
    "129601",
  ]] as const;
  return all.flatMap(([seconds, text]) =>
    [true, false].map((mfa): [{ seconds: number; text: string }, boolean] => [{ seconds, text }, mfa])
  );
}
