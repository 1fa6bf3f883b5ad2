// The element's API as a page for people, from custom-elements.json.

/**
 * @param {object} manifest a custom elements manifest with one element
 * @param {Map<string, string>} rejections what a method throws or rejects with, by its name
 * @param {readonly {id: string, name: string, refused: string | null}[]} boards
 * @returns {string} Markdown
 */
export function apiPage(manifest, rejections, boards) {
  const classes = manifest.modules.flatMap((module) => module.declarations);
  const element = classes.find((declaration) => declaration.customElement);
  const attributes = new Map((element.attributes ?? []).map((attribute) => [attribute.name, attribute]));
  const members = (element.members ?? []).filter(
    (member) => member.privacy !== 'private' && !member.inheritedFrom,
  );
  const fields = members.filter((member) => member.kind === 'field' && !member.static);
  const methods = members.filter((member) => member.kind === 'method' && member.description !== undefined);
  const properties = fields.filter((field) => field.description !== undefined);
  const named = new Set(properties.map((field) => field.attribute).filter((name) => name !== undefined));
  const alone = [...attributes.values()].filter((attribute) => !named.has(attribute.name));
  const parts = [
    `# \`<${element.tagName}>\``,
    'Generated from the doc comments in `src/element`; `npm run manifest` writes it again.',
    element.description,
    section(
      'Attributes and properties',
      ['attribute', 'property', 'type', 'default', ''],
      [
        ...properties
          .filter((field) => field.attribute !== undefined)
          .map((field) => [
            code(field.attribute),
            code(field.name),
            type(field),
            code(field.default),
            field.description,
          ]),
        ...alone.map((attribute) => [code(attribute.name), '', type(attribute), '', attribute.description]),
      ],
    ),
    section(
      'Properties without an attribute',
      ['property', 'type', 'default', ''],
      properties
        .filter((field) => field.attribute === undefined && !field.readonly)
        .map((field) => [code(field.name), type(field), code(field.default), field.description]),
    ),
    section(
      'Read-only properties',
      ['property', 'type', ''],
      properties
        .filter((field) => field.attribute === undefined && field.readonly)
        .map((field) => [code(field.name), type(field), field.description]),
    ),
    section(
      'Methods',
      ['method', '', 'rejected with'],
      methods.map((method) => [
        code(signature(method)),
        [
          method.description,
          ...(method.parameters ?? [])
            .filter(({ description }) => description)
            .map(({ name, description }) => `${code(name)}: ${description}.`),
          ...(method.return?.description ? [`Gives ${method.return.description}.`] : []),
        ].join(' '),
        rejections.get(method.name) ?? '',
      ]),
    ),
    section(
      'Of all elements of a page',
      ['static property', 'type', ''],
      members
        .filter((member) => member.kind === 'field' && member.static && member.description !== undefined)
        .map((field) => [code(field.name), type(field), field.description]),
    ),
    section('Events', ['event', 'class', ''], events(element, classes)),
    section(
      'Slots',
      ['slot', ''],
      (element.slots ?? []).map((slot) => [code(slot.name), slot.description]),
    ),
    section(
      'CSS parts',
      ['part', ''],
      (element.cssParts ?? []).map((part) => [code(part.name), part.description]),
    ),
    section(
      'CSS custom properties',
      ['property', 'default', ''],
      (element.cssProperties ?? []).map((property) => [
        code(property.name),
        code(property.default),
        property.description,
      ]),
    ),
    section(
      'Custom states',
      ['state', ''],
      (element.cssStates ?? []).map((state) => [code(`:state(${state.name})`), state.description]),
    ),
    section(
      'Boards',
      ['id', ''],
      boards.filter(({ refused }) => refused === null).map(({ id, name }) => [code(id), name]),
    ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function events(element, classes) {
  return (element.events ?? []).map((event) => {
    const name = event.type?.text ?? '';
    const carried = (classes.find((declaration) => declaration.name === name)?.members ?? [])
      .filter((member) => member.kind === 'field')
      .map(
        (member) =>
          `${code(member.name)} (${type(member)})${member.description ? `: ${member.description}` : ''}`,
      );
    const with_ = carried.length === 0 ? '' : ` Carries ${carried.join('; ').replaceAll('.;', ';')}`;
    return [code(event.name), code(name), `${event.description ?? ''}${with_}`];
  });
}

function signature(method) {
  const parameters = (method.parameters ?? []).map(
    (parameter) => `${parameter.name}${parameter.optional ? '?' : ''}: ${parameter.type?.text ?? 'unknown'}`,
  );
  return `${method.name}(${parameters.join(', ')}): ${method.return?.type?.text ?? 'void'}`;
}

function type(member) {
  return code(member.type?.text);
}

function code(text) {
  return text === undefined || text === '' ? '' : `\`${text}\``;
}

function section(title, columns, rows) {
  if (rows.length === 0) return '';
  const lines = [columns, columns.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return `## ${title}\n\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}`;
}

/** One line, and no bar that would end the cell. */
function cell(text) {
  return (text ?? '').replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}
