/** The door to speaking with a model: what is behind it is loaded when a person opens it, and asks the browser nothing before. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SpeechActions } from '../board/board-actions.js';
import type { BoardState } from '../board/board-state.js';
import type { Answers } from '../home/answers-door.js';
import type { LiveRegion } from '../live-region.js';
import { missing } from '../missing.js';
import type { Page } from '../page.js';
import type { AllStrings } from '../strings/strings.js';
import { flashFailureView } from '../views/flash-failure.js';
import type { VoiceRoom } from './voice-room.js';

/** The conversation that is spoken. */
export interface Conversation {
  readonly state: BoardState;
  readonly actions: SpeechActions;
  readonly answers: Answers | null;
  /** The prompt is the page's own: answers can be heard, and nothing else said. */
  readonly locked: boolean;
}

export type VoiceView = (talk: Conversation, strings: AllStrings) => TemplateResult;

const views = new WeakMap<Page, VoiceView>();

export function voiceDoor(page: Page, live: LiveRegion): VoiceView {
  const view = views.get(page) ?? newDoor(page, live);
  views.set(page, view);
  return view;
}

function newDoor(page: Page, live: LiveRegion): VoiceView {
  let room: VoiceRoom | Error | null = null;
  const toggled = async (event: Event): Promise<void> => {
    const { open } = event.target as HTMLDetailsElement;
    if (room === null || room instanceof Error) {
      if (!open) return;
      const found = await import('./voice-room.js').catch(missing);
      room = found instanceof Error ? found : new found.VoiceRoom(page, (text) => live.say(text));
      page.element.requestUpdate();
    } else if (!open) room.leave();
  };
  return (talk, strings) => {
    const { voice } = strings.board.talk;
    return html`<details class="more voice" @toggle=${toggled}>
      <summary>${voice}</summary>
      ${room === null ? nothing : room instanceof Error ? flashFailureView(room, strings, voice) : room.view(talk)}
    </details>`;
  };
}
