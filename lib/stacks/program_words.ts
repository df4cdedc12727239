/**
 * What is typed behind `atmos terraform`, `helmfile` and `packer`, once the flags of ours are taken out: a command of
 * that program, a component, and words that go to the program as they are.
 *
 * @module
 */

/** What must be known of a program to find the component among its words. */
export interface Grammar {
  /** Commands of two words, by the first. */
  readonly below: Readonly<Record<string, readonly string[]>>;
  /** Flags whose value is the next word. */
  readonly valued: ReadonlySet<string>;
}

/** The words, told apart. */
export interface ProgramWords {
  /** `plan`, `state list`; `undefined`: none was typed. */
  readonly command: string | undefined;
  readonly component: string | undefined;
  /** Everything else, in order; what stood behind `--` comes last. */
  readonly args: readonly string[];
}

/** Terraform's and OpenTofu's. */
export const TERRAFORM_GRAMMAR: Grammar = {
  below: {
    "generate": ["backend", "varfile"],
    "metadata": ["functions"],
    "providers": ["lock", "mirror", "schema"],
    "state": ["identities", "list", "mv", "pull", "push", "replace-provider", "rm", "show"],
    "workspace": ["delete", "list", "new", "select", "show"],
  },
  valued: dashed(
    "backend-config",
    "backup",
    "backup-out",
    "config",
    "exclude",
    "exclude-file",
    "filter",
    "from-module",
    "fs-mirror",
    "generate-config-out",
    "lock-timeout",
    "lockfile",
    "net-mirror",
    "out",
    "parallelism",
    "platform",
    "plugin-dir",
    "replace",
    "state",
    "state-out",
    "target",
    "target-file",
    "test-directory",
    "var",
    "var-file",
  ),
};

/** Helmfile's. */
export const HELMFILE_GRAMMAR: Grammar = {
  below: { generate: ["varfile"] },
  valued: new Set([
    ...["--args", "--chart", "--concurrency", "--context", "--environment", "--file", "--helm-binary"],
    ...["--kube-context", "--log-level", "--namespace", "--selector", "--set", "--state-values-file"],
    ...["--state-values-set", "--values", "-c", "-e", "-f", "-l", "-n"],
  ]),
};

/** Packer's. */
export const PACKER_GRAMMAR: Grammar = {
  below: { generate: ["varfile"], plugins: ["install", "installed", "remove", "required"] },
  valued: dashed("except", "on-error", "only", "parallel-builds", "var", "var-file"),
};

/** Go's flags have one hyphen or two. */
function dashed(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [`-${name}`, `--${name}`]));
}

/**
 * Tells words apart.
 *
 * @param operands the words before `--`
 * @param rest those behind it
 */
export function readProgramWords(
  operands: readonly string[],
  rest: readonly string[],
  { below, valued }: Grammar,
): ProgramWords {
  const places = standing(operands, valued);
  const word = (nth: number) => operands[places[nth] ?? operands.length];
  const first = word(0);
  const isTwo = first !== undefined && Object.hasOwn(below, first) &&
    below[first]?.includes(word(1) ?? "") === true;
  const taken = new Set(places.slice(0, isTwo ? 3 : 2));
  return {
    command: isTwo ? `${first} ${word(1)}` : first,
    component: word(isTwo ? 2 : 1),
    args: [...operands.filter((_, at) => !taken.has(at)), ...rest],
  };
}

/** Where words stand that are neither flags nor the values of flags. */
export function wordsAmong(args: readonly string[], { valued }: Pick<Grammar, "valued">): readonly string[] {
  return standing(args, valued).flatMap((at) => args[at] ?? []);
}

function standing(words: readonly string[], valued: ReadonlySet<string>): readonly number[] {
  return words.flatMap((word, at) => word.startsWith("-") || valued.has(words[at - 1] ?? "") ? [] : [at]);
}
