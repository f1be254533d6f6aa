// What an event says of hosts, users and addresses, and which rule it fulfils. What all events of a form share is
// worked out once per form.
import type { RuleFacts } from '../../detect/rules/compile-rule.ts';
import { firstMatch, type OpenRule, type RuleBook } from '../../detect/rules/rule-book.ts';
import type { Rule } from '../../domain/rule.ts';
import type { Severity } from '../../domain/severity.ts';
import { eventFamily } from '../../parse/family.ts';
import { addressesIn } from '../../parse/message-values.ts';
import { type TypedFields, typedFields } from '../../parse/typed-fields.ts';
import { userIn } from '../../parse/user.ts';
import { describeForm } from '../../signature/engine.ts';
import { storableText } from '../sign.ts';

/** An event as it is read, apart from where it is counted. */
export interface ReadableEvent {
  /** Names its form: events of one form key have the same words. */
  readonly formKey: string;
  readonly message: string;
  readonly severity: Severity;
  readonly host: string;
  readonly service: string;
  readonly structured: Readonly<Record<string, unknown>> | null;
}

export interface EventReading {
  /** '' where the event names none. */
  readonly user: string;
  readonly srcIp: string;
  readonly isAuthFailure: boolean;
  /** The first rule that it fulfils. */
  readonly rule: Rule | null;
}

/** What all events of a form share. */
interface FormReading {
  readonly words: string;
  readonly isAuthFailure: boolean;
  readonly mayNameUser: boolean;
  readonly mayNameAddress: boolean;
  /** By severity. */
  readonly open: (OpenRule[] | undefined)[];
}

const MAX_FORMS = 50_000;
const MAX_ENTITY_CHARS = 256;
/** A longer message may say more than its form does. */
const WHOLE_FORM_CHARS = 1_024;

const AUTHENTICATION =
  /authenticat|passw(?:or)?d|log ?[io]n\b|credential|publickey|pam_|kerberos|(?:invalid|illegal|unknown) user/;
const FAILURE =
  /fail|invalid|illegal|unknown user|denied|refused|reject|incorrect|wrong|unauthori[sz]ed|not allowed/;
/** Without one of these words a message names no account; see the parser's cues. */
const USER_CUE = /user|role|account| for /;
/** As in addresses: two dots between digits, or two colons. */
const ADDRESS = /\d\.\d{1,3}\.\d|:[0-9a-f]{0,4}:/i;

export class EventReader {
  readonly book: RuleBook;
  readonly #forms = new Map<string, FormReading>();

  constructor(book: RuleBook) {
    this.book = book;
  }

  /** `report` is told of rules that cannot be judged. */
  read(event: ReadableEvent, report: (rule: Rule, fault: string) => void): EventReading {
    const form = this.#formOf(event);
    const { user, srcIp } = event.structured === null ? named(event.message, form) : fieldsOf(event);
    const open = this.#openFor(form, event.severity);
    return {
      user: user === null ? '' : storableText(user.slice(0, MAX_ENTITY_CHARS)),
      srcIp: srcIp ?? '',
      isAuthFailure: form.isAuthFailure,
      rule: open.length === 0 ? null : firstMatch(open, new EventFacts(event, form.words), report),
    };
  }

  #formOf({ formKey, message }: ReadableEvent): FormReading {
    let form = this.#forms.get(formKey);
    if (form === undefined) {
      if (this.#forms.size >= MAX_FORMS) this.#forms.clear();
      form = readForm(message);
      this.#forms.set(formKey, form);
    }
    return form;
  }

  #openFor(form: FormReading, severity: Severity): OpenRule[] {
    form.open[severity] ??= this.book.openFor(form.words, severity);
    return form.open[severity];
  }
}

function readForm(message: string): FormReading {
  const words = describeForm(message, '').canonical.toLowerCase();
  return {
    words,
    isAuthFailure: AUTHENTICATION.test(words) && FAILURE.test(words),
    mayNameUser: USER_CUE.test(words),
    mayNameAddress: words.includes('<*>'),
    open: [],
  };
}

type Named = Pick<TypedFields, 'user' | 'srcIp'>;

function named(message: string, form: FormReading): Named {
  const isLong = message.length > WHOLE_FORM_CHARS;
  const mayNameAddress = (form.mayNameAddress || isLong) && ADDRESS.test(message);
  return {
    user: form.mayNameUser || isLong ? userIn(message) : null,
    srcIp: mayNameAddress ? addressesIn(message).src : null,
  };
}

const fieldsOf = ({ message, structured }: ReadableEvent): TypedFields =>
  typedFields(message, structured as Record<string, unknown> | null);

const NO_FIELDS = {};

/** The values are read where a rule asks for them. */
class EventFacts implements RuleFacts {
  readonly words: string;
  readonly #event: ReadableEvent;
  #typed: TypedFields | undefined;

  constructor(event: ReadableEvent, words: string) {
    this.#event = event;
    this.words = words;
  }

  get severity() {
    return BigInt(this.#event.severity);
  }
  get text() {
    return this.#event.message;
  }
  get service() {
    return this.#event.service;
  }
  get family() {
    return eventFamily(this.#event.service === '' ? null : this.#event.service, this.#event.message);
  }
  get host() {
    return this.#event.host;
  }
  get user() {
    return this.#fields.user ?? '';
  }
  get srcIp() {
    return this.#fields.srcIp ?? '';
  }
  get dstIp() {
    return this.#fields.dstIp ?? '';
  }
  get httpStatus() {
    return BigInt(this.#fields.httpStatus ?? 0);
  }
  get vendor() {
    return this.#fields.vendor ?? '';
  }
  get action() {
    return this.#fields.action ?? '';
  }
  get fields() {
    return this.#event.structured ?? NO_FIELDS;
  }

  get #fields(): TypedFields {
    this.#typed ??= fieldsOf(this.#event);
    return this.#typed;
  }
}
