/** The functions between the matrices of a feed-forward, in operators that TensorFlow Lite Micro has. */
import type { FunctionKind } from '../schema/kinds.js';
import type { GraphBuilder } from './graph.js';

/** One node or many for a function of each element. */
export function applyFunction(graph: GraphBuilder, kind: FunctionKind, x: number): number {
  switch (kind) {
    case 'silu':
      return graph.binary('MUL', x, graph.unary('LOGISTIC', x));
    case 'relu':
      return graph.unary('RELU', x);
    case 'relu2': {
      const positive = graph.unary('RELU', x);
      return graph.binary('MUL', positive, positive);
    }
    case 'geluTanh':
      return geluTanh(graph, x);
    case 'gelu':
      return gelu(graph, x);
  }
}

/** `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))` (Hendrycks and Gimpel, 2016). */
function geluTanh(graph: GraphBuilder, x: number): number {
  const number = (value: number): number => graph.number(value);
  const square = graph.binary('MUL', x, x);
  const grown = graph.binary('ADD', graph.binary('MUL', square, number(0.044715)), number(1));
  const inner = graph.binary('MUL', graph.binary('MUL', x, number(Math.sqrt(2 / Math.PI))), grown);
  const share = graph.binary('ADD', graph.unary('TANH', inner), number(1));
  return graph.binary('MUL', graph.binary('MUL', x, number(0.5)), share);
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: `erfc(z) = (a₁t + … + a₅t⁵) e^(−z²)`, `t = 1/(1 + pz)`, within 1.5e-7. */
const P = 0.3275911;
const A = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];

/** `x Φ(x)`, written `max(x, 0) − |x| erfc(|x|/√2) / 2`: there is no operator for the error function. */
function gelu(graph: GraphBuilder, x: number): number {
  const number = (value: number): number => graph.number(value);
  const size = graph.unary('ABS', x);
  const divisor = graph.binary('ADD', graph.binary('MUL', size, number(P / Math.SQRT2)), number(1));
  const t = graph.binary('DIV', number(1), divisor);
  let sum = number((A.at(-1) as number) / 2);
  for (const factor of A.slice(0, -1).reverse())
    sum = graph.binary('ADD', graph.binary('MUL', t, sum), number(factor / 2));
  const falling = graph.unary('EXP', graph.binary('MUL', graph.binary('MUL', x, x), number(-0.5)));
  const half = graph.binary('MUL', graph.binary('MUL', t, sum), falling);
  return graph.binary('SUB', graph.unary('RELU', x), graph.binary('MUL', size, half));
}
