/**
 * A chat template cut into the pieces around the user's words. The template is rendered with marked messages to find the
 * pieces; then many conversations prove that the pieces, encoded by the device's own code, give the ids of the full rendering.
 */
import type { Note } from './notes.js';
import { writeChatSection } from './chat-section.js';
import type { ChatContent } from './chat-section.js';
import { LimitError } from './jinja/budget.js';
import { TEMPLATE_DATE, TemplateRefusal } from './template.js';
import type { ChatMessage, ChatTemplate } from './template.js';
import type { ChatPieces, ChatReading, DeviceTokenizer } from './tokenizer.js';

/** Why a template, or a part of what it can do, is not used. */
export class ChatProofError extends Error {
  override readonly name = 'ChatProofError';
}

/** Texts that no template writes by itself: they mark where a message went. */
const MARKS = { user: 'Zqvuser7', answer: 'Zqvanswer7', next: 'Zqvnext7', system: 'Zqvsystem7' } as const;

/** User messages of the proof: what people type, and what templates and tokenizers trip over. */
const PROBES = [
  'Hello!',
  'Could you dim the lamp in the study a bit?',
  'What is 12 + 30?',
  'first line\nsecond line',
  '  space before, and after ',
  '\n\nlines around\n',
  'it\'s "quoted" & <b>marked</b>',
  '{{ messages }} {% if x %}',
  'Füße, 日本語, Привет, 🙂',
  'x',
  '...',
  '42',
];
const ANSWERS = ['Sure.', 'Hello there!', '{"do":"set","dev":"lamp"}', '42', 'Yes:\none\ntwo'];

const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const systemMessage = (content: string): ChatMessage => ({ role: 'system', content });

/** Longest reason kept of a template that failed: it is a stranger's text. */
const MAX_REASON = 300;

/** Why a template failed, and whose reason it is: its own, a limit of ours, or what our interpreter does not know. */
export function reasonOf(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
  const whose =
    error instanceof ChatProofError
      ? ''
      : error instanceof TemplateRefusal
        ? 'it says: '
        : error instanceof LimitError
          ? 'this converter gives up on it: '
          : 'this converter cannot run it: ';
  return (whose + message).slice(0, MAX_REASON);
}

/**
 * Cuts a template and proves the pieces: as `apply_chat_template` begins a chat, and where it writes no begin token although
 * the tokenizer puts one before other texts, with that as well.
 * @throws ChatProofError when not even one turn can be cut and proven; Error as the template has it
 */
export function cutTemplate(template: ChatTemplate, tokenizer: DeviceTokenizer): ChatReading {
  const notes: Note[] = [];
  const pieces = cutPieces(template, tokenizer, false, notes);
  const adds = tokenizer.prefixIds.length > 0 && tokenizer.suffixIds.length === 0;
  const isBegun = adds && tokenizer.encodeTurn(pieces.section, { user: 'x' })[0] === tokenizer.prefixIds[0];
  let begun: ChatPieces | null = null;
  if (adds && !isBegun) {
    begun = cutPieces(template, tokenizer, true, []);
    notes.push({ code: 'chat-no-begin' });
  }
  if (template.asksDate) notes.push({ code: 'chat-date', date: TEMPLATE_DATE });
  return { pieces, begun, notes };
}

function cutPieces(
  template: ChatTemplate,
  tokenizer: DeviceTokenizer,
  addSpecial: boolean,
  notes: Note[],
): ChatPieces {
  const only = template.render([user(MARKS.user)]);
  const [first, suffix] = cut(only, [MARKS.user]) as [string, string];
  const trims = findTrim((text) => template.render([user(text)]), MARKS.user, first, suffix);
  let content: ChatContent = {
    first,
    suffix,
    trims,
    addSpecial,
    later: null,
    system: null,
    trimsSystem: false,
    laterContinues: false,
  };
  proveFirstTurn(template, tokenizer, content);
  content = attempt(notes, 'chat-one-turn', content, () => {
    const later = findLater(template, content);
    for (const laterContinues of [true, false]) {
      const candidate = { ...content, later, laterContinues };
      if (holds(() => proveTurns(template, tokenizer, candidate))) return candidate;
    }
    throw new ChatProofError('its ids do not equal those of the whole conversation');
  });
  content = attempt(notes, 'chat-no-system', content, () => findSystem(template, tokenizer, content));
  return { ...content, endIds: findEnd(template, tokenizer), section: writeChatSection(content) };
}

/** Adds something to the content, or a note why it is left out. */
function attempt(
  notes: Note[],
  code: 'chat-one-turn' | 'chat-no-system',
  content: ChatContent,
  add: () => ChatContent,
): ChatContent {
  try {
    return add();
  } catch (error) {
    notes.push({ code, reason: reasonOf(error) });
    return content;
  }
}

function holds(proof: () => void): boolean {
  try {
    proof();
    return true;
  } catch (error) {
    if (error instanceof ChatProofError) return false;
    throw error;
  }
}

/** The parts of a text around marks that must occur once each, in order. */
function cut(text: string, marks: readonly string[]): string[] {
  const parts: string[] = [];
  let rest = text;
  for (const mark of marks) {
    const at = rest.indexOf(mark);
    if (at < 0) throw new ChatProofError('it does not write a message as it is');
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + mark.length);
  }
  if ([...parts, rest].some((part) => Object.values(MARKS).some((mark) => part.includes(mark)))) {
    throw new ChatProofError('it writes a message more than once');
  }
  return [...parts, rest];
}

/** Whether white space around a message is removed. */
function findTrim(render: (text: string) => string, mark: string, before: string, after: string): boolean {
  const padded = ` \n\t${mark} \n`;
  const text = render(padded);
  if (text === before + padded + after) return false;
  if (text === before + mark + after) return true;
  throw new ChatProofError('it changes the white space around a message');
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

function proveFirstTurn(template: ChatTemplate, tokenizer: DeviceTokenizer, content: ChatContent): void {
  const section = writeChatSection(content);
  for (const probe of PROBES) {
    const whole = tokenizer.encode(template.render([user(probe)]), { addSpecial: content.addSpecial });
    if (!same(tokenizer.encodeTurn(section, { user: probe }), whole)) {
      throw new ChatProofError(`the pieces give other ids than the template for ${JSON.stringify(probe)}`);
    }
  }
}

/** What stands between the assistant's words and the next user message. */
function findLater(template: ChatTemplate, content: ChatContent): string {
  const text = template.render([user(MARKS.user), assistant(MARKS.answer), user(MARKS.next)]);
  const [before, opening, later, after] = cut(text, [MARKS.user, MARKS.answer, MARKS.next]) as [
    string,
    string,
    string,
    string,
  ];
  // White space between the point where the assistant begins and its words is the model's to write.
  const sameStart = before === content.first && opening.startsWith(content.suffix);
  if (!sameStart || opening.slice(content.suffix.length).trim() !== '' || after !== content.suffix) {
    throw new ChatProofError('it writes earlier turns differently once there are more');
  }
  return later;
}

/** Two turns with every probe and answer: piece by piece, and as a whole. */
function proveTurns(
  template: ChatTemplate,
  tokenizer: DeviceTokenizer,
  content: ChatContent,
  system?: string,
): void {
  const section = writeChatSection(content);
  const opening = system === undefined ? [] : [systemMessage(system)];
  for (const [index, probe] of PROBES.entries()) {
    const answer = ANSWERS[index % ANSWERS.length] as string;
    const next = PROBES[(index + 1) % PROBES.length] as string;
    const text = template.render([...opening, user(probe), assistant(answer), user(next)]);
    const whole = tokenizer.encode(text, { addSpecial: content.addSpecial });
    const turn = tokenizer.encodeTurn(section, { user: probe, system });
    const follow = tokenizer.encodeTurn(section, { user: next, later: true });
    // What is left in the middle must be the answer, whole tokens of it.
    const middle = whole.slice(turn.length, whole.length - follow.length);
    const good =
      same(whole.slice(0, turn.length), turn) &&
      same(whole.slice(whole.length - follow.length), follow) &&
      whole.length > turn.length + follow.length &&
      tokenizer.decode([...turn, ...middle]).endsWith(answer) &&
      !middle.some((id) => tokenizer.specialIds.includes(id));
    if (!good)
      throw new ChatProofError(
        `its ids do not equal those of the whole conversation for ${JSON.stringify(probe)}`,
      );
  }
}

/** The pieces around a system text. */
function findSystem(template: ChatTemplate, tokenizer: DeviceTokenizer, content: ChatContent): ChatContent {
  const render = (text: string): string => template.render([systemMessage(text), user(MARKS.user)]);
  const [before, after, suffix] = cut(render(MARKS.system), [MARKS.system, MARKS.user]) as [
    string,
    string,
    string,
  ];
  if (suffix !== content.suffix) throw new ChatProofError('it ends the turn differently then');
  const trimsSystem = findTrim(render, MARKS.system, before, after + MARKS.user + suffix);
  const result = { ...content, system: { before, after }, trimsSystem };
  const section = writeChatSection(result);
  for (const probe of PROBES) {
    const system = `You are helpful. ${probe}`;
    const whole = tokenizer.encode(template.render([systemMessage(system), user(probe)]), {
      addSpecial: content.addSpecial,
    });
    if (!same(tokenizer.encodeTurn(section, { user: probe, system }), whole)) {
      throw new ChatProofError(`the pieces give other ids than the template for ${JSON.stringify(probe)}`);
    }
  }
  if (result.later !== null) proveTurns(template, tokenizer, result, 'Answer briefly.');
  return result;
}

/** The special token behind the assistant's words, if the template writes one. */
function findEnd(template: ChatTemplate, tokenizer: DeviceTokenizer): number[] {
  let text: string;
  try {
    text = template.render([user(MARKS.user), assistant(MARKS.answer)], false);
  } catch (error) {
    if (error instanceof LimitError) throw error;
    return []; // a template may refuse conversations that end with the assistant
  }
  const at = text.lastIndexOf(MARKS.answer);
  if (at < 0) return [];
  const [end] = tokenizer.encode(text.slice(at + MARKS.answer.length).trimStart(), {
    addSpecial: false,
    continues: true,
  });
  return end !== undefined && tokenizer.specialIds.includes(end) ? [end] : [];
}
