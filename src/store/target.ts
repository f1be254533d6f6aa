// Where the database is, in the shape that both drivers take.

/** A PostgreSQL server: by URL, or the embedded one by its socket directory. */
export type DatabaseTarget =
  | { readonly connectionString: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

export const APPLICATION_NAME = 'mnemograph';
