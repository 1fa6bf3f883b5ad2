/** The languages that the models understand which come with the element. Written by `npm run models`. */

/** BCP 47, by the model's name; that of its examples first. */
export const SPOKEN: ReadonlyMap<string, readonly string[]> = new Map([['home-commands', ['en']]]);
