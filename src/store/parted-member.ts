// How what is parted is handed to the statements that part it.

/** `memberId` was counted for `fromId`, and is for `toId` from now on. */
export interface PartedMember {
  readonly memberId: string;
  readonly fromId: string;
  readonly toId: string;
}

/** The rows of {@link PartedMember}. */
export const MEMBERS = `m as (select * from unnest($2::bigint[], $3::bigint[], $4::bigint[]) as m(member_id, from_id, to_id))`;
