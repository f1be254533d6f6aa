// Who listens on the port that the demo would take: nobody, a Mnemograph, or somebody else.

export type Listener = 'nobody' | 'mnemograph' | 'stranger';

const ANSWER_MS = 2_000;

/** `address` is the root of the server, e.g. `http://127.0.0.1:4000`. */
export async function whoListens(address: string): Promise<Listener> {
  try {
    const response = await fetch(`${address}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const body: unknown = await response.json();
    return (body as { service?: unknown } | null)?.service === 'mnemograph' ? 'mnemograph' : 'stranger';
  } catch (error) {
    return isRefused(error) ? 'nobody' : 'stranger';
  }
}

function isRefused(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string; errors?: { code?: string }[] } };
  const codes = cause?.errors?.map(({ code }) => code) ?? [cause?.code];
  return codes.length > 0 && codes.every((code) => code === 'ECONNREFUSED');
}
