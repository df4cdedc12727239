/**
 * Files as a table writes them down: made below a directory, and looked at before and after.
 */

/** What stands at a path. */
export type Content =
  | string
  | { readonly text: string; readonly mode?: number; readonly owner?: number; readonly group?: number }
  | { readonly link: string }
  | { readonly hardLink: string }
  | { readonly pipe: true }
  | { readonly directory: true; readonly mode?: number; readonly owner?: number };

/** Contents by path. */
export type Tree = Readonly<Record<string, Content>>;

/** Whether owners can be set. */
export const isRoot = Deno.uid() === 0;

const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;

/** Makes what a tree says, in its order: a directory with a mode of its own comes after what is in it. */
export async function plant(root: string, tree: Tree, fill: (text: string) => string): Promise<void> {
  for (const [name, content] of Object.entries(tree)) await plantOne(`${root}/${name}`, content, fill);
}

async function plantOne(path: string, content: Content, fill: (text: string) => string): Promise<void> {
  await makeDirectory(path.slice(0, path.lastIndexOf("/")));
  if (typeof content === "string") return await writeFile(path, fill(content), FILE_MODE);
  if ("link" in content) return await Deno.symlink(fill(content.link), path);
  if ("hardLink" in content) return await Deno.link(fill(content.hardLink), path);
  if ("pipe" in content) return await makePipe(path);
  if ("text" in content) await writeFile(path, fill(content.text), content.mode ?? FILE_MODE);
  else {
    await makeDirectory(path);
    await Deno.chmod(path, content.mode ?? DIRECTORY_MODE);
  }
  const { owner = null } = content;
  const group = "group" in content ? content.group : owner;
  if (owner !== null || group !== null) await Deno.chown(path, owner, group ?? null);
}

async function writeFile(path: string, text: string, mode: number): Promise<void> {
  await Deno.writeTextFile(path, text);
  // Whatever the umask is.
  await Deno.chmod(path, mode);
}

async function makeDirectory(path: string): Promise<void> {
  if (await Deno.lstat(path).then(() => true, () => false)) return;
  await makeDirectory(path.slice(0, path.lastIndexOf("/")));
  await Deno.mkdir(path);
  await Deno.chmod(path, DIRECTORY_MODE);
}

async function makePipe(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: ["-m", "600", path] }).output();
  if (!success) throw new Error(`mkfifo ${path} failed`);
}

/** Everything below a directory, by path: kind, mode, owner and content. */
export async function survey(root: string, inner = ""): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { name } of Deno.readDir(`${root}/${inner}`)) {
    const path = inner === "" ? name : `${inner}/${name}`;
    const info = await Deno.lstat(`${root}/${path}`);
    const rights = `${((info.mode ?? 0) & 0o7777).toString(8)} ${info.uid}`;
    if (info.isDirectory) {
      found.set(path, `directory ${rights}`);
      for (const [below, what] of await survey(root, path)) found.set(below, what);
    } else if (info.isSymlink) found.set(path, `link ${await Deno.readLink(`${root}/${path}`)}`);
    else if (info.isFile) {
      found.set(
        path,
        `file ${rights}\n${new TextDecoder("latin1").decode(await Deno.readFile(`${root}/${path}`))}`,
      );
    } else found.set(path, `other ${rights}`);
  }
  return found;
}

/** The paths at which two surveys differ. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .sort();
}
