/**
 * What every provider is given besides its configuration.
 *
 * @module
 */
import type { Secret } from "../credentials.ts";
import type { Host } from "../host.ts";
import type { EpochMillis } from "../time.ts";

/** The world of a provider. */
export type ProviderHost = Pick<
  Host,
  | "browse"
  | "env"
  | "fetch"
  | "files"
  | "now"
  | "os"
  | "sleep"
  | "random"
  | "prompt"
  | "tell"
  | "screen"
  | "openUrl"
  | "interrupted"
  | "listen"
>;

/** The one text that a provider keeps between runs; the chain decides where. */
export interface Saved {
  readonly read: () => Promise<string | undefined>;
  /** Kept at once, before a person is asked for anything. */
  readonly write: (text: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** How a person wants to be asked to log in. */
export interface LoginWish {
  /** The person asked for the device flow by name: the code is shown even when nobody can be asked. */
  readonly deviceCode: boolean;
  /** The person asked for a browser of this machine by name, whatever the machine looks like. */
  readonly browser?: boolean | undefined;
  /** Whether the page is shown as a QR code; `undefined`: where the person sits at another machine. */
  readonly qr?: boolean | undefined;
}

/** How a provider may behave in this run. */
export interface ProviderOptions extends LoginWish {
  /**
   * The person asked for a new session: only one that was made at this moment or later is used as it is, as another
   * process or another chain of this run may have done. `undefined`: any that is fresh.
   */
  readonly renewSince: EpochMillis | undefined;
  /** A token that was just refused: not used again, whatever its expiry says. */
  readonly rejected: Secret | undefined;
  /**
   * Told when a session that lives but is no longer fresh is used, since no newer one can be had. `undefined`: no such
   * session will do.
   */
  readonly onStandIn: ((notice: string) => void) | undefined;
}
