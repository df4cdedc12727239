/**
 * Writes the permission sets of `deno.json`: `deno task permissions`. Variables, programs and hosts are those that
 * `atmos auth permissions` reports for each command on each system, with every kind of provider and identity.
 *
 * @module
 */
import { KNOWN_REGIONS, partitionOfRegion } from "../lib/arn.ts";
import { serviceAddress } from "../lib/aws/addresses.ts";
import { needsOf } from "../lib/cli/line/tree.ts";
import { GITHUB_ISSUER, hostOf } from "../lib/commands/auth/permissions/chain.ts";
import { main } from "../lib/commands/mod.ts";
import { ROOT } from "../lib/commands/table.ts";
import { CONFIG_NAMES } from "../lib/config/discover.ts";
import { CONSOLE_DOMAINS } from "../lib/console_domains.ts";
import type { Os } from "../lib/host.ts";
import { LOOPBACK } from "../lib/loopback.ts";
import { joinPath } from "../lib/paths.ts";
import { fakeHost } from "../tests/fake_host.ts";

/** A set in `deno.json`: a list of scopes, all, or nothing. */
export interface PermissionSet {
  readonly read: readonly string[] | boolean;
  readonly write: readonly string[] | boolean;
  readonly net: readonly string[];
  readonly env: readonly string[];
  readonly sys: readonly string[];
  readonly run: readonly string[] | boolean;
  readonly ffi: boolean;
}

/** The sets by name. */
export type PermissionSets = Readonly<Record<"ci" | "ci-exec" | "cli", PermissionSet>>;

const SYSTEMS: readonly Os[] = ["linux", "darwin", "windows"];

const ROLE = "arn:aws:iam::123456789012:role/R";
/** The providers and identities of a job in CI. */
const OF_JOB = {
  providers: {
    github: { kind: "github/oidc", region: "us-east-1", spec: { audience: "sts.us-east-1.amazonaws.com" } },
    gitlab: { kind: "oidc/token", region: "us-east-1", spec: { token_env: "ATMOS_ID_TOKEN" } },
  },
  identities: {
    github: { kind: "aws/assume-role", via: { provider: "github" }, principal: { assume_role: ROLE } },
    gitlab: { kind: "aws/assume-role", via: { provider: "gitlab" }, principal: { assume_role: ROLE } },
  },
};
/** Those with every kind that a user has besides. */
const OF_USER = {
  providers: {
    ...OF_JOB.providers,
    sso: { kind: "aws/iam-identity-center", region: "us-east-1", start_url: "https://x.awsapps.com/start" },
    saml: { kind: "aws/saml", region: "us-east-1", url: "https://x.okta.com/app/amazon_aws/abc/sso/saml" },
  },
  identities: {
    ...OF_JOB.identities,
    user: { kind: "aws/user", credentials: { region: "us-east-1" } },
    set: {
      kind: "aws/permission-set",
      via: { provider: "sso" },
      principal: { name: "A", account: { id: "123456789012" } },
    },
    saml: { kind: "aws/assume-role", via: { provider: "saml" }, principal: { assume_role: ROLE } },
  },
};

/** What a set is for. */
interface Purpose {
  readonly auth: typeof OF_JOB;
  readonly commands: readonly string[];
  readonly keyrings: readonly string[];
}

const PURPOSES: Readonly<Record<"ci" | "cli", Purpose>> = {
  ci: {
    auth: OF_JOB,
    commands: ["validate", "list", "whoami", "env", "login", "exec"],
    keyrings: ["memory"],
  },
  cli: { auth: OF_USER, commands: [...needsOf(ROOT).keys()], keyrings: ["system", "file"] },
};

/** What `atmos auth permissions` reports. */
interface Report {
  readonly needed: Readonly<Record<string, readonly string[]>>;
  readonly optional: Readonly<Record<string, readonly string[]>>;
}

/** Only the variables that say where the user's files are. */
const HOMES: Readonly<Record<Os, Readonly<Record<string, string>>>> = {
  linux: { HOME: "/home/ana", PATH: "/usr/bin" },
  darwin: { HOME: "/Users/ana", PATH: "/usr/bin" },
  windows: { USERPROFILE: "C:\\Users\\ana", PATH: "C:\\bin" },
};

async function reportOf(os: Os, auth: object, keyring: string, command: string): Promise<Report> {
  const root = os === "windows" ? "C:\\work" : "/work";
  const below = joinPath(os, root, "below");
  const host = fakeHost({
    os,
    env: { ...HOMES[os], ATMOS_KEYRING_TYPE: keyring, ATMOS_TRUST_CONFIG: "true" },
    files: { [joinPath(os, root, "atmos.yaml")]: JSON.stringify({ auth }), "/usr/bin/chromium": "" },
    // In a directory below the configuration, it is looked for above.
    directories: [below],
    workingDirectory: below,
  });
  const code = await main(host, ["auth", "permissions", command.replace(" ", "-"), "--format", "json"]);
  if (code !== 0) throw new Error(`permissions ${command} on ${os}: ${host.told}`);
  return JSON.parse(host.written);
}

/** What the commands of a set use on these systems. */
export async function reportsOf(
  set: keyof typeof PURPOSES,
  systems: readonly Os[] = SYSTEMS,
): Promise<readonly Report[]> {
  const { auth, commands, keyrings } = PURPOSES[set];
  const reports: Report[] = [];
  for (const os of systems) {
    for (const keyring of keyrings) {
      for (const command of commands) reports.push(await reportOf(os, auth, keyring, command));
    }
  }
  return reports;
}

/** The scopes of one class in these reports, of optional grants too. */
export function scopesIn(reports: readonly Report[], kind: string): ReadonlySet<string> {
  return new Set(
    reports.flatMap(({ needed, optional }) => [...needed[kind] ?? [], ...optional[kind] ?? []]),
  );
}

/** Read only where a file sets the path of a keyring, a log or a token: untrusted files may not set any path. */
const FOR_PATHS = ["ATMOS_XDG_DATA_HOME", "TEMP", "TMPDIR", "XDG_DATA_HOME"];

/** A keyring's session bus where systemd puts it for the first user. */
const USUAL_BUS = "unix:/run/user/1000/bus";
/** What users run with `exec` and `shell`; a browser of their own is started through `/bin/sh`. */
const USUAL_PROGRAMS = ["/bin/sh", "aws", "bash", "fish", "sh", "zsh"];
/** The two public identity providers that we know. */
const IDENTITY_PROVIDERS = ["*.okta.com:443", "accounts.google.com:443"];
/** `docs/ci.md` puts the program beside the configuration, and its state beside the checkout. */
const STATE = "../../.atmos-auth-state";

/** Of the public partitions, which have a console that anybody can reach. */
async function stsHosts(): Promise<readonly string[]> {
  const regions = KNOWN_REGIONS.filter((region) =>
    Object.hasOwn(CONSOLE_DOMAINS, partitionOfRegion(region) ?? "")
  );
  const host = fakeHost();
  return await Promise.all(
    regions.map(async (region) =>
      hostOf(await serviceAddress(host, "STS", { region, endpointUrl: undefined }))
    ),
  );
}

/** The domains of AWS's endpoints, FIPS and dual-stack too, and of its consoles. */
async function awsDomains(): Promise<readonly string[]> {
  const domains = new Set<string>(Object.values(CONSOLE_DOMAINS));
  const regions = Map.groupBy(KNOWN_REGIONS, (region) => partitionOfRegion(region));
  for (const partition of Object.keys(CONSOLE_DOMAINS)) {
    const [region = ""] = regions.get(partition) ?? [];
    for (const env of [{}, { AWS_USE_FIPS_ENDPOINT: "true" }, { AWS_USE_DUALSTACK_ENDPOINT: "true" }]) {
      for (const service of ["STS", "SSO", "SSO_OIDC"] as const) {
        const { hostname } = await serviceAddress(fakeHost({ env }), service, {
          region,
          endpointUrl: undefined,
        });
        domains.add(hostname.slice(hostname.indexOf(`${region}.`) + `${region}.`.length));
      }
    }
  }
  return sorted(domains).map((domain) => `*.${domain}:443`);
}

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

/** The sets, as they stand in `deno.json`. */
export async function permissionSets(): Promise<PermissionSets> {
  const [ofJob, ofUser] = [await reportsOf("ci"), await reportsOf("cli")];
  const ci = {
    read: [...sorted(CONFIG_NAMES.map((name) => `../${name}`)), STATE],
    write: [STATE],
    net: [GITHUB_ISSUER, ...await stsHosts()],
    env: sorted([...scopesIn(ofJob, "env"), ...FOR_PATHS]),
    sys: sorted(scopesIn(ofJob, "sys")),
    run: false,
    ffi: false,
  };
  // `*` stands for the program that the user names.
  const programs = [...scopesIn(ofUser, "run")].filter((program) => program !== "*");
  const components = programs.filter((program) => needsOf(ROOT).has(program));
  return {
    "ci": ci,
    "ci-exec": { ...ci, run: sorted(["aws", ...components]) },
    "cli": {
      read: true,
      write: true,
      net: [...await awsDomains(), ...IDENTITY_PROVIDERS, LOOPBACK, USUAL_BUS],
      env: sorted([...scopesIn(ofUser, "env"), ...FOR_PATHS]),
      sys: sorted(scopesIn(ofUser, "sys")),
      run: sorted([...USUAL_PROGRAMS, ...programs]),
      ffi: true,
    },
  };
}

if (import.meta.main) {
  const path = new URL("../deno.json", import.meta.url);
  const sets = JSON.stringify({ permissions: await permissionSets() }, null, 2).slice(
    "{\n".length,
    -"\n}".length,
  );
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(/^ {2}"permissions": \{[^]*?^ {2}\}/m, () => sets));
}
