/**
 * What is inside of a binary, as a CycloneDX 1.6 document: made from the packages that are in it, and from what
 * `deno.lock` knows of them. The same packages make the same text.
 *
 * @module
 */
import { toHex } from "../lib/keyring/bytes.ts";

/** One package in the binary. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; `undefined` when the package names none. */
  readonly license: string | undefined;
}

/** What `deno.lock` says of packages from npm, as far as it is read here. */
export interface Lock {
  readonly npm: Readonly<
    Record<
      string,
      {
        readonly integrity: string;
        readonly dependencies?: readonly string[];
        readonly optionalDependencies?: readonly string[];
      }
    >
  >;
}

/** What the document is about. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Version of Deno, whose runtime the binary carries. */
  readonly runtime: string;
}

/** The document; lists are sorted, and nothing in it depends on when or where it is made. */
export function softwareBill(subject: Subject, parts: readonly Part[], lock: Lock): string {
  const sorted = parts.toSorted((a, b) => (purlOf(a) < purlOf(b) ? -1 : 1));
  const top = `pkg:generic/${subject.name}@${subject.version}`;
  const runtime = `pkg:generic/deno@${subject.runtime}`;
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": top,
        name: subject.name,
        version: subject.version,
        licenses: licensesOf(subject.license),
        purl: top,
      },
    },
    components: [
      {
        type: "platform",
        "bom-ref": runtime,
        name: "deno",
        version: subject.runtime,
        licenses: licensesOf("MIT"),
        purl: runtime,
      },
      ...sorted.map((part) => component(part, lock)),
    ],
    dependencies: [
      { ref: top, dependsOn: [runtime, ...sorted.map(purlOf)] },
      ...sorted.map((part) => ({ ref: purlOf(part), dependsOn: dependenciesOf(part, sorted, lock) })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A package's address (purl specification, type npm: the `@` of a scope is escaped). */
function purlOf({ name, version }: Pick<Part, "name" | "version">): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

const licensesOf = (expression: string) => [{ expression }];

function component(part: Part, lock: Lock) {
  const scoped = /^(@[^/]+)\/(.+)$/.exec(part.name);
  return {
    type: "library",
    "bom-ref": purlOf(part),
    ...(scoped === null ? { name: part.name } : { group: scoped[1], name: scoped[2] }),
    version: part.version,
    hashes: [hashOf(entryOf(part, lock).integrity)],
    ...(part.license === undefined ? {} : { licenses: licensesOf(part.license) }),
    purl: purlOf(part),
  };
}

/** The lock's entry of a package; what comes after `_` there names the peers that it was resolved with. */
function entryOf({ name, version }: Pick<Part, "name" | "version">, { npm }: Lock) {
  const id = `${name}@${version}`;
  const key = Object.keys(npm).find((each) => each === id || each.startsWith(`${id}_`));
  const entry = key === undefined ? undefined : npm[key];
  if (entry === undefined) throw new RangeError(`${id} is in the program and not in deno.lock`);
  return entry;
}

/** From a subresource integrity text (`sha512-...`, base64) to hex. */
function hashOf(integrity: string): { readonly alg: string; readonly content: string } {
  const encoded = /^sha512-(.+)$/.exec(integrity)?.[1];
  if (encoded === undefined) throw new RangeError(`${integrity} is no SHA-512 digest`);
  return {
    alg: "SHA-512",
    content: toHex(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))),
  };
}

/** Dependencies that are in the program, too. The lock leaves the version out where there is only one. */
function dependenciesOf(part: Part, all: readonly Part[], lock: Lock): readonly string[] {
  const { dependencies = [], optionalDependencies = [] } = entryOf(part, lock);
  return all.filter(({ name, version }) =>
    [...dependencies, ...optionalDependencies].some((wanted) =>
      wanted === name || wanted === `${name}@${version}` || wanted.startsWith(`${name}@${version}_`)
    )
  ).map(purlOf);
}
