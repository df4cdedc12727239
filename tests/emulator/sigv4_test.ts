import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeText } from "./encoding.ts";
import { PLAIN_USER, startEmulator } from "./mod.ts";
import { canonicalRequest, parseAuthorization, sign } from "./sigv4.ts";
import { callSigned, callSts, outcome, textIn } from "./test_client.ts";

/** AWS's published suite: the example keys of its documentation. */
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TIME = "20150830T123600Z";

function vector(
  method: string,
  host: string,
  rawQuery: string,
  service: string,
  extra: Record<string, string>,
) {
  const headers = new Headers({ host, "x-amz-date": TIME, ...extra });
  const url = new URL(`https://${host}/`);
  return canonicalRequest(
    { method, url, rawQuery, headers, body: encodeText("") },
    [...headers.keys()].sort(),
  )
    .then((request) => sign(SECRET, { date: "20150830", region: "us-east-1", service }, TIME, request));
}

Deno.test("sign() gives the signatures of AWS's test suite", async () => {
  const host = "example.amazonaws.com";
  assert.equal(
    await vector("GET", host, "", "service", {}),
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  );
  assert.equal(
    await vector("POST", host, "", "service", {}),
    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  );
  assert.equal(
    await vector("GET", host, "Param2=value2&Param1=value1", "service", {}),
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  );
  assert.equal(
    await vector("GET", "iam.amazonaws.com", "Action=ListUsers&Version=2010-05-08", "iam", {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    }),
    "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
  );
});

Deno.test("parseAuthorization() wants every part", () => {
  const whole =
    "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=00ff";
  assert.deepEqual(parseAuthorization(whole), {
    accessKeyId: "AKID",
    date: "20150830",
    region: "us-east-1",
    service: "sts",
    signedHeaders: ["host", "x-amz-date"],
    signature: "00ff",
  });
  for (const part of ["AKID/", "/aws4_request", ", Signature=00ff", "AWS4-HMAC-SHA256 "]) {
    assert.equal(parseAuthorization(whole.replace(part, "")), undefined, part);
  }
});

Deno.test("a request is refused when any one byte of it changes after it was signed", async () => {
  await using emulator = await startEmulator();
  assert.equal(outcome(await callSts(emulator, PLAIN_USER, "GetCallerIdentity")), "200");
  const flip = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === "1" ? "2" : "1") + text.slice(at + 1);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("body", "signature", "query", "header"),
      fc.nat(63),
      async (where, at) => {
        const reply = await callSts(emulator, PLAIN_USER, "GetCallerIdentity", { Padding: "x".repeat(64) }, {
          tamper: (parts) => {
            if (where === "body") parts.body = flip(parts.body, parts.body.length - 1 - at);
            if (where === "query") parts.query = `?Param${at}=1`;
            if (where === "header") parts.headers.set("content-type", `text/plain;n=${at}`);
            if (where === "signature") {
              const header = parts.headers.get("authorization") ?? "";
              parts.headers.set("authorization", flip(header, header.length - 1 - at));
            }
          },
        });
        assert.equal(outcome(reply), "403 SignatureDoesNotMatch");
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("a request is refused when its signature leaves out an x-amz header that it sends", async () => {
  await using emulator = await startEmulator();
  const reply = await callSts(emulator, PLAIN_USER, "GetCallerIdentity", {}, {
    unsigned: { "x-amz-extra": "1" },
  });
  assert.equal(outcome(reply), "403 SignatureDoesNotMatch");
  assert.match(textIn(reply.text, "Message") ?? "", /x-amz-extra/);
});

Deno.test("a request is good for 15 minutes before and after the emulator's clock, and not a second more", async () => {
  await using emulator = await startEmulator();
  const minutes = 60_000;
  const call = (offset: number) =>
    callSts(emulator, PLAIN_USER, "GetCallerIdentity", {}, { at: emulator.now() + offset });
  assert.equal(outcome(await call(-14.9 * minutes)), "200");
  assert.equal(outcome(await call(14.9 * minutes)), "200");
  const late = await call(-15 * minutes - 2000);
  assert.equal(outcome(late), "403 SignatureDoesNotMatch");
  assert.match(
    textIn(late.text, "Message") ?? "",
    /^Signature expired: \S+ is now earlier than \S+ \(\S+ - 15 min\.\)$/,
  );
  const early = await call(15 * minutes + 2000);
  assert.equal(outcome(early), "403 SignatureDoesNotMatch");
  assert.match(textIn(early.text, "Message") ?? "", /^Signature not yet current: \S+ is still later than/);
});

Deno.test("a signature for another service is refused, and so are unsigned and half-signed calls", async () => {
  await using emulator = await startEmulator();
  const form = { Action: "GetCallerIdentity", Version: "2011-06-15" };
  assert.equal(
    outcome(await callSigned(emulator, PLAIN_USER, form, { service: "iam" })),
    "403 SignatureDoesNotMatch",
  );
  const without = (header: string) =>
    callSigned(emulator, PLAIN_USER, form, { tamper: ({ headers }) => headers.delete(header) });
  assert.equal(outcome(await without("authorization")), "403 MissingAuthenticationToken");
  assert.equal(outcome(await without("x-amz-date")), "400 IncompleteSignature");
  const reply = await callSigned(emulator, PLAIN_USER, form, {
    tamper: ({ headers }) => headers.set("authorization", "AWS4-HMAC-SHA256 Credential=x"),
  });
  assert.equal(outcome(reply), "400 IncompleteSignature");
});
