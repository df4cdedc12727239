import assert from "node:assert/strict";
import { loginWithAdfs } from "../../lib/saml/adfs.ts";
import { type AdfsFactor, type AdfsOptions, startAdfs } from "../emulator/idp/adfs.ts";
import { failureOf } from "../failing.ts";
import { fakeHost } from "../fake_host.ts";
import {
  assertFailure,
  assertSigned,
  driverScene,
  fakePerson,
  samlProvider,
  type Scene,
  USE_BROWSER,
} from "./form_drivers.ts";

const adfs = driverScene(loginWithAdfs, (base, options?: AdfsOptions) => startAdfs({ ...base, ...options }));

const PAGE = "/adfs/ls/IdpInitiatedSignOn.aspx";

Deno.test("loginWithAdfs() submits the login form and follows redirects with their cookies", () =>
  adfs({}, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.idp.requests, [`GET ${PAGE}`, `POST ${PAGE}`, `GET ${PAGE}`]);
    assert.deepEqual(login.idp.passwords, { right: 1, wrong: 0 });
    assert.deepEqual(login.person.told, []);
  }));

for (const path of ["", "/", "/adfs", "/adfs/ls/", "/adfs/ls/idpinitiatedsignon"]) {
  Deno.test(`loginWithAdfs() finds the sign-on page from the address "${path}"`, () =>
    adfs({ url: (idp) => idp.origin + path }, async (login) => {
      await assertSigned(login, await login.run());
    }));
}

for (
  const [region, urn] of [
    ["us-east-1", "urn:amazon:webservices"],
    ["us-gov-west-1", "urn:amazon:webservices:govcloud"],
    ["cn-north-1", "urn:amazon:webservices:cn-north-1"],
  ] as const
) {
  Deno.test(`loginWithAdfs() uses the relying party of the partition: ${region}`, async () => {
    const host = fakeHost({ exchanges: () => new Response("", { status: 404 }) });
    await failureOf(loginWithAdfs(host, samlProvider("https://adfs.example.com", { region }), fakePerson()));
    assert.deepEqual(host.called, [
      `GET https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=${encodeURIComponent(urn)}`,
    ]);
  });
}

Deno.test("loginWithAdfs() keeps the relying party in the URL", async () => {
  const host = fakeHost({ exchanges: () => new Response("", { status: 404 }) });
  const url = "https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx?LoginToRP=urn:other";
  await failureOf(loginWithAdfs(host, samlProvider(url), fakePerson()));
  assert.deepEqual(host.called, [`GET ${url}`]);
});

Deno.test("loginWithAdfs() fills the forms of older servers", () =>
  adfs({ options: { style: "legacy" } }, async (login) => {
    await assertSigned(login, await login.run());
  }));

for (const factor of ["VerificationCode", "security_code"] as const) {
  Deno.test(`loginWithAdfs() sends a code as ${factor}`, () =>
    adfs({ options: { factor }, person: (idp) => ({ codes: idp.totp }) }, async (login) => {
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.asked, ["Enter the code of your app"]);
    }));
}

Deno.test("loginWithAdfs() prompts for another code after a wrong one", () =>
  adfs({ options: { factor: "VerificationCode" } }, async (login) => {
    const person = fakePerson(login, { codes: ["000000", await login.idp.totp()] });
    await assertSigned(login, await loginWithAdfs(login.host, samlProvider(login.idp.loginUrl), person));
    assert.deepEqual(person.told, ["The code is incorrect. Enter it again."]);
    assert.deepEqual(login.idp.passwords, { right: 1, wrong: 0 });
  }));

for (
  const [factor, words] of [
    ["azure", ["We've sent a notification to your phone."]],
    ["azure-number", ["We've sent a notification to your phone.", "Enter the number 42 on your phone"]],
    ["azure-server", ["We've sent a notification to your phone."]],
  ] as const satisfies readonly (readonly [AdfsFactor, readonly string[]])[]
) {
  Deno.test(`loginWithAdfs() waits for approval on the phone, and shows the instructions once: ${factor}`, () =>
    adfs({ options: { factor, phone: { polls: 3 } } }, async (login) => {
      const began = login.host.now();
      await assertSigned(login, await login.run());
      assert.deepEqual(login.person.told, words);
      assert.equal(login.host.now() - began, 4 * 1000);
    }));
}

Deno.test("loginWithAdfs() lets the user choose a method", () =>
  adfs({
    options: { factor: "VerificationCode", offersMethods: true },
    person: (idp) => ({ codes: idp.totp, choice: "Use a code of your app" }),
  }, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.asked, [
      "How do you want to verify it is you: Sign in using an X.509 certificate | Use a code of your app",
      "Enter the code of your app",
    ]);
  }));

Deno.test("loginWithAdfs() uses the method that mfa names", () =>
  adfs({
    options: { factor: "VerificationCode", offersMethods: true },
    person: (idp) => ({ codes: idp.totp }),
    config: { mfa: "exampletotpadapter" },
  }, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.asked, ["Enter the code of your app"]);
  }));

/** Two servers: the users of `home` reach AWS through `hub`. */
async function federation(act: (hub: Scene, home: Scene["idp"]) => Promise<void>): Promise<void> {
  const tokens = new Set<string>();
  const hub = { origin: "" };
  await using home = await startAdfs({ tokens, hub: () => hub.origin });
  await adfs({ options: { partner: home, tokens }, person: { choice: "Partner Ltd" } }, async (login) => {
    hub.origin = login.idp.origin;
    await act(login, home);
  });
}

Deno.test("loginWithAdfs() goes through the chosen home realm, to another server and back", () =>
  federation(async (hub, home) => {
    await assertSigned(hub, await hub.run());
    assert.deepEqual(hub.person.asked, ["Where is your account: Active Directory | Partner Ltd"]);
    assert.deepEqual(hub.idp.passwords, { right: 0, wrong: 0 });
    assert.deepEqual(home.passwords, { right: 1, wrong: 0 });
    assert.deepEqual(hub.idp.requests.slice(-2), ["POST /adfs/ls/", `GET ${PAGE}`]);
  }));

Deno.test("loginWithAdfs() reports a username without a domain", () =>
  adfs({ person: { username: "jane" }, options: { user: { username: "jane" } } }, async (login) => {
    await assertSigned(login, await login.run());
    assert.deepEqual(login.person.told, [
      "ADFS usually wants DOMAIN\\user or user@domain; the username is neither",
    ]);
  }));

const CHECK = [
  "Check user name and password: they were not tried again, since ADFS locks accounts",
  "If they are right, the account may be locked or the password expired: ask your administrator",
];

Deno.test("loginWithAdfs() sends a wrong password only once", () =>
  adfs({ person: { password: "not-the-password" } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": ADFS says: Incorrect user ID or password. ' +
        "Type the correct user ID and password, and try again.",
      hints: CHECK,
    });
    assert.deepEqual(login.idp.passwords, { right: 0, wrong: 1 });
  }));

Deno.test("loginWithAdfs() reports a locked account, in the words of ADFS", () =>
  adfs({ options: { user: { state: "locked" } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": ADFS says: Your account is locked. ' +
        "Try again later, or contact your administrator.",
      hints: CHECK,
    });
  }));

Deno.test("loginWithAdfs() reports an expired password", () =>
  adfs({ options: { user: { state: "expired" } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": the password has expired',
      hints: [`Change it at ${login.idp.origin}/adfs/portal/updatepassword, then run the command again`],
    });
    assert.deepEqual(login.idp.passwords, { right: 1, wrong: 0 });
  }));

Deno.test("loginWithAdfs() reports that the user may not access AWS", () =>
  adfs({ options: { user: { assigned: false } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": ADFS says: You are not authorized to access this site. ' +
        "Contact your administrator for permission.",
      hints: ["Ask your administrator to permit you the relying party of AWS"],
    });
  }));

Deno.test("loginWithAdfs() reports that the login was rejected on the phone", () =>
  adfs({ options: { factor: "azure", phone: { answer: "reject" } } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "login-not-approved",
      message: 'Cannot log in to "corp": the login was not approved. ADFS says: Authentication was denied.',
      hints: ["Run the command again"],
    });
  }));

Deno.test("loginWithAdfs() reports that nobody approved the login on the phone", () =>
  adfs({ options: { factor: "azure", phone: { answer: "never" } } }, async (login) => {
    const began = login.host.now();
    assertFailure(await login.failure(), {
      code: "login-not-approved",
      message: 'Cannot log in to "corp": nobody approved the login on the phone in time',
      hints: ["Run the command again"],
    });
    assert.equal(login.host.now() - began, 5 * 60_000);
  }));

Deno.test("loginWithAdfs() gives up after three wrong codes", () =>
  adfs({
    options: { factor: "VerificationCode" },
    person: { codes: ["000000", "111111", "222222", "333333"] },
  }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": ADFS did not accept the code, 3 times',
      hints: [
        "ADFS says: The code is incorrect. Enter it again.",
        "Check that the clock of the device that shows the codes is right",
      ],
    });
    assert.equal(login.person.asked.length, 3);
  }));

Deno.test("loginWithAdfs() explains how to enable the sign-on page", () =>
  adfs({ options: { signOnPage: false } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": ADFS does not offer the sign-on page that the login begins at',
      hints: [
        "It is off since Windows Server 2016; an administrator turns it on by " +
        "`Set-AdfsProperties -EnableIdPInitiatedSignonPage $true`",
        'Check the url of the provider "corp"',
      ],
    });
  }));

Deno.test("loginWithAdfs() shows the code of an error page", () =>
  adfs({ url: (idp) => `${idp.origin}${PAGE}?loginToRp=urn:wrong` }, async (login) => {
    assertFailure(await login.failure(), {
      code: "refused",
      message: 'Cannot log in to "corp": ADFS says: An error occurred.',
      hints: ["Ask your ADFS administrator what its event log says about it"],
      remoteCode: "MSIS7007",
    });
  }));

Deno.test("loginWithAdfs() suggests a browser when the server requires Windows' own login", () =>
  adfs({ options: { negotiates: true } }, async (login) => {
    assertFailure(await login.failure(), {
      code: "unsupported",
      message: `Cannot log in to "corp": ${
        new URL(login.idp.origin).host
      } wants to log in by Windows (Kerberos or NTLM)`,
      hints: [USE_BROWSER, "Or ask your administrator for forms authentication on this network"],
    });
  }));

const answering = (html: string) =>
  fakeHost({ exchanges: () => new Response(html, { headers: { "content-type": "text/html" } }) });

Deno.test("loginWithAdfs() describes a changed page without its values", async () => {
  const html = `<title>Welcome</title><form id="newLogin"><input name="Passkey" value="hidden-value"></form>`;
  const provider = samlProvider("https://adfs.example.com");
  assertFailure(await failureOf(loginWithAdfs(answering(html), provider, fakePerson())), {
    code: "bad-answer",
    message: 'Cannot log in to "corp": adfs.example.com answered with a page that is not understood',
    hints: [
      USE_BROWSER,
      "The page is https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx (HTTP 200), " +
      'with the title "Welcome" and these forms: newLogin (Passkey)',
    ],
  });
});

Deno.test("loginWithAdfs() does not send the password to a host that the login did not lead to", async () => {
  const html =
    `<form method="post" action="https://evil.example/"><input name="UserName"><input name="Password" type="password">`;
  const host = answering(html);
  const provider = samlProvider("https://adfs.example.com");
  const error = await failureOf(loginWithAdfs(host, provider, fakePerson()));
  assert.equal(error.code, "refused");
  assert.equal(
    error.message,
    "Cannot log in: a page wants the password sent to https://evil.example, where the login did not lead",
  );
  assert.equal(host.called.length, 1);
});

Deno.test("loginWithAdfs() rejects a response addressed to anyone but AWS", async () => {
  const html = (action: string) =>
    `<form method="post" action="${action}"><input type="hidden" name="SAMLResponse" value="AAAA">`;
  const provider = samlProvider("https://adfs.example.com");
  assertFailure(
    await failureOf(loginWithAdfs(answering(html("https://sp.example.com/acs")), provider, fakePerson())),
    {
      code: "refused",
      message: 'Cannot log in to "corp": the SAML response is for sp.example.com, not for AWS',
      hints: ['Check the url of the provider "corp": it must lead to the AWS application', USE_BROWSER],
    },
  );
  const center = "https://us-east-1.signin.aws.amazon.com/platform/saml/acs/0f0e0d0c";
  assertFailure(await failureOf(loginWithAdfs(answering(html(center)), provider, fakePerson())), {
    code: "refused",
    message: 'Cannot log in to "corp": the application is one of IAM Identity Center, not of AWS IAM',
    hints: ["Use a provider of the kind aws/iam-identity-center for it"],
  });
});

Deno.test("loginWithAdfs() stops when pages form a loop", async () => {
  const host = answering(
    `<form method="post" action="/again"><input type="hidden" name="state" value="x"></form>`,
  );
  assertFailure(
    await failureOf(loginWithAdfs(host, samlProvider("https://adfs.example.com"), fakePerson())),
    {
      code: "bad-answer",
      message: 'Cannot log in to "corp": adfs.example.com led through more than 30 pages',
      hints: [USE_BROWSER],
    },
  );
  assert.equal(host.called.length, 31);
});
