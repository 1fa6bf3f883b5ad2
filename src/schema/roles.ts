/**
 * The tensors that a package may hold, by role: number, name, what they belong to, shape and bias. One name serves plan,
 * report, package, engine and documents; with its place it is a tensor's full name (`layers.3.qkv`).
 */
import type { MlpKind, PositionKind, StepKind } from './kinds.js';

/** The sizes of a model and of one step that shapes are said in. */
export type SizeName =
  | 'one'
  | 'hidden'
  /** width of the embedding's rows and of what goes into the head: hidden, but where projections stand between */
  | 'embedding'
  | 'vocab'
  | 'context'
  /** heads * head size */
  | 'query'
  /** key/value heads * head size */
  | 'key'
  /** query + 2 * key */
  | 'queryKeyValue'
  /** width of the feed-forward */
  | 'width'
  | 'twoWidths'
  /** 3 * hidden: what opens a convolution, what closes it, and what goes in */
  | 'threeHidden'
  /** taps * hidden */
  | 'kernel'
  /** elements of a head that rotate by this table */
  | 'rotaryDim'
  /** query heads */
  | 'heads'
  /** gains of normalized queries: those of one head, or of all */
  | 'queryNorm'
  /** gains of normalized keys: those of one head, or of all */
  | 'keyNorm';

export interface RoleSpec {
  readonly code: number;
  /** `model`: once. `table`: once a rotary table. A step's kind: once a step of that kind. */
  readonly scope: 'model' | 'table' | StepKind;
  /**
   * `lookup`: a matrix of which rows are looked up. `matrix`: multiplied with an activation. `vector`: one row of F32.
   * `table`: rows of F32, one a position.
   */
  readonly shape: 'lookup' | 'matrix' | 'vector' | 'table';
  readonly rows: SizeName;
  readonly cols: SizeName;
  /** Matrices: the rows of how many source tensors are in it. */
  readonly sources?: number;
  /** Rows of the sources alternate instead of following each other. */
  readonly interleaved?: true;
  /** Biases: the role of their matrix, without which they make no sense. */
  readonly biasOf?: string;
  /** Present instead of all of these (and of their biases). */
  readonly fuses?: readonly string[];
  /** Whether a step or model must have it, unless another role fuses it. Norm gains may be folded into what follows. */
  readonly needed?: true;
  /** Feed-forwards that have it; all when absent. */
  readonly mlps?: readonly MlpKind[];
  /** Attentions that have it, by how they know positions; all when absent. */
  readonly positions?: readonly PositionKind[];
  /** Only attentions that normalize queries and keys have it. */
  readonly ofHeadNorm?: true;
  /** Only models whose embeddings have a width of their own have it. */
  readonly ofEmbeddingSize?: true;
}

export const ROLE = {
  embedding: {
    code: 1,
    scope: 'model',
    shape: 'lookup',
    rows: 'vocab',
    cols: 'embedding',
    sources: 1,
    needed: true,
  },
  head: { code: 2, scope: 'model', shape: 'matrix', rows: 'vocab', cols: 'embedding', sources: 1 },
  'head.bias': { code: 3, scope: 'model', shape: 'vector', rows: 'one', cols: 'vocab' },
  final_norm: { code: 4, scope: 'model', shape: 'vector', rows: 'one', cols: 'hidden' },
  'final_norm.bias': { code: 5, scope: 'model', shape: 'vector', rows: 'one', cols: 'hidden' },
  rotary: { code: 6, scope: 'table', shape: 'table', rows: 'context', cols: 'rotaryDim', needed: true },
  positions: { code: 7, scope: 'model', shape: 'lookup', rows: 'context', cols: 'hidden', sources: 1 },
  project_in: {
    code: 8,
    scope: 'model',
    shape: 'matrix',
    rows: 'hidden',
    cols: 'embedding',
    sources: 1,
    needed: true,
    ofEmbeddingSize: true,
  },
  project_out: {
    code: 9,
    scope: 'model',
    shape: 'matrix',
    rows: 'embedding',
    cols: 'hidden',
    sources: 1,
    needed: true,
    ofEmbeddingSize: true,
  },
  norm: { code: 16, scope: 'norm', shape: 'vector', rows: 'one', cols: 'hidden' },
  'norm.bias': { code: 17, scope: 'norm', shape: 'vector', rows: 'one', cols: 'hidden' },
  qkv: {
    code: 32,
    scope: 'attention',
    shape: 'matrix',
    rows: 'queryKeyValue',
    cols: 'hidden',
    sources: 3,
    fuses: ['query', 'key', 'value'],
  },
  'qkv.bias': {
    code: 33,
    scope: 'attention',
    shape: 'vector',
    rows: 'one',
    cols: 'queryKeyValue',
    biasOf: 'qkv',
  },
  query: {
    code: 34,
    scope: 'attention',
    shape: 'matrix',
    rows: 'query',
    cols: 'hidden',
    sources: 1,
    needed: true,
  },
  'query.bias': {
    code: 35,
    scope: 'attention',
    shape: 'vector',
    rows: 'one',
    cols: 'query',
    biasOf: 'query',
  },
  key: {
    code: 36,
    scope: 'attention',
    shape: 'matrix',
    rows: 'key',
    cols: 'hidden',
    sources: 1,
    needed: true,
  },
  'key.bias': { code: 37, scope: 'attention', shape: 'vector', rows: 'one', cols: 'key', biasOf: 'key' },
  value: {
    code: 38,
    scope: 'attention',
    shape: 'matrix',
    rows: 'key',
    cols: 'hidden',
    sources: 1,
    needed: true,
  },
  'value.bias': { code: 39, scope: 'attention', shape: 'vector', rows: 'one', cols: 'key', biasOf: 'value' },
  output: {
    code: 40,
    scope: 'attention',
    shape: 'matrix',
    rows: 'hidden',
    cols: 'query',
    sources: 1,
    needed: true,
  },
  'output.bias': {
    code: 41,
    scope: 'attention',
    shape: 'vector',
    rows: 'one',
    cols: 'hidden',
    biasOf: 'output',
  },
  query_norm: {
    code: 42,
    scope: 'attention',
    shape: 'vector',
    rows: 'one',
    cols: 'queryNorm',
    ofHeadNorm: true,
  },
  'query_norm.bias': {
    code: 43,
    scope: 'attention',
    shape: 'vector',
    rows: 'one',
    cols: 'queryNorm',
    ofHeadNorm: true,
  },
  key_norm: {
    code: 44,
    scope: 'attention',
    shape: 'vector',
    rows: 'one',
    cols: 'keyNorm',
    ofHeadNorm: true,
  },
  'key_norm.bias': {
    code: 45,
    scope: 'attention',
    shape: 'vector',
    rows: 'one',
    cols: 'keyNorm',
    ofHeadNorm: true,
  },
  slopes: {
    code: 46,
    scope: 'attention',
    shape: 'vector',
    rows: 'one',
    cols: 'heads',
    needed: true,
    positions: ['alibi'],
  },
  gate_up: {
    code: 48,
    scope: 'mlp',
    shape: 'matrix',
    rows: 'twoWidths',
    cols: 'hidden',
    sources: 2,
    interleaved: true,
    fuses: ['gate', 'up'],
    mlps: ['gated'],
  },
  'gate_up.bias': {
    code: 49,
    scope: 'mlp',
    shape: 'vector',
    rows: 'one',
    cols: 'twoWidths',
    biasOf: 'gate_up',
    mlps: ['gated'],
  },
  gate: {
    code: 50,
    scope: 'mlp',
    shape: 'matrix',
    rows: 'width',
    cols: 'hidden',
    sources: 1,
    needed: true,
    mlps: ['gated'],
  },
  'gate.bias': {
    code: 51,
    scope: 'mlp',
    shape: 'vector',
    rows: 'one',
    cols: 'width',
    biasOf: 'gate',
    mlps: ['gated'],
  },
  up: { code: 52, scope: 'mlp', shape: 'matrix', rows: 'width', cols: 'hidden', sources: 1, needed: true },
  'up.bias': { code: 53, scope: 'mlp', shape: 'vector', rows: 'one', cols: 'width', biasOf: 'up' },
  down: { code: 54, scope: 'mlp', shape: 'matrix', rows: 'hidden', cols: 'width', sources: 1, needed: true },
  'down.bias': { code: 55, scope: 'mlp', shape: 'vector', rows: 'one', cols: 'hidden', biasOf: 'down' },
  conv_in: {
    code: 64,
    scope: 'conv',
    shape: 'matrix',
    rows: 'threeHidden',
    cols: 'hidden',
    sources: 1,
    needed: true,
  },
  'conv_in.bias': {
    code: 65,
    scope: 'conv',
    shape: 'vector',
    rows: 'one',
    cols: 'threeHidden',
    biasOf: 'conv_in',
  },
  conv_taps: { code: 66, scope: 'conv', shape: 'vector', rows: 'one', cols: 'kernel', needed: true },
  'conv_taps.bias': { code: 67, scope: 'conv', shape: 'vector', rows: 'one', cols: 'hidden' },
  conv_out: {
    code: 68,
    scope: 'conv',
    shape: 'matrix',
    rows: 'hidden',
    cols: 'hidden',
    sources: 1,
    needed: true,
  },
  'conv_out.bias': {
    code: 69,
    scope: 'conv',
    shape: 'vector',
    rows: 'one',
    cols: 'hidden',
    biasOf: 'conv_out',
  },
} as const satisfies Readonly<Record<string, RoleSpec>>;

export type Role = keyof typeof ROLE;

/** All roles, in the order of their numbers. */
export const ROLES = Object.keys(ROLE) as readonly Role[];

/** Roles of one kind of step are numbered from here on, at most {@link STEP_ROLES} of them. */
export const FIRST_STEP_ROLE: Readonly<Record<StepKind, number>> = {
  norm: 16,
  attention: 32,
  mlp: 48,
  conv: 64,
};

/** Most roles of one kind of step. */
export const STEP_ROLES = 16;

/** The role with a number of the directory, `undefined` for an unknown one. */
export function roleOfCode(code: number): Role | undefined {
  return (Object.keys(ROLE) as Role[]).find((role) => ROLE[role].code === code);
}

/** A role of the table, the roles that it names typed as such. */
export interface RoleEntry extends RoleSpec {
  readonly biasOf?: Role;
  readonly fuses?: readonly Role[];
}

export function roleSpec(role: Role): RoleEntry {
  return ROLE[role];
}

/** Sizes that shapes are said in, of a model and one of its steps. */
export type Sizes = Readonly<Record<SizeName, number>>;
