/**
 * Where the browser stores its session with a provider's identity provider.
 *
 * @module
 */
import { dataHome, joinPath, type Surroundings } from "../paths.ts";
import { directoryName } from "../files/names.ts";
import { shortDigest } from "../sha256.ts";

/**
 * The private profile: `<data home>/atmos/browser/<provider>-<16 hex digits of its address>`. It holds login
 * cookies, so logging out of the provider deletes the directory.
 */
export async function browserProfile(host: Surroundings, provider: string, url: string): Promise<string> {
  const digest = await shortDigest(new URL(url).href);
  return joinPath(
    host.os,
    dataHome(host),
    "atmos",
    "browser",
    `${directoryName(provider)}-${digest.slice(0, 16)}`,
  );
}
