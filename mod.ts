/**
 * From an entry of `atmos.yaml` to cloud credentials, for scripts.
 *
 * ```ts
 * import { authenticate, AuthError } from "@atmos/auth";
 *
 * try {
 *   const { region, sdkCredentials, environment } = await authenticate({ identity: "prod-admin" });
 *   // For a client of the AWS SDK: new STSClient({ region, credentials: sdkCredentials() })
 *   console.log(region, sdkCredentials().expiration);
 *   // For a child process: new Deno.Command("terraform", { args: ["plan"], env: environment() })
 *   console.log(Object.keys(environment()));
 * } catch (error) {
 *   if (!(error instanceof AuthError)) throw error;
 *   console.log(error.code, error.message);
 * }
 * ```
 *
 * That script needs the grants that `atmos auth permissions env --identity prod-admin` prints.
 *
 * A configuration can be a value, too; then no file is read, nothing is kept, and `--allow-net` is enough where no browser opens:
 *
 * ```ts
 * import { authenticate, AuthError } from "@atmos/auth";
 *
 * try {
 *   await authenticate({
 *     interactive: false,
 *     config: {
 *       providers: {
 *         "my-sso": {
 *           kind: "aws/iam-identity-center",
 *           region: "us-east-1",
 *           start_url: "https://mycompany.awsapps.com/start",
 *         },
 *       },
 *       identities: {
 *         admin: {
 *           kind: "aws/permission-set",
 *           via: { provider: "my-sso" },
 *           principal: { name: "AdminAccess", account: { id: "111122223333" } },
 *         },
 *       },
 *     },
 *   });
 * } catch (error) {
 *   if (!(error instanceof AuthError) || error.code !== "person-needed") throw error;
 *   console.log("Somebody must log in first");
 * }
 * ```
 *
 * What the command line stands on is here as well: {@linkcode loadConfig}, {@linkcode planChain},
 * {@linkcode runChain}, and {@linkcode keysEnvironment}, over a {@linkcode Host} that can be any record of functions.
 *
 * @module
 */
import { denoHost } from "./lib/host_deno.ts";
import {
  type Authenticated,
  type AuthenticateOptions,
  authenticateWith,
} from "./lib/session/authenticate.ts";

/**
 * Gets a session of an identity: the kept one while it is fresh, else a new one. A person is asked only where one is
 * at the terminal.
 *
 * @throws AuthError with a code that says why there is no session: see `ERROR_CODES`
 */
export function authenticate(options?: AuthenticateOptions): Promise<Authenticated> {
  return authenticateWith(denoHost(), options);
}

export { type Authenticated, type AuthenticateOptions, authenticateWith, denoHost };
export type { SdkCredentials } from "./lib/session/authenticate.ts";
export { loadConfig, type LoadOptions } from "./lib/config/load.ts";
export type * from "./lib/config/types.ts";
export { planChain, planProvider, targetOf } from "./lib/chain/plan.ts";
export { runChain, runProvider } from "./lib/chain/run.ts";
export type { ChainHost, ChainOptions, ChainStores } from "./lib/chain/run.ts";
export type * from "./lib/chain/types.ts";
export { Secret } from "./lib/credentials.ts";
export type * from "./lib/credentials.ts";
export { AuthError, ERROR_CODES, isAuthError } from "./lib/errors.ts";
export type { ErrorChanges, ErrorCode, ErrorDetails, ErrorReason, SourcePosition } from "./lib/errors.ts";
export type * from "./lib/host.ts";
export { keysEnvironment, pointersEnvironment } from "./lib/output/environment.ts";
export type { Pointers, Surroundings } from "./lib/output/environment.ts";
export { ENVIRONMENT_FORMATS, type EnvironmentFormat, formatEnvironment } from "./lib/output/format.ts";
export { isAlive, isFresh } from "./lib/time.ts";
export type { EpochMillis, Lifetime } from "./lib/time.ts";
