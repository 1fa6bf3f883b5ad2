/** What is said in English of finding one's board. */
export const enFind = {
  heading: 'Which board do you have?',
  close: 'Close',
  look: 'Look at my board',
  lookText:
    'Connect it over USB and choose its port: its chip, flash and PSRAM are read. Nothing is written to it.',
  looking: 'Looking at the board …',
  cancel: 'Cancel',
  again: 'Look at another board',
  failed: 'The board could not be looked at',
  unreached: 'What looks at boards could not be loaded. Check the connection and try again.',
  found: (chip: string, memories: string) => `Found: ${chip}, ${memories}.`,
  like: (name: string, exact: boolean) =>
    exact ? `That is what the ${name} has.` : `Of the boards of the list, the ${name} is closest.`,
  unlike: 'No board of the list has so little. Images for it cannot be made here.',
  outside: 'PSRAM beside the chip does not tell of itself: if yours has some, choose the board in the list.',
  memories: (flash: string, psram: string) =>
    psram === '' ? `${flash} of flash, no PSRAM` : `${flash} of flash, ${psram} of PSRAM`,
  use: (name: string) => `Use ${name}`,
  search: 'Or search the list',
  searchHint: 'Name, maker or memory, such as “N16R8”, “Feather” or “8 MB PSRAM”',
  matches: (boards: number) =>
    boards === 0 ? 'No board has all of that.' : boards === 1 ? '1 board' : `${boards} boards`,
  modules: 'Modules',
  kits: 'Boards',
  unsupported: 'not supported',
};
