// Starts the sandbox from the built output.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const program = `${root}src/ApiTokens.Sandbox/bin/Release/net10.0/ApiTokens.Sandbox.dll`;

/** Starts a sandbox. Returns its services with their addresses and credentials, and a function that stops it. */
export async function startSandbox() {
  const child = spawn('dotnet', [program, '--parent', String(process.pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  const line = await Promise.race([
    new Promise((resolve) => {
      createInterface({ input: child.stdout }).once('line', resolve);
    }),
    ended.then((code) => {
      throw new Error(`The sandbox did not start (exit code ${code}). Build first: ./build.sh build`);
    }),
  ]);
  return {
    services: JSON.parse(line).services,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
