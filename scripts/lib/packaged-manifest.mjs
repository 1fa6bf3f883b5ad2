// The element's description as it is true of the package: its modules are those in dist/, where one has all classes.

const ELEMENT = 'dist/esp32-llm-converter.js';
const DEFINE = 'dist/define.js';

/**
 * @param {object} manifest of the sources, a module for each file
 * @returns {object} of the package
 */
export function packagedManifest(manifest) {
  const declarations = manifest.modules.flatMap((module) => module.declarations).map(withoutSourceNames);
  const own = (name) => ({ name, module: ELEMENT });
  const element = declarations.find((declaration) => declaration.customElement);
  return {
    ...manifest,
    modules: [
      {
        kind: 'javascript-module',
        path: DEFINE,
        declarations: [],
        exports: [
          { kind: 'js', name: '*', declaration: own('*') },
          {
            kind: 'custom-element-definition',
            name: element.tagName,
            declaration: own(element.name),
          },
        ],
      },
      {
        kind: 'javascript-module',
        path: ELEMENT,
        declarations,
        exports: declarations.map(({ name }) => ({ kind: 'js', name, declaration: own(name) })),
      },
    ],
  };
}

/** The analyzer takes a class of the browser that a file extends for one of that file's own. */
function withoutSourceNames(declaration) {
  const { superclass } = declaration;
  if (superclass?.module === undefined) return declaration;
  return { ...declaration, superclass: { name: superclass.name, package: 'global:' } };
}
