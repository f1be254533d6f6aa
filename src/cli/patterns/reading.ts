// How the bytes of a log become the messages that are signed.
import type { Micros } from '../../domain/time.ts';
import { BatchJoiner } from '../../parse/join-batches.ts';
import type { JoinedLine } from '../../parse/multiline.ts';
import { parseLine } from '../../parse/parse-line.ts';

/** Can be sent to another thread. */
export interface Reading {
  /** The lines are bare messages. */
  isContent: boolean;
  /** Lines of one event are joined. */
  isJoined: boolean;
  byProgram: boolean;
  /** For times without a year. */
  referenceUs: Micros;
}

export type Read = Pick<JoinedLine, 'text' | 'count'>;

interface Signs<Form> {
  observe(message: string, partition?: string, lines?: number): Form;
}

/** Takes the header off an event and has `miner` sign the rest. */
export function signer<Form>(reading: Reading, miner: Signs<Form>): (event: Read) => Form {
  if (reading.isContent) return ({ text, count }) => miner.observe(text, '', count);
  const { referenceUs, byProgram } = reading;
  const context = { referenceUs };
  return ({ text, count }) => {
    const { message, program } = parseLine(text, context);
    return miner.observe(message, (byProgram && program) || '', count);
  };
}

/** The events of lines that come in batches. */
export interface Joiner {
  take(lines: string[]): Read[];
  rest(): Read[];
}

export const joinerOf = ({ isJoined }: Reading): Joiner => (isJoined ? new BatchJoiner() : EACH_BY_ITSELF);

const EACH_BY_ITSELF: Joiner = {
  take: (lines) => lines.map((text) => ({ text, count: 1 })),
  rest: () => [],
};
