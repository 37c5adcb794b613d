// What is refused: openai-node makes a class of each status, and repeats by itself what may be repeated.

import assert from 'node:assert/strict';

import { ask } from './ask.mjs';

/** Asks for what is refused; the error. */
async function refused({ client, target }, kind, code, request, options) {
  const error = await client(options).chat.completions.create({ model: target.base, messages: ask(), ...request }).then(
    () => assert.fail(`${JSON.stringify(request)} was accepted`), (error) => error);
  assert.ok(error instanceof kind, `${error}`);
  assert.equal(error.code, code);
  assert.ok(error.message && error.type && error.requestID, `${error}`);
  return error;
}

export async function outOfRange(context) {
  const error = await refused(context, context.BadRequestError, 'invalid_value', { temperature: 3 });
  assert.equal(error.param, 'temperature');
}

export async function unsupported(context) {
  const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
  const error = await refused(context, context.BadRequestError, 'unsupported_parameter', { tools: [tool] });
  assert.equal(error.param, 'tools');
}

export async function unknownField(context) {
  const error = await refused(context, context.BadRequestError, 'unknown_parameter', { beam_width: 3 });
  assert.equal(error.param, 'beam_width');
}

export async function malformedName(context) {
  const { task } = context.target;
  const error = await refused(context, context.BadRequestError, 'invalid_model_name', { model: `${task}@production` });
  assert.ok(error.message.includes(`${task}:production`));
}

export async function tooLong(context) {
  await refused(context, context.BadRequestError, 'context_length_exceeded', { messages: ask('word '.repeat(600)) });
}

export async function wrongKey(context) {
  await refused(context, context.AuthenticationError, 'invalid_api_key', {}, { apiKey: 'ak_wrong' });
}

export async function unknownModel(context) {
  await refused(context, context.NotFoundError, 'model_not_found', { model: 'nobody' });
}

export async function unknownVersion(context) {
  await refused(context, context.NotFoundError, 'version_not_found', { model: `${context.target.task}@999` });
}

export async function notServed({ client, NotFoundError }) {
  const error = await client().embeddings.create({ model: 'base', input: 'a' }).then(
    () => assert.fail('embeddings were answered'), (error) => error);
  assert.ok(error instanceof NotFoundError && error.code === 'route_not_found', `${error}`);
}

export async function aKeysLimit(context) {
  const { target, RateLimitError } = context;
  const options = { apiKey: target.rareKey };
  for (let count = 0; count < 2; count += 1) {
    await context.client(options).models.list();
    await context.client(options).chat.completions.create({ model: target.task, messages: ask() }).catch(() => {});
  }
  const error = await refused(context, RateLimitError, 'requests_exceeded', { model: target.task }, options);
  assert.ok(Number(error.headers.get('retry-after')) >= 1);
}

export async function aFullServer(context) {
  await full(context, 0, ({ error, requests }) => {
    assert.ok(error instanceof context.InternalServerError, `${error}`);
    assert.equal(error.status, 503);
    assert.equal(error.code, 'queue_full');
    assert.equal(requests.length, 1);
  });
}

/** Milliseconds: what the client waits at the most because a header says so. */
const LONGEST = 60_000;

export async function retryAfterIsObeyed(context) {
  await full(context, 2, ({ error, requests }) => {
    assert.ok(!error, `${error}`);
    assert.ok(requests.length > 1, 'nothing was repeated');
    for (const [index, request] of requests.slice(1).entries()) {
      const wait = Number(requests[index].retryAfter) * 1000;
      // The client takes a longer time for a mistake, and waits as it does without the header.
      if (wait > LONGEST) continue;
      assert.ok(wait >= 1000 && request.time - requests[index].time >= wait - 20, `${wait} ms were to be waited`);
      assert.equal(request.headers['x-stainless-retry-count'], `${index + 1}`);
    }
  });
}

/** Asks a server of one request and one that waits, which others ask all the time, until it refuses; then makes room. */
async function full({ client, target, sent }, maxRetries, check) {
  const tight = (retries) => client({ baseURL: `${target.tightURL}/v1`, maxRetries: retries });
  const controller = new AbortController();
  const hold = async () => {
    const long = { model: target.base, prompt: 'The day', max_tokens: 480, ignore_eos: true };
    while (!controller.signal.aborted) {
      await tight(0).completions.create(long, { signal: controller.signal }).catch(() => new Promise((go) => setTimeout(go, 1)));
    }
  };
  // How long others would have to wait a server guesses by what it has done: without any of it, much too long.
  await tight(0).completions.create({ model: target.base, prompt: 'The day', max_tokens: 480, ignore_eos: true });
  const held = Array.from({ length: 8 }, hold);
  try {
    for (let round = 0; round < 200; round += 1) {
      const before = sent.length;
      const asked = tight(maxRetries).completions.create({ model: target.base, prompt: 'One more', max_tokens: 1 }).then(
        () => undefined, (error) => error);
      const own = () => sent.slice(before).filter((request) => request.body.includes('One more'));
      while (!own()[0]?.status) await new Promise((go) => setTimeout(go, 2));
      if (own()[0].status === 200) {
        await asked;
        continue;
      }
      if (maxRetries) controller.abort();
      const error = await asked;
      return check({ error, requests: own() });
    }
    assert.fail('a full server took two hundred requests');
  } finally {
    controller.abort();
    await Promise.allSettled(held);
  }
}

export async function whatWouldEndTheSameIsNotRepeated(context) {
  const { client, target, sent } = context;
  const before = sent.length;
  const error = await client({ maxRetries: 2 }).completions.create(
    { model: target.base, prompt: 'The day', max_tokens: 480, ignore_eos: true, n: 8, accrete: { deadline_ms: 1 } }).then(
    () => assert.fail('it was in time'), (error) => error);
  assert.equal(error.status, 504);
  assert.equal(error.code, 'deadline_exceeded');
  assert.equal(sent.length - before, 1);
}

// What a server has to be like for these: one of the script's own.
aKeysLimit.needs = 'rareKey';
aFullServer.needs = 'tightURL';
retryAfterIsObeyed.needs = 'tightURL';
wrongKey.needs = 'asksForKeys';
