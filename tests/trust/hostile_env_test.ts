/** An identity's `env`, wherever and however it is written: no variable reaches a child before it is trusted. */
import { hostile, LOOKING, USING } from "./cases.ts";
import { roleConfig, userConfig } from "./configs.ts";

const BOTH = ["env", "exec"];

hostile([
  {
    name: "an identity's env gets nowhere: no command uses the identity, and looking at it shows no harm",
    files: { "atmos.yaml": roleConfig("env: [{ key: BASH_ENV, value: ./evil.sh }]") },
    refused: USING,
    works: LOOKING,
    runs: ["complete", "doctor"],
  },
  {
    name: "an identity's env of a harmless name needs trust, too",
    files: { "atmos.yaml": userConfig("env: [{ key: GREETING, value: hello }]") },
    refused: BOTH,
  },
  {
    name: "an identity's env as a map needs trust",
    files: { "atmos.yaml": userConfig("env: { LD_PRELOAD: ./evil.so }") },
    refused: BOTH,
  },
  {
    name: "an identity's env in capitals needs trust",
    files: { "atmos.yaml": userConfig("ENV: [{ KEY: PS4, VALUE: $(leave-mark) }]") },
    refused: BOTH,
  },
]);
