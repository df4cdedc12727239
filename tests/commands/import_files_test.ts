import assert from "node:assert/strict";
import { toolPaths } from "../../lib/import/tool_files.ts";
import { fakeHost } from "../fake_host.ts";

/** Where the AWS CLI's configuration is looked for. */
const lookedFor = (variable: string) =>
  toolPaths(fakeHost({ env: { HOME: "/home/me", AWS_CONFIG_FILE: variable } })).aws;

Deno.test("toolPaths() follows AWS_CONFIG_FILE, but not to files of ours, as it leads in a shell of ours", () => {
  const usual = ["/home/me/.aws/config"];
  assert.deepEqual(lookedFor(""), usual);
  assert.deepEqual(lookedFor("/elsewhere/config"), ["/elsewhere/config"]);
  assert.deepEqual(lookedFor("~/own/config"), ["/home/me/own/config"]);
  assert.deepEqual(lookedFor("/home/me/.config/atmos/aws/my-sso/config"), usual);
  assert.deepEqual(lookedFor("/home/me/.local/state/atmos/refreshing/1a2b/config"), usual);
});
