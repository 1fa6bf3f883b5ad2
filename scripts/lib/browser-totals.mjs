// Adds up what the browser test runner reports, counting a page that broke as one failed test.
import { emptyTotals } from './totals.mjs';

/**
 * The part of the runner's own types that is read here.
 * @typedef {{passed: boolean, skipped: boolean}} TestResult
 * @typedef {{tests: TestResult[], suites: SuiteResult[]}} SuiteResult
 * @typedef {{passed?: boolean, testResults?: SuiteResult}} Session
 */

/**
 * @param {Iterable<Session>} sessions one per test file and browser
 * @returns {import('./totals.mjs').Totals}
 */
export function countSessions(sessions) {
  const totals = emptyTotals();
  for (const session of sessions) {
    const before = totals.failed;
    if (session.testResults) countSuite(session.testResults, totals);
    const broke = !session.passed && totals.failed === before;
    if (broke) totals.failed += 1;
  }
  return totals;
}

/**
 * @param {SuiteResult} suite
 * @param {import('./totals.mjs').Totals} totals
 */
function countSuite(suite, totals) {
  for (const test of suite.tests) {
    if (test.skipped) totals.skipped += 1;
    else if (test.passed) totals.passed += 1;
    else totals.failed += 1;
  }
  for (const inner of suite.suites) countSuite(inner, totals);
}
