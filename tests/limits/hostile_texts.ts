// deno-lint-ignore-file no-console -- the test reads how far it came
/**
 * Every reader of foreign texts against long texts that make a pattern go back: `deno run -A hostile_texts.ts`. It ends
 * when each of them takes a time that grows with the length of the text; the test ends it when one does not.
 */
import { nodeAt } from "../../lib/config/raw.ts";
import { parseArn } from "../../lib/arn.ts";
import { splitTokens } from "../../lib/config/env_tag.ts";
import { isRemote } from "../../lib/config/includes.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { nameFault } from "../../lib/config/names.ts";
import { nearest } from "../../lib/config/nearest.ts";
import { parseYaml } from "../../lib/config/yaml.ts";
import { Secret } from "../../lib/credentials.ts";
import { parseDuration } from "../../lib/duration.ts";
import { isAuthError } from "../../lib/errors.ts";
import { parseIni, sectionsOf } from "../../lib/files/ini.ts";
import { printIni, removeSection } from "../../lib/files/ini_edit.ts";
import { parseAwsFile } from "../../lib/import/aws_file.ts";
import { processOffer } from "../../lib/import/credential_process.ts";
import { grantedOffers } from "../../lib/import/granted.ts";
import { saml2awsOffers } from "../../lib/import/saml2aws.ts";
import { readClaims } from "../../lib/jwt.ts";
import { yamlText } from "../../lib/output/yaml_text.ts";
import { complaintOf, readAdfsPage } from "../../lib/saml/adfs_page.ts";
import { readAssertion } from "../../lib/saml/assertion.ts";
import { readHtml } from "../../lib/saml/forms.ts";
import { readGooglePage } from "../../lib/saml/google_page.ts";
import { harmless } from "../../lib/saml/words.ts";
import { fillName, fillPattern } from "../../lib/stacks/templates.ts";
import { parseMillis } from "../../lib/workflows/retry.ts";
import { fillTemplate } from "../../lib/workflows/template.ts";
import { parseTemplate } from "../../lib/workflows/template_parse.ts";
import { readWorkflows } from "../../lib/workflows/workflow.ts";
import { splitCommand } from "../../lib/workflows/words.ts";
import { fakeHost } from "../fake_host.ts";

/** A text that is as long makes a quadratic reader take a minute for all pieces, any other bad one forever. */
const LENGTH = 100_000;

/** For readers that take a microsecond for a character, or many values at once. */
const SHORT = 10_000;

/** For what may be a path: the files of tests walk it up name by name. */
const PATH = 2_000;

/** What the texts are repetitions of. */
const PIECES = [
  ..."a1 \"'`\\/*-.:,#[{(<=&$\n\u0000".split(""),
  ...[
    "a ",
    "a.",
    "a-",
    "1h",
    "1.",
    "\\a",
    '"a',
    '""',
    "' ",
    "{{",
    "{{a",
    "{{/*",
    "/*",
    "${",
    "{a,",
    "[a",
    "a=",
  ],
  ...[
    "<a ",
    "<!--",
    "<a b='",
    "&#",
    "[a]\n",
    "a = b\n",
    "- ",
    "a: b\n",
    "*a ",
    "&a ",
    "|\n",
    "---\n",
    "\r\n",
  ],
  ...["..", "../", "**/", "?*", "a|", "stateToken='a", "<input name=a ", "{{if .a}}", "{tenant}"],
];

/** Values of every kind below `auth`, all of them the same text. */
const CONFIG = (value: string) =>
  `import: [${value}]
base_path: ${value}
auth:
  realm: ${value}
  logs: { file: ${value}, level: ${value} }
  keyring: { type: ${value}, spec: { path: ${value}, password_env: ${value} } }
  providers:
    a: { kind: aws/saml, region: ${value}, url: ${value}, idp_arn: ${value}, driver: ${value} }
    b: { kind: aws/iam-identity-center, region: us-east-1, start_url: ${value}, session: { duration: ${value} } }
    c: { kind: oidc/token, region: us-east-1, spec: { audience: ${value}, token_file: ${value} } }
    d: { kind: aws/saml, region: us-east-1, url: ${value}, spec: { endpoint_url: ${value} } }
  identities:
    a: { kind: aws/assume-role, via: { identity: ${value} }, principal: { assume_role: ${value}, session_name: ${value}, external_id: ${value}, duration: ${value} } }
    b: { kind: aws/user, credentials: { mfa_command: ${value}, mfa_arn: ${value}, region: ${value}, access_key_id: ${value} } }
    c: { kind: aws/permission-set, via: { provider: b }, principal: { name: ${value}, account: { id: ${value} } } }
    d: { kind: aws/user, env: { A: ${value} }, alias: ${value}, tags: [${value}], default: ${value} }
    e: { kind: !env ${value}, via: !include ${value} }
`;

const load = async (value: string) => {
  const files = { "/work/atmos.yaml": CONFIG(JSON.stringify(value.slice(0, SHORT))) };
  await loadConfig(fakeHost({ env: { HOME: "/home/me" }, files }));
};
const page = (text: string) => readHtml({ url: new URL("https://login.example.com/a"), text });
const workflow = (key: string, text: string) =>
  readWorkflows(
    parseYaml(`workflows: { a: { steps: [{ command: b, ${key}: ${JSON.stringify(text)} }] } }\n`, "/a.yaml")
      .root,
    true,
  );

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  "parseYaml()": (text) => parseYaml(text.slice(0, SHORT), "/a.yaml"),
  "parseYaml() of a value": (text) => parseYaml(`a: ${text.slice(0, SHORT)}\n`, "/a.yaml"),
  "parseYaml() of a flow value": (text) => parseYaml(`a: [${text.slice(0, SHORT)}]\n`, "/a.yaml"),
  "splitTokens()": (text) => splitTokens(text),
  "isRemote()": (text) => isRemote(text, "linux"),
  "nameFault()": (text) => nameFault(text, "identity"),
  "nearest()": (text) => nearest(text, [text.slice(1), "abc"]),
  "parseDuration()": parseDuration,
  "parseArn()": parseArn,
  "loadConfig()": load,
  "loadConfig() of addresses": (text) => load(`https://${text.slice(0, PATH)}`),
  "loadConfig() of ARNs": (text) => load(`arn:aws:iam::111122223333:role/${text.slice(0, PATH)}`),
  "parseIni()": (text) => {
    const document = parseIni(text, "/a");
    return [sectionsOf(document), printIni(removeSection(document, "a"))];
  },
  "parseAwsFile()": (text) => parseAwsFile(text, "/a"),
  "saml2awsOffers()": (text) => saml2awsOffers(text, "/a"),
  "grantedOffers()": grantedOffers,
  "processOffer()": processOffer,
  "readClaims()": (text) => readClaims(new Secret(text)),
  "readAssertion()": (text) => readAssertion(new Secret(btoa(unescape(encodeURIComponent(text)))), "/a"),
  "readHtml()": (text) => page(text.slice(0, 100_000)),
  "readAdfsPage()": (text) => {
    const read = page(`<body>${text.slice(0, 100_000)}</body>`);
    return [readAdfsPage(read), complaintOf(read)];
  },
  "readGooglePage()": (text) => readGooglePage(page(text.slice(0, 100_000)), 200),
  "harmless()": harmless,
  "fillPattern()": (text) => fillPattern(text, () => "a"),
  "fillName()": (text) => fillName(text, (path) => nodeAt(parseYaml("a: b\n", "/a").root, path), "/a"),
  "parseTemplate()": parseTemplate,
  "parseTemplate() of an action": (text) => parseTemplate(`{{ ${text} }}`),
  "fillTemplate()": (text) => fillTemplate(`{{ .a }}${text}`, new Map([["a", "b"]])),
  "splitCommand()": (text) => splitCommand(text, () => "a"),
  "parseMillis()": parseMillis,
  "a condition": (text) => workflow("when", text),
  "a retry": (text) => workflow("retry", text),
  "yamlText()": (text) => yamlText({ [text.slice(0, 100)]: text }),
};

for (const [name, read] of Object.entries(READERS)) {
  for (const piece of PIECES) {
    console.log(`${name} ${JSON.stringify(piece)}`);
    try {
      await read(piece.repeat(LENGTH / piece.length));
    } catch (error) {
      // An error of ours is an answer.
      if (!isAuthError(error)) throw error;
    }
  }
}
console.log("done");
