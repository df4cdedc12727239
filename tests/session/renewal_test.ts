import assert from "node:assert/strict";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import { AuthError } from "../../lib/errors.ts";
import { derived } from "../../lib/session/derive.ts";
import type { RenewalNews } from "../../lib/output/renewal.ts";
import { keepFresh, staleAt } from "../../lib/session/renewal.ts";
import { isFresh } from "../../lib/time.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";
import { lastingChild } from "../lasting_child.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function session(issuedAt: number, life = HOUR): AwsSession {
  return {
    type: "aws-session",
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: new Secret("not-a-real-secret"),
    sessionToken: new Secret("not-a-real-token"),
    issuedAt,
    expiresAt: issuedAt + life,
  };
}

/** What an attempt comes to: a life in milliseconds, or a failure. */
type Attempt = number | AuthError;

interface Story {
  /** How long it is needed. */
  readonly lasts: number;
  /** How long the first session lives; an hour by default. */
  readonly life?: number;
  /** What comes of each attempt, the last one again and again. */
  readonly attempts: readonly [Attempt, ...Attempt[]];
  /** What somebody else keeps, by the minute from which on it is there. */
  readonly elsewhere?: readonly { readonly from: number; readonly life: number }[];
}

/** Minutes since the start at which sessions were made or failed, and what was told when. */
async function story({ lasts, life = HOUR, attempts, elsewhere = [] }: Story) {
  const fake = fakeHost();
  const child = lastingChild(fake, lasts);
  const host = derived(fake, { sleep: child.sleep });
  const minute = () => Math.round((fake.now() - FAKE_NOW) / MINUTE * 1000) / 1000;
  const [made, told]: [number[], (readonly [number, RenewalNews["type"], boolean?])[]] = [[], []];
  const queue = [...attempts];
  const kept = { session: session(FAKE_NOW, life) };
  const stop = new AbortController();
  const loop = keepFresh(
    host,
    kept.session,
    {
      read: () => {
        const other = elsewhere.findLast(({ from }) => minute() >= from);
        return Promise.resolve(
          other === undefined ? kept.session : session(FAKE_NOW + other.from * MINUTE, other.life),
        );
      },
      make: () => {
        made.push(minute());
        const next = queue.length > 1 ? queue.shift() : queue[0];
        if (next instanceof AuthError) return Promise.reject(next);
        return Promise.resolve(kept.session = session(fake.now(), next));
      },
    },
    (news) => told.push(newsAt(minute(), news)),
    stop.signal,
  );
  await child.ended;
  stop.abort();
  await loop;
  return { made, told };
}

function newsAt(minute: number, news: RenewalNews): readonly [number, RenewalNews["type"], boolean?] {
  return news.type === "failed" ? [minute, news.type, news.again] : [minute, news.type];
}

const UNREACHABLE = new AuthError("unreachable", "Cannot reach AWS");
const NOBODY = new AuthError("person-needed", "Somebody must log in");

Deno.test("staleAt() is the first moment at which isFresh() says no", () => {
  for (const life of [7000, 21_000, 10 * MINUTE, 15 * MINUTE, HOUR, 12 * HOUR]) {
    const one = session(FAKE_NOW, life);
    assert.deepEqual([isFresh(one, staleAt(one) - 1), isFresh(one, staleAt(one))], [true, false], `${life}`);
  }
});

Deno.test("keepFresh() renews at the moment at which the session is no longer fresh, again and again", async () => {
  assert.deepEqual(await story({ lasts: 3 * HOUR, attempts: [HOUR] }), {
    made: [55, 110, 165],
    told: [],
  });
  assert.deepEqual((await story({ lasts: 50_000, life: 21_000, attempts: [21_000] })).made.length, 3);
  assert.deepEqual(await story({ lasts: 54 * MINUTE, attempts: [HOUR] }), { made: [], told: [] });
});

Deno.test("keepFresh() renews at once what is no longer fresh when it starts", async () => {
  const first = await story({ lasts: 10 * MINUTE, life: 0, attempts: [HOUR] });
  assert.deepEqual(first, { made: [0], told: [] });
});

Deno.test("keepFresh() takes what somebody else made, and makes none", async () => {
  const shared = await story({
    lasts: 100 * MINUTE,
    attempts: [HOUR],
    elsewhere: [{ from: 54, life: HOUR }],
  });
  assert.deepEqual(shared, { made: [], told: [] });
});

Deno.test("keepFresh() tries what is unreachable again, at growing intervals, tells of it once and of its end", async () => {
  const { made, told } = await story({
    lasts: 2 * HOUR,
    attempts: [UNREACHABLE, UNREACHABLE, UNREACHABLE, UNREACHABLE, HOUR],
  });
  assert.deepEqual(made, [55, 55.083, 55.25, 55.583, 56.25, 111.25]);
  assert.deepEqual(told, [[55, "failed", true], [56.25, "recovered"]]);
});

Deno.test("keepFresh() says when the session has ended, and goes on trying", async () => {
  const { made, told } = await story({ lasts: 65 * MINUTE, attempts: [UNREACHABLE] });
  assert.deepEqual(told, [[55, "failed", true], [60, "ended"]]);
  assert.ok(made.length > 8 && made.some((minute) => minute > 60), String(made));
});

Deno.test("keepFresh() tells at once that a person is needed, asks no more, and takes what that person made", async () => {
  const { made, told } = await story({
    lasts: 3 * HOUR,
    attempts: [NOBODY, HOUR],
    elsewhere: [{ from: 70, life: HOUR }],
  });
  assert.deepEqual(made, [55, 125]);
  assert.deepEqual(told, [[55, "failed", false], [60, "ended"], [70, "recovered"]]);
});

Deno.test("keepFresh() tells that a person is needed when that turns out after AWS was unreachable", async () => {
  const { told } = await story({ lasts: 58 * MINUTE, attempts: [UNREACHABLE, NOBODY] });
  assert.deepEqual(told, [[55, "failed", true], [55.083, "failed", false]]);
});

Deno.test("keepFresh() does not ask without end where the clock makes every session look ended", async () => {
  const { made, told } = await story({ lasts: 60 * MINUTE, attempts: [0] });
  assert.deepEqual(told, [[55, "failed", true], [60, "ended"]].slice(0, told.length));
  assert.ok(made.length < 12, String(made));
});

Deno.test("keepFresh() notices after a sleep of the machine that the session has ended, and makes one", async () => {
  const fake = fakeHost();
  const child = lastingChild(fake, 10 * HOUR);
  const asleep = { done: false };
  const host = derived(fake, {
    sleep: async (millis, signal) => {
      await child.sleep(millis, signal);
      // The lid is closed for eight hours: the timers do not count them.
      if (!asleep.done) fake.advance(8 * HOUR);
      asleep.done = true;
    },
  });
  const made: number[] = [];
  const stop = new AbortController();
  const loop = keepFresh(
    host,
    session(FAKE_NOW, 9 * HOUR),
    {
      read: () => Promise.resolve(undefined),
      make: () => {
        made.push(fake.now());
        return Promise.resolve(session(fake.now(), 9 * HOUR));
      },
    },
    () => {},
    stop.signal,
  );
  await child.ended;
  stop.abort();
  await loop;
  assert.deepEqual(made.map((at) => Math.round((at - FAKE_NOW) / MINUTE)), [9 * 60 - 5]);
});

Deno.test("keepFresh() ends when it is called off, whatever it waits for", async () => {
  const stop = new AbortController();
  stop.abort();
  await keepFresh(
    fakeHost(),
    session(FAKE_NOW),
    {
      read: () => Promise.reject(new TypeError("read")),
      make: () => Promise.reject(new TypeError("made")),
    },
    () => assert.fail("told"),
    stop.signal,
  );
});
