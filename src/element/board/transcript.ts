/** A conversation as a text file: what was said, by which board, with which settings. */
import { showable } from '../../shared/safe-text.js';
import type { AllStrings } from '../strings/strings.js';
import type { BoardKind, BoardState } from './board-state.js';
import { readyLink } from './board-store.js';

/** Facts of docs/console.md that tell which board and model spoke. */
const FACTS = ['model', 'parameters', 'scheme', 'chip', 'flash_mode', 'psram_mode', 'firmware'] as const;

/**
 * Writes the conversation down.
 * @param when the time of saving
 */
export function transcriptOf(state: BoardState, kind: BoardKind, when: Date, strings: AllStrings): string {
  const { talk, transcript, chat } = strings.board;
  const { options, turns, link } = state;
  const facts = readyLink(link)?.facts ?? new Map<string, string>();
  const settings = [
    `${talk.temperature} ${options.temperature}`,
    `${talk.topK} ${options.topK}`,
    `${talk.topP} ${options.topP}`,
    `${talk.seed} ${options.seed}`,
    `${talk.length} ${options.maxNewTokens}`,
  ].join(' · ');
  const head = [
    `# ${transcript.title}`,
    '',
    `${transcript.on} ${transcript[kind]}, ${when.toISOString()}`,
    ...FACTS.flatMap((name) => (facts.has(name) ? [`${chat.facts[name]}: ${facts.get(name)}`] : [])),
    `${transcript.settings}: ${settings}`,
  ];
  const said = turns.flatMap((turn) => {
    const rate = turn.boardRate === null ? [] : [talk.boardRate(turn.boardRate)];
    const end =
      turn.state === 'running' ? [] : [turn.state === 'failed' ? talk.failedTurn : talk.reasons[turn.state]];
    return [
      '',
      `## ${talk.you}`,
      '',
      turn.prompt,
      '',
      `## ${talk.board}`,
      '',
      turn.text,
      '',
      `(${[talk.tokens(turn.tokens), ...rate, ...end].join(' · ')})`,
    ];
  });
  return showable(`${[...head, ...said].join('\n')}\n`);
}
