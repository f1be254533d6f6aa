// One line taken through scanner, classifier and canonical form, in buffers that are used again for the next line.
import { type Atoms, createAtoms } from './atoms.ts';
import { canonicalise, createForm, type Form } from './canonical.ts';
import { classify } from './classify.ts';
import { scan } from './scan.ts';

export class Analysis {
  readonly atoms: Atoms = createAtoms();
  readonly form: Form = createForm();
  text = '';

  read(text: string): this {
    this.text = text;
    scan(text, this.atoms);
    classify(text, this.atoms);
    canonicalise(text, this.atoms, this.form);
    return this;
  }

  /** The text of the word at `token`. */
  word(token: number): string {
    const atom = this.form.first[token]!;
    return this.text.slice(this.atoms.start[atom]!, this.atoms.end[atom]!);
  }
}
