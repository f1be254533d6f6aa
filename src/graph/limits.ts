// What one request may ask for. Complexity counts each field once per row that `first:` allows.
import type { ComplexityErrorKind, ComplexityResult } from '@pothos/plugin-complexity';
import { GraphQLError } from 'graphql';

export const limits = {
  /** Fields times rows: five levels of fifty rows pass, six do not. */
  complexity: 1_000_000_000,
  depth: 24,
  /** Aliases in one document. */
  aliases: 100,
  /** Root fields of one operation. */
  rootFields: 30,
  /** Lexical tokens of one document. */
  tokens: 5_000,
} as const;

export function complexityError(kind: ComplexityErrorKind, result: ComplexityResult): GraphQLError {
  const message =
    kind === 'Depth'
      ? `The selection is ${result.depth} levels deep; ${limits.depth} are allowed. Ask for less at once.`
      : `The selection could return ${result.complexity} values; ${limits.complexity} are allowed. Ask for smaller pages (first:) or fewer nested lists.`;
  return new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } });
}
