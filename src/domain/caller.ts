/** Who asks, for which tenant. Every verb and every query is scoped by it. */
export interface Caller {
  /** 0: the named tenant does not exist yet. It sees nothing, and its first write creates it. */
  readonly tenantId: number;
  readonly tenantSlug: string;
  /** Who reviews, acknowledges and edits, when the input does not say. */
  readonly actor: string;
}
