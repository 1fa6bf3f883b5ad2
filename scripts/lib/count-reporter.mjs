// A node:test reporter that says only the totals, as one JSON line for scripts/test.mjs to add up.

/**
 * Counts leaf tests: a `describe` block that fails because a test inside failed is not counted twice,
 * but one that fails by itself (an exception in its body) is.
 */
export default async function* countReporter(source) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { details, skip, todo } = event.data;
    const failedChildrenOnly = details.error?.failureType === 'subtestsFailed';
    if (details.type === 'suite' && (event.type === 'test:pass' || failedChildrenOnly)) continue;
    if (failedChildrenOnly) continue;
    if (skip !== undefined && skip !== false) totals.skipped += 1;
    else if (event.type === 'test:pass' || (todo !== undefined && todo !== false)) totals.passed += 1;
    else totals.failed += 1;
  }
  yield `${JSON.stringify(totals)}\n`;
}
