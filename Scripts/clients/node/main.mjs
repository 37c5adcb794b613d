// Runs the scenarios of openai-node: `node --import ./loader.mjs main.mjs TARGET`, where TARGET is a JSON object (see ../node_client.py).

import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const target = JSON.parse(process.argv[2]);
// Platform and versions of node differ from machine to machine, and are nothing to the server.
const HEADERS = [
  'accept', 'authorization', 'content-type', 'user-agent', 'x-stainless-helper-method', 'x-stainless-lang',
  'x-stainless-package-version', 'x-stainless-retry-count', 'x-stainless-timeout',
];

const NAMES = ['answers', 'streams', 'errors'];

const module = await import(pathToFileURL(`${target.client}/src/index.ts`).href);
const { VERSION } = await import(pathToFileURL(`${target.client}/src/version.ts`).href);
const sent = [];
let scenario = '';

/** What the client asks is asked, and noted: when, what, and what came of it. */
async function recordingFetch(url, options) {
  const headers = new Headers(options.headers);
  const request = {
    scenario, method: options.method.toUpperCase(), path: new URL(url).pathname + new URL(url).search,
    headers: Object.fromEntries(HEADERS.filter((name) => headers.has(name)).map((name) => [name, headers.get(name)])),
    body: options.body ?? null, time: performance.now(),
  };
  sent.push(request);
  const response = await fetch(url, options);
  request.status = response.status;
  request.retryAfter = response.headers.get('retry-after');
  return response;
}

const context = {
  ...module, target, sent,
  client: (options = {}) =>
    new module.OpenAI({ baseURL: `${target.url}/v1`, apiKey: target.key, maxRetries: 0, fetch: recordingFetch, ...options }),
};

console.log(`openai-node ${VERSION}, node ${process.versions.node}`);
let [failed, chosen] = [0, 0];
for (const name of NAMES) {
  for (const [key, run] of Object.entries(await import(`./${name}.mjs`))) {
    if (target.only && !key.toLowerCase().includes(target.only.toLowerCase())) continue;
    if (run.needs && !target[run.needs]) {
      console.log(`skip  node: ${key}: not of this server`);
      continue;
    }
    chosen += 1;
    scenario = key;
    const start = performance.now();
    try {
      await run(context);
      console.log(`ok    node: ${key} (${((performance.now() - start) / 1000).toFixed(2)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  node: ${key}\n${error.stack ?? error}`);
    }
  }
}
console.log(`${chosen - failed} of ${chosen} scenarios of openai-node passed`);
if (target.record) {
  const requests = sent.map(({ time, status, retryAfter, ...request }) => ({
    ...request, headers: { ...request.headers, ...(request.headers.authorization && { authorization: 'Bearer KEY' }) },
  }));
  writeFileSync(target.record, JSON.stringify({ client: `openai-node ${VERSION}`, requests }, null, 1) + '\n');
}
// A stream that a scenario left may keep a connection open.
process.exit(failed || !chosen ? 1 : 0);
