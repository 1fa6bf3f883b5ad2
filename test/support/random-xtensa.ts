/**
 * Random programs for the emulated board: straight code, skipped code and zero-overhead loops of random instructions, round
 * and round. Each round writes all registers to memory; a timer interrupts it and notes when.
 */
import { Random } from './fuzzing.js';
import { imageOfSegments, INSTRUCTIONS, Program, type Instruction } from './xtensa-programs.js';

const CODE = 0x4037_8000;
/** The same bytes for stores. */
const CODE_AS_DATA = 0x3fc8_8000;
const VECTORS = CODE + 0x1_0000;
/** What differs in the words of `addi a8, a8, 1` and `addi a8, a8, 2`. */
const ADDENDS = 0x03_0000;
const DATA = 0x3fca_0000;
const DATA_BYTES = 0x8000;
/** Where the bases of accesses begin each part. */
const MIDDLE = 0x3fcb_0000;
/** Where registers go, and the time of the last interrupt. */
export const STATE = 0x3fcc_8000;

/** Registers that random instructions leave alone, or move by a known amount. */
const STACK = 1;
const SCALAR_BASE = 2;
const VECTOR_BASE = 3;
const STEP = 4;
const ROUNDS = 5;
const RESULTS = 6;
/** Those that they write. */
const FREE = [0, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** Special registers by number. */
const SPECIAL = {
  sar: 3,
  booleans: 4,
  accLow: 16,
  accHigh: 17,
  epc1: 177,
  excsave1: 209,
  cpenable: 224,
  intenable: 228,
};
const { ps, vecbase, exccause, ccount, ccompare0 } = {
  ps: 230,
  vecbase: 231,
  exccause: 232,
  ccount: 234,
  ccompare0: 240,
};
/** Interrupt 6 is the first timer's. */
const TIMER = 1 << 6;
const TIMER_CAUSE = 4;
/** Windows on, user vectors, all interrupts. */
const STATUS = 0x4_0020;

/** Instructions that go elsewhere, wait, stop, change what the program relies on, or are not emulated. */
const LEFT_OUT = [
  /^b(all|any|bci?|bsi?|eq[iz]?|f|ge(u?i?|z)|lt(u?i?|z)|nall|ne[iz]?|none|t|reak)(\.n)?$/,
  /^(j|jx|call.*|retw?(\.n)?|entry|loop.*|rotw|movsp|rsr|rsil|wsr|xsr|waiti|rf[a-z]+|syscall|simcall|ill(\.n)?)$/,
  /^(s32c1i|l32e|s32e|l32r|lddr.*|sddr.*|.*tlb[01]?|[rw]er|wur\..*|isync|l?ddec|ldinc|lddec|.*\.ld(inc|dec))$/,
  /^((addexpm?|div[0n]|maddn|mk[ds]adj|nexp01|recip0|r?sqrt0|const)\.s|ee\.(ldxq|stxq|fft|wr_mask|set_bit|clr_bit|get_gpio|bitrev).*)$/,
];
const BODY = [...INSTRUCTIONS.values()].filter(({ name }) => !LEFT_OUT.some((pattern) => pattern.test(name)));

/** Instructions that are translated. */
const OFTEN = new RegExp(
  [
    String.raw`^((?!ee\.|mul[aas]?\.|rur|any|all|andb|orb|xorb|uf|ut|quos|rems|ld\.|st\.).*`,
    String.raw`ee\.(v(ld|st)\.128|ldf\.128|stf\.128|(ld|st)\.accx)\.[ix]p|ee\.vmulas\.s(8|16)\.accx(\.ld\.[ix]p)?`,
    String.raw`ee\.(vldbc\.16\.ip|vmulas\.s16\.qacc|vmul\.s16|zero\.(accx|q|qacc)|srs\.accx|vldbc\.32(\.ip)?|(and|or|xor|not)q)`,
    String.raw`ee\.(vmul\.s8(\.ld\.incp)?|vzip\.8)|(ld|st)\.qr)$`,
  ].join('|'),
);

/** Scalar and floating-point accesses; those with an index add a register. */
const ACCESS = /^(l8ui|l16[us]i|l32(i(\.n)?|ai)|s8i|s16i|s32(i(\.n)?|ri|nb)|[ls]s[ix]p?)$/;
const VECTOR_ACCESS = /^(ee\..*(ld|st).*|ld\.qr|st\.qr)$/;

function putRandom(program: Program, random: Random, rows: readonly Instruction[]): void {
  const row = random.pick(rows);
  const fixed = ACCESS.test(row.name)
    ? { ars: SCALAR_BASE, ...(/x/.test(row.name) ? { art: STEP } : {}) }
    : VECTOR_ACCESS.test(row.name)
      ? { as: VECTOR_BASE, ad: STEP }
      : {};
  const fields = row.operands.map(({ name, bits, isRegister, isWritten }) => {
    const field = random.below(2 ** bits.length);
    const base: unknown = Reflect.get(fixed, name);
    if (typeof base === 'number') return base;
    return isRegister && isWritten && /^a/.test(name) ? random.pick(FREE) : field;
  });
  program.putFields(row, fields);
}

/** Instructions behind one that may go past them; `put` writes that one for their length. */
function putBehind(
  program: Program,
  random: Random,
  rows: readonly Instruction[],
  put: (distance: number) => void,
): void {
  const behind = new Program(program.here + 3);
  for (let left = 1 + random.below(6); left > 0; left -= 1) putRandom(behind, random, rows);
  put(behind.bytes.length + 3);
  program.append(behind.bytes);
}

function putState(program: Program): void {
  for (const register of FREE) program.put('s32i', register, RESULTS, 4 * register);
  for (let register = 0; register < 16; register += 1)
    program.put('ssi', register, RESULTS, 64 + 4 * register);
  program.put('addmi', VECTOR_BASE, RESULTS, 256);
  for (let register = 0; register < 8; register += 1) program.put('ee.vst.128.ip', register, VECTOR_BASE, 16);
  for (const half of ['l', 'h']) {
    program
      .put(`ee.st.qacc_${half}.l.128.ip`, VECTOR_BASE, 16)
      .put(`ee.st.qacc_${half}.h.32.ip`, VECTOR_BASE, 16);
  }
  program.put('ee.st.accx.ip', VECTOR_BASE, 16);
  const { sar, booleans, accLow, accHigh } = SPECIAL;
  for (const [index, register] of [sar, booleans, accLow, accHigh].entries()) {
    program.put('rsr', 7, register).put('s32i', 7, RESULTS, 512 + 4 * index);
  }
  program.put('rur.fsr', 7).put('s32i', 7, RESULTS, 528);
}

/** What a program does besides. */
export interface Habits {
  /** Every 2048th round another instruction is stored into the loop. */
  readonly changesItself?: boolean;
  /** In round 4096 it loads from where nothing is. */
  readonly stops?: boolean;
}

/** An image with a random program, which runs for good unless it stops. */
export function randomProgram(
  seed: number,
  { changesItself = false, stops = false }: Habits = {},
): Uint8Array {
  const random = new Random(seed * 2_654_435_761);
  const program = new Program(CODE);
  const constants = {
    middle: MIDDLE,
    state: STATE,
    status: STATUS,
    vectors: VECTORS,
    difference: ADDENDS,
    place: 0,
  };
  const at = (name: keyof typeof constants): number => CODE + 4 * Object.keys(constants).indexOf(name);
  program.words(...Object.values(constants));
  const entry = program.here;
  program.put('movi', 0, 255).put('wsr', 0, SPECIAL.cpenable);
  program.load(0, at('vectors')).put('wsr', 0, vecbase);
  program.load(STACK, at('state')).load(RESULTS, at('state')).put('movi', STEP, 16).put('movi', ROUNDS, 0);
  program.put('movi', 0, TIMER).put('wsr', 0, SPECIAL.intenable);
  program.put('rsr', 0, ccount).put('addmi', 0, 0, 2048).put('wsr', 0, ccompare0);
  program.load(0, at('status')).put('wsr', 0, ps).put('rsync');
  for (let register = 0; register < 16; register += 1) program.put('wfr', register, 1 + (register % 6));
  // The inexact flag, with which floats take the short way, is up from the first round on.
  program
    .put('movi', 7, 3)
    .put('float.s', 0, 7, 0)
    .put('movi', 7, 10)
    .put('float.s', 1, 7, 0)
    .put('mul.s', 2, 0, 1);
  const again = program.here;
  program.put('addi', ROUNDS, ROUNDS, 1);
  // Most of them the ones that firmware runs often, so that stretches are translated as a whole.
  const seldom = seed % 4 === 0 ? 4 : 40;
  const rows = BODY.filter(({ name }) => random.below(OFTEN.test(name) ? 3 : seldom) === 0);
  for (let part = 0; part < 6; part += 1) {
    program.load(SCALAR_BASE, at('middle')).load(VECTOR_BASE, at('middle'));
    putRandom(program, random, rows);
    if (random.below(2) === 0) {
      const bit = random.below(5);
      putBehind(program, random, rows, (distance) => program.put('bbci', ROUNDS, bit, distance));
    } else {
      program.put('movi', 7, 1 + random.below(6));
      const name = random.pick(['loop', 'loopnez', 'loopgtz']);
      putBehind(program, random, rows, (distance) => program.put(name, 7, distance));
    }
  }
  if (stops) program.put('bbci', ROUNDS, 12, 6).put('l32i', 7, STEP, 0);
  if (changesItself) putChange(program, at('difference'), at('place'));
  putState(program);
  program.put('j', again - program.here - 4);
  const data = Uint8Array.from({ length: DATA_BYTES }, () => random.below(256));
  return imageOfSegments(entry, [
    [CODE, program.bytes],
    [VECTORS, handlers(random)],
    [DATA + 0xc000, data],
  ]);
}

/** Every 2048th round one word of the loop is stored, in turn one of two instructions. */
function putChange(program: Program, difference: number, place: number): void {
  while (program.here % 4 !== 0) program.put(program.here % 2 === 0 ? 'nop.n' : 'or', 9, 9, 9);
  program.replace(place, program.here - CODE + CODE_AS_DATA);
  program.put('addi', 8, 8, 1);
  program.put('extui', 7, ROUNDS, 0, 11);
  const change = new Program(program.here + 3).load(9, difference).load(10, place);
  change.put('l32i', 7, 10, 0).put('xor', 7, 7, 9).put('s32i', 7, 10, 0);
  program.put('bnez', 7, change.bytes.length + 3);
  program.append(change.bytes);
}

/** What is entered at exceptions: the timer's interrupt notes when it came and sets it anew, others go on behind theirs. */
function handlers(random: Random): Uint8Array {
  const program = new Program(VECTORS);
  while (program.here < VECTORS + 0x340) program.words(0);
  program.put('wsr', 0, SPECIAL.excsave1);
  program.put('rsr', 0, exccause).put('addi', 0, 0, -TIMER_CAUSE).put('beqz', 0, 18);
  program.put('rsr', 0, SPECIAL.epc1).put('addi', 0, 0, 3).put('wsr', 0, SPECIAL.epc1);
  program.put('rsr', 0, SPECIAL.excsave1).put('rfe');
  program.put('rsr', 0, ccount).put('s32i', 0, RESULTS, 600);
  program
    .put('addmi', 0, 0, 256 * (1 + random.below(8)))
    .put('addi', 0, 0, random.below(120))
    .put('wsr', 0, ccompare0);
  program.put('rsr', 0, SPECIAL.excsave1).put('rfe');
  return program.bytes;
}
