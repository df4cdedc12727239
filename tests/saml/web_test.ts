import assert from "node:assert/strict";
import { Secret } from "../../lib/credentials.ts";
import { networkFetch } from "../../lib/host_deno/network.ts";
import { openWeb, type Web, type WebField } from "../../lib/saml/web.ts";
import { failureOf } from "../failing.ts";
import { type FakeHost, fakeHost } from "../fake_host.ts";

const START = new URL("https://idp.example.com/start");
const PASSWORD: WebField = ["password", new Secret("not-a-real-password")];

/** Pages by address; each response may be a redirect. */
function site(pages: Readonly<Record<string, () => Response>>): FakeHost {
  return fakeHost({
    exchanges: (request) => pages[request.url.replace(/\?.*$/, "")]?.() ?? new Response("", { status: 404 }),
  });
}

const goTo = (location: string, status = 302) => () => new Response(null, { status, headers: { location } });
const text = (body: string) => () => new Response(body);

function settingCookies(...cookies: string[]): () => Response {
  return () => {
    const headers = new Headers(cookies.map((cookie) => ["set-cookie", cookie]));
    return new Response("", { headers });
  };
}

async function failing(
  running: Promise<unknown>,
): Promise<{ code: string; message: string; hints: readonly string[] }> {
  const error = await failureOf(running);
  assert.doesNotMatch(error.message + error.hints.join(), /not-a-real/);
  return { code: error.code, message: error.message, hints: error.hints };
}

async function visiting(
  host: FakeHost,
  act: (web: Web) => Promise<unknown>,
): Promise<readonly (string | null)[]> {
  await act(await openWeb(host, START));
  return host.requests.map(({ headers }) => headers.get("cookie"));
}

Deno.test("openWeb() identifies as a browser that ADFS and Google give forms to", async () => {
  const host = site({ "https://idp.example.com/start": text("") });
  const web = await openWeb(host, START);
  await web.get(START);
  const headers = Object.fromEntries(host.requests[0]?.headers ?? []);
  assert.match(headers["user-agent"] ?? "", /^Mozilla\/5\.0 \(X11; Linux x86_64; .*Firefox/);
  assert.match(headers["accept"] ?? "", /^text\/html/);
  assert.equal(headers["accept-language"], "en-US,en;q=0.9");
});

Deno.test("get() adds to the query, submit() replaces it for GET and fills the body for POST", async () => {
  const host = site({});
  const web = await openWeb(host, START);
  const url = new URL("https://idp.example.com/form?kept=1");
  const fields: WebField[] = [["a b", "ü&="], ["lines", "1\n2"], ["empty", ""]];
  await web.get(url, fields.slice(0, 1));
  await web.submit({ method: "GET", url, fields });
  await web.submit({ method: "POST", url, fields: [...fields, PASSWORD] });
  await web.postJson(url, { name: "jane", password: new Secret("not-a-real-password"), deep: { yes: true } });
  assert.deepEqual(host.called, [
    "GET https://idp.example.com/form?kept=1&a+b=%C3%BC%26%3D",
    "GET https://idp.example.com/form?a+b=%C3%BC%26%3D&lines=1%0D%0A2&empty=",
    "POST https://idp.example.com/form?kept=1",
    "POST https://idp.example.com/form?kept=1",
  ]);
  const [, , form, json] = host.requests;
  assert.equal(form?.headers.get("content-type"), "application/x-www-form-urlencoded");
  assert.equal(await form?.text(), "a+b=%C3%BC%26%3D&lines=1%0D%0A2&empty=&password=not-a-real-password");
  assert.equal(json?.headers.get("content-type"), "application/json");
  assert.equal(json?.headers.get("accept"), "application/json");
  assert.deepEqual(await json?.json(), {
    name: "jane",
    password: "not-a-real-password",
    deep: { yes: true },
  });
});

Deno.test("a conversation keeps cookies by host, domain and path, and rejects those that a host may not set", async () => {
  const host = site({
    "https://idp.example.com/start": settingCookies(
      "host=1; Path=/",
      "wide=2; Domain=example.com; Path=/",
      "deep=3; Path=/adfs",
      "gone=4; Path=/; Max-Age=0",
      "foreign=5; Domain=other.example; Path=/",
      "suffix=6; Domain=com; Path=/",
    ),
  });
  const cookies = await visiting(host, async (web) => {
    await web.get(START);
    await web.get(new URL("https://idp.example.com/"));
    await web.get(new URL("https://idp.example.com/adfs/ls"));
    await web.get(new URL("https://www.example.com/adfs"));
    await web.get(new URL("https://other.example/"));
  });
  assert.deepEqual(cookies, [null, "host=1; wide=2", "deep=3; host=1; wide=2", "wide=2", null]);
});

Deno.test("a conversation keeps the cookies of redirects, and deletes expired ones", async () => {
  const host = site({
    "https://idp.example.com/start": () =>
      new Response(null, { status: 302, headers: { "location": "/next", "set-cookie": "a=1" } }),
    "https://idp.example.com/next": settingCookies("a=; expires=Thu, 01 Jan 1970 00:00:00 GMT", "b=2"),
  });
  const cookies = await visiting(host, async (web) => {
    await web.get(START);
    await web.get(START);
  });
  assert.deepEqual(cookies, [null, "a=1", "b=2", "b=2; a=1"].slice(0, cookies.length));
  assert.equal(cookies.length, 4);
});

Deno.test("two conversations share no cookies", async () => {
  const host = site({ "https://idp.example.com/start": settingCookies("a=1") });
  await (await openWeb(host, START)).get(START);
  await (await openWeb(host, START)).get(START);
  assert.deepEqual(host.requests.map(({ headers }) => headers.get("cookie")), [null, null]);
});

for (const status of [301, 302, 303]) {
  Deno.test(`a redirect with ${status} continues with GET, without a body, to an address relative to the page`, async () => {
    const host = site({
      "https://idp.example.com/a/form": goTo("../done#part", status),
      "https://idp.example.com/done": text("here"),
    });
    const web = await openWeb(host, START);
    const url = new URL("https://idp.example.com/a/form");
    const page = await web.submit({ method: "POST", url, fields: [PASSWORD] });
    assert.deepEqual(host.called, [
      "POST https://idp.example.com/a/form",
      "GET https://idp.example.com/done",
    ]);
    assert.equal(host.requests[1]?.body, null);
    assert.equal(host.requests[1]?.headers.get("content-type"), null);
    assert.deepEqual([page.url.pathname, page.status, page.text], ["/done", 200, "here"]);
  });
}

for (const status of [307, 308]) {
  Deno.test(`a redirect with ${status} keeps method and body`, async () => {
    const host = site({ "https://idp.example.com/form": goTo("/again", status) });
    const web = await openWeb(host, START);
    await web.submit({ method: "POST", url: new URL("https://idp.example.com/form"), fields: [["a", "1"]] });
    assert.deepEqual(host.called, [
      "POST https://idp.example.com/form",
      "POST https://idp.example.com/again",
    ]);
    assert.equal(await host.requests[1]?.text(), "a=1");
  });
}

Deno.test("a conversation follows at most twenty redirects", async () => {
  const left = { count: 20 };
  const host = fakeHost({ exchanges: () => left.count-- > 0 ? goTo("/next")() : new Response("end") });
  assert.equal((await (await openWeb(host, START)).get(START)).text, "end");
  left.count = 21;
  assert.deepEqual(await failing((await openWeb(host, START)).get(START)), {
    code: "bad-answer",
    message: "Cannot log in: idp.example.com redirects more than 20 times",
    hints: [],
  });
});

Deno.test("a redirect to an invalid address fails", async () => {
  const host = site({ "https://idp.example.com/start": goTo("https://[not-a-real-host") });
  assert.deepEqual(await failing((await openWeb(host, START)).get(START)), {
    code: "bad-answer",
    message: "Cannot log in: https://idp.example.com/start redirects to something that is no address",
    hints: [],
  });
});

Deno.test("openWeb() starts with https, or http on this machine", async () => {
  for (
    const address of [
      "https://idp.example.com/",
      "http://127.0.0.1:1/",
      "http://localhost:1/",
      "http://[::1]:1/",
    ]
  ) {
    await openWeb(fakeHost(), new URL(address));
  }
  for (
    const address of [
      "http://idp.example.com/?a=not-a-real-token",
      "http://127.0.0.1.example.com/",
      "file:///tmp/x",
    ]
  ) {
    const { code, message } = await failing(openWeb(fakeHost(), new URL(address)));
    assert.equal(code, "config-invalid");
    assert.match(message, /^Cannot log in at \S+: it is not an https address$/);
  }
});

Deno.test("a conversation never sends anything over plain http", async () => {
  for (
    const target of ["http://idp.example.com/?t=not-a-real-token", "http://127.0.0.1:80/", "javascript:x"]
  ) {
    const host = site({ "https://idp.example.com/start": goTo(target) });
    const { code, message } = await failing((await openWeb(host, START)).get(START));
    assert.equal(code, "bad-answer");
    assert.match(message, /^Cannot log in: the login leads to \S+, which is not encrypted$/);
    assert.equal(host.called.length, 1);
  }
});

const REFUSED = {
  code: "refused",
  message:
    "Cannot log in: a page wants the password sent to https://other.example, where the login did not lead",
  hints: ["If other.example belongs to your identity provider, use driver: Browser"],
};

Deno.test("a password is sent only to hosts that the login redirected to", async () => {
  const host = site({ "https://idp.example.com/start": goTo("https://login.example.com/form") });
  const web = await openWeb(host, START);
  const post = (address: string, fields = [PASSWORD]) =>
    web.submit({ method: "POST", url: new URL(address), fields });
  await post("https://idp.example.com/form");
  assert.match((await failing(post("https://login.example.com/form"))).message, /login\.example\.com/);
  await web.get(START);
  await post("https://login.example.com/form");

  // Opening a page, submitting a form without secrets or a redirect from there does not make a host trusted.
  await web.get(new URL("https://other.example/"));
  await post("https://other.example/form", [["name", "jane"]]);
  assert.deepEqual(await failing(post("https://other.example/form")), REFUSED);
  assert.deepEqual(
    await failing(web.postJson(new URL("https://other.example/"), { token: new Secret("x") })),
    REFUSED,
  );
  assert.deepEqual(await failing(web.get(new URL("https://other.example/"), [PASSWORD])), REFUSED);
  const secrets = (await Promise.all(
    host.requests.map(async (request) =>
      (await request.text()).includes("not-a-real-password") ? [new URL(request.url).host] : []
    ),
  )).flat();
  assert.deepEqual(secrets, ["idp.example.com", "login.example.com"]);
});

Deno.test("a redirect from a host that the login did not lead to adds no other host", async () => {
  const host = site({ "https://other.example/": goTo("https://third.example/") });
  const web = await openWeb(host, START);
  await web.get(new URL("https://other.example/"));
  const url = new URL("https://third.example/form");
  assert.equal((await failing(web.submit({ method: "POST", url, fields: [PASSWORD] }))).code, "refused");
});

Deno.test("a password does not follow a redirect to a host that was not reached before", async () => {
  const host = site({
    "https://idp.example.com/form": goTo("https://other.example/", 307),
    "https://idp.example.com/name": goTo("https://other.example/name", 307),
  });
  const web = await openWeb(host, START);
  const post = (path: string, fields: WebField[]) =>
    web.submit({ method: "POST", url: new URL(path, START), fields });
  assert.deepEqual(await failing(post("/form", [PASSWORD])), REFUSED);
  assert.deepEqual(host.called, ["POST https://idp.example.com/form"]);
  await post("/name", [["name", "jane"]]);
  await post("/form", [PASSWORD]);
  assert.equal(host.called.at(-1), "POST https://other.example/");
});

Deno.test("a password is never sent in an address", async () => {
  const host = site({});
  const web = await openWeb(host, START);
  const url = new URL("https://idp.example.com/form?q=not-a-real-token");
  assert.deepEqual(await failing(web.submit({ method: "GET", url, fields: [PASSWORD] })), {
    code: "bad-answer",
    message: "Cannot log in: the form at https://idp.example.com/form wants a password in an address",
    hints: [],
  });
  assert.deepEqual(host.called, []);
});

Deno.test("a page may be as large as the limit, but not larger", async () => {
  const host = site({ "https://idp.example.com/start": text("x".repeat(1000)) });
  const whole = await (await openWeb(host, START, { maxBytes: 1000 })).get(START);
  assert.equal(whole.text.length, 1000);
  assert.deepEqual(await failing((await openWeb(host, START, { maxBytes: 999 })).get(START)), {
    code: "bad-answer",
    message: "Cannot log in: the page at https://idp.example.com/start is larger than 999 bytes",
    hints: [],
  });
});

Deno.test("an endless page is cut off at the limit", async () => {
  const sent = { chunks: 0, cancelled: false };
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          sent.chunks++;
          controller.enqueue(new Uint8Array(64 * 1024));
        },
        cancel: () => void (sent.cancelled = true),
      }),
    );
  const host = site({ "https://idp.example.com/start": endless });
  assert.equal((await failing((await openWeb(host, START)).get(START))).code, "bad-answer");
  assert.ok(sent.chunks <= 2 * 1024 / 64 + 3, `${sent.chunks} chunks`);
  assert.equal(sent.cancelled, true);
});

Deno.test("a page is decoded with its charset, or else as UTF-8", async () => {
  const bytes = new Uint8Array([0x4d, 0xfc, 0x6c, 0x6c]);
  const page = (type: string) => () => new Response(bytes, { headers: { "content-type": type } });
  const host = site({
    "https://idp.example.com/latin": page('text/html; charset="ISO-8859-1"'),
    "https://idp.example.com/utf": page("text/html"),
    "https://idp.example.com/unknown": page("text/html; charset=klingon"),
  });
  const web = await openWeb(host, START);
  const read = async (path: string) => (await web.get(new URL(path, START))).text;
  assert.deepEqual([await read("/latin"), await read("/utf"), await read("/unknown")], [
    "Müll",
    "M\ufffdll",
    "M\ufffdll",
  ]);
});

const STOPPED = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc";

/** A real server that sends `head` and then nothing. */
async function silent(
  head: string,
  act: (web: Web, url: URL, abort: AbortController) => Promise<void>,
): Promise<void> {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const connection of server) {
      connections.push(connection);
      await connection.write(new TextEncoder().encode(head));
    }
  })();
  const url = new URL(`http://127.0.0.1:${server.addr.port}/page?t=not-a-real-token`);
  const abort = new AbortController();
  const real = networkFetch({ readText: () => Promise.resolve(undefined) }, () => undefined);
  const web = await openWeb({ fetch: real, interrupted: abort.signal }, url, { timeoutMillis: 100 });
  try {
    await act(web, url, abort);
  } finally {
    for (const connection of connections) connection.close();
    server.close();
    await serving;
  }
}

for (
  const [what, head] of [
    ["an answer that does not come", ""],
    ["an answer that stops", STOPPED],
  ] as const
) {
  Deno.test(`a request times out at its limit: ${what}`, () =>
    silent(head, async (web, url) => {
      assert.deepEqual(await failing(web.get(url)), {
        code: "unreachable",
        message: `Cannot reach ${url.host}: no answer in time`,
        hints: [],
      });
    }));
}

Deno.test("a request stops when the user presses Ctrl-C", () =>
  silent(STOPPED, async (web, url, abort) => {
    const running = web.get(url).then(() => undefined, (cause: unknown) => cause);
    const reason = new Error("interrupted");
    abort.abort(reason);
    assert.equal(await running, reason);
  }));

Deno.test("an incomplete response fails", async () => {
  const parts = [new TextEncoder().encode("<title>Sign")];
  const broken = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          const part = parts.shift();
          if (part === undefined) controller.error(new TypeError("connection reset"));
          else controller.enqueue(part);
        },
      }),
    );
  const host = site({ "https://idp.example.com/start": broken });
  assert.deepEqual(await failing((await openWeb(host, START)).get(START)), {
    code: "unreachable",
    message: "Cannot reach idp.example.com: its answer broke off",
    hints: [],
  });
});
