import { describe, test } from 'node:test';
import { checkTokens } from './support/tokens.js';

const { admin, fails } = checkTokens('wegnology-rest', 'wegnology', []);

describe('wegnology-rest: what only Losant has', () => {
  for (const more of [{ defaultRole: 'view' }, { scope: ['all.User.bounded'] }, { scope: ['only.User'] }]) {
    test(`${JSON.stringify(more)} is rejected`, async () => {
      await fails(admin().userApiTokens.post({ apiToken: { name: 'n', ...more } }), 400, 'Validation');
    });
  }
});
