// The schema builder. It defines no type: each type lives in its own file under `types/`.
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import type { Micros } from '../domain/time.ts';
import CallerErrorsPlugin from './caller-errors.ts';
import type { GraphContext } from './context.ts';
import { complexityError, limits } from './limits.ts';

export interface GraphTypes {
  Context: GraphContext;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Micros; Output: string | Micros };
    JSON: { Input: unknown; Output: unknown };
    SafeInt: { Input: number; Output: number };
  };
  DefaultFieldNullability: false;
}

export const builder = new SchemaBuilder<GraphTypes>({
  // The first wraps the others: what a result union does not take reaches CallerErrors.
  plugins: [CallerErrorsPlugin, ErrorsPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  complexity: {
    limit: { complexity: limits.complexity, depth: limits.depth },
    defaultListMultiplier: 5,
    complexityError,
  },
});

export type SchemaTypes = typeof builder.$inferSchemaTypes;
