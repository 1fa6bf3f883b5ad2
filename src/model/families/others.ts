/** All families but the first ones: loaded for a model that is none of those. A new family is a file here and a line in this list. */
import type { Family } from '../family.js';
import { bloom } from './bloom.js';
import { cohere, cohere2 } from './cohere.js';
import { ernie } from './ernie.js';
import { falcon } from './falcon.js';
import { gemma } from './gemma.js';
import { gemma2 } from './gemma2.js';
import { gemma3 } from './gemma3.js';
import { gptBigCode } from './gpt-bigcode.js';
import { gptNeo } from './gpt-neo.js';
import { gptNeoX } from './gpt-neox.js';
import { gpt2 } from './gpt2.js';
import { gptj } from './gptj.js';
import { granite } from './granite.js';
import { granite4 } from './granite4.js';
import { hunyuan } from './hunyuan.js';
import { lfm2 } from './lfm2.js';
import { llamaOriginal } from './llama-original.js';
import { minimind } from './minimind.js';
import { mpt } from './mpt.js';
import { nanochat } from './nanochat.js';
import { nanoGpt } from './nanogpt.js';
import { olmo } from './olmo.js';
import { olmo2 } from './olmo2.js';
import { opt } from './opt.js';
import { phi } from './phi.js';
import { phi3 } from './phi3.js';
import { smollm3 } from './smollm3.js';
import { stablelm } from './stablelm.js';
import { starcoder2 } from './starcoder2.js';

export const OTHER_FAMILIES: readonly Family[] = [
  minimind,
  phi3,
  smollm3,
  granite,
  granite4,
  olmo,
  olmo2,
  stablelm,
  gemma,
  gemma2,
  gemma3,
  ernie,
  hunyuan,
  lfm2,
  nanochat,
  gpt2,
  nanoGpt,
  llamaOriginal,
  gptBigCode,
  gptNeo,
  gptNeoX,
  gptj,
  opt,
  phi,
  bloom,
  falcon,
  starcoder2,
  mpt,
  cohere,
  cohere2,
];
