/**
 * Values that a cloned repository could do harm with: they count only from files that the person vouches for.
 *
 * @module
 */
import { isNull, nodeAt, type Path, type Raw } from "./raw.ts";
import { report, type Scope } from "./scope.ts";

/** Where a path from the configuration leads. */
export interface Place {
  /** Absolute, `~` replaced. */
  readonly path: string;
  /**
   * With links resolved: `inside` the repository of the file that names it, or in Atmos's `own` directories, or in the
   * `temporary` directory, or anywhere else (`outside`); `forbidden` is below `~/.aws` or `~/.ssh`.
   */
  readonly standing: "inside" | "own" | "temporary" | "outside" | "forbidden";
  /** Why it is no path that can be used. */
  readonly fault?: string;
}

/** What trust depends on. */
export interface Trust {
  readonly isTrusted: (file: string) => boolean;
  /** Where a path, written in a file, leads. */
  readonly place: (path: string, file: string) => Place;
}

/** The file which is not trusted and that a value, or a part of it, stands in; `undefined`: there is none. */
export function untrustedFile(scope: Scope, trust: Trust, path: Path): string | undefined {
  const node = nodeAt(scope.raw, path);
  return node === undefined || isNull(node)
    ? undefined
    : filesOf(node).find((name) => !trust.isTrusted(name));
}

/** Reports a value that stands in a file which is not trusted. */
export function requireTrust(scope: Scope, trust: Trust, path: Path, what: string): void {
  const file = untrustedFile(scope, trust, path);
  if (file === undefined) return;
  report(scope, {
    severity: "warning",
    code: "untrusted",
    path,
    reason: `${what} counts only from a trusted file, and ${file} is not one`,
    hint: "Read the file; if you agree with it, run `atmos auth trust`",
    blocks: true,
  });
}

function filesOf(node: Raw): readonly string[] {
  if (node.type === "list") return [node.at.file, ...node.items.flatMap(filesOf)];
  if (node.type === "map") {
    return [
      node.at.file,
      ...[...node.entries.values()].flatMap(({ value }) => filesOf(value)),
    ];
  }
  return [node.at.file];
}

/**
 * The directory that a value names, for files of ours.
 *
 * @returns `undefined` when the value is absent, or when it leads where we never write or may not: then it is reported
 */
export function trustedDirectory(scope: Scope, trust: Trust, path: Path, what: string): string | undefined {
  const node = nodeAt(scope.raw, path);
  if (node?.type !== "scalar" || node.value === null || node.text === "") return undefined;
  const place = trust.place(node.text, node.at.file);
  if (place.fault !== undefined) {
    report(scope, { code: "malformed-path", path, reason: place.fault });
    return undefined;
  }
  if (place.standing === "forbidden") {
    const reason = `${place.path} is a directory of other programs, where nothing of ours is ever written`;
    report(scope, {
      code: "forbidden-path",
      path,
      reason,
      hint: "Choose a directory outside of ~/.aws and ~/.ssh",
    });
    return undefined;
  }
  if (place.standing === "outside" || place.standing === "temporary") {
    requireTrust(scope, trust, path, `${what} outside of the repository`);
  }
  return place.path;
}

/** Variables that decide which code a child runs, or whom it talks to. */
const POWERFUL_VARIABLES: readonly RegExp[] = [
  /^(?:PATH|PATHEXT|COMSPEC|SHELL|ENV|BASH_ENV|PROMPT_COMMAND|EDITOR|VISUAL|PAGER|BROWSER|HOME|USERPROFILE)$/i,
  /^(?:(?:LD|DYLD|GIT)_.+|NODE_OPTIONS|PYTHON(?:PATH|HOME|STARTUP)|PERL5(?:LIB|OPT)|RUBY(?:LIB|OPT)|CLASSPATH)$/i,
  /^(?:JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|TF_CLI_.+|ATMOS_TRUST_CONFIG)$/i,
  /^(?:.+_PROXY|AWS_ENDPOINT_URL.*|AWS_.+_FILE|.+_CA_BUNDLE|SSL_CERT_.+|NODE_EXTRA_CA_CERTS)$/i,
];

/** Whether a variable for a child can make it run other code, or talk to somebody else. */
export function isPowerfulVariable(name: string): boolean {
  return POWERFUL_VARIABLES.some((pattern) => pattern.test(name));
}
