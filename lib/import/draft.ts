/**
 * Offers to an `auth:` section: names, references by name, limits that AWS sets, one default.
 *
 * @module
 */
import { formatDuration, parseDuration } from "../duration.ts";
import { namer } from "./names.ts";
import {
  type AuthDraft,
  type Fields,
  type IdentityOffer,
  joinOffers,
  type Note,
  type Offers,
} from "./types.ts";
import { CHAINED_ROLE_SECONDS, ROLE_SECONDS } from "../aws_durations.ts";

/** A draft with where each identity came from. */
export interface Drafted {
  readonly draft: AuthDraft;
  /** Where each identity of the draft stands in its source, by its name here. */
  readonly places: ReadonlyMap<string, string>;
  readonly notes: readonly Note[];
}

/** An identity with the name that it gets. */
interface Named {
  readonly name: string;
  readonly offer: IdentityOffer;
}

/** Makes the draft; what references lead nowhere is left for the check of the whole. */
export function draftOf(...all: readonly Offers[]): Drafted {
  const { providers, identities: offered, notes } = joinOffers(all);
  const said: Note[] = [...notes];
  const providerName = namer("provider");
  const providerNames = new Map(providers.map(({ key, name }) => [key, providerName(name)]));
  const { named, byKey } = withNames(offered, said);
  const first = named.find(({ offer }) => offer.fields.default === true);
  const fieldsOf = (one: Named) =>
    withVia(withDuration(one.offer, byKey, said), viaOf(one.offer, providerNames, byKey), one === first);
  return {
    draft: {
      providers: new Map(providers.map(({ key, fields }) => [providerNames.get(key) ?? key, fields])),
      identities: new Map(named.map((one) => [one.name, fieldsOf(one)])),
    },
    places: new Map(named.map(({ name, offer }) => [name, offer.place])),
    notes: said,
  };
}

/** The same identity from two sources, under the same name, is one: as the first has it. */
function withNames(offered: readonly IdentityOffer[], said: Note[]) {
  const nameOf = namer("identity");
  const byTwin = new Map<string, Named>();
  const byKey = new Map<string, Named>();
  for (const offer of offered) {
    const twin = twinKey(offer);
    const named = byTwin.get(twin) ?? { name: nameOf(offer.name), offer };
    byTwin.set(twin, named);
    byKey.set(offer.key, named);
    if (named.offer !== offer || named.name === offer.name) continue;
    said.push({ place: offer.place, reason: `its name here is ${JSON.stringify(named.name)}` });
  }
  return { named: [...byTwin.values()], byKey };
}

/** What makes an identity the same as another one. */
function twinKey({ name, via, fields: { kind, principal } }: IdentityOffer): string {
  const { name: role, account, assume_role } = typeof principal === "object" ? principal : {};
  return JSON.stringify([name, via, kind, role, account, assume_role]);
}

function viaOf(
  { via }: IdentityOffer,
  providers: ReadonlyMap<string, string>,
  byKey: ReadonlyMap<string, Named>,
): Fields | undefined {
  if (via === undefined) return undefined;
  return "provider" in via
    ? { provider: providers.get(via.provider) ?? via.provider }
    : { identity: byKey.get(via.identity)?.name ?? via.identity };
}

function withVia({ kind, default: _, ...rest }: Fields, via: Fields | undefined, isDefault: boolean): Fields {
  return { kind, default: isDefault ? true : undefined, via, ...rest };
}

/** The duration of a role within what AWS allows for it, in a person's units. */
function withDuration(
  offer: IdentityOffer,
  byKey: ReadonlyMap<string, Named>,
  notes: Note[],
): Fields {
  const { principal } = offer.fields;
  if (typeof principal !== "object" || principal.duration === undefined) return offer.fields;
  const { via } = offer;
  const base = via !== undefined && "identity" in via ? byKey.get(via.identity)?.offer : undefined;
  const isChained = base !== undefined && base.fields.kind !== "aws/user";
  const { least, most } = isChained ? CHAINED_ROLE_SECONDS : ROLE_SECONDS;
  const asked = parseDuration(String(principal.duration));
  const seconds = asked === undefined ? undefined : Math.min(Math.max(asked, least), most);
  if (seconds === undefined || seconds !== asked) {
    const became = seconds === undefined
      ? "is left out"
      : `becomes ${formatDuration(seconds)}, which AWS allows`;
    notes.push({ place: offer.place, reason: `its duration of ${principal.duration} seconds ${became}` });
  }
  const duration = seconds === undefined ? undefined : formatDuration(seconds);
  return { ...offer.fields, principal: { ...principal, duration } };
}
