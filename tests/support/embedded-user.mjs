// A process that uses the embedded server: `node embedded-user.mjs <launcher.js> <options as JSON>`. It prints
// one JSON line once the server runs, or why it does not; a line on stdin makes it release the server and end.
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

const [launcher, options] = process.argv.slice(2);
const { startEmbedded } = await import(pathToFileURL(launcher).href);
try {
  const server = await startEmbedded(JSON.parse(options));
  const { pid, adopted, dataDir, socketDir, target } = server;
  console.log(JSON.stringify({ pid, adopted, dataDir, socketDir, target }));
  await once(process.stdin, 'data');
  await server.release();
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
}
process.exit();
