/** The languages that the models understand which come with the element. Written by `npm run models`. */

/** BCP 47, by the model's name. */
export const SPOKEN: ReadonlyMap<string, string> = new Map([['home-commands', 'en']]);
