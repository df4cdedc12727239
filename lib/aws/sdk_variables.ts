/**
 * Environment variables that the AWS SDK reads whatever its options. None changes what we do, so a sandbox
 * need not grant them.
 *
 * @module
 */
import { isWithheld } from "../grants.ts";

/** Whether the SDK runs in a Lambda, how it warns, and what it traces; read on import and at every call. */
const SDK_VARIABLES: ReadonlySet<PropertyKey> = new Set([
  "AWS_ENABLE_DEFAULT_SOCKET_TIMEOUT_2026",
  "AWS_LAMBDA_BENCHMARK_MODE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_MAX_CONCURRENCY",
  "AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA",
  "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED",
  "_X_AMZN_TRACE_ID",
]);

const tolerant: WeakSet<object> = new WeakSet();

/**
 * Makes these variables count as unset in `process.env` where the sandbox withholds them, because reading one
 * would throw inside the SDK. Call it before importing the SDK; calling it again is harmless.
 */
export function tolerateWithheldVariables(): void {
  const { process } = globalThis;
  const { env } = process;
  if (tolerant.has(env)) return;
  // Wrap an empty object: a proxy of `env` itself would read the variable again to check our result.
  const shim = new Proxy<Record<string, string>>({}, {
    get: (_, name) => orUndefined(name, () => Reflect.get(env, name)),
    has: (_, name) => orUndefined(name, () => Reflect.has(env, name)) ?? false,
    set: (_, name, value) => Reflect.set(env, name, value),
    deleteProperty: (_, name) => Reflect.deleteProperty(env, name),
    ownKeys: () => Reflect.ownKeys(env),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(env, name),
  });
  tolerant.add(shim);
  Object.defineProperty(process, "env", {
    value: shim,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function orUndefined<Value>(name: PropertyKey, look: () => Value): Value | undefined {
  try {
    return look();
  } catch (error) {
    if (SDK_VARIABLES.has(name) && isWithheld(error)) return undefined;
    throw error;
  }
}
