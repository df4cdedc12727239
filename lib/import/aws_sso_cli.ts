/**
 * aws-sso-cli's `config.yaml` as offers: its portals, and the accounts and roles that it names.
 *
 * @module
 */
import { partitionOfRegion } from "../arn.ts";
import { entryOf, mapAt, type RawMap, textAt } from "../config/raw.ts";
import { type AliasedPortal, permissionSetFields, portalKey, portalOffer } from "./portal.ts";
import type { IdentityOffer, Note, Offers } from "./types.ts";

/** What the file offers, and the portals that its own `credential_process` lines mean. */
export interface AwsSsoOffers extends Offers {
  readonly portals: readonly AliasedPortal[];
}

/** The name that aws-sso-cli itself gives to the only portal: it says nothing. */
const UNNAMED = "Default";

/** Reads a parsed `config.yaml`. */
export function awsSsoOffers(root: RawMap): AwsSsoOffers {
  const notes: Note[] = [];
  const portals: AliasedPortal[] = [];
  const identities: IdentityOffer[] = [];
  const sections = [...mapAt(root, "SSOConfig")?.entries.values() ?? []];
  for (const { key: alias, value } of sections) {
    const [startUrl, region] = [textAt(value, "StartUrl"), textAt(value, "SSORegion")];
    if (startUrl === undefined || region === undefined || value.type !== "map") {
      notes.push({ place: `SSOConfig.${alias}`, reason: "it has no StartUrl or no SSORegion" });
      continue;
    }
    const roles = rolesOf(root, value);
    const chained = new Set(roles.filter(({ via }) => via !== undefined).map(targetOf));
    const portal = { alias, startUrl, region, name: alias === UNNAMED ? undefined : alias, chained };
    portals.push(portal);
    identities.push(...identitiesOf(portal, roles, notes));
  }
  const standard = textAt(root, "DefaultSSO") ?? UNNAMED;
  return {
    providers: portals.map(portalOffer),
    identities,
    notes,
    portals: portals.toSorted((a, b) => Number(b.alias === standard) - Number(a.alias === standard)),
  };
}

/** A role below `Accounts`. */
interface Role {
  readonly account: string;
  readonly role: string;
  readonly name: string;
  readonly region: string | undefined;
  /** Account and role, or ARN, of the role that it is assumed with. */
  readonly via: string | undefined;
  readonly externalId: string | undefined;
  readonly isTraced: boolean;
}

const targetOf = ({ account, role }: Pick<Role, "account" | "role">) => `${account}/${role}`;

function rolesOf(root: RawMap, portal: RawMap): readonly Role[] {
  return [...mapAt(portal, "Accounts")?.entries.values() ?? []].flatMap(({ key, value: account }) => {
    // YAML reads a number there, and aws-sso-cli puts the lost zeros back.
    const id = /^\d{1,12}$/.test(key) ? key.padStart(12, "0") : key;
    return [...mapAt(account, "Roles")?.entries.values() ?? []].map(({ key: role, value }): Role => ({
      account: id,
      role,
      name: textAt(value, "Profile") ?? `${textAt(account, "Name") ?? id}/${role}`,
      region: [value, account, portal, root].map((node) => textAt(node, "DefaultRegion")).find((region) =>
        region !== undefined
      ),
      via: textAt(value, "Via"),
      externalId: textAt(value, "ExternalId"),
      isTraced: entryOf(value, "SourceIdentity") !== undefined,
    }));
  });
}

function identitiesOf(
  portal: AliasedPortal,
  roles: readonly Role[],
  notes: Note[],
): readonly IdentityOffer[] {
  const known = new Set(roles.map(targetOf));
  const keyOf = (target: string) => `aws-sso-cli ${portal.alias} ${target}`;
  const partition = partitionOfRegion(portal.region) ?? "aws";
  const wanted = new Map<string, Role>();
  const offers = roles.map((role): IdentityOffer => {
    const place = `${role.account}, role ${role.role}`;
    if (role.isTraced) notes.push({ place, reason: "SourceIdentity has no counterpart" });
    if (role.via === undefined) return permissionSet(portal, role, keyOf(targetOf(role)));
    const base = viaTarget(role.via);
    if (!known.has(targetOf(base))) wanted.set(targetOf(base), { ...role, ...base });
    return {
      key: keyOf(targetOf(role)),
      name: role.name,
      place,
      via: { identity: keyOf(targetOf(base)) },
      fields: {
        kind: "aws/assume-role",
        principal: {
          assume_role: `arn:${partition}:iam::${role.account}:role/${role.role}`,
          external_id: role.externalId,
          region: role.region,
        },
      },
    };
  });
  const bases = [...wanted].map(([target, role]) =>
    permissionSet(portal, { ...role, name: target }, keyOf(target))
  );
  return [...bases, ...offers];
}

/** `arn:aws:iam::111122223333:role/NAME`, or as aws-sso-cli also takes it, `111122223333:NAME`. */
function viaTarget(via: string): Pick<Role, "account" | "role"> {
  const [, account = "", role = via] = /(\d{12}):(?:role\/)?(.+)$/.exec(via) ?? [];
  return { account, role };
}

function permissionSet(portal: AliasedPortal, role: Role, key: string): IdentityOffer {
  return {
    key,
    name: role.name,
    place: `${role.account}, role ${role.role}`,
    via: { provider: portalKey(portal.startUrl, portal.region) },
    fields: permissionSetFields(portal, role),
  };
}
