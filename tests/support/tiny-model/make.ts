// `npm run model:tiny -- FOLDER`: the tests' model, to try the model's pass with.
import { writeTinyModel } from './write-model.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder to write: npm run model:tiny -- FOLDER');
writeTinyModel(folder);
console.log(`MNEMOGRAPH_ANOMALY_MODEL=${folder}`);
