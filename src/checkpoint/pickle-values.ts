/** What pickles hold, as far as tensors and what lies beside them need it. */

/** What a pickle can hold here. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleMap
  | PickledTensor
  | PickledStorage
  | PickleName
  | PickleObject;

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A dict, ordered or not, whose keys are texts; entries with other keys are counted and left out. */
export class PickleMap {
  readonly entries = new Map<string, PickleValue>();
  otherKeys = 0;
}

/** One of the names that are known: a class, a type of elements, a function that makes tensors. */
export class PickleName {
  constructor(readonly name: string) {}
}

/** An object of a class that is not known: what it is, and nothing of what is in it. */
export class PickleObject {
  /** @param name of its class, or of the function that would make it */
  constructor(readonly name: string) {}
}

/** Memory that tensors are parts of, kept beside the pickle. */
export class PickledStorage {
  /**
   * @param type name of its class, e.g. `FloatStorage`
   * @param key its name beside the pickle
   * @param count elements, bytes for `UntypedStorage`
   */
  constructor(
    readonly type: string,
    readonly key: string,
    readonly count: number,
  ) {}
}

export class PickledTensor {
  /**
   * @param offset first element in the storage
   * @param dtype name of the type of elements where the storage does not say it, e.g. `torch.float8_e4m3fn`
   */
  constructor(
    readonly storage: PickledStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    readonly dtype: string | null,
  ) {}
}

/** The bytes are no pickle, or one with something that is not read. */
export class PickleError extends Error {
  override readonly name = 'PickleError';

  /** @param refused the name of what is well formed and not read, e.g. `argparse.Namespace`; `null` for damaged bytes */
  constructor(
    message: string,
    readonly refused: string | null = null,
  ) {
    super(message);
  }
}

/** The bytes end before the pickle does; with more of them it may be whole. */
export class PickleEndError extends PickleError {
  constructor() {
    super('It ends before its end mark.');
  }
}
