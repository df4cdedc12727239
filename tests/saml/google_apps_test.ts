import assert from "node:assert/strict";
import { AuthError } from "../../lib/errors.ts";
import { loginWithGoogleApps } from "../../lib/saml/google_apps.ts";
import { type GoogleOptions, startGoogle } from "../emulator/idp/google.ts";
import { failureOf } from "../failing.ts";
import { fakeHost } from "../fake_host.ts";
import {
  assertFailure,
  assertSigned,
  driverScene,
  fakePerson,
  samlProvider,
  type SceneInit,
  USE_BROWSER,
} from "./form_drivers.ts";

/** Google's prompt service has its own host; the emulator serves it too. */
const google = driverScene(
  loginWithGoogleApps,
  (base, options?: GoogleOptions) => startGoogle({ ...base, ...options }),
  {
    elsewhere: async (request, idp) => {
      const { origin, pathname, search } = new URL(request.url);
      assert.equal(origin, "https://content.googleapis.com");
      assert.equal(request.headers.get("cookie"), null);
      return await fetch(idp.origin + pathname + search, {
        method: request.method,
        body: await request.text(),
      });
    },
  },
);

Deno.test("loginWithGoogleApps() sends the address, then the password, each on its page", () =>
  google({}, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.idp.requests, [
      "GET /o/saml2/initsso",
      "GET /signin/identifier",
      "POST /signin/v1/lookup",
      "POST /signin/challenge/pwd/1",
      "GET /o/saml2/initsso",
    ]);
    assert.deepEqual(login.idp.passwords, { right: 1, wrong: 0 });
  }));

for (
  const [kind, question] of [["totp", "Code from your authenticator app"], [
    "ootp",
    "Security code of your phone",
  ]] as const
) {
  Deno.test(`loginWithGoogleApps() sends the code that ${kind} requires`, () =>
    google({ options: { challenges: [kind] }, person: (idp) => ({ codes: idp.totp }) }, async (login) => {
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.asked, [question]);
    }));
}

Deno.test("loginWithGoogleApps() prompts for another code after a wrong one", () =>
  google({ options: { challenges: ["totp"] } }, async (login) => {
    const person = fakePerson(login, { codes: ["000000", await login.idp.totp()] });
    await assertSigned(
      login,
      await loginWithGoogleApps(login.host, samlProvider(login.idp.loginUrl), person),
    );
    assert.deepEqual(person.told, ["Wrong code. Try again."]);
    assert.deepEqual(login.idp.passwords, { right: 1, wrong: 0 });
  }));

Deno.test("loginWithGoogleApps() requests an SMS and prompts for its code", () =>
  google({ options: { challenges: ["ipp"] }, person: { codes: ["424242"] } }, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.asked, ["Code from the SMS, without G-"]);
  }));

Deno.test("loginWithGoogleApps() waits until the prompt on the phone is answered", () =>
  google({ options: { challenges: ["az"], phone: { polls: 3 } } }, async (login) => {
    const began = login.host.now();
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.told, ["Google sent a prompt to your phone: tap Yes on it"]);
    assert.equal(login.host.now() - began, 3 * 1000);
  }));

Deno.test("loginWithGoogleApps() retries when a request to the prompt service times out", async () => {
  const calls = { late: 0 };
  const elsewhere: SceneInit["elsewhere"] = async (request, idp) => {
    const { pathname, search } = new URL(request.url);
    if (calls.late++ === 0) throw new AuthError("unreachable", "Cannot reach x.example: no answer in time");
    return await fetch(idp.origin + pathname + search, { method: "POST", body: await request.text() });
  };
  await google({ options: { challenges: ["az"], phone: { polls: 0 } }, elsewhere }, async (login) => {
    await assertSigned(login, await login.run());
    assert.equal(calls.late, 2);
  });
});

for (const [number, words] of [["89", "tap Yes, then 89"], ["", "tap Yes on it"]] as const) {
  Deno.test(`loginWithGoogleApps() continues when the user has answered on the device: ${words}`, () =>
    google({
      options: { challenges: ["dp"], number },
      person: { choice: "I have answered on the phone" },
    }, async (login) => {
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.asked, [
        `Google sent a prompt to your phone: ${words}: I have answered on the phone | Give up`,
      ]);
    }));
}

for (const list of ["forms", "buttons"] as const) {
  Deno.test(`loginWithGoogleApps() tries another method when the first needs a browser: a list of ${list}`, () =>
    google({
      options: { challenges: ["sk", "totp", "ipp", "ootp"], list },
      person: (idp) => ({
        codes: idp.totp,
        choice: list === "forms" ? "Code from an authenticator app" : "Use totp",
      }),
    }, async (login) => {
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.asked, [
        list === "forms"
          ? "How do you want to verify it is you: Code from an authenticator app | Code by SMS | " +
            "Security code of your phone, without network"
          : "How do you want to verify it is you: Use totp | Use ipp",
        "Code from your authenticator app",
      ]);
    }));

  Deno.test(`loginWithGoogleApps() uses the method that mfa names: a list of ${list}`, () =>
    google({
      options: { challenges: ["az", "totp", "ipp"], list },
      config: { mfa: "totp" },
      person: (idp) => ({ codes: idp.totp }),
    }, async (login) => {
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.asked, ["Code from your authenticator app"]);
      assert.deepEqual(login.person.told, []);
    }));
}

Deno.test("loginWithGoogleApps() sends a wrong password only once", () =>
  google({ person: { password: "not-the-password" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message:
        'Cannot log in to "corp": Google says: Wrong password. Try again or click Forgot password to reset it.',
      hints: ["Check the password: it was not tried again, since Google locks accounts", USE_BROWSER],
    });
    assert.deepEqual(login.idp.passwords, { right: 0, wrong: 1 });
  }));

Deno.test("loginWithGoogleApps() sends no password for an unknown address", () =>
  google({ person: { username: "nobody@example.com" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": Google says: Couldn’t find your Google Account',
      hints: ["Check the username: it was not tried again, since Google locks accounts", USE_BROWSER],
    });
    assert.deepEqual(login.idp.passwords, { right: 0, wrong: 0 });
  }));

Deno.test("loginWithGoogleApps() reports a locked account", () =>
  google({ options: { user: { state: "locked" } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": the Google account is disabled or locked',
      hints: ["Ask your Google Workspace administrator"],
    });
  }));

Deno.test("loginWithGoogleApps() reports that the password must be changed", () =>
  google({ options: { user: { state: "expired" } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": Google wants the password changed',
      hints: [`Change it at ${login.idp.origin}, then run the command again`],
    });
  }));

const UNASSIGNED = {
  code: "refused",
  message: 'Cannot log in to "corp": the AWS application is not turned on for your Google account',
  hints: [
    "Ask your Google Workspace administrator to turn it on for you",
    'Check idpid and spid in the url of the provider "corp"',
  ],
} as const;

Deno.test("loginWithGoogleApps() reports that the application is not turned on for the account", () =>
  google({ options: { user: { assigned: false } } }, async (login) => {
    assertFailure(await login.failure(), UNASSIGNED);
  }));

Deno.test("loginWithGoogleApps() reports a URL without an application", () =>
  google({ url: (idp) => `${idp.origin}/o/saml2/initsso?idpid=C0wrong&spid=1` }, async (login) => {
    assertFailure(await login.failure(), UNASSIGNED);
    assert.deepEqual(login.idp.passwords, { right: 0, wrong: 0 });
  }));

Deno.test("loginWithGoogleApps() reports that 2-Step Verification must be set up", () =>
  google({ options: { obstacle: "policy" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": your organisation wants 2-Step Verification, and it is not set up',
      hints: ["Set it up at https://myaccount.google.com/security, then run the command again"],
    });
  }));

for (const kind of ["az", "dp"] as const) {
  Deno.test(`loginWithGoogleApps() reports that the prompt was rejected: ${kind}`, () =>
    google({
      options: { challenges: [kind], phone: { answer: "reject" } },
      person: { choice: "I have answered on the phone" },
    }, async (login) => {
      assertFailure(await login.failure(), {
        code: "login-not-approved",
        message: 'Cannot log in to "corp": Google says: Your phone said it wasn’t you.',
        hints: ["Run the command again"],
      });
    }));
}

Deno.test("loginWithGoogleApps() reports that nobody answered the prompt", () =>
  google({ options: { challenges: ["az"], phone: { answer: "never" } } }, async (login) => {
    const began = login.host.now();
    assertFailure(await login.failure(), {
      code: "login-not-approved",
      message: 'Cannot log in to "corp": nobody answered the prompt on the phone in time',
      hints: ["Run the command again"],
    });
    assert.equal(login.host.now() - began, 180_000);
  }));

Deno.test("loginWithGoogleApps() stops when the user cancels the prompt", () =>
  google({ options: { challenges: ["dp"] }, person: { choice: "Give up" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "login-not-approved",
      message: 'Cannot log in to "corp": the prompt on the phone was given up',
    });
  }));

Deno.test("loginWithGoogleApps() gives up after three wrong codes", () =>
  google({
    options: { challenges: ["totp"] },
    person: { codes: ["000000", "111111", "222222", "333333"] },
  }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": Google did not accept the code, 3 times',
      hints: [
        "Google says: Wrong code. Try again.",
        "Check that the clock of the device that shows the codes is right",
      ],
    });
    assert.equal(login.person.asked.length, 3);
  }));

for (
  const [what, options, message] of [
    ["a captcha", { obstacle: "captcha" }, "Google wants a captcha solved"],
    ["a browser that Google trusts", { obstacle: "rejected" }, "Google does not let this program sign in"],
  ] as const
) {
  Deno.test(`loginWithGoogleApps() suggests a browser when Google requires ${what}`, () =>
    google({ options }, async (login) => {
      assertFailure(await login.failure(), {
        code: "unsupported",
        message: `Cannot log in to "corp": ${message}`,
        hints: [USE_BROWSER],
      });
      assert.deepEqual(login.idp.passwords, { right: 0, wrong: 0 });
    }));
}

const answering = (html: string) =>
  fakeHost({ exchanges: () => new Response(html, { headers: { "content-type": "text/html" } }) });
const provider = samlProvider("https://accounts.google.com/o/saml2/initsso?idpid=C0notreal&spid=1");

Deno.test("loginWithGoogleApps() suggests a browser for a challenge without an alternative", async () => {
  const html = `<form id="challenge" method="post" action="/v3/signin/challenge/pk/presend"></form>`;
  assertFailure(await failureOf(loginWithGoogleApps(answering(html), provider, fakePerson())), {
    code: "unsupported",
    message: 'Cannot log in to "corp": Google wants a challenge that needs a browser (pk)',
    hints: [USE_BROWSER],
  });
});

Deno.test("loginWithGoogleApps() describes a changed page without its values", async () => {
  const html =
    `<title>Sign in</title><form name="next"><input name="f.req" value="hidden-value"></form><form></form>`;
  assertFailure(await failureOf(loginWithGoogleApps(answering(html), provider, fakePerson())), {
    code: "bad-answer",
    message: 'Cannot log in to "corp": accounts.google.com answered with a page that is not understood',
    hints: [
      USE_BROWSER,
      "The page is https://accounts.google.com/o/saml2/initsso (HTTP 200), " +
      'with the title "Sign in" and these forms: next (f.req), unnamed ()',
    ],
  });
});

Deno.test("loginWithGoogleApps() requests pages in English", async () => {
  const host = answering("");
  await failureOf(loginWithGoogleApps(host, provider, fakePerson()));
  assert.deepEqual(host.called, [
    "GET https://accounts.google.com/o/saml2/initsso?idpid=C0notreal&spid=1&hl=en&loc=US",
  ]);
});

Deno.test("loginWithGoogleApps() stops when pages form a loop", async () => {
  const html =
    `<form id="challenge" method="post" action="/signin/challenge/ipp/2"><input type="hidden" name="TL" value="x"></form>`;
  const host = answering(html);
  assertFailure(await failureOf(loginWithGoogleApps(host, provider, fakePerson())), {
    code: "bad-answer",
    message: 'Cannot log in to "corp": Google led through more than 20 pages',
    hints: [USE_BROWSER],
  });
  assert.equal(host.called.length, 21);
});
