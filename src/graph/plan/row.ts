/** A row as a plan read it: values by slot. Only the planner's own resolvers look inside. */
export interface PlannedRow {
  readonly [slot: string]: unknown;
}

/** The parent type of a planned GraphQL type, so that no other object passes for one. */
export type Planned<Name extends string> = PlannedRow & { readonly $planned: Name };
