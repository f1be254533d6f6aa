// Prints the schema: `print-schema.js FILE` writes it, `print-schema.js --check FILE` fails where FILE differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { argv, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema } from './schema.ts';

/** The SDL as committed: sorted, so that a diff shows what changed and nothing else. */
export const schemaText = (schema: GraphQLSchema): string =>
  `${printSchema(lexicographicSortSchema(schema))}\n`;

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function main(args: readonly string[]): number {
  const check = args[0] === '--check';
  const file = args[check ? 1 : 0];
  if (file === undefined) {
    stderr.write('usage: print-schema [--check] FILE\n');
    return 2;
  }
  const text = schemaText(buildSchema());
  if (!check) {
    writeFileSync(file, text);
    return 0;
  }
  if (readOrEmpty(file) === text) return 0;
  stderr.write(
    `${file} is not the schema that the code builds. Run \`npm run schema:print\` and commit it.\n`,
  );
  return 1;
}

if (argv[1] === fileURLToPath(import.meta.url)) exit(main(argv.slice(2)));
