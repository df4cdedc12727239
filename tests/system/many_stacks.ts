/** A large project: 200 stacks with seven components each, five of them their own, over a shared catalog. */

const STACKS = 200;
const CATALOG = 20;
const OWN = 5;

const ATMOS = `base_path: "."
stacks:
  base_path: stacks
  included_paths: ["deploy/**/*"]
  name_pattern: "{tenant}-{stage}"
`;

const catalog = (index: number) =>
  `components:
  terraform:
    base-${index}:
      metadata: { type: abstract }
      vars: { size: small, tags: { team: net, cost: center }, zones: [a, b, c] }
      settings: { depends_on: { 1: { component: vpc } } }
`;

const component = (index: number, base: number) =>
  `    component-${index}:
      metadata:
        component: app
        inherits: [base-${base}]
      vars:
        name: component-${index}
        region: us-east-1
        enabled: true
        count: ${index}
        tags:
          team: team-${index}
        subnets:
          - 10.0.${index}.0/24
          - 10.1.${index}.0/24
      env:
        LEVEL: debug
`;

function manifest(index: number): string {
  const base = index % CATALOG;
  const own = Array.from({ length: OWN }, (_, nth) => component(nth, base)).join("");
  return `import:
  - catalog/base-${base}
  - catalog/base-${(base + 1) % CATALOG}
vars: { tenant: t${index}, stage: dev }
terraform:
  backend_type: s3
  backend: { s3: { bucket: my-state, region: us-east-1 } }
components:
  terraform:
${own}`;
}

/** Writes the project; how much of what is in it, bases that are imported counted in each stack. */
export async function manyStacks(
  write: (path: string, text: string) => Promise<void>,
): Promise<{ readonly stacks: number; readonly components: number }> {
  await write("atmos.yaml", ATMOS);
  for (let index = 0; index < CATALOG; index++) {
    await write(`stacks/catalog/base-${index}.yaml`, catalog(index));
  }
  for (let index = 0; index < STACKS; index++) await write(`stacks/deploy/${index}.yaml`, manifest(index));
  return { stacks: STACKS, components: STACKS * (OWN + 2) };
}
