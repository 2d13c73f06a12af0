import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkTokens } from './support/tokens.js';

// The client on npm is of API 1.20; what the API got since (contracts/wegnology.md, 1.13) is in these checks.
const { admin, clientOf, fails } = checkTokens('losant-rest', 'losant', ['defaultRole']);

describe('losant-rest: what the API got since', () => {
  test('a token has the role that it was created with', async () => {
    const token = await admin().userApiTokens.post({ apiToken: { name: 'n', defaultRole: 'view' } });
    assert.equal(token.defaultRole, 'view');
    const changed = await admin().userApiToken.patch({ apiTokenId: token.id, apiToken: { defaultRole: 'none' } });
    assert.equal(changed.defaultRole, 'none');
  });

  test('an unknown role is rejected', async () => {
    await fails(admin().userApiTokens.post({ apiToken: { name: 'n', defaultRole: 'owner' } }), 400, 'Validation');
  });

  for (const [scope, writes] of [
    ['all.User.bounded', false], ['only.User', true], ['only.User.bounded', false], ['only.User.read', false],
  ]) {
    test(`${scope} ${writes ? 'reads and writes' : 'only reads'} tokens`, async () => {
      const { token } = await admin().userApiTokens.post({ apiToken: { name: 'n', scope: [scope] } });
      await clientOf(token).userApiTokens.get();
      const write = clientOf(token).userApiTokens.post({ apiToken: { name: 'x', scope: [scope] } });
      await (writes ? write : fails(write, 403, 'Forbidden'));
    });
  }
});
