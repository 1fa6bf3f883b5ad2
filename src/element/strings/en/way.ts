/** What leads from step to step in English, and how a conversion went. */

export const enWay = {
  /** What the button to each step says. */
  to: {
    fit: 'Change settings',
    compare: 'Compare with the original',
    try: 'Try it',
    take: 'Take it away',
    flash: 'Flash a board',
    chat: 'Talk to the board',
  },
  converted: {
    heading: (name: string) => `${name} is converted`,
    settings: 'Numbers',
    board: 'Board',
    context: 'Context',
    package: 'On the chip',
  },
};
