// Writes every payload of a folder down as a constant of its type, so that tsc says where one differs: node check.mjs FOLDER
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
if (!files.length) throw new Error('No payload was kept. Run the tests first.');
const kinds = ['Message', 'Response', 'Modal', 'Home', 'Submission', 'Suggestions'];
const lines = files.sort().map((name) => {
  const [kind, hash] = name.replace('.json', '').split('-');
  return `export const ${kind}_${hash}: ${kind} = ${readFileSync(join(folder, name), 'utf8')};`;
});
writeFileSync('kept.ts', [`import type { ${kinds.join(', ')} } from './payloads';`, ...lines, ''].join('\n'));
console.log(`${files.length} distinct payloads for the TypeScript compiler`);
