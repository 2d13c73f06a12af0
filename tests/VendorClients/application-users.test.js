import { root, startSandbox } from './support/sandbox.js';
import { checkExchanges } from './support/exchanges.js';

const sandbox = await startSandbox();
const service = sandbox.services['application-users'];

await checkExchanges({
  name: 'application-users',
  description: `${root}docs/application-users-api.yaml`,
  service,
  // The data calls are what tokens are for; the module does not make them.
  unused: ['readData', 'writeData', 'listUsers'],
  // One answer of each kind, and a field that it requires.
  probes: [
    ['getCaller', `/sites/${service.account}/me`, 'tokenId'],
    ['listTokens', `/sites/${service.account}/tokens`, 'items'],
    ['listTokens', `/sites/${service.account}/tokens`, ['items', 0, 'expiresAt']],
  ],
  authorization: `Bearer ${service.secret}`,
  stop: sandbox.stop,
});
