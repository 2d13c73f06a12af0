// Runs the module against the sandbox through a validating proxy, and makes each exchange a test.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { runModule } from './module.js';
import { startProxy } from './proxy.js';

/**
 * @param {object} options
 * @param {string} options.name the service, and the name of the script in the folder exchanges
 * @param {string} options.description the path of the OpenAPI description
 * @param {object} options.service the service as the sandbox describes it
 * @param {(document: object) => void} [options.adjust] corrects the description where it cannot be satisfied
 * @param {string[]} options.unused the operations that the module does not use
 * @param {Array<[string, string, string | Array<string | number>]>} options.probes operation, path, and a field without which the
 * answer must not pass
 * @param {string} options.authorization the header for the probes
 * @param {() => Promise<void>} options.stop stops the sandbox
 */
export async function checkExchanges({ name, description, service, adjust, unused, probes, authorization, stop }) {
  const proxy = await startProxy({ description, target: service.baseUri, adjust });
  let failure;
  try {
    await runModule(name, proxy.url, service);
  } catch (error) {
    failure = error;
  }

  after(async () => {
    await proxy.stop();
    await stop();
  });

  describe(`${name}: the exchanges of the module`, () => {
    test('the script succeeded', () => {
      assert.ifError(failure);
    });

    test('every exchange fits the description', () => {
      assert.deepEqual(proxy.violations, []);
    });

    const seen = new Map();
    for (const { operation, status } of proxy.exchanges) {
      const key = `${operation} ${status}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    for (const [key, count] of [...seen].sort()) {
      test(`${key}: ${count} exchanges`, () => {
        assert.ok(!key.includes('undefined'), 'an exchange that did not fit');
      });
    }

    test('every operation that the module can use was used', () => {
      const used = new Set(proxy.exchanges.map((exchange) => exchange.operation));
      assert.deepEqual(proxy.operations.filter((operation) => !used.has(operation)).sort(), [...unused].sort());
    });
  });

  describe(`${name}: an answer without a required field`, () => {
    for (const [operation, path, field] of probes) {
      const where = [field].flat();
      test(`${operation} without ${where.join('.')} would fail`, async () => {
        const tampering = await startProxy({ description, target: service.baseUri, adjust, tamper: (body) => remove(body, where) });
        try {
          const answer = await fetch(tampering.url + path, { headers: { authorization } });
          assert.equal(answer.status, 502);
          assert.match(tampering.violations.join(), new RegExp(`required property '${where.at(-1)}'`));
        } finally {
          await tampering.stop();
        }
      });
    }
  });
}

function remove(body, where) {
  const parent = where.slice(0, -1).reduce((node, name) => node[name], body);
  assert.ok(where.at(-1) in parent, `The answer has no ${where.join('.')}.`);
  delete parent[where.at(-1)];
  return body;
}
