import assert from "node:assert/strict";
import { type ProcessOffer, processOffer } from "../../lib/import/credential_process.ts";

Deno.test("processOffer() knows the lines that tools of this kind write", () => {
  const lines: Readonly<Record<string, ProcessOffer>> = {
    "aws-vault exec work --no-session --json": { type: "profile", name: "work" },
    "/usr/local/bin/aws-vault export --format=json work": { type: "profile", name: "work" },
    "granted credential-process --profile web/Admin": { type: "profile", name: "web/Admin" },
    "granted credential-process --profile=x --auto-login": { type: "profile", name: "x" },
    "aws-sso process --arn arn:aws:iam::012345678901:role/path/Audit": {
      type: "aws-sso",
      portal: undefined,
      account: "012345678901",
      role: "Audit",
    },
    'C:\\Tools\\aws-sso.exe -S "My SSO" process -a arn:aws:iam::012345678901:role/A': {
      type: "aws-sso",
      portal: "My SSO",
      account: "012345678901",
      role: "A",
    },
    "aws-vault list": { type: "unknown", program: "aws-vault" },
    "aws-sso process --arn nonsense": { type: "unknown", program: "aws-sso" },
    '"/opt/my tools/get" --password not-a-real-secret': { type: "unknown", program: "get" },
    "'unclosed": { type: "unknown", program: "'unclosed" },
    "": { type: "unknown", program: "" },
  };
  for (const [line, offer] of Object.entries(lines)) assert.deepEqual(processOffer(line), offer, line);
});
