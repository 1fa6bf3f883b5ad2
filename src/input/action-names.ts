/** Where an action card lies, for those who carry it along and do not read it. */
export const ACTIONS_FILE = 'actions.json';
