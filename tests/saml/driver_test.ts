import assert from "node:assert/strict";
import { chooseDriver, driverFor } from "../../lib/saml/driver.ts";
import { fakeHost } from "../fake_host.ts";
import { samlProvider } from "./provider.ts";

const OKTA = "https://company.okta.com/app/amazon_aws/abc123/sso/saml";
const GOOGLE = "https://accounts.google.com/o/saml2/initsso?idpid=C01&spid=1";
const ADFS = "https://login.example.com/adfs/ls/IdpInitiatedSignOn.aspx";
const OTHER = "https://idp.example.com/aws";
const CHROME = "/usr/bin/google-chrome";

const auto = { driver: undefined, browserType: undefined };
const without = { browser: undefined, display: true };
const choice = (url: string, surroundings: { browser: string | undefined; display: boolean }) =>
  chooseDriver({ ...auto, url }, surroundings).driver;

Deno.test("chooseDriver() uses the configured driver", () => {
  assert.deepEqual(chooseDriver({ ...auto, driver: "ADFS", url: OKTA }, { browser: CHROME, display: true }), {
    driver: "ADFS",
    reason: "the configuration says so",
  });
});

Deno.test("chooseDriver() uses an installed browser, whatever the address", () => {
  for (const url of [OKTA, GOOGLE, ADFS, OTHER]) {
    assert.deepEqual(chooseDriver({ ...auto, url }, { browser: CHROME, display: true }), {
      driver: "Browser",
      reason: `${CHROME} is installed`,
    });
  }
});

Deno.test("chooseDriver() reports that Firefox and WebKit cannot be driven", () => {
  const config = { ...auto, url: OTHER, browserType: "firefox" };
  assert.equal(
    chooseDriver(config, { browser: CHROME, display: true }).reason,
    `${CHROME} is installed, and firefox cannot be driven`,
  );
});

Deno.test("chooseDriver() chooses by address when there is no browser", () => {
  assert.deepEqual(chooseDriver({ ...auto, url: OKTA }, without), {
    driver: "Okta",
    reason: "no browser was found, and company.okta.com is a domain of Okta",
  });
  assert.equal(choice(GOOGLE, without), "GoogleApps");
  assert.equal(choice(ADFS, without), "ADFS");
});

Deno.test("chooseDriver() chooses by address when the browser has no display", () => {
  const { driver, reason } = chooseDriver({ ...auto, url: OKTA }, {
    browser: CHROME,
    display: false,
  });
  assert.equal(driver, "Okta");
  assert.match(reason, /no display/);
});

Deno.test("chooseDriver() falls back to a browser without a window, or one to install", () => {
  assert.equal(choice(OTHER, without), "Browser");
  assert.match(chooseDriver({ ...auto, url: OTHER }, without).reason, /must be installed/);
  const hidden = chooseDriver({ ...auto, url: OTHER }, { browser: CHROME, display: false });
  assert.equal(hidden.driver, "Browser");
  assert.match(hidden.reason, /runs without a window/);
});

Deno.test("chooseDriver() recognizes Okta's other domains and custom domains", () => {
  for (
    const url of [
      "https://company.oktapreview.com/x",
      "https://company.okta-emea.com/x",
      "https://agency.okta-gov.com/x",
      "https://unit.okta.mil/x",
      "https://COMPANY.OKTA.COM/x",
      "https://id.example.com/app/amazon_aws/exk1/sso/saml",
      "https://id.example.com/home/amazon_aws/0oa1/272",
    ]
  ) assert.equal(choice(url, without), "Okta", url);
});

Deno.test("chooseDriver() matches host and path exactly, never substrings", () => {
  for (
    const url of [
      "https://evil.example/?x=okta.com",
      "https://notokta.com/x",
      "https://okta.com.evil.example/x",
      "https://accounts.google.com.evil.example/o/saml2",
      "https://evil.example/x?y=/adfs/ls",
      "https://myadfs.example.com/x",
    ]
  ) assert.equal(choice(url, without), "Browser", url);
  assert.equal(choice("https://adfs.example.com/x", without), "ADFS");
});

Deno.test("driverFor() looks for a browser only when it matters", async () => {
  const missing = { browserExecutablePath: "/nowhere/chrome" };
  const chosen = await driverFor(fakeHost(), samlProvider({ url: OKTA, driver: "Okta", ...missing }));
  assert.equal(chosen.driver, "Okta");
  await assert.rejects(driverFor(fakeHost(), samlProvider({ url: OKTA, ...missing })), {
    code: "config-invalid",
    where: "auth.providers.okta-saml.browser_executable_path",
  });
});

Deno.test("driverFor() finds the browser on PATH and the display in the environment", async () => {
  const init = { files: { [CHROME]: "" }, env: { HOME: "/home/jane", PATH: "/usr/local/bin:/usr/bin" } };
  const env = { ...init.env, WAYLAND_DISPLAY: "wayland-0" };
  assert.equal((await driverFor(fakeHost({ ...init, env }), samlProvider({ url: OKTA }))).driver, "Browser");
  assert.equal((await driverFor(fakeHost(init), samlProvider({ url: OKTA }))).driver, "Okta");
});
