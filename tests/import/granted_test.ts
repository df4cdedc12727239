import assert from "node:assert/strict";
import { grantedOffers } from "../../lib/import/granted.ts";
import { outcome } from "./support.ts";

Deno.test("grantedOffers() takes the portals of its TOML, and nothing else of it", () => {
  const made = outcome(grantedOffers(`DefaultBrowser = "FIREFOX"
StartURL = "https://nobody.awsapps.com/start"

[SSO]
  [SSO.main]
    StartURL = "https://acme.awsapps.com/start/"
    SSORegion = "us-east-1"
  [SSO."the other"]
    StartURL = 'https://d-123.awsapps.com/start'
    SSORegion = 'eu-west-1'
  [SSO.half]
    SSORegion = "us-east-1"
[Keyring]
  StartURL = "https://nobody.awsapps.com/start"
`));
  const portal = (region: string, host: string) => ({
    kind: "aws/iam-identity-center",
    region,
    start_url: `https://${host}.awsapps.com/start`,
  });
  assert.deepEqual(made, {
    providers: { main: portal("us-east-1", "acme"), "the other": portal("eu-west-1", "d-123") },
    said: ["[SSO.half]: it has no StartURL or no SSORegion"],
  });
});
