/** Styles of the views after the first two. */
import { board } from './board.js';
import { compare } from './compare.js';
import { fit } from './fit.js';
import { later } from './later.js';
import { steps } from './steps.js';

export const laterStyles = [later, steps, compare, board, fit];
