/**
 * Keeps the session with the identity provider between logins.
 *
 * @module
 */
import * as v from "valibot";
import type { EpochMillis } from "../time.ts";
import type { DevTools } from "./devtools.ts";

/** How long to keep cookies that the identity provider meant to end when the browser closes. */
const SESSION_SECONDS = 12 * 3600;

/** The properties of a cookie that can be set again. */
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
 * Turns session cookies into lasting ones in the profile, where the browser encrypts them: we close the
 * window, so closing it is not a logout. Cookies that the browser rejects are lost, as they would be anyway.
 */
export async function keepSession(tools: DevTools, now: EpochMillis): Promise<void> {
  const { cookies } = v.parse(Cookies, await tools.call("Storage.getCookies"));
  const expires = Math.floor(now / 1000) + SESSION_SECONDS;
  const kept = cookies.filter(({ session }) => session).map((cookie) => lasting(cookie, expires));
  await Promise.allSettled(kept.map((cookie) => tools.call("Storage.setCookies", { cookies: [cookie] })));
}

function lasting({ domain, session: _, ...cookie }: v.InferOutput<typeof Cookie>, expires: number) {
  // Without a leading dot it is a host-only cookie; setting the domain would share it with subdomains.
  const place = domain.startsWith(".")
    ? { domain }
    : { url: `${cookie.secure ? "https" : "http"}://${domain}${cookie.path}` };
  return { ...cookie, ...place, expires };
}
