// The checks that the clients of WEGnology and Losant have in common: they are generated from one API description.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from './sandbox.js';
import { Schemas } from './schemas.js';

const require = createRequire(import.meta.url);
const unknownId = '5e0000000000000000000eee';
const sortFields = ['name', 'status', 'id', 'creationDate', 'lastUpdated', 'expirationDate'];
const future = '2999-01-01T00:00:00.000Z';

/**
 * @param {string} packageName the npm package of the client
 * @param {string} path the first segment of the sandbox's paths
 * @param {string[]} more properties of a token that the vendor added after the client's version
 */
export function checkTokens(packageName, path, more) {
  const { createClient } = require(packageName);
  const schemas = new Schemas(packageName, more);
  let sandbox;
  let url;
  let service;

  const clientOf = (accessToken) => createClient({ accessToken, url });
  const admin = () => clientOf(service.secret);

  before(async () => {
    sandbox = await startSandbox();
    service = sandbox.services.wegnology;
    url = service.baseUri.replace(/wegnology$/, path);
  });
  after(() => sandbox.stop());

  // An error of the client carries the members of the answer's body.
  async function fails(call, status, type) {
    const error = await call.then(
      (answer) => assert.fail(`accepted: ${JSON.stringify(answer)}`),
      (thrown) => thrown,
    );
    assert.equal(error.statusCode, status, error.message);
    schemas.check('error', { type: error.type, message: error.message });
    assert.equal(error.type, type);
  }

  const kinds = [
    { kind: 'user', many: 'userApiTokens', one: 'userApiToken', level: 'User', ids: () => ({}) },
    {
      kind: 'application', many: 'applicationApiTokens', one: 'applicationApiToken', level: 'Application',
      ids: () => ({ applicationId: service.applications[0] }),
    },
    {
      kind: 'instance', many: 'instanceApiTokens', one: 'instanceApiToken', level: 'Instance',
      ids: () => ({ instanceId: service.instances[0] }),
    },
  ];

  for (const { kind, many, one, level, ids } of kinds) {
    describe(`${packageName}: tokens of the ${kind}`, () => {
      const one$ = { ownerType: kind };
      const list = async (query = {}, client = admin()) =>
        schemas.check('apiTokens', await client[many].get({ ...ids(), ...query }), one$);
      const create = async (body = {}, client = admin()) =>
        schemas.check('apiToken', await client[many].post({ ...ids(), apiToken: { name: 'n', ...body } }), { ...one$, withSecret: true });
      const get = async (apiTokenId, client = admin()) =>
        schemas.check('apiToken', await client[one].get({ ...ids(), apiTokenId }), one$);
      const patch = async (apiTokenId, apiToken, client = admin()) =>
        schemas.check('apiToken', await client[one].patch({ ...ids(), apiTokenId, apiToken }), one$);
      const remove = async (apiTokenId, client = admin()) =>
        schemas.check('success', await client[one].delete({ ...ids(), apiTokenId }));

      test('post: a name is sufficient', async () => {
        const token = await create({ name: 'only a name' });
        assert.equal(token.name, 'only a name');
        assert.equal(token.status, 'active');
        assert.deepEqual(token.scope, [`all.${level}`]);
        assert.equal(token.ownerType, kind);
        assert.equal(token.expirationDate, undefined);
        assert.equal(token.id, token.apiTokenId);
      });

      test('post: every field is kept', async () => {
        const sent = { name: 'all', description: 'd', expirationDate: future, scope: [`all.${level}.read`], status: 'inactive' };
        const token = await create(sent);
        for (const [field, value] of Object.entries(sent)) {
          assert.deepEqual(token[field], value, field);
        }
      });

      test('post: the creator is the calling token', async () => {
        const token = await create();
        assert.equal(token.creatorType, 'apiToken');
        assert.match(token.creatorId, /^[0-9a-f]{24}$/);
      });

      for (const [what, body] of [
        ['without a name', { name: undefined }],
        ['an empty name', { name: '' }],
        ['a name that is too long', { name: 'n'.repeat(256) }],
        ['an unknown field', { owner: 'x' }],
        ['an unknown status', { status: 'expired' }],
        ['an unknown scope', { scope: ['all.Everything'] }],
        ['a scope twice', { scope: [`all.${level}`, `all.${level}`] }],
        ['an expiry in the past', { expirationDate: '2001-01-01T00:00:00.000Z' }],
        ['a description that is too long', { description: 'd'.repeat(32768) }],
      ]) {
        test(`post: ${what} is rejected`, async () => {
          await fails(admin()[many].post({ ...ids(), apiToken: { name: 'n', ...body } }), 400, 'Validation');
        });
      }

      test('get: returns what was created, without the secret', async () => {
        const { token: secret, ...created } = await create({ description: 'd' });
        assert.ok(secret);
        assert.deepEqual(await get(created.id), created);
      });

      test('get: an id that is not an id is rejected', async () => {
        await fails(admin()[one].get({ ...ids(), apiTokenId: '123' }), 400, 'Validation');
      });

      for (const call of ['get', 'patch', 'delete']) {
        test(`${call}: an unknown id is not found`, async () => {
          await fails(admin()[one][call]({ ...ids(), apiTokenId: unknownId, apiToken: {} }), 404, 'NotFound');
        });
      }

      test('patch: the name changes', async () => {
        const { id } = await create({ description: 'kept' });
        const token = await patch(id, { name: 'renamed' });
        assert.equal(token.name, 'renamed');
        assert.equal(token.description, 'kept');
        assert.equal((await get(id)).name, 'renamed');
      });

      test('patch: the description changes', async () => {
        const { id } = await create();
        assert.equal((await patch(id, { description: 'new' })).description, 'new');
      });

      test('patch: an inactive token is rejected until it is active again', async () => {
        const token = await create();
        await list({}, clientOf(token.token));
        assert.equal((await patch(token.id, { status: 'inactive' })).status, 'inactive');
        await fails(clientOf(token.token)[many].get(ids()), 401, 'InvalidToken');
        assert.equal((await patch(token.id, { status: 'active' })).status, 'active');
        await list({}, clientOf(token.token));
      });

      for (const [field, value] of [['scope', [`all.${level}`]], ['expirationDate', future], ['status', 'gone']]) {
        test(`patch: ${field} ${value} is rejected`, async () => {
          const { id } = await create();
          await fails(admin()[one].patch({ ...ids(), apiTokenId: id, apiToken: { [field]: value } }), 400, 'Validation');
        });
      }

      test('delete: the token and its secret are gone', async () => {
        const token = await create();
        assert.deepEqual(await remove(token.id), { success: true });
        await fails(admin()[one].get({ ...ids(), apiTokenId: token.id }), 404, 'NotFound');
        await fails(admin()[one].delete({ ...ids(), apiTokenId: token.id }), 404, 'NotFound');
        await fails(clientOf(token.token)[many].get(ids()), 401, 'InvalidToken');
      });

      test('list: has the defaults of the API', async () => {
        const page = await list();
        assert.equal(page.page, 0);
        assert.equal(page.perPage, 100);
        assert.equal(page.sortField, 'name');
        assert.equal(page.sortDirection, 'asc');
        assert.equal(page.count, page.items.length);
        assert.equal(page.ownerType, kind);
        assert.equal(page.filter, undefined);
      });

      test('list: pages together are the whole list', async () => {
        await create({ name: 'page a' });
        await create({ name: 'page b' });
        await create({ name: 'page c' });
        const query = { filterField: 'name', filter: 'page *', perPage: '2' };
        const first = await list({ ...query, page: '0' });
        const second = await list({ ...query, page: '1' });
        const third = await list({ ...query, page: '2' });
        assert.deepEqual([first, second, third].map((page) => page.items.map((item) => item.name)), [
          ['page a', 'page b'], ['page c'], [],
        ]);
        assert.deepEqual([first, second, third].map((page) => [page.count, page.totalCount, page.page, page.perPage]), [
          [2, 3, 0, 2], [1, 3, 1, 2], [0, 3, 2, 2],
        ]);
      });

      for (const sortField of sortFields) {
        test(`list: sorted by ${sortField} in both directions`, async () => {
          await create({ name: 'sorted 1', expirationDate: '2901-01-01T00:00:00.000Z' });
          await create({ name: 'sorted 2', expirationDate: '2900-01-01T00:00:00.000Z', status: 'inactive' });
          const ascending = await list({ sortField, sortDirection: 'asc', perPage: '1000' });
          const descending = await list({ sortField, sortDirection: 'desc', perPage: '1000' });
          const values = ascending.items.map((item) => item[sortField] ?? '');
          assert.deepEqual(values, [...values].sort((a, b) => (a < b ? -1 : Number(a > b))));
          assert.deepEqual(descending.items.map((item) => item.id), ascending.items.map((item) => item.id).reverse());
          assert.deepEqual([ascending.sortField, ascending.sortDirection], [sortField, 'asc']);
          assert.deepEqual([descending.sortField, descending.sortDirection], [sortField, 'desc']);
        });
      }

      for (const [what, filterField, filter, expected] of [
        ['a whole name', 'name', 'Filter Me', ['Filter Me', 'filter me']],
        ['a pattern', 'name', 'filter*', ['Filter Me', 'filter me', 'filter two']],
        ['a name that no token has', 'name', 'nobody', []],
      ]) {
        test(`list: filtered by ${what}`, async () => {
          for (const name of ['Filter Me', 'filter me', 'filter two']) {
            if ((await list({ filterField: 'name', filter: name })).items.every((item) => item.name !== name)) {
              await create({ name });
            }
          }
          const page = await list({ filterField, filter });
          assert.deepEqual(page.items.map((item) => item.name).sort(), expected);
          assert.deepEqual([page.filterField, page.filter, page.totalCount], [filterField, filter, expected.length]);
        });
      }

      test('list: filtered by status', async () => {
        await create({ status: 'inactive' });
        const page = await list({ filterField: 'status', filter: 'inactive' });
        assert.ok(page.count > 0);
        assert.ok(page.items.every((item) => item.status === 'inactive'));
      });

      test('list: a blank filter is no filter', async () => {
        const page = await list({ filterField: '', filter: '' });
        assert.equal(page.totalCount, (await list()).totalCount);
      });

      for (const query of [
        { sortField: 'owner' }, { sortDirection: 'up' }, { filterField: 'id', filter: 'x' }, { page: '-1' }, { perPage: 'many' },
      ]) {
        test(`list: ${JSON.stringify(query)} is rejected`, async () => {
          await fails(admin()[many].get({ ...ids(), ...query }), 400, 'Validation');
        });
      }

      test('_links: are there by default, and left out on request', async () => {
        const { id } = await create();
        const calls = [
          (decoration) => admin()[many].get({ ...ids(), ...decoration }),
          (decoration) => admin()[one].get({ ...ids(), apiTokenId: id, ...decoration }),
          (decoration) => admin()[one].patch({ ...ids(), apiTokenId: id, apiToken: {}, ...decoration }),
          (decoration) => admin()[many].post({ ...ids(), apiToken: { name: 'linked' }, ...decoration }),
        ];
        for (const call of calls) {
          assert.ok((await call({}))._links);
          const without = await call({ _links: false });
          assert.equal(without._links, undefined);
          assert.ok((without.items ?? []).every((item) => item._links === undefined));
        }
      });

      for (const call of ['get', 'post']) {
        test(`${call}: no credential and a wrong credential are rejected`, async () => {
          const request = { ...ids(), apiToken: { name: 'n' } };
          await fails(clientOf(undefined)[many][call](request), 401, 'InvalidToken');
          await fails(clientOf('eyJhbGciOiJIUzI1NiJ9.e30.wrong')[many][call](request), 401, 'InvalidToken');
        });
      }

      test('a token that may only read cannot write', async () => {
        const { token: secret, id } = await create({ scope: [`all.${level}.read`] });
        const reader = clientOf(secret);
        await list({}, reader);
        await get(id, reader);
        await fails(reader[many].post({ ...ids(), apiToken: { name: 'n' } }), 403, 'Forbidden');
        await fails(reader[one].patch({ ...ids(), apiTokenId: id, apiToken: {} }), 403, 'Forbidden');
        await fails(reader[one].delete({ ...ids(), apiTokenId: id }), 403, 'Forbidden');
      });

      test('a token with single scopes may do what they name', async () => {
        const lister = clientOf((await create({ scope: [`${many}.get`] })).token);
        await list({}, lister);
        await fails(lister[many].post({ ...ids(), apiToken: { name: 'n' } }), 403, 'Forbidden');
        const creator = clientOf((await create({ scope: [`${many}.post`] })).token);
        await create({ scope: [`${many}.post`] }, creator);
        await fails(creator[many].post({ ...ids(), apiToken: { name: 'n' } }), 403, 'Forbidden');
        await fails(creator[many].get(ids()), 403, 'Forbidden');
      });

      test('callbacks get the same answers as promises', async () => {
        const page = await new Promise((resolve, reject) => {
          admin()[many].get(ids(), (error, answer) => (error ? reject(error) : resolve(answer)));
        });
        schemas.check('apiTokens', page, one$);
      });

      // The checks above are only as good as the schemas: an answer without any one field must not pass.
      for (const field of schemas.strict('apiToken', { ...one$, withSecret: true }).required) {
        test(`an answer without ${field} would fail`, async () => {
          const token = await create();
          delete token[field];
          assert.notDeepEqual(schemas.errors('apiToken', token, { ...one$, withSecret: true }), []);
        });
      }

      for (const field of schemas.strict('apiTokens', one$).required) {
        test(`a list without ${field} would fail`, async () => {
          const page = await list();
          delete page[field];
          assert.notDeepEqual(schemas.errors('apiTokens', page, one$), []);
        });
      }
    });
  }

  describe(`${packageName}: accounts and logins`, () => {
    test('auth: a login returns a session that manages tokens', async () => {
      const session = schemas.check(
        'authedUser',
        await clientOf(undefined).auth.authenticateUser({ credentials: { email: service.username, password: service.password } }),
      );
      const token = await clientOf(session.token).userApiTokens.post({ apiToken: { name: 'n' } });
      assert.equal(token.creatorType, 'user');
    });

    test('auth: a session has the requested scopes', async () => {
      const session = await clientOf(undefined).auth.authenticateUser({
        credentials: { email: service.username, password: service.password, requestedScopes: ['all.User.read'], tokenTTL: 60 },
      });
      await clientOf(session.token).userApiTokens.get();
      await fails(clientOf(session.token).userApiTokens.post({ apiToken: { name: 'n' } }), 403, 'Forbidden');
    });

    test('auth: a wrong password is rejected', async () => {
      await fails(
        clientOf(undefined).auth.authenticateUser({ credentials: { email: service.username, password: 'wrong password' } }),
        401,
        'Unauthorized',
      );
    });

    test('me: is the owner of the tokens', async () => {
      const me = schemas.checkTypes('me', await admin().me.get());
      assert.equal(me.id, (await admin().userApiTokens.get()).ownerId);
      assert.equal(me.email, service.username);
    });

    test('application: is the owner of its tokens', async () => {
      const applicationId = service.applications[0];
      const application = schemas.checkTypes('application', await admin().application.get({ applicationId }));
      assert.equal(application.applicationId, (await admin().applicationApiTokens.get({ applicationId })).ownerId);
    });

    test('instance: is the owner of its tokens', async () => {
      const instanceId = service.instances[0];
      const instance = schemas.checkTypes('instance', await admin().instance.get({ instanceId }));
      assert.equal(instance.instanceId, (await admin().instanceApiTokens.get({ instanceId })).ownerId);
    });

    test('an application token is limited to its application', async () => {
      const [own, other] = service.applications;
      const { token } = await admin().applicationApiTokens.post({ applicationId: own, apiToken: { name: 'n' } });
      await clientOf(token).applicationApiTokens.get({ applicationId: own });
      await fails(clientOf(token).applicationApiTokens.get({ applicationId: other }), 403, 'Forbidden');
      await fails(clientOf(token).userApiTokens.get(), 403, 'Forbidden');
    });

    for (const [what, call] of [
      ['application', (client) => client.applicationApiTokens.get({ applicationId: unknownId })],
      ['instance', (client) => client.instanceApiTokens.get({ instanceId: unknownId })],
    ]) {
      test(`an unknown ${what} is not found`, async () => {
        await fails(call(admin()), 404, 'NotFound');
      });
    }

    test('the generic request of the client: the white label, as the command lines ask for it', async () => {
      const answer = await admin().request({ method: 'get', url: '/whitelabels/domain' });
      assert.deepEqual(Object.keys(answer).sort(), ['appUrl', 'endpointDomain']);
      assert.equal(new URL(answer.appUrl).protocol, 'https:');
    });

    test('an unknown path is not allowed', async () => {
      await fails(admin().request({ method: 'get', url: '/nothing' }), 405, 'MethodNotAllowed');
    });
  });

  return { admin, clientOf, fails };
}
