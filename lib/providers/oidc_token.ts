/**
 * `oidc/token`: a token that a CI system such as GitLab hands to its job in a variable or a file.
 *
 * @module
 */
import type { OidcTokenProvider } from "../config/types.ts";
import { type OidcToken, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { readClaims } from "../jwt.ts";
import { oidcToken } from "../oauth/oidc_token.ts";

/**
 * Reads the token and checks that it is meant for AWS as configured, before anything is sent.
 *
 * @throws AuthError `variable-unset` or `not-found` when there is none; `config-invalid` for what is no token, or one
 *   for another audience; `refused` when it is over
 */
export async function authenticateWithToken(
  host: Pick<Host, "env" | "files" | "now">,
  name: string,
  config: OidcTokenProvider,
): Promise<OidcToken> {
  const where = `auth.providers.${name}.spec`;
  const token = new Secret(await readToken(host, config, where));
  const claims = readClaims(token);
  if (claims?.expiresAt === undefined) throw notAToken(config, where);
  const wrapped = oidcToken(token, host.now(), where);
  const { audiences } = claims;
  if (config.audience === undefined || audiences.includes(config.audience)) return wrapped;
  throw new AuthError(
    "config-invalid",
    `Cannot use the token: it is for ${audiences.join(", ") || "nobody"}, not for ${config.audience}`,
    {
      where: `${where}.audience`,
      hints: ["Set `aud` of the job's id token to the configured audience"],
    },
  );
}

function notAToken({ source }: OidcTokenProvider, where: string): AuthError {
  const [what, key] = "variable" in source ? [source.variable, "token_env"] : [source.file, "token_file"];
  return new AuthError(
    "config-invalid",
    `Cannot use the token: what ${what} holds is not a JSON Web Token with an expiry`,
    { where: `${where}.${key}`, hints: ["It must be an ID token: an access token or a key will not do"] },
  );
}

async function readToken(
  host: Pick<Host, "env" | "files">,
  config: OidcTokenProvider,
  where: string,
): Promise<string> {
  if ("variable" in config.source) {
    const { variable } = config.source;
    const value = host.env(variable)?.trim();
    if (value) return value;
    throw new AuthError("variable-unset", `Cannot read the token: ${variable} is not set`, {
      where: `${where}.token_env`,
      hints: [`In GitLab, declare ${variable} below the job's \`id_tokens:\``],
    });
  }
  const { file } = config.source;
  const text = (await host.files.readText(file))?.trim();
  if (text) return text;
  throw new AuthError("not-found", `Cannot read the token: ${file} is not there or is empty`, {
    where: `${where}.token_file`,
    hints: ["Check the path: it starts at the directory of the file that names it"],
  });
}
