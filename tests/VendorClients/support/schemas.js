// Holds answers against the JSON schemas that a vendor's client ships.
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const require = createRequire(import.meta.url);

// The vendor's schemas require nothing. Every property that they describe must be there, except for these.
const optional = {
  apiToken: ['description', 'expirationDate', 'token'],
  apiTokens: ['filter', 'filterField'],
  error: [],
  success: [],
  authedUser: [],
};

// What may be there beside the properties of a schema.
const decorations = ['_type', '_links', '_actions', '_embedded', '_etag'];

/** Creates the checks for the answers of one client. */
export class Schemas {
  #ajv = new Ajv({ allErrors: true, strict: false });
  #compiled = new Map();
  #package;
  #more;

  /**
   * @param {string} packageName the npm package of the client
   * @param {string[]} more properties of a token that the vendor added after the client's version
   */
  constructor(packageName, more = []) {
    addFormats(this.#ajv);
    this.#package = packageName;
    this.#more = more;
  }

  /** The schema as the client ships it, and with the properties that an answer must have. */
  strict(name, { ownerType, withSecret = false } = {}) {
    const schema = this.#read(name);
    const token = name === 'apiTokens' ? schema.properties.items.items : schema;
    const parts = name === 'apiTokens' ? [['apiTokens', schema], ['apiToken', token]] : [[name, schema]];
    for (const [part, object] of parts) {
      const known = Object.keys(object.properties);
      object.required = known.filter((property) => !optional[part].includes(property) || (withSecret && property === 'token'));
      object.propertyNames = { enum: [...known, ...decorations, ...(part === 'apiToken' ? this.#more : [])] };
      if (ownerType === 'instance' && object.properties.ownerType) {
        // The schemas lag behind: their list of owners has no instances (contracts/wegnology.md, 1.4).
        object.properties.ownerType.enum.push('instance');
      }
    }
    return schema;
  }

  /** Throws if an answer does not fit a schema; returns the answer. */
  check(name, answer, options = {}) {
    const errors = this.errors(name, answer, options);
    if (errors.length > 0) {
      throw new Error(`${name}: ${errors.join('; ')} in ${JSON.stringify(answer)}`);
    }
    return answer;
  }

  errors(name, answer, options = {}) {
    return this.#validate(JSON.stringify([name, options]), () => this.strict(name, options), answer);
  }

  /** Checks only the types of an object of which the sandbox sends a part. */
  checkTypes(name, answer) {
    const errors = this.#validate(name, () => this.#read(name), answer);
    if (errors.length > 0) {
      throw new Error(`${name}: ${errors.join('; ')} in ${JSON.stringify(answer)}`);
    }
    return answer;
  }

  #read(name) {
    const schema = structuredClone(require(`${this.#package}/lib/schemas/${name}.json`));
    delete schema.$schema; // Draft 4 and draft 7 do not differ in what these schemas use.
    return schema;
  }

  #validate(key, schema, answer) {
    if (!this.#compiled.has(key)) {
      this.#compiled.set(key, this.#ajv.compile(schema()));
    }
    const validate = this.#compiled.get(key);
    return validate(answer) ? [] : validate.errors.map((error) => `${error.instancePath || '(root)'} ${error.message}`);
  }
}
