/**
 * Keeping the session with the identity provider between logins.
 *
 * @module
 */
import * as v from "valibot";
import type { EpochMillis } from "../time.ts";
import type { DevTools } from "./devtools.ts";

/** How long what an identity provider keeps "until the browser is closed" is kept between logins. */
const SESSION_SECONDS = 12 * 3600;

/** What can be set again of what the browser tells of a cookie. */
const Cookie = v.object({
  name: v.string(),
  value: v.string(),
  domain: v.string(),
  path: v.string(),
  secure: v.boolean(),
  httpOnly: v.boolean(),
  session: v.boolean(),
  sameSite: v.optional(v.string()),
  priority: v.optional(v.string()),
  sourceScheme: v.optional(v.string()),
  sourcePort: v.optional(v.number()),
  partitionKey: v.optional(v.unknown()),
});
const Cookies = v.object({ cookies: v.array(Cookie) });

/**
 * Lets cookies that end with the browser live on in the profile, where the browser itself encrypts them: the window that
 * we close is not a person's decision to log out. A cookie that the browser does not take back is lost, as it would be.
 */
export async function keepSession(tools: DevTools, now: EpochMillis): Promise<void> {
  const { cookies } = v.parse(Cookies, await tools.call("Storage.getCookies"));
  const expires = Math.floor(now / 1000) + SESSION_SECONDS;
  const kept = cookies.filter(({ session }) => session).map((cookie) => lasting(cookie, expires));
  await Promise.allSettled(kept.map((cookie) => tools.call("Storage.setCookies", { cookies: [cookie] })));
}

function lasting({ domain, session: _, ...cookie }: v.InferOutput<typeof Cookie>, expires: number) {
  // Without a leading dot it is the host's own, and naming the domain would give it to the hosts below.
  const place = domain.startsWith(".")
    ? { domain }
    : { url: `${cookie.secure ? "https" : "http"}://${domain}${cookie.path}` };
  return { ...cookie, ...place, expires };
}
