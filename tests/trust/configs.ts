/** Configurations that the tables of cases are built on. */

/** Keys that come from variables: no person, no keyring and no file is needed for a session. */
export const KEYS =
  "credentials: { access_key_id: !env USER_KEY, secret_access_key: !env USER_SECRET, region: us-east-1 }";

/** Lines of a text, moved to the right. */
export const indented = (text: string, blanks: number): string =>
  text.trim().split("\n").map((line) => `${" ".repeat(blanks)}${line}\n`).join("");

/** An IAM user `dev` whose keys come from variables; `more` are further keys of the identity. */
export const userConfig = (more = "", sections = ""): string =>
  `auth:
  identities:
    dev:
      kind: aws/user
      ${KEYS}
${more === "" ? "" : indented(more, 6)}${sections}`;

/** A role behind the user; `more` are further keys of the role, `principal` of its principal. */
export const roleConfig = (more = "", principal = ""): string =>
  `auth:
  identities:
    base:
      kind: aws/user
      ${KEYS}
    dev:
      kind: aws/assume-role
      default: true
      via: { identity: base }
      principal:
        assume_role: arn:aws:iam::123456789012:role/Deployer
${principal === "" ? "" : indented(principal, 8)}${more === "" ? "" : indented(more, 6)}`;

/** A permission set of a portal; `provider` are further keys of the provider, `more` those of the identity. */
export const portalConfig = (startUrl: string, provider = "", more = ""): string =>
  `auth:
  providers:
    my-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: ${JSON.stringify(startUrl)}
${provider === "" ? "" : indented(provider, 6)}  identities:
    dev:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { id: "111122223333" } }
${more === "" ? "" : indented(more, 6)}`;

/** A role behind a SAML provider; `more` are further keys of the provider. */
export const samlConfig = (url: string, more = ""): string =>
  `auth:
  providers:
    corp:
      kind: aws/saml
      region: us-east-1
      url: ${JSON.stringify(url)}
${more === "" ? "" : indented(more, 6)}  identities:
    dev:
      kind: aws/assume-role
      via: { provider: corp }
      principal: { assume_role: "arn:aws:iam::123456789012:role/AdminRole" }
`;

/** A role behind a token of a CI system; `spec` are the provider's keys there. */
export const tokenConfig = (spec: string): string =>
  `auth:
  providers:
    ci:
      kind: oidc/token
      region: us-east-1
      spec: { ${spec} }
  identities:
    dev:
      kind: aws/assume-role
      via: { provider: ci }
      principal: { assume_role: "arn:aws:iam::123456789012:role/GitHubActionsRole", session_name: ci }
`;
