// Streams, by openai-node's reader of events and by its helper, which puts pieces together.

import assert from 'node:assert/strict';

import { ask } from './ask.mjs';

async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

export async function streamOfATask({ client, target }) {
  const chunks = await collected(await client().chat.completions.create({ model: target.task, messages: ask(), stream: true }));
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.match(chunks[0].accrete.expert.digest, /^sha256:/);
  assert.ok(target.labels.includes(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')));
  assert.ok(chunks.every((chunk) => !('usage' in chunk)));
}

export async function streamedIsWhole({ client, target }) {
  const request = { model: target.base, messages: ask(), max_tokens: 12, temperature: 0 };
  const whole = await client().chat.completions.create(request);
  const chunks = await collected(await client().chat.completions.create({ ...request, stream: true }));
  assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join(''), whole.choices[0].message.content);
  assert.equal(chunks.at(-1).choices[0].finish_reason, whole.choices[0].finish_reason);
}

export async function usageOfAStream({ client, target }) {
  const chunks = await collected(await client().chat.completions.create({
    model: target.base, messages: ask(), max_tokens: 8, stream: true, stream_options: { include_usage: true } }));
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.ok(chunks.at(-1).usage.completion_tokens > 0);
  assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
}

export async function helperPutsPiecesTogether({ client, target }) {
  const stream = client().chat.completions.stream({
    model: target.base, messages: ask(), max_tokens: 8, temperature: 0, stream_options: { include_usage: true } });
  const pieces = [];
  stream.on('content.delta', ({ delta }) => pieces.push(delta));
  const answer = await stream.finalChatCompletion();
  assert.equal(pieces.join(''), answer.choices[0].message.content);
  assert.equal(await stream.finalContent(), answer.choices[0].message.content);
  assert.equal(answer.model, target.base);
  assert.ok((await stream.totalUsage()).total_tokens > 0);
}

export async function helperKeepsWhatItDoesNotKnow({ client, target }) {
  const stream = client().chat.completions.stream({ model: target.task, messages: ask() });
  const answer = await stream.finalChatCompletion();
  assert.ok(target.labels.includes(answer.choices[0].message.content));
  assert.match(answer.model, new RegExp(`^${target.task}@`));
  // Chunks are laid over each other: the last one's object is what stays.
  assert.equal(answer.accrete.stop_reason, 'label');
}

export async function helperOfSeveralChoices({ client, target }) {
  const stream = client().chat.completions.stream({
    model: target.base, messages: ask(), n: 2, max_tokens: 6, temperature: 1, seed: 5 });
  const answer = await stream.finalChatCompletion().catch((error) => error);
  // The helper takes what reached its limit for an error; what it has put together is right all the same.
  const choices = (answer.choices ?? stream.currentChatCompletionSnapshot?.choices ?? []).map((choice) => choice.index);
  if (choices.length) assert.deepEqual(choices.sort(), [0, 1]);
  else assert.match(`${answer.name ?? answer}`, /LengthFinishReason/);
}

export async function logprobsOfAStream({ client, target }) {
  const chunks = await collected(await client().chat.completions.create({
    model: target.base, messages: ask(), max_tokens: 4, stream: true, logprobs: true, top_logprobs: 1 }));
  const tokens = chunks.flatMap((chunk) => chunk.choices[0].logprobs?.content ?? []);
  assert.ok(tokens.length > 0 && tokens.every((token) => token.top_logprobs.length === 1));
}

export async function completionInPieces({ client, target }) {
  const request = { model: target.base, prompt: 'The sky', max_tokens: 8, temperature: 0 };
  const whole = await client().completions.create(request);
  const chunks = await collected(await client().completions.create({ ...request, stream: true }));
  assert.equal(chunks.map((chunk) => chunk.choices[0].text).join(''), whole.choices[0].text);
}

export async function leavingAStream({ client, target }) {
  const stream = await client().completions.create({
    model: target.base, prompt: 'The day', max_tokens: 300, stream: true, ignore_eos: true });
  for await (const _ of stream) break;
  // The server has room again.
  await client().completions.create({ model: target.base, prompt: 'The day', max_tokens: 2 });
}

export async function cancelling({ client, target, APIUserAbortError }) {
  const controller = new AbortController();
  const running = client().completions.create(
    { model: target.base, prompt: 'The day', max_tokens: 400, ignore_eos: true }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(running, APIUserAbortError);
}
