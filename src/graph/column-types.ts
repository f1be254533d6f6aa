// Which GraphQL type a Drizzle column has, and what its value is: the compiler holds every exposed column to it.
import type { SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { ExactEnum } from './enums.ts';
import type { SelectedColumns } from './plan/declare.ts';

type Data<C extends AnyPgColumn> = C['_']['data'];
type Kind<C extends AnyPgColumn> = C['_']['columnType'];

type Text<C extends AnyPgColumn> = string extends Data<C> ? 'String' : ExactEnum<Data<C>>;
type Whole<C extends AnyPgColumn> = number extends Data<C> ? 'Int' : ExactEnum<Data<C>>;

/** The GraphQL type of a column: `never` for keys, which leave only as global ids. */
export type TypeOfColumn<C extends AnyPgColumn> =
  Kind<C> extends 'PgText'
    ? Text<C>
    : Kind<C> extends 'PgTimestampString'
      ? 'DateTime'
      : Kind<C> extends 'PgInteger' | 'PgSmallInt'
        ? Whole<C>
        : Kind<C> extends 'PgDoublePrecision'
          ? 'Float'
          : Kind<C> extends 'PgBoolean'
            ? 'Boolean'
            : Kind<C> extends 'PgJsonb'
              ? 'JSON'
              : Kind<C> extends 'PgArray'
                ? readonly ['String']
                : Kind<C> extends 'PgCustomColumn'
                  ? number extends Data<C>
                    ? 'SafeInt'
                    : never
                  : never;

type NullabilityOf<C extends AnyPgColumn> = C['_']['notNull'] extends true
  ? { readonly nullable?: false }
  : { readonly nullable: true };

export type ColumnOptions<C extends AnyPgColumn> = NullabilityOf<C> & {
  readonly type: TypeOfColumn<C>;
  readonly description: string;
};

type Selected<C> = C extends AnyPgColumn
  ? C['_']['notNull'] extends true
    ? Data<C>
    : Data<C> | null
  : C extends SQL<infer V>
    ? V
    : never;

/** What a computed field's resolver gets: the declared columns by their names. */
export type Values<S extends SelectedColumns> = { readonly [K in keyof S]: Selected<S[K]> };
