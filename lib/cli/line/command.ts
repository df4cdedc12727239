/**
 * What a command is: flags to a typed input, input to an exit code.
 *
 * @module
 */
import type { EnvironmentEdits, Host } from "../../host.ts";
import { readFlags, type Words } from "./args.ts";
import { type Flags, usage, type Values } from "./flags.ts";
import type { GlobalInput } from "./globals.ts";
import type { Keeper } from "../recall/remember.ts";
import type { Place } from "./complete_words.ts";
import type { Needs } from "./needs.ts";

/** What every command is given. */
export interface Call<Input> {
  /** The world, as the global flags want it. */
  readonly host: Host;
  readonly globals: GlobalInput;
  readonly input: Input;
  /** The word that stands without a flag, for a command that takes one. */
  readonly word: string | undefined;
  /** All words before `--` that are not ours: one at most, but where a command {@linkcode Manual.passesOn}. */
  readonly words: readonly string[];
  /** The words behind `--`; `undefined` when there is no `--`. */
  readonly rest: readonly string[] | undefined;
  readonly known: Known;
}

/** A command that is loaded when it is called for. */
export interface Listed {
  readonly summary: string;
  readonly needs: Needs;
  readonly load: () => Promise<Command>;
  /** Commands below this one, which is a command itself. */
  readonly below?: Readonly<Record<string, Listed>>;
}

/** Commands below a word. */
export interface Group {
  readonly summary: string;
  readonly description: string;
  readonly members: Readonly<Record<string, Listed | Group>>;
}

/** All that can be typed: for commands about commands. */
export interface CommandTree {
  readonly root: Group;
  /** A place on the line with what the configuration has there. */
  readonly withAdditions: (host: Host, words: readonly string[], place: Place) => Promise<Place>;
}

/** What a command knows of its line: of the tree of commands, of the last time, and how it is kept for the next one. */
export interface Known {
  readonly tree: CommandTree;
  /** What a child gets, where that is recalled. */
  readonly child?: EnvironmentEdits | undefined;
  readonly keeper?: Keeper | undefined;
}

/** What a person reads about a command. */
export interface Manual {
  /** One or more sentences. */
  readonly description: string;
  /** The one word that may stand without a flag: `[NAME]`. */
  readonly word?: string;
  /** What stands behind the flags: `-- COMMAND [ARGUMENT...]`. */
  readonly operands?: string;
  /** Whether words and flags that are not ours are kept, in order, for another program. */
  readonly passesOn?: boolean;
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
  readonly start: (host: Host, globals: GlobalInput, words: Words, known: Known) => Promise<number>;
}

/** Ties a command's flags to the type of its input. */
export function command<Of extends Flags>(spec: CommandSpec<Of>): Command {
  const { run, ...manual } = spec;
  return {
    ...manual,
    start: (host, globals, words, known) =>
      run({
        host,
        globals,
        input: readFlags(spec.flags, words.given, host.env),
        word: words.operands[0],
        words: words.operands,
        rest: words.rest,
        known,
      }),
  };
}

/** A command with its words, or what is to be printed instead. */
export type Line =
  | {
    readonly type: "command";
    readonly path: string;
    readonly command: Command;
    readonly words: Words;
    /** `undefined`: a command of the configuration, which may need anything. */
    readonly needs: Needs | undefined;
  }
  | { readonly type: "text"; readonly text: string };

/**
 * Refuses words that a command does not take.
 *
 * @throws AuthError `usage`
 */
export function assertOperands(path: string, command: Command, words: Words): void {
  if (command.passesOn === true) return;
  const [stray] = command.word === undefined ? words.operands : words.operands.slice(1);
  if (stray !== undefined) {
    const hint = command.operands === undefined
      ? `Run \`${path} --help\` to see how it is used`
      : `Write the command behind two hyphens: ${path} -- ${words.operands.join(" ")}`;
    throw usage(`Unexpected word ${JSON.stringify(stray)} for ${path}`, command.strayHint ?? hint);
  }
  if (words.rest !== undefined && command.operands === undefined) {
    throw usage(`Unexpected words behind -- for ${path}: it takes none`);
  }
}
