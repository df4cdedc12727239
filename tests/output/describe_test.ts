import assert from "node:assert/strict";
import { componentDocument, describedText } from "../../lib/output/describe.ts";
import { BY_STAGE, componentOf } from "../stacks/setup.ts";

const MANIFEST = `
vars: { stage: dev }
components:
  terraform:
    it:
      vars: { region: !env REGION, token: !env API_TOKEN }
      env: { GITHUB_TOKEN: !env GITHUB_TOKEN }
      auth:
        providers:
          okta: { kind: aws/saml, url: "https://example.okta.com/x", region: us-east-1, username: !env USER, password: not-a-real-password }
        identities:
          me: { kind: aws/user, credentials: { access_key_id: !env KEY, secret_access_key: !env SECRET } }
        keyring: { type: file, spec: { password_env: MY_PASSWORD } }
`;

const FILES = {
  "atmos.yaml": `${BY_STAGE}env: { COMMON_TOKEN: !env GITHUB_TOKEN, LEVEL: info }\n`,
  "stacks/deploy/dev.yaml": MANIFEST,
};

const made = () =>
  componentOf(FILES, "it", "dev", {
    env: {
      REGION: "eu-west-1",
      API_TOKEN: "not-a-real-token",
      GITHUB_TOKEN: "not-a-real-token",
      USER: "ana",
      KEY: "AKIAIOSFODNN7EXAMPLE",
      SECRET: "not-a-real-secret",
    },
  });

Deno.test("componentDocument() shows no secret: what holds one is named, and what stands in a file is masked", async () => {
  const document = componentDocument(await made(), true);
  const text = JSON.stringify(document);
  assert.doesNotMatch(text, /not-a-real|AKIAIOSFODNN7EXAMPLE/);
  assert.deepEqual(document.vars, { stage: "dev", region: "eu-west-1", token: "!env API_TOKEN" });
  assert.deepEqual(document.env, {
    COMMON_TOKEN: "!env GITHUB_TOKEN",
    LEVEL: "info",
    GITHUB_TOKEN: "!env GITHUB_TOKEN",
  });
  assert.deepEqual(document.auth, {
    providers: {
      okta: {
        kind: "aws/saml",
        url: "https://example.okta.com/x",
        region: "us-east-1",
        username: "!env USER",
        password: "<MASKED>",
      },
    },
    identities: {
      me: {
        kind: "aws/user",
        credentials: { access_key_id: "!env KEY", secret_access_key: "!env SECRET" },
      },
    },
    keyring: { type: "file", spec: { password_env: "MY_PASSWORD" } },
  });
});

Deno.test("componentDocument() names the file and the line of every value, and its variable", async () => {
  const { origins } = componentDocument(await made(), true);
  assert.equal(origins?.["vars.region"], "/work/stacks/deploy/dev.yaml:6 (REGION)");
  assert.equal(origins?.["env.LEVEL"], "/work/atmos.yaml:10");
  assert.equal(origins?.["vars.stage"], "/work/stacks/deploy/dev.yaml:2");
  assert.equal(componentDocument(await made(), false).origins, undefined);
});

Deno.test("describedText() gives scripts the text itself, and terminals nothing that steers them", () => {
  assert.equal(describedText("10.0.0.0/16", "yaml"), "10.0.0.0/16\n");
  assert.equal(describedText("two\nlines", "yaml"), "two\nlines\n");
  assert.equal(describedText("\x1b[31mred", "yaml"), '"\\u001b[31mred"\n');
  assert.equal(describedText("x", "json"), '"x"\n');
  assert.equal(describedText(null, "yaml"), "null\n");
  assert.equal(describedText(null, "json"), "null\n");
  assert.equal(describedText({ a: [1] }, "json"), '{\n  "a": [\n    1\n  ]\n}\n');
});
