/**
 * What stands before the worker's program in a build. The program comes in modules: those that every conversion needs, and parts
 * that some need. A worker has the parts that its text was begun with; it asks for another by failing with the part's name, and
 * the page starts it anew with that part inside (`worker-program.ts`). Nothing is evaluated that was not in the text from the
 * beginning, so the worker runs under every content policy that lets it start.
 */

/** A module as the bundler writes it (AMD): its name, the modules that it needs, and what gives it their exports. */
type Define = (name: string, needs: readonly string[], run: (...modules: readonly object[]) => void) => void;

const texts = new Map<string, Parameters<Define>>();
const modules = new Map<string, object>();

/** Folders differ by who names a module; its last name is its own. */
const bare = (name: string): string => name.replace(/^.*\//, '');

function moduleOf(place: string): object {
  const name = bare(place);
  const known = modules.get(name);
  if (known !== undefined) return known;
  const text = texts.get(name);
  if (text === undefined) throw Object.assign(new Error(name), { name: 'PartMissing' });
  const [, needs, run] = text;
  const exported = {};
  const given = needs.map((need) =>
    need === 'exports' ? exported : need === 'require' ? {} : moduleOf(need),
  );
  modules.set(name, exported);
  run(...given);
  return exported;
}

const define: Define = (...text) => texts.set(bare(text[0]), text);

// What `import()` becomes, by a name that nothing in the program has: a rejection, as there, when the part is not to be had.
Object.assign(globalThis, { define, importPart__: async (name: string) => moduleOf(name) });

// Behind the text of this script, wherever the parts stand in it.
queueMicrotask(() => moduleOf('worker'));
