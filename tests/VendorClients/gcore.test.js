import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { startSandbox } from './support/sandbox.js';
import { checkExchanges } from './support/exchanges.js';

// The vendor's description is not part of this repository. It is public: G-Core/product-documentation,
// api-reference/services_documented/iam_api.yaml.
const description = process.env.APITOKENS_GCORE_OPENAPI;

if (!description) {
  test('gcore: the description of the vendor', { skip: 'APITOKENS_GCORE_OPENAPI does not name the file' }, () => {});
} else if (!existsSync(description)) {
  test('gcore: the description of the vendor', () => {
    throw new Error(`APITOKENS_GCORE_OPENAPI: ${description} does not exist.`);
  });
} else {
  const sandbox = await startSandbox();
  const service = sandbox.services.gcore;
  const tokens = `/iam/v2/clients/${service.account}/tokens`;

  await checkExchanges({
    name: 'gcore',
    description,
    service,
    adjust: (document) => {
      // Each error is one of two schemas that accept the same, so nothing is exactly one of them (contracts/gcore.md, 1.10).
      for (const name of ['CreateTokenError', 'LoginError', 'RefreshTokenError']) {
        const schema = document.components.schemas[name];
        schema.anyOf = schema.oneOf;
        delete schema.oneOf;
      }
      // Only the operations on tokens and what they need.
      document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) =>
        path.startsWith('/iam/v2/clients/{clientId}/tokens') || path === '/iam/clients/me' || path.startsWith('/iam/auth/jwt/')));
    },
    unused: ['iamSelectAccount', 'iamRefreshToken'],
    probes: [
      ...['id', 'email', 'name', 'status', 'companyName', 'deleted', 'is_test', 'has_active_admin', 'currentUser', 'capabilities',
        'serviceStatuses', 'paidFeatures', 'freeFeatures', 'entryBaseDomain', 'bill_type'].map((field) =>
        ['iamGetAccountDetails', '/iam/clients/me', field]),
      ...['id', 'name', 'exp_date', 'expired', 'deleted', 'created', 'last_usage', 'client_user'].flatMap((field) => [
        ['iamGetApiTokenV2', `${tokens}/7001`, field],
        ['iamGetApiTokensV2', tokens, [0, field]],
      ]),
      ...['role', 'user_id', 'user_name', 'user_email', 'client_id', 'deleted'].map((field) =>
        ['iamGetApiTokenV2', `${tokens}/7001`, ['client_user', field]]),
    ],
    authorization: `APIKey ${service.secret}`,
    stop: sandbox.stop,
  });
}
