import assert from "node:assert/strict";
import { linksOf } from "../../lib/chain/digest.ts";
import { type Context, openContext } from "../../lib/cli/run/context.ts";
import { readFlags } from "../../lib/cli/line/args.ts";
import { GLOBAL_FLAGS, type GlobalInput } from "../../lib/cli/line/globals.ts";
import { type Refreshed, type RefreshWish, whileRefreshed } from "../../lib/cli/run/refreshing.ts";
import { unattended } from "../../lib/cli/run/session.ts";
import { isAuthError } from "../../lib/errors.ts";
import { keptSession } from "../chain/world.ts";
import { FAKE_NOW, type FakeHost, fakeHost, type FakeHostInit } from "../fake_host.ts";

const PASSWORD = { ATMOS_KEYRING_PASSWORD: "not-a-real-password" };
const HOUR = 3_600_000;

const CONFIG = `auth:
  keyring: { type: file }
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: https://mycompany.awsapps.com/start }
  identities:
    base-admin:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: core-identity } }
    prod-admin:
      kind: aws/assume-role
      default: true
      via: { identity: base-admin }
      principal: { assume_role: "arn:aws:iam::999999999999:role/ProductionAdmin" }
    far-away:
      kind: aws/assume-role
      via: { identity: base-admin }
      principal: { assume_role: "arn:aws:iam::999999999999:role/FarAway" }
      session: { region: eu-west-1 }
    coded:
      kind: aws/user
      credentials:
        access_key_id: AKIAIOSFODNN7EXAMPLE
        secret_access_key: not-a-real-secret-key
        mfa_arn: arn:aws:iam::999999999999:mfa/ana
        region: us-east-1
`;

interface Story {
  readonly host: FakeHost;
  readonly given: Refreshed;
  /** The config file that the child is pointed to, while it runs. */
  readonly config: string;
}

/** Keeps a fresh session of every identity that is named, and looks at what a child of `prod-admin` would be given. */
async function story(
  { kept, wish = {}, flags = {}, ...init }: FakeHostInit & {
    readonly kept: readonly string[];
    readonly wish?: RefreshWish | ((context: Context) => Promise<RefreshWish>);
    /** As if the command line had held them, too. */
    readonly flags?: Partial<GlobalInput>;
  },
): Promise<Story> {
  const { env = PASSWORD, ...rest } = init;
  const host = fakeHost({
    ...rest,
    env: { HOME: "/home/ana", ...env },
    files: { "/home/ana/.atmos/atmos.yaml": CONFIG },
  });
  const globals = readFlags(GLOBAL_FLAGS, new Map(), host.env);
  await using context = await openContext(host, globals);
  for (const name of kept) {
    const plan = await context.plan(name);
    const link = (await linksOf(host, plan)).at(-1) ?? assert.fail();
    await context.sessions(plan).write(link, keptSession(link, FAKE_NOW + HOUR));
  }
  const wanted = typeof wish === "function" ? await wish(context) : wish;
  const plan = await context.plan("prod-admin");
  return await whileRefreshed(context, { ...globals, ...flags }, plan, wanted, (given) => {
    const config = host.tree()[given.environment.set["AWS_CONFIG_FILE"] ?? ""] ?? "";
    return Promise.resolve({ host, given, config });
  });
}

const sections = (config: string) => [...config.matchAll(/^\[(.+)\]$/gm)].map(([, name]) => name);
const lines = (config: string) =>
  [...config.matchAll(/^credential_process = (.+)$/gm)].map(([, line]) => line);

Deno.test("whileRefreshed() points to a profile without keys, which is gone afterwards, and hands on no secret of ours", async () => {
  const { host, given, config } = await story({ kept: ["prod-admin"] });
  assert.equal(given.isRefreshed, true);
  const { set, unset } = given.environment;
  assert.equal(set["AWS_PROFILE"], "prod-admin");
  assert.match(set["AWS_CONFIG_FILE"] ?? "", /\/refreshing\/[0-9a-f]{16}\/config$/);
  assert.ok(unset.includes("ATMOS_KEYRING_PASSWORD"));
  assert.ok(!("AWS_ACCESS_KEY_ID" in set));
  assert.match(
    lines(config)[0] ?? "",
    /^\/usr\/local\/bin\/atmos auth credential-process --identity=prod-admin --chain=[0-9a-f]{64} --chdir=\/work$/,
  );
  assert.deepEqual(Object.keys(host.tree()).filter((path) => path.includes("/refreshing/")), []);
  assert.equal(host.told, "");
});

Deno.test("whileRefreshed() hands the flags of the configuration and the component on, quoted", async () => {
  const { config } = await story({
    kept: ["prod-admin"],
    flags: { config: ["it's here/other.yaml"], profile: ["ci", "dev"], basePath: "/b c" },
    wish: { component: { type: "terraform", name: "network/vpc", stack: "plat-ue2-dev" } },
  });
  const [line = ""] = lines(config);
  assert.equal(
    line.slice(line.indexOf(" --component")),
    ` --component=network/vpc --stack=plat-ue2-dev --type=terraform --chdir=/work ` +
      `'--config=/work/it'"'"'s here/other.yaml' '--base-path=/b c' --profile=ci --profile=dev`,
  );
});

Deno.test("whileRefreshed() has a profile for identities beside, and for every other session in the same files", async () => {
  const { config } = await story({
    kept: ["base-admin", "prod-admin", "far-away"],
    wish: async (context) => ({ beside: [await context.plan("far-away")] }),
  });
  assert.deepEqual(sections(config), ["profile prod-admin", "profile far-away", "profile base-admin"]);
  const [main, beside, other] = lines(config);
  assert.ok(main?.includes("--chain=") && beside?.includes("--chain="));
  assert.ok(other?.includes("--identity=base-admin ") && !other.includes("--chain="));
});

Deno.test("whileRefreshed() says at the start that an identity beside is not renewed, and has its profile", async () => {
  const { host, given, config } = await story({
    kept: ["prod-admin", "coded"],
    wish: async (context) => ({ beside: [await context.plan("coded")] }),
  });
  assert.equal(given.isRefreshed, true);
  assert.deepEqual(sections(config), ["profile prod-admin", "profile coded"]);
  assert.match(host.told, /^Warning: The session of "coded" is not renewed: a code of the MFA device .*\n$/);
});

Deno.test("whileRefreshed() asks for the keyring's password only where it may, and says what becomes of that", async () => {
  const silent = await story({ kept: ["prod-admin"], env: {}, keys: ["\x1b"] });
  assert.equal(silent.given.isRefreshed, false);
  assert.match(silent.host.told, /^Warning: .* is not renewed: the keyring's password is needed, .*\n$/);
  assert.match(silent.given.environment.set["AWS_CONFIG_FILE"] ?? "", /\/aws\/my-sso\/config$/);
  const nobody = await story({ kept: ["prod-admin"], env: {}, wish: { mayAsk: true } });
  assert.equal(nobody.given.isRefreshed, false);
  const password = [..."long-enough-secret", "\r"];
  const asked = await story({
    kept: ["prod-admin"],
    env: {},
    wish: { mayAsk: true },
    keys: [...password, ...password],
  });
  assert.equal(asked.given.isRefreshed, true);
});

Deno.test("whileRefreshed() asks for no password when this process has opened the keyring already", async () => {
  const password = [..."long-enough-secret", "\r"];
  const { given } = await story({
    kept: ["prod-admin"],
    env: {},
    keys: [...password, ...password],
    wish: async (context) => {
      await context.stores(await context.plan("prod-admin")).keyring();
      return {};
    },
  });
  assert.equal(given.isRefreshed, true);
});

Deno.test("unattended() opens a keyring whose password is known, and asks nobody for one", async () => {
  const opened = async (env: Readonly<Record<string, string>>, keys: readonly string[]) => {
    const host = fakeHost({
      env: { HOME: "/home/ana", ...env },
      files: { "/home/ana/.atmos/atmos.yaml": CONFIG },
      keys,
    });
    await using context = await openContext(host, readFlags(GLOBAL_FLAGS, new Map(), host.env));
    const stores = unattended(context).stores(await context.plan("prod-admin"));
    const keyring = stores.keyring().then(() => "open", (error) => isAuthError(error) && error.code);
    return [await keyring, host.told];
  };
  const password = [..."long-enough-secret", "\r"];
  assert.deepEqual(await opened({}, [...password, ...password]), ["person-needed", ""]);
  assert.deepEqual(await opened(PASSWORD, []), ["open", ""]);
});

Deno.test("whileRefreshed() does without where no profile can hold the place, and says so", async () => {
  const { host, given } = await story({ kept: ["prod-admin"], workingDirectory: "/work/\n" });
  assert.equal(given.isRefreshed, false);
  assert.match(host.told, /^Warning: .* is not renewed: no profile can hold a path or a name with .*\n$/);
});
