/** The version that packages and reports are stamped with; a test keeps it equal to package.json. */
export const VERSION = '0.1.0';
