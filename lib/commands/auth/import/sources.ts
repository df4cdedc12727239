/**
 * The configuration of other tools as offers.
 *
 * @module
 */
import { parseYaml } from "../../../config/yaml.ts";
import { AuthError } from "../../../errors.ts";
import { awsOffers, usersOf } from "../../../import/aws.ts";
import { type AwsFile, parseAwsFile } from "../../../import/aws_file.ts";
import { type AwsSsoOffers, awsSsoOffers } from "../../../import/aws_sso_cli.ts";
import { grantedOffers } from "../../../import/granted.ts";
import { saml2awsOffers } from "../../../import/saml2aws.ts";
import { type Offers, type Source, SOURCES } from "../../../import/types.ts";
import { type FoundFile, type ImportHost, type ToolFiles, toolFiles } from "../../../import/tool_files.ts";

/** What was read. */
export interface Gathered {
  readonly offers: readonly Offers[];
  /** Files that were read, with the tools that they were read for. */
  readonly files: readonly ReadFile[];
  /** A file that holds keys, and was not opened. */
  readonly unopened: string | undefined;
}

/** A file that was read. */
export interface ReadFile {
  readonly path: string;
  readonly sources: readonly Source[];
}

/**
 * Reads what is wanted, or what there is.
 *
 * @throws AuthError `not-found` when there is nothing, or nothing of a tool that was named; `file-failed`
 */
export async function gather(host: ImportHost, wanted: readonly Source[]): Promise<Gathered> {
  const files = await toolFiles(host);
  const aws = files.aws && { ...files.aws, content: parseAwsFile(files.aws.text, files.aws.path) };
  const sources = wanted.length > 0 ? wanted : presentIn(files, aws?.content);
  assertThere(files, sources);
  const ofAws = (["aws", "aws-vault", "granted"] as const).filter((source) => sources.includes(source));
  const has = (source: Source, file: FoundFile | undefined) => sources.includes(source) ? file : undefined;
  const [granted, saml2aws] = [has("granted", files.granted), has("saml2aws", files.saml2aws)];
  const sso = files.awsSso && readAwsSso(files.awsSso);
  const read: { readonly offers: Offers; readonly file: ReadFile }[] = [];
  const add = (file: FoundFile | undefined, own: readonly Source[], offers: Offers | undefined) => {
    if (file === undefined || offers === undefined || own.length === 0) return;
    read.push({ offers: placed(file, offers), file: { path: file.path, sources: own } });
  };
  add(
    aws,
    ofAws,
    aws && awsOffers(aws.content, {
      vault: sources.includes("aws-vault"),
      grantedOnly: ofAws.length === 1 && ofAws[0] === "granted",
      portals: sso?.portals ?? [],
    }),
  );
  add(granted, ["granted"], granted && grantedOffers(granted.text));
  add(has("aws-sso-cli", files.awsSso), ["aws-sso-cli"], sso);
  add(saml2aws, ["saml2aws"], saml2aws && saml2awsOffers(saml2aws.text, saml2aws.path));
  return {
    offers: read.map(({ offers }) => offers),
    files: read.map(({ file }) => file),
    unopened: ofAws.length > 0 ? files.credentials : undefined,
  };
}

/** Tools that have left something. aws-vault and granted share AWS's file: they are told by what they write there. */
function presentIn(files: ToolFiles, aws: AwsFile | undefined): readonly Source[] {
  const users = aws === undefined ? [] : usersOf(aws);
  const isThere: Readonly<Record<Source, boolean>> = {
    "aws": aws !== undefined,
    "aws-vault": aws !== undefined && (files.hasVault || users.includes("aws-vault")),
    "granted": files.granted !== undefined || users.includes("granted"),
    "aws-sso-cli": files.awsSso !== undefined,
    "saml2aws": files.saml2aws !== undefined,
  };
  return SOURCES.filter((source) => isThere[source]);
}

/** @throws AuthError `not-found` */
function assertThere({ looked, ...files }: ToolFiles, sources: readonly Source[]): void {
  const places: Readonly<Record<Source, readonly (keyof typeof looked)[]>> = {
    "aws": ["aws"],
    "aws-vault": ["aws"],
    "granted": ["granted", "aws"],
    "aws-sso-cli": ["awsSso"],
    "saml2aws": ["saml2aws"],
  };
  const missing = sources.find((source) => places[source].every((place) => files[place] === undefined));
  if (missing !== undefined) {
    const paths = places[missing].flatMap((place) => looked[place]).join(" or ");
    throw new AuthError("not-found", `Cannot import from ${missing}: there is no ${paths}`);
  }
  if (sources.length > 0) return;
  throw new AuthError("not-found", "Cannot import: no configuration of another tool was found", {
    hints: [
      `Looked for ${Object.values(looked).flat().join(", ")}`,
      "To list what an Identity Center offers, configure it as a provider and run `atmos auth import --discover`",
    ],
  });
}

function readAwsSso({ path, text }: FoundFile): AwsSsoOffers {
  const { root, issues } = parseYaml(text, path);
  const issue = issues.find((one) => one.path === undefined);
  if (issue === undefined) return awsSsoOffers(root);
  throw new AuthError("file-failed", `Cannot read ${path}: ${issue.reason}`, { at: issue.at });
}

/** With the file before each place in it. */
function placed({ path }: FoundFile, { providers, identities, notes }: Offers): Offers {
  const within = <Placed extends { readonly place: string }>(all: readonly Placed[]) =>
    all.map((one) => ({ ...one, place: `${path} ${one.place}` }));
  return { providers, identities: within(identities), notes: within(notes) };
}
