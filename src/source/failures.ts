/** Causes of failure that lie where bytes come from. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** A file ends early or is something else. */
    'broken-file': true;
    /** Git LFS left a pointer in place of the file. */
    'lfs-pointer': true;
    /** The file changed or went away while it was read. */
    'file-changed': true;
    /** Several models lie in one folder. */
    'two-models': true;
    'no-files': true;
    'too-many-files': true;
    /** What was given is no address. */
    address: true;
    /** The server gives no parts of files. */
    'no-ranges': true;
    /** The page's content policy forbids the address. */
    'connect-src': true;
  }
}

export {};
