// The kind words of src/schema/kinds.ts and src/schema/encodings.ts as Rust enums, so that the kernels match over them
// exhaustively: a word that is added there is a compiler's error here until it is computed.

const REFERENCE = 'kernels/crates/kernels/src/reference/kinds.rs';
const QUANTIZE = 'kernels/crates/kernels/src/quantize/kinds.rs';

/** @returns {[string, string][]} file and text */
export function generate({ schema: { kinds, encodings } }) {
  const codes = Object.fromEntries(
    Object.entries(encodings.ENCODING).map(([word, { code }]) => [word, code]),
  );
  return [
    [
      REFERENCE,
      file('The kinds of which a description is made.', 'src/schema/kinds.ts', [
        rustEnum('StepKind', 'What a step of a block does.', kinds.STEP),
        rustEnum('PlaceKind', 'Where a step finds and leaves the vector of a token.', kinds.PLACE),
        rustEnum('NormKind', 'Normalizations.', kinds.NORM),
        rustEnum('MlpKind', 'Feed-forwards.', kinds.MLP),
        rustEnum('FunctionKind', 'Functions between the matrices of a feed-forward.', kinds.FUNCTION),
        rustEnum('PositionKind', 'How attention knows positions.', kinds.POSITION),
        rustEnum('HeadNormKind', 'What queries and keys are normalized over.', kinds.HEAD_NORM),
        rustEnum('SiteKind', 'The matrices whose input is observed.', kinds.SITE),
      ]),
    ],
    [
      QUANTIZE,
      file('How tensors are stored.', 'src/schema/encodings.ts', [
        rustEnum('EncodingKind', 'Encodings without their sizes.', codes),
      ]),
    ],
  ];
}

function file(title, source, enums) {
  return `//! ${title} Written by \`npm run schema\` from \`${source}\`: change it there.
#![allow(missing_docs)]

${enums.join('\n')}`;
}

/** Codes count from 0 without gaps, as the tables promise; an enum of Rust counts alike. */
function rustEnum(name, says, table) {
  const words = Object.entries(table).sort(([, a], [, b]) => a - b);
  if (words.some(([, code], at) => code !== at)) throw new Error(`${name}: codes must count from 0`);
  const variants = words.map(([word]) => ({ word, variant: word[0].toUpperCase() + word.slice(1) }));
  return `/// ${says}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ${name} {
${variants.map(({ variant }) => `    ${variant},\n`).join('')}}

impl ${name} {
    /// How many there are.
    pub const COUNT: usize = ${variants.length};

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
${variants.map(({ word, variant }) => `            "${word}" => Some(Self::${variant}),\n`).join('')}            _ => None,
        }
    }
}
`;
}
