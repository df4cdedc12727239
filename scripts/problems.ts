/**
 * The problems of a configuration for the gallery of errors: each with a file that has it, which is loaded to see what
 * is said of it.
 *
 * @module
 */
import { loadConfig } from "../lib/config/load.ts";
import type { Problem } from "../lib/config/types.ts";
import { LIMITS } from "../lib/limits.ts";
import { fakeHost } from "../tests/fake_host.ts";

const PROVIDERS = `
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://mycompany.awsapps.com/start" }
    okta: { kind: aws/saml, region: us-east-1, url: "https://mycompany.okta.com/app/aws" }`;

/** A file with one identity beside the usual providers. */
const identity = (body: string) => withProviders("", `    prod: ${body}`);
/** A file with one more provider. */
const provider = (body: string) => withProviders(`\n    other: ${body}`, "");
/** A file with one more key in `auth`. */
const auth = (line: string) => `auth:\n  ${line}\n`;

function withProviders(more: string, identities: string): string {
  return `auth:\n  providers:${PROVIDERS}${more}\n${
    identities === "" ? "" : `  identities:\n${identities}\n`
  }`;
}

const permissionSet = (principal: string, more = "") =>
  identity(`{ kind: aws/permission-set, via: { provider: my-sso }, principal: ${principal}${more} }`);
const role = (principal: string, more = "") =>
  identity(`{ kind: aws/assume-role, via: { provider: okta }, principal: ${principal}${more} }`);
const user = (credentials: string) => identity(`{ kind: aws/user, credentials: ${credentials} }`);

const ROLE = '{ assume_role: "arn:aws:iam::111122223333:role/deploy" }';
const chained = (via: string) => `{ kind: aws/assume-role, via: ${via}, principal: ${ROLE} }`;

/** Files by the code of a problem that they have. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  "account-name-is-id": permissionSet('{ name: Admin, account: { name: "111122223333" } }'),
  "account-twice": permissionSet('{ name: Admin, account: { id: "111122223333", name: core } }'),
  "alias": auth("realm: *nowhere"),
  "bad-name": withProviders("", `    "off": ${chained("{ provider: okta }")}`),
  "chain-length": withProviders(
    "",
    Array.from(
      { length: 33 },
      (_, at) => `    r${at}: ${chained(at === 0 ? "{ provider: okta }" : `{ identity: r${at - 1} }`)}`,
    ).join("\n"),
  ),
  "chained-duration": withProviders(
    "",
    `    base: ${chained("{ provider: okta }")}\n    prod: ${
      chained("{ identity: base }").replace(" }, ", " }, session: { duration: 2h }, ")
    }`,
  ),
  "complex-key": auth("? [a, b]\n  : 1"),
  "cycle": withProviders("", `    a: ${chained("{ identity: b }")}\n    b: ${chained("{ identity: a }")}`),
  "deprecated-key": provider(
    '{ kind: aws/saml, region: us-east-1, url: "https://mycompany.okta.com/app/aws", provider_type: Browser }',
  ),
  "duplicate-key": auth("realm: one\n  realm: two"),
  "duration-limits": role('{ assume_role: "arn:aws:iam::111122223333:role/deploy", duration: 13h }'),
  "duration-needs-mfa": identity(
    "{ kind: aws/user, credentials: { region: us-east-1 }, session: { duration: 24h } }",
  ),
  "empty-value": permissionSet('{ name: "", account: { name: core } }'),
  "file-too-large": `# ${"x".repeat(LIMITS.fileBytes.most)}\n`,
  "forbidden-path": auth("logs: { file: ~/.aws/atmos.log }"),
  "half-key-pair": user("{ access_key_id: AKIAIOSFODNN7EXAMPLE }"),
  "include-failed": auth("realm: !include nowhere.yaml"),
  "insecure-url": provider('{ kind: aws/saml, region: us-east-1, url: "http://login.example.com/saml" }'),
  "limit-reached": `import: [${"parts.yaml, ".repeat(LIMITS.files.most + 1)}]\n`,
  "literal-secret": user("{ access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: not-a-real-secret }"),
  "malformed-access-key-id": user("{ access_key_id: AKIA, secret_access_key: !env SECRET }"),
  "malformed-account-id": permissionSet("{ name: Admin, account: { id: 12345678901 } }"),
  "malformed-boolean": identity(chained("{ provider: okta }").replace("{ kind", "{ default: perhaps, kind")),
  "malformed-command": user("{ region: us-east-1, mfa_command: 'ykman \"oath' }"),
  "malformed-duration": role('{ assume_role: "arn:aws:iam::111122223333:role/deploy", duration: soon }'),
  "malformed-env": auth("realm: !env"),
  "malformed-external-id": role(
    '{ assume_role: "arn:aws:iam::111122223333:role/deploy", external_id: "a b" }',
  ),
  "malformed-import": "import: [[a.yaml]]\n",
  "malformed-mfa-arn": user("{ region: us-east-1, mfa_arn: ana }"),
  "malformed-path": provider(
    '{ kind: aws/saml, region: us-east-1, url: "https://mycompany.okta.com/app/aws", spec: { files: { base_path: "~bob/aws" } } }',
  ),
  "malformed-realm": auth("realm: My Project"),
  "malformed-region": provider("{ kind: github/oidc, region: moon }"),
  "malformed-role-arn": role("{ assume_role: deploy }"),
  "malformed-saml-provider-arn": provider(
    '{ kind: aws/saml, region: us-east-1, url: "https://mycompany.okta.com/app/aws", idp_arn: okta }',
  ),
  "malformed-session-name": role(
    '{ assume_role: "arn:aws:iam::111122223333:role/deploy", session_name: "a b" }',
  ),
  "malformed-url": provider("{ kind: aws/saml, region: us-east-1, url: mycompany.okta.com }"),
  "malformed-variable": identity(
    chained("{ provider: okta }").replace(" }, ", ' }, env: [{ key: "A=B", value: c }], '),
  ),
  "merge-key": auth("<<: text"),
  "missing-import": "import: [nowhere.yaml]\n",
  "missing-key": provider("{ kind: github/oidc }"),
  "more-issues": `a: 1\n${"a: 2\n".repeat(LIMITS.fileIssues.most + 1)}`,
  "multiple-documents": "auth: {}\n---\nauth: {}\n",
  "name-case": withProviders(
    "",
    `    Prod: ${chained("{ provider: okta }")}\n    prod: ${chained("{ provider: okta }")}`,
  ),
  "nesting": auth(`realm: ${"[".repeat(LIMITS.nestingDepth.most)}${"]".repeat(LIMITS.nestingDepth.most)}`),
  "no-permission-set": identity(chained("{ provider: my-sso }")),
  "not-a-file": "import: [device.yaml]\n",
  "not-a-map": "auth\n",
  "not-text": "auth:\u0001\n",
  "partition-mismatch": role('{ assume_role: "arn:aws-cn:iam::111122223333:role/deploy" }'),
  "refused-tag": auth("realm: !exec whoami"),
  "remote-import": 'import: ["https://example.com/atmos.yaml"]\n',
  "reserved-variable": auth("keyring: { type: file, spec: { password_env: PATH } }"),
  "session-variable": identity(
    chained("{ provider: okta }").replace(" }, ", " }, env: { AWS_PROFILE: other }, "),
  ),
  "syntax": "auth: [this is broken\n",
  "token-source": provider("{ kind: oidc/token, region: us-east-1, spec: { audience: sts.amazonaws.com } }"),
  "unknown-driver": provider(
    '{ kind: aws/saml, region: us-east-1, url: "https://mycompany.okta.com/app/aws", driver: Netscape }',
  ),
  "unknown-key": provider("{ kind: github/oidc, region: us-east-1, regoin: us-east-1 }"),
  "unknown-keyring-type": auth("keyring: { type: vault }"),
  "unknown-kind": provider("{ kind: aws/sso }"),
  "unknown-log-level": auth("logs: { level: loud }"),
  "unknown-reference": identity(chained("{ provider: okto }")),
  "unknown-region": provider("{ kind: github/oidc, region: us-moon-1 }"),
  "unquoted-account-id": permissionSet("{ name: Admin, account: { id: 111122223333 } }"),
  "unset-variable": auth("realm: !env NOT_SET"),
  "unsupported-key": auth("integrations: { ecr: { kind: aws/ecr } }"),
  "unsupported-kind": provider("{ kind: azure/oidc }"),
  "untrusted": user('{ region: us-east-1, mfa_command: "ykman oath accounts code -s AWS" }'),
  "value-too-long": auth(`realm: ${"x".repeat(LIMITS.valueLength.most + 1)}`),
  "via-both": identity(chained("{ provider: okta, identity: base }")),
  "via-neither": identity(chained("{}")),
  "wrong-type": auth("providers: my-sso"),
  "wrong-via": identity(
    "{ kind: aws/permission-set, via: { provider: okta }, principal: { name: A, account: { name: core } } }",
  ),
};

/** The problem of an example. */
export async function exampleOf(code: string, text: string): Promise<Problem> {
  const host = fakeHost({
    env: { HOME: "/home/ana" },
    files: { "/work/atmos.yaml": text },
    directories: ["/work/.git"],
    devices: ["/work/device.yaml"],
  });
  const { problems } = await loadConfig(host, {});
  const found = problems.find((problem) => problem.code === code);
  if (found !== undefined) return found;
  throw new RangeError(`No ${code} but ${problems.map((problem) => problem.code).join(", ")} in\n${text}`);
}

/** The section of the gallery. */
export async function problemSection(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(EXAMPLES).map(async ([code, text]) => row(await exampleOf(code, text))),
  );
  return `## Problems of a configuration

What \`atmos auth validate\` reports, by the \`code\` of \`--format json\`. An error stops the identities and providers that
it touches, and fails \`validate\`; a warning does so only with \`--strict\`. A notice names a value that takes effect
only once the file is trusted: it never fails \`validate\`.

| code | severity | for example |
| ---- | -------- | ----------- |
${rows.join("\n")}
`;
}

function row({ code, severity, path, reason, hint }: Problem): string {
  const example = [path === "" ? reason : `${path}: ${reason}`, hint].filter((part) => part !== undefined);
  return `| ${code} | ${severity} | ${example.map((part) => codeSpan(part)).join("<br>")} |`;
}

/** A text as it is, in a cell of a table. */
function codeSpan(text: string): string {
  const [fence, pad] = text.includes("`") ? ["````", " "] : ["`", ""];
  return `${fence}${pad}${text.replaceAll("|", "\\|")}${pad}${fence}`;
}
