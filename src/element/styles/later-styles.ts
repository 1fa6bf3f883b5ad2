/** Styles of the views after the first two. */
import { termMark } from '../terms/term-mark.js';
import { board } from './board.js';
import { compare } from './compare.js';
import { fit } from './fit.js';
import { later } from './later.js';
import { steps } from './steps.js';

export const laterStyles = [termMark, later, steps, compare, board, fit];
