// Adds up what the browser test runner reports, counting a page that broke as one failed test.

/**
 * @param {Iterable<import('@web/test-runner').TestSession>} sessions one per test file and browser
 * @returns {{passed: number, failed: number, skipped: number}}
 */
export function countSessions(sessions) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const session of sessions) {
    const before = totals.failed;
    if (session.testResults) countSuite(session.testResults, totals);
    const broke = !session.passed && totals.failed === before;
    if (broke) totals.failed += 1;
  }
  return totals;
}

function countSuite(suite, totals) {
  for (const test of suite.tests) {
    if (test.skipped) totals.skipped += 1;
    else if (test.passed) totals.passed += 1;
    else totals.failed += 1;
  }
  for (const inner of suite.suites) countSuite(inner, totals);
}
