import assert from "node:assert/strict";
import { loginWithBrowser } from "../../lib/saml/browser.ts";
import { failureOf } from "../failing.ts";
import { type FakeHost, fakeHost } from "../fake_host.ts";
import { type Behaviour, type FakeBrowser, fakeBrowser, PAGE } from "./fake_browser.ts";
import { samlProvider, UNASKED } from "./provider.ts";

const url = "https://idp.example.com/app";
const ACS = "https://signin.aws.amazon.com/saml";
const RESPONSE = "bm90LWEtcmVhbC1zZWNyZXQ+Pz8/Cg==";
const BODY = new URLSearchParams({ SAMLResponse: RESPONSE, RelayState: "" }).toString();
const provider = samlProvider({ url });

/** Logs in with a browser of this behavior, with a user and a display unless overridden. */
function login(
  behave: Behaviour,
  { lacking }: { lacking?: "display" | "person" } = {},
): { host: FakeHost; browser: FakeBrowser; result: Promise<string> } {
  const browser = fakeBrowser(behave);
  const host = fakeHost({
    files: { "/usr/bin/chromium": "" },
    env: { HOME: "/home/jane", PATH: "/usr/bin", ...(lacking === "display" ? {} : { DISPLAY: ":0" }) },
    ...(lacking === "person" ? {} : { keys: [] }),
    browse: () => browser,
  });
  const result = loginWithBrowser(host, provider, UNASKED).then((response) => response.reveal());
  return { host, browser, result };
}

function paused(request: Record<string, unknown>, requestId = "R1"): Record<string, unknown> {
  return { requestId, request: { url: ACS, method: "POST", ...request } };
}

/** The page is loaded, and posts by itself. */
const posting = (request: Record<string, unknown>): Behaviour => ({ method }, browser) => {
  if (method === "Page.navigate") browser.emit("Fetch.requestPaused", paused(request), "S1");
  return undefined;
};
const namesOf = ({ sent }: FakeBrowser) => sent.map(({ method }) => method);

Deno.test("loginWithBrowser() takes the response from the request to AWS, answers it and closes the browser", async () => {
  const { host, browser, result } = login(posting({ postData: BODY }));
  assert.equal(await result, RESPONSE);
  const fulfilled = browser.sent.find(({ method }) => method === "Fetch.fulfillRequest");
  assert.equal(fulfilled?.params["requestId"], "R1");
  assert.ok(!namesOf(browser).includes("Fetch.continueRequest"));
  assert.ok(namesOf(browser).includes("Browser.close"));
  assert.ok(browser.disposed);
  assert.equal(host.told, "Log in at idp.example.com in the browser window that opens; Ctrl-C to stop.\n");
});

Deno.test("loginWithBrowser() intercepts requests to AWS before the first page loads", async () => {
  const { browser, result } = login(posting({ postData: BODY }));
  await result;
  const names = namesOf(browser);
  assert.ok(names.indexOf("Fetch.enable") < names.indexOf("Page.navigate"));
  assert.ok(names.indexOf("Fetch.enable") < names.indexOf("Runtime.runIfWaitingForDebugger"));
  const navigation = browser.sent.find(({ method }) => method === "Page.navigate");
  assert.deepEqual(navigation?.params, { url });
});

Deno.test("loginWithBrowser() starts the browser with the provider's own profile and no dangerous switch", async () => {
  const { host, result } = login(posting({ postData: BODY }));
  await result;
  const [command] = host.browsers;
  assert.equal(command?.program, "/usr/bin/chromium");
  assert.match(
    command?.profile ?? "",
    /^\/home\/jane\/\.local\/share\/atmos\/browser\/okta-saml-[0-9a-f]{16}$/,
  );
  assert.ok(
    !command?.args.some((arg) => /sandbox|web-security|headless|remote/.test(arg)),
    String(command?.args),
  );
  assert.equal(host.locks.length, 1);
});

Deno.test("loginWithBrowser() reads long bodies in parts, and fetches missing ones", async () => {
  const entries = { postDataEntries: [{ bytes: btoa(BODY.slice(0, 9)) }, { bytes: btoa(BODY.slice(9)) }] };
  assert.equal(await login(posting({ hasPostData: true, ...entries })).result, RESPONSE);
  const asking: Behaviour = ({ method, params }, browser) => {
    if (method === "Page.navigate") {
      browser.emit("Fetch.requestPaused", { ...paused({ hasPostData: true }), networkId: "N1" }, "S1");
    }
    return method === "Network.getRequestPostData" && params["requestId"] === "N1"
      ? { postData: BODY }
      : undefined;
  };
  assert.equal(await login(asking).result, RESPONSE);
});

Deno.test("loginWithBrowser() watches popups, and lets other requests continue", async () => {
  const popup: Behaviour = ({ method, sessionId }, browser) => {
    if (method === "Page.navigate") {
      browser.emit(
        "Fetch.requestPaused",
        paused({ url: "https://signin.aws.amazon.com/console" }, "R0"),
        "S1",
      );
      browser.emit("Fetch.requestPaused", paused({ method: "GET" }, "R1"), "S1");
      const targetInfo = { ...PAGE, targetId: "T2" };
      browser.emit("Target.targetCreated", { targetInfo });
      browser.emit("Target.attachedToTarget", { sessionId: "S2", targetInfo }, "S1");
    }
    if (method === "Runtime.runIfWaitingForDebugger" && sessionId === "S2") {
      browser.emit("Fetch.requestPaused", paused({ postData: BODY }, "R2"), "S2");
    }
    return undefined;
  };
  const { browser, result } = login(popup);
  assert.equal(await result, RESPONSE);
  const continued = browser.sent.filter(({ method }) => method === "Fetch.continueRequest");
  assert.deepEqual(continued.map(({ params }) => params["requestId"]), ["R0", "R1"]);
  assert.equal(namesOf(browser).filter((name) => name === "Page.navigate").length, 1);
  const [held] = browser.sent.filter(({ method }) => method === "Fetch.fulfillRequest");
  assert.deepEqual([held?.params["requestId"], held?.sessionId], ["R2", "S2"]);
});

Deno.test("loginWithBrowser() keeps the identity provider's session in the profile", async () => {
  const common = { value: "v", path: "/", secure: true, httpOnly: true, size: 9, priority: "Medium" };
  const cookies = [
    { ...common, name: "sid", domain: "idp.example.com", session: true, expires: -1 },
    { ...common, name: "wide", domain: ".example.com", session: true, expires: -1, sameSite: "Lax" },
    { ...common, name: "kept", domain: "idp.example.com", session: false, expires: 2e9 },
  ];
  const behave: Behaviour = (call, browser) =>
    call.method === "Storage.getCookies" ? { cookies } : posting({ postData: BODY })(call, browser);
  const { host, browser, result } = login(behave);
  await result;
  const expires = Math.floor(host.now() / 1000) + 12 * 3600;
  const kept = browser.sent.filter(({ method }) => method === "Storage.setCookies");
  const rest = { value: "v", path: "/", secure: true, httpOnly: true, priority: "Medium", expires };
  assert.deepEqual(kept.flatMap(({ params }) => params["cookies"]), [
    { ...rest, name: "sid", url: "https://idp.example.com/" },
    { ...rest, name: "wide", domain: ".example.com", sameSite: "Lax" },
  ]);
});

Deno.test("loginWithBrowser() succeeds even when saving the session fails", async () => {
  const rude: Behaviour = (call, browser) =>
    call.method.startsWith("Storage.") || call.method === "Fetch.fulfillRequest"
      ? { error: { message: "Session with given id not found" } }
      : posting({ postData: BODY })(call, browser);
  const { host, result } = login(rude);
  assert.equal(await result, RESPONSE);
  assert.match(host.told, /session is not kept for the next login/);
});

Deno.test("loginWithBrowser() reports that the window was closed", async () => {
  const closing: Behaviour = ({ method }, browser) => {
    if (method !== "Page.navigate") return undefined;
    browser.emit("Target.targetInfoChanged", { targetInfo: { ...PAGE, url, title: "Sign in" } });
    browser.emit("Target.targetDestroyed", { targetId: "T1" });
    return undefined;
  };
  const quitting: Behaviour = ({ method }, browser) => {
    if (method !== "Page.navigate") return undefined;
    browser.emit("Target.targetInfoChanged", { targetInfo: { ...PAGE, url, title: "Sign in" } });
    queueMicrotask(browser.end);
    return "silent";
  };
  for (const behave of [closing, quitting]) {
    const { browser, result } = login(behave);
    const error = await failureOf(result);
    assert.equal(error.code, "login-not-approved");
    assert.match(error.message, /window was closed before the login was finished$/);
    assert.ok(browser.disposed);
  }
});

Deno.test("loginWithBrowser() continues when one of several windows is closed", async () => {
  const behave: Behaviour = ({ method }, browser) => {
    if (method !== "Page.navigate") return undefined;
    browser.emit("Target.targetCreated", { targetInfo: { ...PAGE, targetId: "T2" } });
    browser.emit("Target.targetDestroyed", { targetId: "T1" });
    browser.emit("Target.targetDestroyed", { targetId: "unknown" });
    browser.emit("Fetch.requestPaused", paused({ postData: BODY }), "S2");
    return undefined;
  };
  assert.equal(await login(behave).result, RESPONSE);
});

Deno.test("loginWithBrowser() distinguishes a browser that does not start from a closed window", async () => {
  const { result } = login((_, browser) => {
    browser.end();
    return "silent";
  });
  const error = await failureOf(result);
  assert.equal(error.code, "failed");
  assert.match(error.message, /\/usr\/bin\/chromium ended before it showed a page$/);
});

Deno.test("loginWithBrowser() waits five minutes for the user, and names the last page", async () => {
  const waiting: Behaviour = ({ method }, browser) => {
    const targetInfo = { ...PAGE, url: `${url}?token=not-a-real-secret`, title: "" };
    if (method === "Page.navigate") browser.emit("Target.targetInfoChanged", { targetInfo });
    return method === "Target.getTargetInfo"
      ? { targetInfo: { ...targetInfo, title: "Sign \u001bin" } }
      : undefined;
  };
  const { host, result } = login(waiting);
  const began = host.now();
  const error = await failureOf(result);
  assert.equal(error.code, "login-not-approved");
  assert.equal(error.message, 'Cannot log in to "okta-saml": nobody finished the login within 5m');
  assert.deepEqual(error.hints, ['The last page was https://idp.example.com/app, "Sign \\u001bin"']);
  assert.equal(host.now() - began, 300_000);
});

Deno.test("loginWithBrowser() runs without a window where nobody could see it, and gives up after half a minute", async () => {
  for (
    const [lacking, reason] of [["display", /no display$/], ["person", /nobody can be asked here$/]] as const
  ) {
    const { host, result } = login(() => undefined, { lacking });
    const began = host.now();
    const error = await failureOf(result);
    assert.equal(error.code, "person-needed");
    assert.match(error.message, reason);
    assert.ok(host.browsers[0]?.args.includes("--headless=new"));
    assert.match(
      host.told,
      /^Logging in at idp\.example\.com without a window, since .*; this takes 30s at most\.\n$/,
    );
    assert.equal(host.now() - began, 30_000);
  }
});

Deno.test("loginWithBrowser() stops with the browser on Ctrl-C", async () => {
  const { host, browser, result } = login(() => undefined);
  const ended = failureOf(result);
  await Promise.resolve();
  host.interrupt();
  assert.equal((await ended).code, "interrupted");
  assert.ok(browser.disposed || host.browsers.length === 0);
});

Deno.test("loginWithBrowser() names an address that does not respond or does not exist", async () => {
  const unreachable = await failureOf(
    login(({ method }) =>
      method === "Page.navigate" ? { errorText: "net::ERR_NAME_NOT_RESOLVED" } : undefined
    ).result,
  );
  assert.equal(unreachable.code, "unreachable");
  assert.match(unreachable.message, /cannot reach idp\.example\.com \(net::ERR_NAME_NOT_RESOLVED\)$/);
  const missing = await failureOf(
    login(({ method }, browser) => {
      const received = { type: "Document", response: { status: 404 } };
      if (method === "Page.navigate") browser.emit("Network.responseReceived", received, "S1");
      return undefined;
    }).result,
  );
  assert.equal(missing.code, "bad-answer");
  assert.match(missing.message, /has no such page \(HTTP 404\)$/);
});

Deno.test("loginWithBrowser() continues when the page redirects while it loads", async () => {
  const behave: Behaviour = ({ method }, browser) => {
    if (method !== "Page.navigate") return undefined;
    browser.emit("Network.responseReceived", { type: "Script", response: { status: 404 } }, "S1");
    browser.emit("Network.responseReceived", { type: "Document", response: { status: 401 } }, "S1");
    queueMicrotask(() => browser.emit("Fetch.requestPaused", paused({ postData: BODY }), "S1"));
    return { errorText: "net::ERR_ABORTED" };
  };
  assert.equal(await login(behave).result, RESPONSE);
});

Deno.test("loginWithBrowser() suggests the right kind of provider for an application of Identity Center", async () => {
  const address = "https://us-east-1.signin.aws.amazon.com/platform/saml/acs/0f0e0d0c";
  const error = await failureOf(login(posting({ url: address, postData: BODY })).result);
  assert.equal(error.code, "config-invalid");
  assert.deepEqual(error.hints, ["Use a provider of the kind aws/iam-identity-center for it"]);
});

Deno.test("loginWithBrowser() rejects a post to AWS without a response", async () => {
  for (const request of [{ postData: "RelayState=x" }, { postData: "SAMLResponse=" }, {}]) {
    assert.equal((await failureOf(login(posting(request)).result)).code, "bad-answer");
  }
});

Deno.test("loginWithBrowser() reports its own failure when the browser sends nonsense", async () => {
  const odd: Behaviour = ({ method }, browser) => {
    if (method === "Page.navigate") browser.emit("Fetch.requestPaused", { strange: true }, "S1");
    return undefined;
  };
  const error = await failureOf(login(odd).result);
  assert.equal(error.code, "failed");
  assert.ok(error.cause instanceof Error);
});

Deno.test("loginWithBrowser() explains how to get a browser, and downloads none", async () => {
  const host = fakeHost({ env: { HOME: "/home/jane" }, browse: () => fakeBrowser(() => undefined) });
  const error = await failureOf(
    loginWithBrowser(host, samlProvider({ url, downloadBrowserDriver: true }), UNASKED),
  );
  assert.equal(error.code, "failed");
  assert.match(error.hints[0] ?? "", /apt-get install chromium/);
  assert.match(error.hints.at(-1) ?? "", /downloads no browser/);
});

Deno.test("loginWithBrowser() opens no browser where none may be opened", async () => {
  const error = await failureOf(
    loginWithBrowser(fakeHost({ env: { HOME: "/home/jane" } }), provider, UNASKED),
  );
  assert.equal(error.code, "person-needed");
});
