/**
 * Providers: where chains start.
 *
 * @module
 */
import * as v from "valibot";
import { isRegion, KNOWN_REGIONS, parseArn, partitionOfRegion } from "../arn.ts";
import { Secret } from "../credentials.ts";
import { type Draft, type EntryContext, kindOf, openEntry, reportLiteralSecret } from "./entry.ts";
import { didYouMean } from "./nearest.ts";
import { isNull, nodeAt, type RawEntry, textAt } from "./raw.ts";
import { PROVIDER_SCHEMAS } from "./schemas.ts";
import { report, type Scope } from "./scope.ts";
import { readShape } from "./shape.ts";
import { directoryAt } from "./places.ts";
import type { Trust } from "./trust.ts";
import {
  type OidcTokenProvider,
  PROVIDER_KINDS,
  type ProviderConfig,
  type ProviderKind,
  type SamlProvider,
} from "./types.ts";

/** Whom GitHub's tokens are for when nothing else is said: the audience that AWS's own documentation sets up. */
const DEFAULT_AUDIENCE = "sts.amazonaws.com";

type Shape<Kind extends keyof typeof PROVIDER_SCHEMAS> = v.InferOutput<typeof PROVIDER_SCHEMAS[Kind]>;

/** Decodes one entry of `auth.providers`. */
export function decodeProvider(entry: RawEntry, context: EntryContext): Draft<ProviderConfig> {
  const scope = openEntry("provider", entry, context);
  const kind = kindOf("provider", PROVIDER_KINDS, scope);
  return {
    name: entry.key,
    scope,
    kind: textAt(entry.value, "kind"),
    config: kind === undefined ? undefined : configOf(kind, scope, context),
  };
}

function configOf(
  kind: ProviderKind | "unsupported",
  scope: Scope,
  trust: Trust,
): ProviderConfig | undefined {
  switch (kind) {
    case "aws/iam-identity-center":
      return identityCenter(scope, trust);
    case "aws/saml":
      return saml(scope, trust);
    case "github/oidc":
      return githubOidc(scope, trust);
    case "oidc/token":
      return oidcToken(scope, trust);
    case "unsupported":
      return { kind, declaredKind: textAt(scope.raw, "kind") ?? "" };
  }
}

/** What the common keys say; the checks on them run whether or not the rest of the entry fits. */
function readCommon(scope: Scope, trust: Trust) {
  reportUnknownRegion(scope, ["region"]);
  const filesBasePath = directoryAt(scope, trust, ["spec", "files", "base_path"]);
  return (shape: Shape<keyof typeof PROVIDER_SCHEMAS>) => ({
    region: shape.region,
    sessionSeconds: shape.session?.duration,
    consoleSeconds: shape.console?.session_duration,
    filesBasePath,
    endpointUrl: shape.spec?.endpoint_url,
  });
}

function identityCenter(scope: Scope, trust: Trust): ProviderConfig | undefined {
  const common = readCommon(scope, trust);
  const shape = readShape(PROVIDER_SCHEMAS["aws/iam-identity-center"], scope);
  return shape && {
    kind: shape.kind,
    ...common(shape),
    startUrl: portalAddress(shape.start_url),
    autoProvisionIdentities: shape.auto_provision_identities ?? false,
  };
}

/** The portal's address is a key of stored tokens: one spelling of it, without what a browser's address bar adds. */
export function portalAddress(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}${url.search}`;
}

function saml(scope: Scope, trust: Trust): SamlProvider | undefined {
  const common = readCommon(scope, trust);
  reportLiteralSecret(scope, ["password"], "SAML_PASSWORD");
  reportDeprecatedDriver(scope);
  reportForeignArn(scope, ["idp_arn"], textAt(scope.raw, "region"));
  const shape = readShape(PROVIDER_SCHEMAS["aws/saml"], scope, { secret: ["password"] });
  return shape && {
    kind: shape.kind,
    ...common(shape),
    url: shape.url,
    idpArn: shape.idp_arn,
    driver: shape.driver ?? shape.provider_type,
    username: shape.username,
    password: shape.password === undefined ? undefined : new Secret(shape.password),
    mfa: shape.mfa,
    browserType: shape.browser_type,
    browserExecutablePath: shape.browser_executable_path,
    downloadBrowserDriver: shape.download_browser_driver ?? false,
  };
}

function reportDeprecatedDriver(scope: Scope): void {
  const old = nodeAt(scope.raw, ["provider_type"]);
  if (old === undefined || isNull(old)) return;
  const loses = nodeAt(scope.raw, ["driver"]) !== undefined;
  report(scope, {
    severity: "warning",
    code: "deprecated-key",
    path: ["provider_type"],
    reason: `provider_type is deprecated${
      loses ? ", and driver is there: it does nothing" : "; it is read as driver"
    }`,
    hint: loses ? "Remove it" : "Rename it to driver",
  });
}

const lettersOf = (region: string) => region.replace(/-\d+$/, "");
const KNOWN_LETTERS: ReadonlySet<string> = new Set(KNOWN_REGIONS.map(lettersOf));

/** Warns about a region that has the right shape, but words that no region has had so far. */
export function reportUnknownRegion(scope: Scope, path: readonly string[]): void {
  const region = textAt(scope.raw, ...path);
  if (region === undefined || !isRegion(region) || KNOWN_LETTERS.has(lettersOf(region))) return;
  const hint = didYouMean(region, KNOWN_REGIONS);
  const reason = `${region} is no region that this program knows of`;
  report(scope, { severity: "warning", code: "unknown-region", path, reason, hint });
}

/** Reports an ARN of another partition (China, GovCloud, ...) than the region it is used in. */
export function reportForeignArn(scope: Scope, path: readonly string[], region: string | undefined): void {
  const arn = parseArn(textAt(scope.raw, ...path) ?? "");
  const partition = region === undefined ? undefined : partitionOfRegion(region);
  if (arn === undefined || partition === undefined || arn.partition === partition) return;
  report(scope, {
    code: "partition-mismatch",
    path,
    reason: `the ARN is of the partition ${arn.partition}, but the region ${region} is in ${partition}`,
    hint: `Write arn:${partition}:..., or a region of ${arn.partition}`,
  });
}

function githubOidc(scope: Scope, trust: Trust): ProviderConfig | undefined {
  const common = readCommon(scope, trust);
  const shape = readShape(PROVIDER_SCHEMAS["github/oidc"], scope);
  return shape && { kind: shape.kind, ...common(shape), audience: shape.spec?.audience ?? DEFAULT_AUDIENCE };
}

function oidcToken(scope: Scope, trust: Trust): OidcTokenProvider | undefined {
  const common = readCommon(scope, trust);
  const source = tokenSource(scope, trust);
  const shape = readShape(PROVIDER_SCHEMAS["oidc/token"], scope);
  return shape && source && { kind: shape.kind, ...common(shape), source, audience: shape.spec.audience };
}

function tokenSource(scope: Scope, trust: Trust): OidcTokenProvider["source"] | undefined {
  const spec = nodeAt(scope.raw, ["spec"]);
  if (spec?.type !== "map") return undefined;
  const given = ["token_env", "token_file"].filter((key) => nodeAt(spec, [key]) !== undefined);
  if (given.length !== 1) {
    const reason = given.length === 0
      ? "neither token_env nor token_file is set"
      : "both token_env and token_file are set";
    report(scope, { code: "token-source", path: ["spec"], reason, hint: "Set exactly one of the two" });
    return undefined;
  }
  const variable = textAt(spec, "token_env");
  if (variable !== undefined) return { variable };
  const file = nodeAt(spec, ["token_file"]);
  return file?.type === "scalar" ? { file: trust.place(file.text, file.at.file).path } : undefined;
}
