/** A field for a number with its limits; what is typed outside them is not taken. */
import { html, nothing, type TemplateResult } from 'lit';

export interface NumberField {
  readonly id: string;
  readonly label: string;
  /** What special values mean, empty for nothing to say. */
  readonly hint: string;
  readonly value: number;
  /** Default 0. */
  readonly min?: number;
  readonly max: number;
  /** 1 for whole numbers. */
  readonly step: number;
  /** What says what it is. */
  readonly term?: TemplateResult;
  readonly onChange: (value: number) => void;
}

export function numberField(field: NumberField): TemplateResult {
  const { id, label, hint, value, min = 0, max, step } = field;
  const take = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const { badInput, rangeOverflow, rangeUnderflow, valueMissing } = input.validity;
    const whole = step < 1 || Number.isInteger(input.valueAsNumber);
    if (input.value !== '' && whole && !badInput && !rangeOverflow && !rangeUnderflow && !valueMissing) {
      field.onChange(input.valueAsNumber);
    } else {
      input.value = String(value);
    }
  };
  return html`<div class="field">
    <div><label for=${id}>${label}</label>${field.term ?? nothing}</div>
    <input
      id=${id}
      type="number"
      min=${min}
      max=${max}
      step=${step}
      .value=${String(value)}
      aria-describedby=${hint === '' ? nothing : `${id}-hint`}
      @change=${take}
    />
    ${hint === '' ? nothing : html`<p class="quiet" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}
