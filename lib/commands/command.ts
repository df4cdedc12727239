/**
 * What a command is: flags to a typed input, input to an exit code.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { readFlags, type Words } from "./args.ts";
import { type Flags, type Values } from "./flags.ts";
import type { GlobalInput } from "./globals.ts";

/** What every command is given. */
export interface Call<Input> {
  /** The world, as the global flags want it. */
  readonly host: Host;
  readonly globals: GlobalInput;
  readonly input: Input;
  /** The word that stands without a flag, for a command that takes one. */
  readonly word: string | undefined;
  /** The words behind `--`; `undefined` when there is no `--`. */
  readonly rest: readonly string[] | undefined;
}

/** What a person reads about a command. */
export interface Manual {
  /** One or more sentences. */
  readonly description: string;
  /** The one word that may stand without a flag: `[NAME]`. */
  readonly word?: string;
  /** What stands behind the flags: `-- COMMAND [ARGUMENT...]`. */
  readonly operands?: string;
  /** What to do about a word that cannot stand there; by default to write it behind `--`. */
  readonly strayHint?: string;
  /** What is done, and the line that does it. */
  readonly examples: readonly (readonly [what: string, line: string])[];
}

/** A command as its file writes it. */
export interface CommandSpec<Of extends Flags> extends Manual {
  readonly flags: Of;
  readonly run: (call: Call<Values<Of>>) => Promise<number>;
}

/** A command as the program starts it: the type of its input stays inside. */
export interface Command extends Manual {
  readonly flags: Flags;
  /** @throws AuthError `usage`, and whatever the command throws */
  readonly start: (host: Host, globals: GlobalInput, words: Words) => Promise<number>;
}

/** Ties a command's flags to the type of its input. */
export function command<Of extends Flags>(spec: CommandSpec<Of>): Command {
  const { run, ...manual } = spec;
  return {
    ...manual,
    start: (host, globals, words) =>
      run({
        host,
        globals,
        input: readFlags(spec.flags, words.given, host.env),
        word: words.operands[0],
        rest: words.rest,
      }),
  };
}
