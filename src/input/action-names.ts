/** Where an action card lies, and what may lie beside it: for those who carry them along and do not read them. */
export const ACTIONS_FILE = 'actions.json';
/** Which pins are the things of the card, until somebody says otherwise. */
export const WIRING_FILE = 'wiring.json';
/** What the model may say. */
export const GRAMMAR_FILE = 'grammar.gbnf';
