// Two 32-bit lanes hashed side by side give 64 bits without BigInt. Lane one is FNV-1a (Fowler, Noll, Vo);
// lane two is a polynomial in another odd constant, so that the lanes collide apart.

export const HASH_SEED_1 = 0x811c9dc5 | 0;
export const HASH_SEED_2 = 0x9747b28c | 0;
export const MULTIPLIER_1 = 0x01000193;
export const MULTIPLIER_2 = 0x9e3779b1;

export function step1(hash: number, code: number): number {
  return Math.imul(hash ^ code, MULTIPLIER_1);
}

export function step2(hash: number, code: number): number {
  return Math.imul(hash + code, MULTIPLIER_2);
}

export function hash1(text: string): number {
  let hash = HASH_SEED_1;
  for (let i = 0; i < text.length; i++) hash = step1(hash, text.charCodeAt(i));
  return hash;
}

export function hash2(text: string): number {
  let hash = HASH_SEED_2;
  for (let i = 0; i < text.length; i++) hash = step2(hash, text.charCodeAt(i));
  return hash;
}

/** The finaliser of MurmurHash3 (Appleby): every bit of the input sways every bit of the output. */
export function finalise(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
