import assert from "node:assert/strict";
import type { SamlProvider } from "../../lib/config/types.ts";
import { Secret } from "../../lib/credentials.ts";
import { AuthError, type ErrorCode } from "../../lib/errors.ts";
import type { NamedSamlProvider, SamlDriverRun, SamlPerson } from "../../lib/saml/types.ts";
import type { Idp, IdpOptions } from "../emulator/idp/idp.ts";
import { samlSigner } from "../emulator/saml_signer.ts";
import { saml } from "../chain/samples.ts";
import { failureOf } from "../failing.ts";
import { type FakeHost, fakeHost } from "../fake_host.ts";

/** One key for all tests of a file, because creating one takes longer than a login. */
const signer = samlSigner();

/** What the user in a test has and does. */
export interface PersonInit {
  username?: string;
  password?: string;
  /** Codes in order; a function is called each time. */
  codes?: readonly string[] | (() => Promise<string>);
  /** The label of the option to choose; not needed when there is only one. */
  choice?: string;
}

/** Records what the driver asked. */
export interface FakePerson extends SamlPerson {
  readonly told: string[];
  readonly asked: string[];
}

export function fakePerson({ idp }: { idp?: Idp } = {}, init: PersonInit = {}): FakePerson {
  const told: string[] = [];
  const asked: string[] = [];
  const codes = typeof init.codes === "function" ? init.codes : queueOf(init.codes ?? []);
  return {
    told,
    asked,
    username: () => Promise.resolve(init.username ?? idp?.user.username ?? "jane"),
    password: () => Promise.resolve(new Secret(init.password ?? idp?.user.password ?? "not-a-real-password")),
    code: (question) => {
      asked.push(question);
      return codes();
    },
    choose: (question, options) => {
      if (options.length === 1) return Promise.resolve(0);
      asked.push(`${question}: ${options.join(" | ")}`);
      const index = options.indexOf(init.choice ?? "");
      return index >= 0 ? Promise.resolve(index) : Promise.reject(nobody());
    },
    tell: (text) => void told.push(text),
  };
}

const nobody = () => new AuthError("person-needed", "nobody can be asked here");

function queueOf(codes: readonly string[]): () => Promise<string> {
  const left = [...codes];
  return () => {
    const code = left.shift();
    return code === undefined ? Promise.reject(nobody()) : Promise.resolve(code);
  };
}

export const samlProvider = (url: string, changes: Partial<SamlProvider> = {}): NamedSamlProvider => ({
  name: "corp",
  config: saml({ url, ...changes }),
});

/**
 * One login: the driver, the identity provider on its port, the user, and a clock that only sleep advances.
 */
export interface Scene {
  idp: Idp;
  host: FakeHost;
  person: FakePerson;
  run(): Promise<Secret>;
  /** The error that the login ends with. */
  failure(): Promise<AuthError>;
}

export interface SceneInit {
  driver: SamlDriverRun;
  /** Starts the identity provider with the scene's clock and key. */
  start: (base: IdpOptions) => Promise<Idp>;
  person?: PersonInit | ((idp: Idp) => PersonInit);
  config?: Partial<SamlProvider>;
  /** The provider's URL; defaults to the identity provider's. */
  url?: (idp: Idp) => string;
  /** Responses of other hosts than the identity provider's; none by default. */
  elsewhere?: (request: Request, idp: Idp) => Promise<Response>;
}

/** The options of a test for one driver, including those of its identity provider. */
export type DriverInit<Options> = Omit<SceneInit, "driver" | "start"> & { readonly options?: Options };

/** {@linkcode scene} for the tests of one driver. */
export function driverScene<Options>(
  driver: SamlDriverRun,
  start: (base: IdpOptions, options: Options | undefined) => Promise<Idp>,
  common: Pick<SceneInit, "elsewhere"> = {},
): (init: DriverInit<Options>, act: (scene: Scene) => Promise<void>) => Promise<void> {
  return ({ options, ...init }, act) =>
    scene({ driver, start: (base) => start(base, options), ...common, ...init }, act);
}

/** Runs `act` in a scene, and closes the identity provider. */
export async function scene(init: SceneInit, act: (scene: Scene) => Promise<void>): Promise<void> {
  const clock = fakeHost();
  await using idp = await init.start({ signer, clock: clock.now });
  const host = {
    ...clock,
    fetch: (request: Request) => {
      const isElsewhere = new URL(request.url).hostname !== "127.0.0.1";
      if (isElsewhere && init.elsewhere !== undefined) return init.elsewhere(request, idp);
      return fetch(request, { redirect: "manual" });
    },
  };
  const person = fakePerson({ idp }, typeof init.person === "function" ? init.person(idp) : init.person);
  const provider = samlProvider(init.url?.(idp) ?? idp.loginUrl, init.config);
  const run = () => init.driver(host, provider, person);
  const failure = async () => {
    const error = await failureOf(run());
    // Every password, cookie and token in the tests contains this text.
    assert.doesNotMatch([error.message, ...error.hints, ...person.told].join("\n"), /not-a-real/);
    return error;
  };
  await act({ idp, host, person, run, failure });
}

/** An error as far as users and programs see it. */
export interface Report {
  code: ErrorCode;
  message: string;
  hints?: readonly string[];
  remoteCode?: string;
  requestId?: string;
}

export function assertFailure(error: AuthError, report: Report): void {
  const { code, message, hints, remoteCode, requestId, where } = error;
  const seen = { code, message, hints, remoteCode, requestId, where };
  assert.deepEqual(seen, {
    hints: [],
    remoteCode: undefined,
    requestId: undefined,
    ...report,
    where: "auth.providers.corp",
  });
}

/** Asserts that the login returned a response signed by the identity provider. */
export async function assertSigned({ idp }: Scene, response: Secret): Promise<void> {
  const provider = idp.signer.provider("arn:aws:iam::123456789012:saml-provider/okta-saml");
  const document = new TextDecoder().decode(
    Uint8Array.from(atob(response.reveal().replaceAll(/\s/g, "")), (char) => char.charCodeAt(0)),
  );
  assert.equal(await provider.verify(document), true);
}

export const USE_BROWSER = 'Set driver: Browser for the provider "corp" to log in in a browser';
