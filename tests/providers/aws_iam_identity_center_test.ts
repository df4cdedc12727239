import assert from "node:assert/strict";
import { authenticateIdentityCenter } from "../../lib/providers/aws_iam_identity_center.ts";
import type { ProviderOptions, Saved } from "../../lib/providers/types.ts";
import { Secret } from "../../lib/credentials.ts";
import { DEVICE, type FakeAws, fakeAws, oauthError } from "../aws/fake_aws.ts";
import { sso } from "../chain/samples.ts";
import { FAKE_NOW, type FakeHost, fakeHost, type FakeHostInit } from "../fake_host.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OPTIONS: ProviderOptions = {
  renewSince: undefined,
  rejected: undefined,
  deviceCode: false,
  onStandIn: undefined,
};

interface Kept {
  readonly registration?: Readonly<Record<string, unknown>>;
  readonly token?: Readonly<Record<string, unknown>>;
}

const REGISTRATION = {
  clientId: "client-kept",
  clientSecret: "not-a-real-client-secret-kept",
  issuedAt: FAKE_NOW - DAY,
  expiresAt: FAKE_NOW + 89 * DAY,
};

/** A token of an hour with so many milliseconds left. */
const token = (left: number, refreshToken?: string) => ({
  accessToken: "not-a-real-token-kept",
  ...(refreshToken === undefined ? {} : { refreshToken }),
  issuedAt: FAKE_NOW + left - HOUR,
  expiresAt: FAKE_NOW + left,
});

interface Scene {
  readonly host: FakeHost;
  readonly aws: FakeAws;
  /** Everything that was written, oldest first. */
  readonly written: Kept[];
  readonly login: (options?: Partial<ProviderOptions>) => Promise<readonly [string, number, number]>;
}

/** The text of a record of the device flow. */
function recordText({ registration, token }: Kept): string {
  const registrations = registration === undefined ? {} : { device: registration };
  return JSON.stringify({ version: 2, registrations, token: token && { ...token, flow: "device" } });
}

/** What {@linkcode recordText} wrote. */
function keptIn(text: string): Kept {
  const { version, registrations: { device, ...others }, token } = JSON.parse(text);
  assert.deepEqual([version, others], [2, {}]);
  if (token === undefined) return device === undefined ? {} : { registration: device };
  const { flow, ...rest } = token;
  assert.equal(flow, "device");
  return { ...(device === undefined ? {} : { registration: device }), token: rest };
}

/** A portal, a person unless `init` says otherwise, and what is kept. */
function scene(kept?: Kept | string, init: FakeHostInit = { keys: [] }): Scene {
  const aws = fakeAws();
  const host: FakeHost = fakeHost({ exchanges: (request) => aws.answer(request, host.now()), ...init });
  const written: Kept[] = [];
  const state = {
    text: typeof kept === "string" || kept === undefined ? kept : recordText(kept),
  };
  const saved: Saved = {
    read: () => Promise.resolve(state.text),
    write: (text) => {
      state.text = text;
      written.push(keptIn(text));
      return Promise.resolve();
    },
    remove: () =>
      Promise.reject(new TypeError("Nothing is removed whole: the registration outlives the token")),
  };
  return {
    host,
    aws,
    written,
    login: async (options = {}) => {
      const got = await authenticateIdentityCenter(host, "corp", sso(), saved, { ...OPTIONS, ...options });
      assert.equal(got.type, "sso-token");
      return [got.accessToken.reveal(), got.issuedAt, got.expiresAt];
    },
  };
}

const PERSON_NEEDED = {
  code: "person-needed",
  exitCode: 3,
  message:
    'Cannot log in to "corp" (https://mycompany.awsapps.com/start): somebody must approve it in a browser, and nobody can be asked here',
  where: "auth.providers.corp",
  hints: [
    "Run `atmos auth login` in a terminal",
    "Run `atmos auth login --device-code` to print a code that can be approved from another machine",
  ],
};

const CLIENT_1 = {
  clientId: "client-1",
  clientSecret: "not-a-real-client-secret-1",
  issuedAt: FAKE_NOW,
  expiresAt: FAKE_NOW + 90 * DAY,
};

Deno.test("authenticateIdentityCenter() registers, logs in, and keeps both for the next time", async () => {
  const here = scene();
  assert.deepEqual(await here.login(), ["not-a-real-token-1", FAKE_NOW, FAKE_NOW + HOUR]);
  assert.deepEqual(here.aws.operations(), ["RegisterClient", "StartDeviceAuthorization", "CreateToken"]);
  assert.deepEqual(here.written, [
    { registration: CLIENT_1 },
    {
      registration: CLIENT_1,
      token: {
        accessToken: "not-a-real-token-1",
        refreshToken: "not-a-real-refresh-1",
        issuedAt: FAKE_NOW,
        expiresAt: FAKE_NOW + HOUR,
      },
    },
  ]);
  assert.deepEqual(await here.login(), ["not-a-real-token-1", FAKE_NOW, FAKE_NOW + HOUR]);
  assert.equal(here.aws.calls.length, 3, "the second time nothing is asked");
});

Deno.test("authenticateIdentityCenter() keeps the registration before anybody is asked", async () => {
  const here = scene();
  here.aws.on.StartDeviceAuthorization = () => {
    assert.deepEqual(here.written, [{ registration: CLIENT_1 }]);
    return oauthError("invalid_request");
  };
  await assert.rejects(here.login(), { code: "refused", remoteCode: "invalid_request" });
  assert.equal(here.host.told, "");
});

Deno.test("authenticateIdentityCenter() reuses a registration until it ends", async () => {
  const reused = scene({ registration: REGISTRATION });
  await reused.login();
  assert.deepEqual(reused.aws.operations(), ["StartDeviceAuthorization", "CreateToken"]);
  assert.equal(reused.aws.calls[0]?.parameters["clientId"], "client-kept");
  const ended = scene({ registration: { ...REGISTRATION, expiresAt: FAKE_NOW } });
  await ended.login();
  assert.equal(ended.aws.operations()[0], "RegisterClient");
});

Deno.test("authenticateIdentityCenter() registers anew, once, when the service has forgotten the client", async () => {
  const here = scene({ registration: REGISTRATION });
  here.aws.dead.add("client-kept");
  await here.login();
  assert.deepEqual(here.aws.operations(), [
    "StartDeviceAuthorization",
    "RegisterClient",
    "StartDeviceAuthorization",
    "CreateToken",
  ]);
  const stubborn = scene({ registration: REGISTRATION });
  stubborn.aws.on.StartDeviceAuthorization = () => oauthError("invalid_client", 401);
  await assert.rejects(stubborn.login(), { remoteCode: "invalid_client" });
  assert.equal(stubborn.aws.calls.length, 3);
});

Deno.test("authenticateIdentityCenter() parts a refresh token from a registration that it was not got with", async () => {
  const here = scene({
    registration: { ...REGISTRATION, expiresAt: FAKE_NOW },
    token: token(HOUR, "not-a-real-refresh-kept"),
  });
  here.aws.on.CreateToken = () => oauthError("access_denied");
  await assert.rejects(here.login({ renewSince: FAKE_NOW + 1 }), { code: "login-not-approved" });
  assert.deepEqual(here.written, [{ registration: CLIENT_1, token: token(HOUR) }]);
});

Deno.test("authenticateIdentityCenter() uses a fresh token as it is, with nobody there", async () => {
  const here = scene({ registration: REGISTRATION, token: token(5 * 60_000 + 1) }, {});
  assert.equal((await here.login())[0], "not-a-real-token-kept");
  assert.deepEqual(here.aws.calls, []);
});

Deno.test("authenticateIdentityCenter() refreshes without a person, and keeps the rotated refresh token", async () => {
  const here = scene({ registration: REGISTRATION, token: token(0, "not-a-real-refresh-kept") }, {});
  assert.deepEqual(await here.login(), ["not-a-real-token-1", FAKE_NOW, FAKE_NOW + HOUR]);
  assert.deepEqual(here.aws.operations(), ["CreateToken"]);
  assert.equal(here.aws.calls[0]?.parameters["refreshToken"], "not-a-real-refresh-kept");
  assert.deepEqual(here.written.map((record) => record.token?.["refreshToken"]), ["not-a-real-refresh-1"]);
});

Deno.test("authenticateIdentityCenter() keeps the old refresh token when no new one comes", async () => {
  const here = scene({ registration: REGISTRATION, token: token(0, "not-a-real-refresh-kept") }, {});
  here.aws.on.CreateToken = () => Response.json({ accessToken: "not-a-real-token-new", expiresIn: 3600 });
  await here.login();
  assert.deepEqual(here.written.map((record) => record.token?.["refreshToken"]), ["not-a-real-refresh-kept"]);
});

Deno.test("authenticateIdentityCenter() forgets a refused refresh token, then logs in with the same client", async () => {
  const here = scene({ registration: REGISTRATION, token: token(0, "not-a-real-refresh-kept") });
  here.aws.dead.add("not-a-real-refresh-kept");
  assert.equal((await here.login())[0], "not-a-real-token-1");
  assert.deepEqual(here.aws.operations(), ["CreateToken", "StartDeviceAuthorization", "CreateToken"]);
  assert.deepEqual(here.written[0], { registration: REGISTRATION });
});

Deno.test("authenticateIdentityCenter() needs a person when a refresh token is refused and nobody is there", async () => {
  const here = scene({ registration: REGISTRATION, token: token(0, "not-a-real-refresh-kept") }, {});
  here.aws.dead.add("not-a-real-refresh-kept");
  await assert.rejects(here.login(), PERSON_NEEDED);
  assert.deepEqual(here.written, [{ registration: REGISTRATION }]);
});

Deno.test("authenticateIdentityCenter() forgets the client, too, when the service does not know it", async () => {
  const here = scene({ registration: REGISTRATION, token: token(0, "not-a-real-refresh-kept") }, {});
  here.aws.dead.add("client-kept");
  await assert.rejects(here.login(), PERSON_NEEDED);
  assert.deepEqual(here.written, [{}]);
});

Deno.test("authenticateIdentityCenter() costs nobody a refresh token for a failure of the network or of a proxy", async () => {
  const failures = [
    () => "network-error" as const,
    () => new Response("<html>Bad gateway</html>", { status: 502 }),
    () => new Response("<html>Forbidden</html>", { status: 403 }),
    () => new Response(null, { status: 403 }),
    () => new Response("{", { status: 200 }),
  ];
  for (const failure of failures) {
    const here = scene({ registration: REGISTRATION, token: token(0, "not-a-real-refresh-kept") });
    here.aws.on.CreateToken = failure;
    await assert.rejects(here.login());
    assert.deepEqual([here.written, here.host.told, here.aws.calls.length], [[], "", 1]);
  }
});

Deno.test("authenticateIdentityCenter() does not refresh with a registration that has ended", async () => {
  const registration = { ...REGISTRATION, expiresAt: FAKE_NOW };
  const here = scene({ registration, token: token(0, "not-a-real-refresh-kept") }, {});
  await assert.rejects(here.login(), PERSON_NEEDED);
  assert.deepEqual(here.aws.calls, []);
});

Deno.test("authenticateIdentityCenter() does not use a token again that was just refused", async () => {
  const here = scene({ registration: REGISTRATION, token: token(HOUR, "not-a-real-refresh-kept") }, {});
  const rejected = new Secret("not-a-real-token-kept");
  assert.equal((await here.login({ rejected }))[0], "not-a-real-token-1");
  assert.deepEqual(here.aws.operations(), ["CreateToken"]);
  const other = scene({ registration: REGISTRATION, token: token(HOUR) }, {});
  assert.equal((await other.login({ rejected: new Secret("another") }))[0], "not-a-real-token-kept");
});

Deno.test("authenticateIdentityCenter() logs in anew when asked to, unless that has happened meanwhile", async () => {
  const here = scene({ registration: REGISTRATION, token: token(HOUR, "not-a-real-refresh-kept") });
  here.host.advance(1);
  assert.equal((await here.login({ renewSince: FAKE_NOW + 1 }))[0], "not-a-real-token-1");
  assert.deepEqual(here.aws.operations(), ["StartDeviceAuthorization", "CreateToken"]);
  assert.equal((await here.login({ renewSince: FAKE_NOW + 1 }))[0], "not-a-real-token-1");
  assert.equal(here.aws.calls.length, 2);
});

Deno.test("authenticateIdentityCenter() lets a token that lives stand in, where that is wanted", async () => {
  const lives = { registration: REGISTRATION, token: token(4 * 60_000, "not-a-real-refresh-kept") };
  const notices: string[] = [];
  const onStandIn = (notice: string) => notices.push(notice);
  const here = scene(lives, {});
  here.aws.on.CreateToken = () => "network-error";
  assert.equal((await here.login({ onStandIn }))[0], "not-a-real-token-kept");
  assert.equal(notices.length, 1);
  assert.match(
    notices[0] ?? "",
    /^Could not renew the session of "corp", using the one that lasts 4m more: Cannot /,
  );
  await assert.rejects(here.login(), { code: "unreachable" });
  const rejected = new Secret("not-a-real-token-kept");
  await assert.rejects(here.login({ onStandIn, rejected }), { code: "unreachable" });
  here.host.advance(4 * 60_000);
  await assert.rejects(here.login({ onStandIn }), { code: "unreachable" });
});

Deno.test("authenticateIdentityCenter() needs a person, and asks the service for nothing, when nobody is there", async () => {
  const here = scene(undefined, {});
  await assert.rejects(here.login(), PERSON_NEEDED);
  assert.deepEqual([here.aws.calls, here.written, here.host.opened, here.host.told], [[], [], [], ""]);
});

Deno.test("authenticateIdentityCenter() always shows the code and the page, then opens the browser", async () => {
  for (const opens of [true, false]) {
    const here: Scene = scene(undefined, {
      keys: [],
      openUrl: () => {
        assert.match(here.host.told, /Code {3}ABCD-EFGH\n/);
        assert.match(
          here.host.told,
          /Page {3}https:\/\/device\.sso\.us-east-1\.amazonaws\.com\/\?user_code=ABCD-EFGH\n/,
        );
        return opens;
      },
    });
    await here.login();
    assert.deepEqual(here.host.opened, [DEVICE.verificationUriComplete]);
    assert.equal(here.host.written, "", "standard output is for data");
    assert.doesNotMatch(here.host.told, /not-a-real/);
  }
});

Deno.test("authenticateIdentityCenter() shows the plain page where the service fills in no code", async () => {
  const here = scene();
  here.aws.on.StartDeviceAuthorization = () =>
    Response.json({ ...DEVICE, verificationUriComplete: undefined });
  await here.login();
  assert.deepEqual(here.host.opened, [DEVICE.verificationUri]);
  assert.match(here.host.told, /Page {3}https:\/\/device\.sso\.us-east-1\.amazonaws\.com\/\n/);
});

Deno.test("authenticateIdentityCenter() prints the code with --device-code, and opens nothing, person or not", async () => {
  for (const init of [{}, { keys: [] }]) {
    const here = scene(undefined, init);
    const approved = FAKE_NOW + 10_000;
    here.aws.on.CreateToken = () =>
      here.host.now() < approved ? oauthError("authorization_pending") : undefined;
    assert.deepEqual(await here.login({ deviceCode: true }), [
      "not-a-real-token-1",
      approved,
      approved + HOUR,
    ]);
    assert.match(here.host.told, /ABCD-EFGH/);
    assert.match(here.host.told, /until 2026-11-23T12:10:00Z/);
    assert.deepEqual(here.host.opened, []);
  }
});

Deno.test("authenticateIdentityCenter() prints no control characters of the service", async () => {
  const here = scene();
  here.aws.on.StartDeviceAuthorization = () =>
    Response.json({
      ...DEVICE,
      userCode: "AB\u001b[2JCD",
      verificationUriComplete: "https://x.example/\u001b[2J",
    });
  await here.login();
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(here.host.told, /[\u0000-\u0009\u000b-\u001f]/);
});

Deno.test("authenticateIdentityCenter() keeps nothing of a login that was denied, but its registration", async () => {
  const here = scene();
  here.aws.on.CreateToken = () => oauthError("access_denied");
  await assert.rejects(here.login(), { code: "login-not-approved", exitCode: 4 });
  assert.deepEqual(here.written, [{ registration: CLIENT_1 }]);
});

Deno.test("authenticateIdentityCenter() takes a record that it cannot read for none", async () => {
  for (
    const text of [
      "",
      "{",
      "[]",
      '{"version":3,"registrations":{}}',
      '{"version":1,"token":{"accessToken":1}}',
    ]
  ) {
    const here = scene(text);
    assert.equal((await here.login())[0], "not-a-real-token-1");
  }
});
