// Prints the JSON schema of `payloads.ts`. Unions that `type` tells apart become a choice by `type`: an error then stands
// at the wrong place of the right branch, instead of "is not valid under any of the given schemas".
import { createGenerator } from 'ts-json-schema-generator';

const NOTE = 'Made from @slack/types by tests/slack_types/schema.mjs; `make oracles` compares it with the types again.';

const schema = createGenerator({
  path: 'payloads.ts',
  tsconfig: 'tsconfig.json',
  type: '*',
  jsDoc: 'none',
  additionalProperties: false,
}).createSchema('*');

const resolved = (one) => (one.$ref ? schema.definitions[decodeURIComponent(one.$ref.split('/').pop())] : one);
const branches = (one) => (resolved(one).anyOf ?? [one]).flatMap((each) => (resolved(each).anyOf ? branches(each) : [each]));
const keyOf = (one) => ['type', 'response_action'].find((key) => resolved(one).properties?.[key]?.const);

function chosen(union) {
  const all = branches(union);
  const key = keyOf(all[0]);
  if (!key || all.some((one) => keyOf(one) !== key)) return union;
  const byName = grouped(all, key);
  if (byName.size === 1) return union; // `type` tells nothing apart here: an image by address or by file
  const rules = [...byName].map(([name, some]) => ({
    if: { properties: { [key]: { const: name } } },
    then: some.length === 1 ? some[0] : { anyOf: some },
  }));
  return { type: 'object', required: [key], properties: { [key]: { enum: [...byName.keys()] } }, allOf: rules };
}

function grouped(all, key) {
  const found = new Map();
  for (const one of all) {
    const name = resolved(one).properties[key].const;
    found.set(name, [...(found.get(name) ?? []), one]);
  }
  return found;
}

function walked(node) {
  if (Array.isArray(node)) return node.map(walked);
  if (node === null || typeof node !== 'object') return node;
  const made = node.anyOf ? chosen(node) : node;
  return Object.fromEntries(Object.entries(made).map(([key, value]) => [key, walked(value)]));
}

const definitions = Object.fromEntries(Object.entries(schema.definitions).map(([name, one]) => [name, walked(one)]));
console.log(JSON.stringify({ $comment: NOTE, $schema: schema.$schema, definitions }, null, 1));
