// A proxy that holds every request and every answer against an OpenAPI description. What does not fit it is not passed on.
import { readFileSync } from 'node:fs';
import express from 'express';
import OpenApiValidator from 'express-openapi-validator';
import { parse } from 'yaml';

// Headers that belong to one connection, and those that the body decides.
const perConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding', 'host']);

/**
 * Starts a proxy in front of a service.
 *
 * @param {object} options
 * @param {string} options.description the path of the OpenAPI description
 * @param {string} options.target the address of the service; the proxy has the same path
 * @param {(document: object) => void} [options.adjust] corrects the description where it cannot be satisfied
 * @param {(body: any, request: object) => any} [options.tamper] changes an answer before it is validated
 * @returns the proxy's address, the exchanges that it saw, those that did not fit, and a function that stops it
 */
export async function startProxy({ description, target, adjust = () => {}, tamper = (body) => body }) {
  const path = new URL(target).pathname;
  const document = parse(readFileSync(description, 'utf8'));
  document.servers = [{ url: path }];
  adjust(document);

  const exchanges = [];
  const violations = [];
  const app = express();
  app.disable('x-powered-by');
  app.use((request, _response, next) => {
    request.exchange = { method: request.method, path: request.path, status: undefined };
    exchanges.push(request.exchange);
    next();
  });
  app.use(express.json({
    strict: false,
    verify: (request, _response, body) => {
      request.rawBody = body;
    },
  }));
  app.use(OpenApiValidator.middleware({
    apiSpec: document,
    validateApiSpec: true,
    validateRequests: { allowUnknownQueryParameters: false, coerceTypes: false, removeAdditional: false },
    validateResponses: { removeAdditional: false, coerceTypes: false },
    validateSecurity: true,
    validateFormats: true,
  }));
  app.use(async (request, response, next) => {
    try {
      await forward(request, response);
    } catch (error) {
      next(error);
    }
  });
  app.use((error, request, response, _next) => {
    const status = request.exchange.status;
    const what = `${request.method} ${request.originalUrl}${status ? ` answered with ${status}` : ''}`;
    const errors = (error.errors ?? []).map((one) => `${one.path}: ${one.message}`).join('; ');
    violations.push(`${what}: ${error.message} ${errors}`);
    response.status(502).type('text/plain').send('The exchange does not fit the description.');
  });

  async function forward(request, response) {
    const operation = request.openapi.schema;
    request.exchange.operation = operation.operationId;
    const answer = await fetch(new URL(request.originalUrl, target), {
      method: request.method,
      headers: Object.entries(request.headers).filter(([name]) => !perConnection.has(name)),
      body: request.rawBody,
      redirect: 'manual',
    });
    const { status } = answer;
    request.exchange.status = status;
    let documented = operation.responses[status];
    if (!documented) {
      throw new Error('The status is not documented.');
    }
    if (documented.$ref) {
      documented = documented.$ref.slice(2).split('/').reduce((node, name) => node[name], document);
    }

    response.status(status);
    for (const [name, value] of answer.headers) {
      if (!perConnection.has(name)) {
        response.setHeader(name, value);
      }
    }
    const text = await answer.text();
    if (!documented.content) {
      // The description says nothing about the body.
      if (status === 204 && text !== '') {
        throw new Error('A 204 has a body.');
      }
      response.end(text);
      return;
    }
    const type = answer.headers.get('content-type')?.split(';')[0];
    if (!documented.content[type]) {
      throw new Error(`The content type ${type} is not documented.`);
    }
    response.json(tamper(JSON.parse(text), request));
  }

  const server = await new Promise((resolve) => {
    const started = app.listen(0, '127.0.0.1', () => resolve(started));
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${path}`,
    exchanges,
    violations,
    operations: Object.values(document.paths).flatMap((item) =>
      Object.values(item).map((operation) => operation.operationId).filter(Boolean)),
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
