/**
 * The storms, each with what it must come to, however many processes there are: for the tests and for
 * `deno task storm`.
 */
import { type Expected, loginThatEnds, storm, type StormReport } from "./storm.ts";
import { chainedConfig, startWorld, type World } from "./world.ts";

/** A storm by its name. */
export interface Storm {
  readonly name: string;
  readonly run: (world: World, processes: number) => Promise<StormReport>;
  /** What its counts must be, at this number of processes. */
  readonly counts: (processes: number) => Partial<StormReport>;
}

const SESSION: Expected = { code: 0, stdout: "session" };
const CLEAN = { badOutputs: 0, tornFiles: 0, example: undefined } as const;
const QUIET = { logins: 0, refreshes: 0, failedRefreshes: 0, getRoleCredentials: 0, assumeRole: 0 } as const;
const ROLES = 10;

const times = (processes: number, words: (index: number) => readonly string[]) =>
  Array.from({ length: processes }, (_, index) => ["auth", ...words(index)]);
const env = (...more: readonly string[]) => ["env", "--format", "json", ...more];

/** Every storm there is. */
export const STORMS: readonly Storm[] = [
  {
    name: "an ended session with a refresh token",
    run: async (world, processes) => {
      await loginThatEnds(world);
      return await storm(world, times(processes, () => env()), SESSION);
    },
    counts: () => ({ ...CLEAN, ...QUIET, refreshes: 1, getRoleCredentials: 1, assumeRole: 1, sessions: 1 }),
  },
  {
    name: "no session, and everybody logs in",
    run: (world, processes) =>
      storm(world, times(processes, () => ["login", "--device-code"]), {
        code: 0,
        stdout: "nothing",
        says: /✓ Authentication successful!/,
      }),
    counts: () => ({ ...CLEAN, ...QUIET, logins: 1, getRoleCredentials: 1, assumeRole: 1 }),
  },
  {
    name: "a refresh token that AWS refuses, and nobody to ask",
    run: async (world, processes) => {
      await loginThatEnds(world);
      world.aws.state.refreshTokens.clear();
      return await storm(world, times(processes, () => env()), {
        code: 3,
        stdout: "nothing",
        says: /Error: Cannot log in to "my-sso"[^]*nobody can be asked[^]*atmos auth login/,
      });
    },
    counts: () => ({ ...CLEAN, ...QUIET, failedRefreshes: 1, sessions: 0 }),
  },
  {
    name: "ten roles behind one permission set",
    run: async (world, processes) => {
      await loginThatEnds(world);
      return await storm(
        world,
        times(processes, (index) => env("--identity", `role-${index % ROLES}`)),
        SESSION,
      );
    },
    counts: (processes) => ({
      ...CLEAN,
      ...QUIET,
      refreshes: 1,
      getRoleCredentials: 1,
      assumeRole: Math.min(ROLES, processes),
      sessions: Math.min(ROLES, processes),
    }),
  },
];

/** A world for a storm: the chained configuration, and ten roles more behind its permission set. */
export async function stormWorld(): Promise<World> {
  const world = await startWorld();
  const [production] = world.aws.state.seed.roles;
  const names = Array.from({ length: ROLES }, (_, index) => `role-${index}`);
  if (production !== undefined) {
    world.aws.state.seed.roles.push(
      ...names.map((name) => ({ ...production, arn: `arn:aws:iam::999999999999:role/${name}` })),
    );
  }
  const identity = (name: string) =>
    `    ${name}:\n      kind: aws/assume-role\n      via: { identity: base-admin }\n` +
    `      principal: { assume_role: "arn:aws:iam::999999999999:role/${name}" }\n`;
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl, names.map(identity).join("")));
  return world;
}
