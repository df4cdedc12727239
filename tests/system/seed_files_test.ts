/** Where the manual says that AWS files are, and that a person's own stay as they are. */
import assert from "node:assert/strict";
import { baseText, block, blockText } from "../seed/blocks.ts";
import { type Project, startProject } from "./seed_project.ts";
import { snapshot } from "./sessions.ts";

/** Directories with files of sessions, below the home. */
async function places({ world }: Project): Promise<readonly string[]> {
  return Object.keys(await snapshot(world.home)).flatMap((path) =>
    path.match(/^\/(.+)\/credentials$/)?.[1] ?? []
  )
    .filter((path) => path !== ".aws").toSorted();
}

/** Logs in, and uses the session at once from where it is. */
async function logIn(project: Project, before = ""): Promise<void> {
  for (const words of ["login", "exec -- aws sts get-caller-identity"]) {
    const ran = await project.sh(`${before}\natmos auth ${words}`);
    assert.equal(ran.code, 0, ran.stderr);
  }
}

Deno.test("AWS File Management: sessions are in files by provider, and a person's own are untouched by every command", async () => {
  await using project = await startProject(baseText("project"));
  const { world, sh } = project;
  const own = {
    "/.aws/credentials": "[default]\naws_access_key_id = AKIAPERSONALEXAMPLE\n",
    "/.aws/config": "[default]\nregion = eu-west-1\n",
  };
  for (const [path, text] of Object.entries(own)) await world.write(path.slice(1), text);
  const stamp = async () => (await Deno.stat(`${world.home}/.aws/credentials`)).mtime?.getTime();
  const before = await stamp();
  await logIn(project);
  assert.deepEqual(await places(project), [".config/atmos/aws/my-sso"]);
  assert.match(await world.read(".config/atmos/aws/my-sso/config"), /^\[profile dev-admin\]$/m);
  for (const words of ["env --files", "whoami", "list", "exec -- terraform plan", "logout --all --force"]) {
    const ran = await sh(`atmos auth ${words}`);
    assert.equal(ran.code, 0, ran.stderr);
  }
  assert.equal(await stamp(), before);
  const files = await snapshot(world.home);
  assert.deepEqual(Object.fromEntries(Object.keys(own).map((path) => [path, files[path]])), own);
  // What is cleanly deleted leaves no credential behind.
  assert.deepEqual(await places(project), []);
  await world.assertNoLeaks();
});

Deno.test("AWS File Management, Seamless SDK integration: a child finds the files by the SDK's own variables", async () => {
  await using project = await startProject(baseText("project"));
  await logIn(project);
  const ran = await project.sh("atmos auth exec -- env");
  const at = `${project.world.home}/.config/atmos/aws/my-sso`;
  assert.match(ran.stdout, new RegExp(`^AWS_SHARED_CREDENTIALS_FILE=${at}/credentials$`, "m"));
  assert.match(ran.stdout, new RegExp(`^AWS_CONFIG_FILE=${at}/config$`, "m"));
  assert.match(ran.stdout, /^AWS_PROFILE=dev-admin$/m);
});

Deno.test("File Locations, Custom Locations: ATMOS_XDG_CONFIG_HOME for Atmos, XDG_CONFIG_HOME for all, ours first", async () => {
  await using project = await startProject(baseText("project"));
  const [, forAtmos = "", , forAll = ""] = block(518).lines;
  const at = (line: string, name: string) => line.replace("/custom/path", `${project.world.home}/${name}`);
  await logIn(project, at(forAll, "all"));
  assert.deepEqual(await places(project), ["all/atmos/aws/my-sso"]);
  await logIn(project, `${at(forAll, "all")}\n${at(forAtmos, "ours")}`);
  assert.deepEqual(await places(project), ["all/atmos/aws/my-sso", "ours/atmos/aws/my-sso"]);
});

Deno.test("File Locations, Custom Locations: `spec.files.base_path` of a provider, for its own files alone", async () => {
  const other = `auth:
  providers:
    other-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://company.awsapps.com/start" }
  identities:
    other-admin:
      kind: aws/permission-set
      via: { provider: other-sso }
      principal: { name: AdminAccess, account: { name: production } }
`;
  await using project = await startProject(baseText("project"), other);
  const { world, sh } = project;
  await world.write(".atmos.d/1.yaml", blockText(523).replace("/custom/", `${world.home}/custom/`));
  assert.equal((await sh("atmos auth trust")).code, 0);
  await logIn(project);
  assert.deepEqual(await places(project), ["custom/path/aws/my-sso"]);
  assert.equal((await sh("atmos auth login -i other-admin")).code, 0);
  assert.deepEqual(await places(project), [".config/atmos/aws/other-sso", "custom/path/aws/my-sso"]);
  const pointers = await sh("atmos auth env --files");
  assert.match(pointers.stdout, /^export AWS_CONFIG_FILE=".*\/custom\/path\/aws\/my-sso\/config"$/m);
  assert.equal((await sh("atmos auth logout --provider my-sso --force")).code, 0);
  assert.deepEqual(await places(project), [".config/atmos/aws/other-sso"]);
});

Deno.test("AWS File Management, Project convenience: a realm keeps one project's files and logins from another's", async () => {
  await using project = await startProject(baseText("project"), "auth:\n  realm: customer-a\n");
  await logIn(project);
  assert.deepEqual(await places(project), [".config/atmos/customer-a/aws/my-sso"]);
});
