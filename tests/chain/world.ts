/** A world in which chains run: the fake host, the fake AWS behind its network, and stores that remember. */
import { linksOf } from "../../lib/chain/digest.ts";
import { planChain, planProvider } from "../../lib/chain/plan.ts";
import { type ChainStores, providerKey, runChain } from "../../lib/chain/run.ts";
import type { ChainOutcome, Link, LinkSession, Renewal } from "../../lib/chain/types.ts";
import type { AuthConfig } from "../../lib/config/types.ts";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import { memoryKeyring } from "../../lib/keyring/memory.ts";
import type { Keyring } from "../../lib/keyring/types.ts";
import { type FakeAws, fakeAws } from "../aws/fake_aws.ts";
import { type FakeHost, fakeHost, type FakeHostInit } from "../fake_host.ts";

export interface World {
  readonly host: FakeHost;
  readonly aws: FakeAws;
  readonly stores: ChainStores;
  readonly keyring: Keyring;
  /** What was done to the stores, in order: `lock X`, `unlock X`, `open keyring`, `write NAME`, `ask NAME`. */
  readonly events: string[];
  /** The sessions kept, by {@linkcode place}. */
  readonly sessions: Map<string, LinkSession>;
  readonly run: (
    config: AuthConfig,
    target: string,
    options?: { readonly renew?: Renewal; readonly deviceCode?: boolean },
  ) => Promise<ChainOutcome>;
  /** Keeps a session for every link of a chain, each alive for so many milliseconds from now of an hour in all. */
  readonly keep: (config: AuthConfig, target: string, left: readonly number[]) => Promise<readonly Link[]>;
}

/** Somebody is there to ask, unless `host` says otherwise. */
export function world(init: FakeHostInit = { keys: [] }): World {
  const aws = fakeAws();
  const host: FakeHost = fakeHost({ exchanges: (request) => aws.answer(request, host.now()), ...init });
  const keyring = memoryKeyring();
  const events: string[] = [];
  const sessions = new Map<string, LinkSession>();
  const lock: ChainStores["lock"] = async (thing, what) => {
    const held = await host.files.lock(`/locks/${thing}`, { deadlineMillis: 600_000 });
    events.push(`lock ${what}`);
    return {
      [Symbol.asyncDispose]: async () => {
        events.push(`unlock ${what}`);
        await held[Symbol.asyncDispose]();
      },
    };
  };
  const stores: ChainStores = {
    sessions: {
      read: (link) => Promise.resolve(sessions.get(place(link))),
      write: (link, session) => {
        events.push(`write ${link.step.name}`);
        const kept = { session, section: link.step.name };
        sessions.set(place(link), kept);
        return Promise.resolve(kept);
      },
    },
    keyring: () => {
      events.push("open keyring");
      return Promise.resolve(keyring);
    },
    lock,
    lockSession: lock,
  };
  return {
    host,
    aws,
    stores,
    keyring,
    events,
    sessions,
    run: (config, target, { renew = "nothing", deviceCode = false } = {}) =>
      runChain(host, planChain(config, target), stores, { renew, deviceCode }),
    keep: async (config, target, left) => {
      const links = await linksOf(host, planChain(config, target));
      links.forEach((link, index) => {
        const millis = left[index];
        if (millis === undefined) return;
        sessions.set(place(link), {
          session: keptSession(link, host.now() + millis),
          section: link.step.name,
        });
      });
      return links;
    },
  };
}

/** Where a link's session is kept: a section is of one name and of one chain. */
export function place({ step, digest }: Link): string {
  return `${step.name} ${digest}`;
}

/** A session of an hour that a link was given earlier. */
export function keptSession(link: Link, expiresAt: number): AwsSession {
  return {
    type: "aws-session",
    accessKeyId: `ASIAKEPT-${link.step.name}`,
    secretAccessKey: new Secret("not-a-real-kept-secret"),
    sessionToken: new Secret("not-a-real-kept-token"),
    issuedAt: expiresAt - 3600_000,
    expiresAt,
  };
}

/** The only entry of a keyring, read. */
export async function onlyEntry(keyring: Keyring): Promise<unknown> {
  const [key, ...others] = await keyring.list();
  if (key === undefined || others.length > 0) throw new TypeError("There is not exactly one entry");
  return JSON.parse(await keyring.get(key) ?? "null");
}

/** Leaves what an earlier login would have left: a portal session with so much of its hour left. */
export async function loggedIn(
  world: World,
  config: AuthConfig,
  left: number,
  refreshToken?: string,
): Promise<void> {
  const key = await providerKey(world.host, planProvider(config, "sso"));
  if (key === undefined) throw new TypeError("The provider keeps nothing");
  const expiresAt = world.host.now() + left;
  const record = {
    version: 1,
    registration: {
      clientId: "client-kept",
      clientSecret: "not-a-real-client-secret",
      issuedAt: expiresAt - 3600_000,
      expiresAt: expiresAt + 90 * 86_400_000,
    },
    token: {
      accessToken: "not-a-real-token-kept",
      ...(refreshToken === undefined ? {} : { refreshToken }),
      issuedAt: expiresAt - 3600_000,
      expiresAt,
    },
  };
  await world.keyring.set(key, JSON.stringify(record));
}
