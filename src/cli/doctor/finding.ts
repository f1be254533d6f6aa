export type Status = 'ok' | 'warning' | 'failed';

export interface Finding {
  readonly name: string;
  readonly status: Status;
  /** What is, and where it is not well what to do. */
  readonly detail: string;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}
