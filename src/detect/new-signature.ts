import type { Hostnames, SignatureFacts } from './rows.ts';
import { onHosts, quoted, spaced, utcTime } from './text.ts';

/** `«disk <*> is full» was seen for the first time on db-1, 2026-03-04 02:10 UTC` */
export const newSignatureText = (
  { pattern, firstSeenUs }: Pick<SignatureFacts, 'pattern' | 'firstSeenUs'>,
  assetId: string,
  hostnames: Hostnames,
): string =>
  `${spaced(`${quoted(pattern)} was seen for the first time`, onHosts([assetId], hostnames))}, ${utcTime(firstSeenUs)}`;
