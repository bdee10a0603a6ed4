/** A small real OIP server over an engine, for the remote engine's tests. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fail, toSelvedgeError } from '@selvedge/core/errors';
import type { Engine, ModelBytes, Session } from '@selvedge/infer/engine';
import {
  decodeInferRequest,
  encodeInferResponse,
  encodeModelMetadata,
  encodeOipError,
  encodeServerMetadata,
  inferenceHeaderLength,
  joinBody,
  onnxPlatform,
  parameterNames,
  splitBody,
  wantedOutputs,
} from '@selvedge/infer/oip';

export interface OipServer {
  readonly url: string;
  /** Headers of every request, in order. */
  readonly requests: IncomingMessage['headers'][];
  /** Loads a model and serves it under the name that is returned. */
  host(model: ModelBytes): Promise<string>;
  close(): Promise<void>;
}

export async function startOipServer(engine: Engine): Promise<OipServer> {
  const sessions = new Map<string, Session>();
  const requests: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    answer(request, response, sessions).catch((caught: unknown) => {
      const error = toSelvedgeError(caught);
      const body = JSON.stringify(encodeOipError(error));
      response.writeHead(error.row.http, { 'content-type': 'application/json' }).end(body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async host(model) {
      const name = `model-${sessions.size}`;
      sessions.set(name, await engine.load(model));
      return name;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await engine.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: ReadonlyMap<string, Session>,
): Promise<void> {
  const json = { 'content-type': 'application/json' };
  const [, , kind, name = '', action] = (request.url ?? '').split('/');
  if (kind !== 'models') {
    response.writeHead(200, json).end(JSON.stringify(encodeServerMetadata('test', '1')));
    return;
  }
  const session = sessions.get(name) ?? fail('not-found', `no model ${name}`);
  const { inputs, outputs } = session;
  if (action !== 'infer') {
    const metadata = encodeModelMetadata({ name, platform: onnxPlatform, inputs, outputs });
    response.writeHead(200, json).end(JSON.stringify(metadata));
    return;
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const length = request.headers[inferenceHeaderLength] as string | undefined;
  const { json: body, tail } = splitBody(Buffer.concat(chunks), length);
  const asked = decodeInferRequest(body, tail);
  const result = await session.run(asked.inputs, { signal: gone.signal });
  const message = encodeInferResponse(
    {
      model: name,
      outputs: wantedOutputs(result.outputs, asked.outputs),
      parameters: {
        [parameterNames.computeMs]: result.computeMs,
        echo: asked.parameters?.echo ?? '',
      },
    },
    asked.binaryOutput,
  );
  const { headers, chunks: out } = joinBody(message);
  response.writeHead(200, headers).end(Buffer.concat(out));
}
