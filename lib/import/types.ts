/**
 * What other tools' configuration offers, on its way to an `auth:` section.
 *
 * @module
 */

/** Tools whose configuration is understood. */
export const SOURCES = ["aws", "aws-vault", "granted", "aws-sso-cli", "saml2aws"] as const;
export type Source = typeof SOURCES[number];

/** A part of a configuration as it will be written; members that are `undefined` are left out. */
export interface Fields {
  readonly [key: string]: string | boolean | Fields | undefined;
}

/** Something that could become a provider. Two offers with one key are the same provider. */
export interface ProviderOffer {
  readonly key: string;
  /** The name that it would like. */
  readonly name: string;
  readonly fields: Fields;
}

/** Something that could become an identity. */
export interface IdentityOffer {
  /** Other offers start from it by this key. */
  readonly key: string;
  readonly name: string;
  /** Where it stands, for a person: `[profile dev]`. */
  readonly place: string;
  /** The key of what it starts from. */
  readonly via: { readonly provider: string } | { readonly identity: string } | undefined;
  /** All but `via`. */
  readonly fields: Fields;
}

/** Something that could not be taken over, or not as it is. */
export interface Note {
  /** Where it stands, for a person. */
  readonly place: string;
  readonly reason: string;
}

/** All that one configuration offers. */
export interface Offers {
  readonly providers: readonly ProviderOffer[];
  readonly identities: readonly IdentityOffer[];
  readonly notes: readonly Note[];
}

/** An `auth:` section in the making, by name. */
export interface AuthDraft {
  readonly providers: ReadonlyMap<string, Fields>;
  readonly identities: ReadonlyMap<string, Fields>;
}

/** Several offers as one; of providers with one key the first stays. */
export function joinOffers(all: readonly Offers[]): Offers {
  const providers = new Map<string, ProviderOffer>();
  for (const provider of all.flatMap((offers) => offers.providers)) {
    if (!providers.has(provider.key)) providers.set(provider.key, provider);
  }
  return {
    providers: [...providers.values()],
    identities: all.flatMap((offers) => offers.identities),
    notes: all.flatMap((offers) => offers.notes),
  };
}
