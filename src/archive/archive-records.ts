import { ArchiveReader, type LineFault, type NumberedRecord } from './read-records.ts';

/** The checked records of an archive's lines; the lines come in batches. */
export async function* archiveRecords(
  lineBatches: AsyncIterable<readonly string[]>,
): AsyncGenerator<NumberedRecord | LineFault> {
  const reader = new ArchiveReader();
  for await (const lines of lineBatches) {
    for (const line of lines) {
      const item = reader.read(line);
      if (item !== null) yield item;
    }
  }
  reader.finish();
}
