// Runs a script with the staged module in the PowerShell engine that the build program hosts.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { root } from './sandbox.js';

const program = process.env.APITOKENS_BUILD_PROGRAM ?? `${root}build/bin/Debug/net10.0/ApiTokens.Build.dll`;

/**
 * Runs exchanges/<name>.ps1 against an address and returns its output; throws if the script fails.
 *
 * @param {string} name the name of the script
 * @param {string} baseUri the address that the module connects to
 * @param {object} service the service as the sandbox describes it
 */
export async function runModule(name, baseUri, service) {
  if (!existsSync(program)) {
    throw new Error('The build program was not found. Build first: ./build.sh build');
  }
  const script = fileURLToPath(new URL(`../exchanges/${name}.ps1`, import.meta.url));
  const child = spawn('dotnet', [program, 'script', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      APITOKENS_MODULE: `${root}out/ApiTokens`,
      APITOKENS_SERVICE: JSON.stringify({ ...service, baseUri }),
      // The module's requests are to the local machine.
      NO_COLOR: '1',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
    });
  }
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new Error(`${name}.ps1 failed:\n${output}`);
  }
  return output;
}
