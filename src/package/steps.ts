/** The steps of a package: what each does, and the rules that hold between them. */
import { PACKAGE_LIMITS, NONE, STEP_BODY, STEP_BYTES, STEP_HEAD } from '../schema/package.js';
import { readRecord, type RecordValues } from '../schema/record.js';
import type { PackageConfig } from './config.js';
import { within, type Fail } from './fail.js';

type Head = RecordValues<typeof STEP_HEAD>;
type Body<K extends keyof typeof STEP_BODY> = RecordValues<(typeof STEP_BODY)[K]>;

interface StepPlaces extends Readonly<Pick<Head, 'layer' | 'reads' | 'writes'>> {
  /** Added to what is there, instead of replacing it. */
  readonly adds: boolean;
}

export type PackageNormStep = StepPlaces & { readonly kind: 'norm' } & Readonly<Body<'norm'>>;

export type PackageAttentionStep = StepPlaces & { readonly kind: 'attention' } & Readonly<
    Omit<Body<'attention'>, 'window' | 'rotaryTable'>
  > & {
    /** Tokens that a query sees, itself included; `null` for all. */
    readonly window: number | null;
    readonly rotaryTable: number | null;
  };

export type PackageMlpStep = StepPlaces & { readonly kind: 'mlp' } & Readonly<Body<'mlp'>>;

export type PackageConvStep = StepPlaces & { readonly kind: 'conv' } & Readonly<Body<'conv'>>;

export type PackageStep = PackageNormStep | PackageAttentionStep | PackageMlpStep | PackageConvStep;

/**
 * Reads STEP.
 * @throws what `fail` makes
 */
export function readSteps(view: DataView, config: PackageConfig, fail: Fail): PackageStep[] {
  const count = view.byteLength / STEP_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > PACKAGE_LIMITS.steps)
    throw fail('STEP', `${view.byteLength} bytes are not 1 to ${PACKAGE_LIMITS.steps} steps.`);
  const steps = Array.from({ length: count }, (_, index) =>
    readStep(view, STEP_BYTES * index, config, within(fail, `STEP ${index}`)),
  );
  checkLayers(steps, config, fail);
  checkPlaces(steps, fail);
  checkRotaryTables(steps, config, fail);
  return steps;
}

function readStep(view: DataView, at: number, config: PackageConfig, fail: Fail): PackageStep {
  const { kind, adds, ...places } = readRecord(STEP_HEAD, view, at, fail);
  const head = { ...places, adds: adds === 1 };
  const body = at + STEP_HEAD.bytes;
  switch (kind) {
    case 'norm':
      return { kind, ...head, ...readRecord(STEP_BODY.norm, view, body, fail) };
    case 'attention':
      return { kind, ...head, ...readAttention(view, body, config, fail) };
    case 'mlp':
      return { kind, ...head, ...readRecord(STEP_BODY.mlp, view, body, fail) };
    case 'conv':
      return { kind, ...head, ...readRecord(STEP_BODY.conv, view, body, fail) };
  }
}

function readAttention(
  view: DataView,
  at: number,
  config: PackageConfig,
  fail: Fail,
): Omit<PackageAttentionStep, 'kind' | keyof StepPlaces> {
  const { window, rotaryTable, ...body } = readRecord(STEP_BODY.attention, view, at, fail);
  const { heads, kvHeads, headDim, position, rotaryDim } = body;
  checkHeadNorm(body, fail);
  if (heads % kvHeads !== 0) throw fail('kv heads', `${kvHeads} do not divide ${heads} query heads.`);
  switch (position) {
    case 'none':
    case 'alibi':
      if (rotaryTable !== NONE) throw fail('rotary table', 'Nothing rotates, but a table is named.');
      if (rotaryDim !== 0) throw fail('rotary dim', `Nothing rotates, but ${rotaryDim} elements do.`);
      break;
    case 'rotary':
      if (rotaryTable >= config.rotaryTables)
        throw fail('rotary table', `Table ${rotaryTable} is none of ${config.rotaryTables}.`);
      if (rotaryDim < 2 || rotaryDim > headDim)
        throw fail('rotary dim', `${rotaryDim} is not from 2 to the ${headDim} elements of a head.`);
      break;
  }
  return {
    ...body,
    window: window === 0 ? null : window,
    rotaryTable: rotaryTable === NONE ? null : rotaryTable,
  };
}

function checkHeadNorm(
  {
    headNorm,
    headNormKind,
    headNormTurned,
    headNormEpsilon,
  }: Pick<Body<'attention'>, 'headNorm' | 'headNormKind' | 'headNormTurned' | 'headNormEpsilon'>,
  fail: Fail,
): void {
  const isNormed = headNorm !== 'none';
  if (isNormed !== headNormEpsilon > 0)
    throw fail('head norm epsilon', `${headNormEpsilon} does not go with a norm of ${headNorm}.`);
  if (!isNormed && headNormKind !== 'rms')
    throw fail('head norm kind', `Heads are not normalized, but by ${headNormKind}.`);
  if (headNormTurned === 1 && (!isNormed || headNorm === 'all'))
    throw fail('head norm turned', `It does not go with a norm of ${headNorm}.`);
}

/** Every layer has steps, in order. */
function checkLayers(steps: readonly PackageStep[], config: PackageConfig, fail: Fail): void {
  let last = -1;
  for (const [index, { layer }] of steps.entries()) {
    if (layer !== last && layer !== last + 1)
      throw fail(`STEP ${index} layer`, `Layer ${layer} follows layer ${last}.`);
    last = layer;
  }
  if (last !== config.layers - 1)
    throw fail('STEP', `The steps end with layer ${last} of ${config.layers} layers.`);
}

/** What a step reads or adds to was written before in its layer; the residual stream always was. */
function checkPlaces(steps: readonly PackageStep[], fail: Fail): void {
  const written = new Set<string>(['residual']);
  for (const [index, step] of steps.entries()) {
    if (step.layer !== steps[index - 1]?.layer) {
      written.clear();
      written.add('residual');
    }
    const wanting = [step.reads, ...(step.adds ? [step.writes] : [])].find((place) => !written.has(place));
    if (wanting !== undefined) {
      throw fail(
        `STEP ${index} ${wanting === step.reads ? 'reads' : 'writes'}`,
        `Nothing was written to ${wanting} before in layer ${step.layer}.`,
      );
    }
    written.add(step.writes);
  }
}

/** Every table is used, and by all steps that use it for as many elements. */
function checkRotaryTables(steps: readonly PackageStep[], config: PackageConfig, fail: Fail): void {
  for (let table = 0; table < config.rotaryTables; table++) {
    const dim = rotaryDimOf(steps, table);
    if (dim === null) throw fail('CONF rotary tables', `No step uses table ${table}.`);
    const other = steps.findIndex(
      (step) => step.kind === 'attention' && step.rotaryTable === table && step.rotaryDim !== dim,
    );
    if (other >= 0)
      throw fail(`STEP ${other} rotary dim`, `Another step uses table ${table} for ${dim} elements.`);
  }
}

/** Elements of a head that rotate by a table, `null` for a table that no step uses. */
export function rotaryDimOf(steps: readonly PackageStep[], table: number): number | null {
  const user = steps.find((step) => step.kind === 'attention' && step.rotaryTable === table);
  return user?.kind === 'attention' ? user.rotaryDim : null;
}
