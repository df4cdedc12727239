import assert from "node:assert/strict";
import { loginWithOkta } from "../../lib/saml/okta.ts";
import { type OktaOptions, startOkta } from "../emulator/idp/okta.ts";
import {
  assertFailure,
  assertSigned,
  driverScene,
  fakePerson,
  samlProvider,
  USE_BROWSER,
} from "./form_drivers.ts";
import { failureOf } from "../failing.ts";
import { fakeHost } from "../fake_host.ts";

const okta = driverScene(loginWithOkta, (base, options?: OktaOptions) => startOkta({ ...base, ...options }));

const PUSH = "push OKTA";
const TOTP = "token:software:totp GOOGLE";

Deno.test("loginWithOkta() logs in with a password and sends the cookie to the application's page", () =>
  okta({}, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.idp.requests, [
      "GET /.well-known/okta-organization",
      "GET /.well-known/webfinger",
      "POST /api/v1/authn",
      "GET /login/sessionCookieRedirect",
      "GET /app/amazon_aws/exk1fxp7g6bKz8dGt357/sso/saml",
    ]);
    assert.deepEqual(login.idp.passwords, { right: 1, wrong: 0 });
    assert.deepEqual(login.person.told, []);
  }));

Deno.test("loginWithOkta() waits for approval of the push", () =>
  okta({ options: { factors: [PUSH], phone: { polls: 3 } } }, async (login) => {
    const { now } = login.host;
    const began = now();
    await assertSigned(login, await login.run());
    assert.equal(now() - began, 4 * 3000);
    assert.deepEqual(login.person.told, ["Approve the login in Okta Verify on your phone"]);
  }));

Deno.test("loginWithOkta() shows the number to choose on the phone, once", () =>
  okta({ options: { factors: [PUSH], phone: { polls: 3 }, pushNumber: 0 } }, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.told, [
      "Approve the login in Okta Verify on your phone",
      "Choose the number 0 on your phone",
    ]);
  }));

Deno.test("loginWithOkta() sends the code of an authenticator app", () =>
  okta({ options: { factors: [TOTP] }, person: (idp) => ({ codes: idp.totp }) }, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.asked, ["Code from Google Authenticator"]);
  }));

Deno.test("loginWithOkta() prompts for another code after a wrong or used one", () =>
  okta({ options: { factors: [TOTP] } }, async (login) => {
    const code = await login.idp.totp();
    const person = fakePerson(login, { codes: ["000000", code] });
    const provider = samlProvider(login.idp.loginUrl);
    await loginWithOkta(login.host, provider, person);
    assert.deepEqual(person.told, ["Okta did not accept that: try again"]);

    const next = async () => {
      login.host.advance(30_000);
      return await login.idp.totp();
    };
    const codes = [() => Promise.resolve(code), next];
    const again = fakePerson(login, {
      codes: () => codes.shift()?.() ?? Promise.reject(new Error("no code")),
    });
    await loginWithOkta(login.host, provider, again);
    assert.deepEqual(again.told, ["That code was used already: wait for the next one"]);
    assert.deepEqual(login.idp.passwords, { right: 2, wrong: 0 });
  }));

for (
  const [factor, label] of [
    ["sms OKTA", "Code by SMS to +1 XXX-XXX-1337"],
    ["call OKTA", "Code by a call to +1 XXX-XXX-1337"],
    ["email OKTA", "Code by email to j...e@example.com"],
  ] as const
) {
  Deno.test(`loginWithOkta() requests a code and prompts for it: ${factor}`, () =>
    okta({ options: { factors: [factor] }, person: { codes: ["111111", "424242"] } }, async (login) => {
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.asked, [label, label]);
      const verified = login.idp.requests.filter((request) => request.endsWith("/verify"));
      assert.equal(verified.length, 3);
    }));
}

Deno.test("loginWithOkta() answers a security question", () =>
  okta(
    { options: { factors: ["question OKTA"] }, person: { codes: ["not-a-real-answer"] } },
    async (login) => {
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.asked, ["What is the food you least liked as a child"]);
    },
  ));

Deno.test("loginWithOkta() lets the user choose among the factors that a terminal can serve", () =>
  okta({
    options: { factors: ["webauthn FIDO", PUSH, TOTP, "web DUO"] },
    person: { choice: "Push to Okta Verify on Jane's iPhone" },
  }, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.asked, [
      "How do you want to verify it is you: Push to Okta Verify on Jane's iPhone | Code from Google Authenticator",
    ]);
  }));

for (const mfa of ["totp", "TOTP", "google totp", "token:software:totp", "Code from Google Authenticator"]) {
  Deno.test(`loginWithOkta() uses the factor that mfa names: ${mfa}`, () =>
    okta({
      options: { factors: [PUSH, TOTP] },
      config: { mfa },
      person: (idp) => ({ codes: idp.totp }),
    }, async (login) => {
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.asked, ["Code from Google Authenticator"]);
    }));
}

Deno.test("loginWithOkta() warns that the password expires soon, and continues", () =>
  okta({ options: { user: { state: "expires-soon" } } }, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.told, ["Your Okta password expires in 5 days"]);
  }));

Deno.test("loginWithOkta() verifies another factor when the application requires it", () =>
  okta({ options: { factors: [TOTP], stepUp: true } }, async (login) => {
    const next = async () => {
      login.host.advance(30_000);
      return await login.idp.totp();
    };
    const person = fakePerson(login, { codes: next });
    await assertSigned(login, await loginWithOkta(login.host, samlProvider(login.idp.loginUrl), person));
    assert.equal(person.asked.length, 2);
    assert.deepEqual(login.idp.passwords, { right: 1, wrong: 0 });
    assert.deepEqual(login.idp.requests.slice(-3), [
      "POST /api/v1/authn/factors/ost0notreal/verify",
      "GET /login/step-up/redirect",
      "GET /app/amazon_aws/exk1fxp7g6bKz8dGt357/sso/saml",
    ]);
  }));

const NOT_ACCEPTED = (origin: string) => ({
  code: "refused",
  message: 'Cannot log in to "corp": Okta did not accept the user name and password',
  hints: [
    "Check both: they were not tried again, since Okta locks accounts",
    `If they are right, the account is locked or a policy forbids it: see ${origin}`,
  ],
  remoteCode: "E0000004",
  requestId: "oaenot-a-real-id",
} as const);

Deno.test("loginWithOkta() sends a wrong password only once", () =>
  okta({ person: { password: "not-the-password" } }, async (login) => {
    assertFailure(await login.failure(), NOT_ACCEPTED(login.idp.origin));
    assert.deepEqual(login.idp.passwords, { right: 0, wrong: 1 });
  }));

Deno.test("loginWithOkta() cannot tell a hidden lockout from a wrong password, and says so", () =>
  okta({ options: { user: { state: "locked" } } }, async (login) => {
    assertFailure(await login.failure(), NOT_ACCEPTED(login.idp.origin));
  }));

Deno.test("loginWithOkta() explains where to unlock an account", () =>
  okta({ options: { user: { state: "locked" }, showLockout: true } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": the account is locked',
      hints: [`Unlock it at ${login.idp.origin}/signin/unlock, or ask your Okta administrator`],
      remoteCode: "LOCKED_OUT",
    });
  }));

Deno.test("loginWithOkta() reports an expired password, and cancels the login", () =>
  okta({ options: { user: { state: "expired" } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": the password has expired or must be changed',
      hints: [`Change it at ${login.idp.origin}, then run the command again`],
      remoteCode: "PASSWORD_EXPIRED",
    });
    assert.equal(login.idp.requests.at(-1), "POST /api/v1/authn/cancel");
  }));

Deno.test("loginWithOkta() reports that a second factor must be set up first", () =>
  okta({ options: { user: { state: "unenrolled" } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": the account has no second factor yet, and Okta wants one',
      hints: [`Set one up at ${login.idp.origin}, then run the command again`],
      remoteCode: "MFA_ENROLL",
    });
  }));

for (
  const [refusal, remote] of [["page", {}], ["json", {
    remoteCode: "E0000001",
    requestId: "oaenot-a-real-id",
  }]] as const
) {
  Deno.test(`loginWithOkta() reports an unassigned application, shown by a ${refusal}`, () =>
    okta({ options: { user: { assigned: false }, refusal } }, async (login) => {
      assertFailure(await login.failure(), {
        code: "refused",
        message: refusal === "page"
          ? 'Cannot log in to "corp": you are not assigned to the application'
          : 'Cannot log in to "corp": Okta says: Sign in not allowed for app',
        hints: [`Ask your Okta administrator to assign you to the application at ${login.idp.origin}`],
        ...remote,
      });
    }));
}

Deno.test("loginWithOkta() reports a URL that is not an application's", () =>
  okta({ url: (idp) => `${idp.origin}/app/amazon_aws/wrong/sso/saml` }, async (login) => {
    assertFailure(await login.failure(), {
      code: "config-invalid",
      message:
        `Cannot log in to "corp": there is no application at ${login.idp.origin}/app/amazon_aws/wrong/sso/saml`,
      hints: ["Copy the embed link of the AWS application from Okta into url"],
    });
  }));

Deno.test("loginWithOkta() reports that the push was rejected", () =>
  okta({ options: { factors: [PUSH], phone: { answer: "reject" } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "login-not-approved",
      message: 'Cannot log in to "corp": the login was rejected on the phone',
      hints: ["If it was not you who rejected it, tell your Okta administrator"],
      remoteCode: "REJECTED",
    });
    assert.equal(login.idp.requests.at(-1), "POST /api/v1/authn/cancel");
  }));

Deno.test("loginWithOkta() reports that nobody answered the push", () =>
  okta({ options: { factors: [PUSH], phone: { answer: "never" } } }, async (login) => {
    const began = login.host.now();
    assertFailure(await login.failure(), {
      code: "login-not-approved",
      message: 'Cannot log in to "corp": nobody approved the login on the phone in time',
      hints: ["Run the command again"],
      remoteCode: "TIMEOUT",
    });
    assert.equal(login.host.now() - began, 5 * 60_000);
  }));

Deno.test("loginWithOkta() gives up after three wrong codes", () =>
  okta(
    { options: { factors: [TOTP] }, person: { codes: ["000000", "111111", "222222", "333333"] } },
    async (login) => {
      assertFailure(await login.failure(), {
        code: "refused",
        message: 'Cannot log in to "corp": Okta did not accept the code, 3 times',
        hints: ["Check that the clock of the device that shows the codes is right"],
        remoteCode: "E0000068",
        requestId: "oaenot-a-real-id",
      });
      assert.equal(login.person.asked.length, 3);
    },
  ));

Deno.test("loginWithOkta() suggests a browser when a terminal can serve no factor", () =>
  okta({ options: { factors: ["webauthn FIDO", "web DUO"] } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "unsupported",
      message:
        'Cannot log in to "corp": Okta wants a second factor that only a browser can serve: webauthn, web',
      hints: [USE_BROWSER, "Or enrol Okta Verify or another app that shows codes, in Okta's settings"],
    });
  }));

Deno.test("loginWithOkta() lists the factors when mfa names none of them", () =>
  okta({ options: { factors: [PUSH, TOTP] }, config: { mfa: "sms" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "config-invalid",
      message: 'Cannot log in to "corp": mfa is "sms", and the identity provider offers: ' +
        "push (Push to Okta Verify on Jane's iPhone), totp (Code from Google Authenticator)",
      hints: ['Set mfa of the provider "corp" to one of them, or leave it out to be asked'],
    });
  }));

Deno.test("loginWithOkta() recognizes the Identity Engine and suggests a browser", () =>
  okta({ options: { engine: "idx" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "unsupported",
      message:
        'Cannot log in to "corp": this organisation runs Okta Identity Engine, which wants a browser here',
      hints: [USE_BROWSER],
    });
  }));

Deno.test("loginWithOkta() keeps the code and request id when the Identity Engine refuses the API", () =>
  okta({ options: { engine: "idx", apiRefusal: "E0000022" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "unsupported",
      message:
        'Cannot log in to "corp": this organisation runs Okta Identity Engine, which wants a browser here',
      hints: [USE_BROWSER],
      remoteCode: "E0000022",
      requestId: "oaenot-a-real-id",
    });
  }));

Deno.test("loginWithOkta() blames a wrong password, not the Identity Engine", () =>
  okta({ options: { engine: "idx" }, person: { password: "not-the-password" } }, async (login) => {
    assertFailure(await login.failure(), NOT_ACCEPTED(login.idp.origin));
  }));

Deno.test("loginWithOkta() sends no password for a user of another identity provider", () =>
  okta({ options: { routedTo: "SAML2" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "unsupported",
      message: 'Cannot log in to "corp": Okta sends this user to another identity provider (SAML2)',
      hints: [USE_BROWSER],
    });
    assert.deepEqual(login.idp.passwords, { right: 0, wrong: 0 });
  }));

Deno.test("loginWithOkta() reports when to try Okta again", () =>
  okta({ options: { budget: 0 } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "throttled",
      message: 'Cannot log in to "corp": Okta had too many requests',
      hints: ["Try again after 2026-11-23T12:01:00Z"],
      remoteCode: "E0000047",
      requestId: "oaenot-a-real-id",
    });
  }));

Deno.test("loginWithOkta() describes an unknown page without its values", async () => {
  const host = fakeHost({
    exchanges: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/v1/authn") {
        return Response.json({ status: "SUCCESS", sessionToken: "not-a-real-token" });
      }
      const html =
        `<title>Wait\u001b[31m here</title><form id="survey"><input name="mood" value="hidden-value"></form>`;
      return new Response(html, { headers: { "content-type": "text/html" } });
    },
  });
  const provider = samlProvider("https://example.okta.com/app/amazon_aws/x/sso/saml");
  assertFailure(await failureOf(loginWithOkta(host, provider, fakePerson())), {
    code: "bad-answer",
    message: 'Cannot log in to "corp": example.okta.com answered with a page that is not understood',
    hints: [
      USE_BROWSER,
      "The page is https://example.okta.com/login/sessionCookieRedirect (HTTP 200), " +
      'with the title "Wait\\u001b[31m here" and these forms: survey (mood)',
    ],
  });
});

Deno.test("loginWithOkta() reports an address that is not Okta's API", async () => {
  const host = fakeHost({ exchanges: () => new Response("<h1>It works!</h1>", { status: 404 }) });
  const provider = samlProvider("https://www.example.com/app/amazon_aws/x/sso/saml");
  assertFailure(await failureOf(loginWithOkta(host, provider, fakePerson())), {
    code: "bad-answer",
    message: 'Cannot log in to "corp": www.example.com answered HTTP 404 without what its API sends',
    hints: ["Check that the provider's url is the embed link of the application in Okta", USE_BROWSER],
  });
});

Deno.test("loginWithOkta() does not send the password to another host, whatever Okta's links say", async () => {
  const host = fakeHost({
    exchanges: (request) => {
      const { hostname, pathname } = new URL(request.url);
      assert.equal(hostname, "example.okta.com");
      if (pathname !== "/api/v1/authn") return Response.json({});
      return Response.json({
        status: "MFA_REQUIRED",
        stateToken: "00not-a-real-state",
        _embedded: {
          factors: [{
            factorType: "push",
            provider: "OKTA",
            _links: { verify: { href: "https://evil.example/" } },
          }],
        },
      });
    },
  });
  const provider = samlProvider("https://example.okta.com/app/amazon_aws/x/sso/saml");
  const error = await failureOf(loginWithOkta(host, provider, fakePerson()));
  assert.equal(error.code, "refused");
  assert.equal(
    error.message,
    "Cannot log in: a page wants the password sent to https://evil.example, where the login did not lead",
  );
});

Deno.test("loginWithOkta() cancels the open login when the user presses Ctrl-C", () =>
  okta({ options: { factors: [PUSH], phone: { answer: "never" } } }, async (login) => {
    const running = failureOf(login.run());
    while (login.person.told.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    login.host.interrupt();
    assert.equal((await running).code, "interrupted");
    assert.equal(login.idp.requests.at(-1), "POST /api/v1/authn/cancel");
  }));
