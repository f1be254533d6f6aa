// What a sender posts to the server's own port in a protocol of its own, and what it is answered.

export interface Delivery {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Decompressed. */
  readonly body: Buffer;
  /** The tenant that the request names, for a source without a secret. */
  readonly tenantSlug: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; absent: `bytes`, or an empty body. */
  readonly body?: unknown;
  readonly bytes?: Buffer;
}
