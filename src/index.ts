/** The pipeline without the page: what other programs import to convert and run models. */
export { convert, carryOut, type CarryOutOptions } from './pipeline/convert.js';
export { readOwnSections, type OwnSections } from './pipeline/own-sections.js';
export { openModel, openModelInput, type OpenedModel } from './pipeline/open-model.js';
export {
  editModel,
  planModel,
  planOpened,
  type PlannedModel,
  type PlanOptions,
} from './pipeline/plan-model.js';
export { checkTexts, type CheckedTexts, type TextOptions } from './pipeline/checked-texts.js';
export {
  convertPlanned,
  type ConvertedModel,
  type ConvertPlannedOptions,
} from './pipeline/convert-planned.js';
export { evaluateConverted, type EvaluateOptions } from './pipeline/evaluate-converted.js';
export { OriginalModel } from './pipeline/original-model.js';
export type { Edit } from './edit/edit.js';
export type { ModelInput } from './input/model-input.js';
export { openInput } from './input/open-input.js';
export type { Conversion, ConvertOptions, Hooks, Runtime } from './pipeline/types.js';
export { makeImage, type ImageFile, type ImageOptions, type MadeImage } from './pipeline/image.js';
export { firmwareFromElf, readFirmware, type Firmware } from './image/firmware.js';
export { describeImage, type ImageDescription } from './image/describe.js';
export type { FlashImage, ReadSettings } from './image/flash-image.js';
export type { InstallManifest } from './image/manifest.js';
export { BOARDS, DEFAULT_BOARD_ID, findBoard, type Board } from './plan/boards.js';
export { planToJson, type Plan, type PlanJson } from './plan/plan.js';
export type { Fusions, Scheme } from './plan/scheme.js';
export type { Alternative, Report, TensorReport, TextPair } from './quantize/report.js';
export type { Judgement, Verdict } from './quantize/verdict.js';
export { reportHtml, reportText } from './report/index.js';
export { readPackage, type ModelPackage } from './package/reader.js';
export { Twin } from './device/twin.js';
export type {
  GenerateOptions,
  GenerateResult,
  GenerateStep,
  TwinInfo,
  TwinOptions,
} from './device/twin-types.js';
export type { ByteSource, ModelFolder } from './source/byte-source.js';
export { directoryHandleFolder, fileListFolder } from './source/file-list-folder.js';
export { httpFolder } from './source/http-folder.js';
export { hubFolder } from './source/hub-folder.js';
export { memoryFolder } from './source/memory-folder.js';
export { FitError, FormatError, TransportError, UnsupportedError, UsageError } from './shared/errors.js';
export type { OnProgress, Progress } from './shared/progress.js';
export { VERSION } from './shared/version.js';
