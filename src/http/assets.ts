// Files of our own origin, named by their content: cached for good, sent compressed.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

type Encoding = 'br' | 'gzip' | 'identity';

const BROTLI_QUALITY = 5;
const GZIP_LEVEL = 6;
const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/** One file. Each encoding is made when first asked for, and kept. */
export class Asset {
  readonly path: string;
  readonly #type: string;
  readonly #content: Buffer;
  readonly #encoded = new Map<Encoding, Promise<Buffer>>();

  /** `directory` and `name` make the path, with a hash of the content before the extension. */
  constructor(directory: string, name: string, type: string, content: string | Buffer) {
    this.#content = Buffer.from(content as string);
    this.#type = type;
    const hash = createHash('sha256').update(this.#content).digest('base64url').slice(0, 12);
    this.path = `${directory}/${name.replace(/(\.\w+)$/, `-${hash}$1`)}`;
  }

  async send(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const encoding = bestEncoding(req.headers['accept-encoding']);
    const body = await this.#encode(encoding);
    if (encoding !== 'identity') res.setHeader('content-encoding', encoding);
    res.writeHead(200, {
      'content-type': this.#type,
      'content-length': body.length,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    res.end(req.method === 'HEAD' ? undefined : body);
  }

  #encode(encoding: Encoding): Promise<Buffer> {
    let made = this.#encoded.get(encoding);
    if (made === undefined) {
      made = compress(this.#content, encoding);
      this.#encoded.set(encoding, made);
    }
    return made;
  }
}

function compress(content: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'gzip') return compressGzip(content, { level: GZIP_LEVEL });
  if (encoding === 'identity') return Promise.resolve(content);
  return compressBrotli(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
}

function bestEncoding(accepted: string | string[] | undefined): Encoding {
  const names = String(accepted ?? '')
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(';')[0]?.trim().toLowerCase());
  return names.includes('br') ? 'br' : names.includes('gzip') ? 'gzip' : 'identity';
}
