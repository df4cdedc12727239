/** A configuration with every way to a role. */
import { loadConfig } from "../../lib/config/load.ts";
import type { AuthConfig } from "../../lib/config/types.ts";
import { fakeHost } from "../fake_host.ts";

const TEXT = `auth:
  providers:
    my-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: https://mycompany.awsapps.com/start
      console: { session_duration: 12h }
    okta: { kind: aws/saml, region: us-east-1, url: "https://company.okta.com/app/amazon_aws/abc123/sso/saml" }
    ci: { kind: github/oidc, region: us-east-1 }
  identities:
    set: { kind: aws/permission-set, via: { provider: my-sso }, principal: { name: A, account: { id: "111122223333" } } }
    saml: { kind: aws/assume-role, via: { provider: okta }, principal: { assume_role: "arn:aws:iam::123456789012:role/A" } }
    github: { kind: aws/assume-role, via: { provider: ci }, principal: { assume_role: "arn:aws:iam::123456789012:role/A" } }
    chained: { kind: aws/assume-role, via: { identity: set }, principal: { assume_role: "arn:aws:iam::123456789012:role/A" } }
    user: { kind: aws/user, credentials: { region: us-east-1 } }
    by-user: { kind: aws/assume-role, via: { identity: user }, principal: { assume_role: "arn:aws:iam::123456789012:role/A" } }
`;

/** Loads it. */
export async function loadText(): Promise<AuthConfig> {
  const host = fakeHost({ env: { HOME: "/home/ana" }, files: { "/home/ana/.atmos/atmos.yaml": TEXT } });
  return (await loadConfig(host, {})).auth;
}
