/**
 * Files that are asked the same thing once: a configuration names thousands of paths below a few directories.
 *
 * @module
 */
import type { Files } from "../host.ts";

/** What paths are, and where they lead, as first seen. Contents and directories are read again each time. */
export function lookedUpOnce<Given extends Pick<Files, "realPath" | "status">>(files: Given): Given {
  return { ...files, realPath: once(files.realPath), status: once(files.status) };
}

function once<Answer>(ask: (path: string) => Promise<Answer>): (path: string) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (path) => {
    const answer = answers.get(path) ?? ask(path);
    answers.set(path, answer);
    return answer;
  };
}
