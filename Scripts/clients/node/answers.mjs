// Whole answers: what openai-node reads of them.

import assert from 'node:assert/strict';

import { ask } from './ask.mjs';

export async function models({ client, target }) {
  const names = [];
  for await (const model of client().models.list()) names.push(model.id);
  assert.equal(names[0], target.base);
  assert.ok(names.includes(target.task), `${names}`);
}

export async function oneModel({ client, target }) {
  const model = await client().models.retrieve(target.task);
  assert.match(model.root, new RegExp(`^${target.task}@`));
  assert.equal(model.parent, target.base);
  assert.match(model.accrete.digest, /^sha256:/);
}

export async function chatToATask({ client, target }) {
  const answer = await client().chat.completions.create({ model: target.task, messages: ask() });
  assert.match(answer.model, new RegExp(`^${target.task}@\\d+$`));
  assert.ok(target.labels.includes(answer.choices[0].message.content));
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.match(answer.accrete.expert.digest, /^sha256:/);
  const sum = answer.accrete.probabilities.reduce((sum, each) => sum + each.p, 0);
  assert.ok(Math.abs(sum - 1) < 1e-6, `${sum}`);
  assert.equal(answer._request_id, answer.id);
}

export async function chatToWhoeverClaimsIt({ client }) {
  const answer = await client().chat.completions.create({ model: 'auto', messages: ask(), max_tokens: 4 });
  assert.equal(answer.accrete.requested, 'auto');
  assert.equal(typeof answer.accrete.routing.unknown, 'boolean');
}

export async function chatToTheBase({ client, target }) {
  const answer = await client().chat.completions.create({
    model: target.base, max_completion_tokens: 8,
    messages: [{ role: 'system', content: 'Be short.' }, { role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  });
  assert.equal(answer.model, target.base);
  assert.ok(answer.usage.completion_tokens <= 8);
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  assert.match(answer.system_fingerprint, /^fp_/);
}

export async function headersOfAnAnswer({ client, target }) {
  const { data, response, request_id } = await client().chat.completions.create(
    { model: target.task, messages: ask() }).withResponse();
  assert.equal(request_id, data.id);
  for (const name of ['x-accrete-model', 'x-accrete-expert-digest', 'x-accrete-release']) {
    assert.ok(response.headers.get(name), `${name} is missing`);
  }
  assert.equal(response.headers.get('x-accrete-model'), data.model);
}

export async function severalChoices({ client, target }) {
  const answer = await client().chat.completions.create({
    model: target.base, messages: ask(), n: 2, temperature: 1, seed: 3, max_tokens: 8 });
  assert.deepEqual(answer.choices.map((choice) => choice.index), [0, 1]);
  assert.notEqual(answer.choices[0].message.content, answer.choices[1].message.content);
}

export async function logprobs({ client, target }) {
  const answer = await client().chat.completions.create({
    model: target.base, messages: ask(), max_tokens: 4, logprobs: true, top_logprobs: 2 });
  const tokens = answer.choices[0].logprobs.content;
  assert.ok(tokens.length > 0 && tokens.every((token) => token.logprob <= 0 && token.top_logprobs.length === 2));
  assert.ok(tokens.every((token) => token.top_logprobs[0].logprob >= token.top_logprobs[1].logprob));
}

export async function stop({ client, target }) {
  const more = { model: target.base, prompt: 'The day', max_tokens: 24, temperature: 0 };
  const whole = (await client().completions.create(more)).choices[0].text;
  const mark = whole[Math.floor(whole.length / 2)];
  const answer = await client().completions.create({ ...more, stop: [mark] });
  assert.equal(answer.choices[0].text, whole.slice(0, whole.indexOf(mark)));
  assert.equal(answer.choices[0].finish_reason, 'stop');
}

export async function limit({ client, target }) {
  const answer = await client().chat.completions.create({
    model: target.base, messages: ask(), max_completion_tokens: 5, ignore_eos: true });
  assert.equal(answer.choices[0].finish_reason, 'length');
  assert.equal(answer.usage.completion_tokens, 5);
}

export async function aSeedRepeats({ client, target }) {
  const request = { model: target.base, messages: ask(), max_tokens: 12, temperature: 1, seed: 7 };
  const [one, other] = [await client().chat.completions.create(request), await client().chat.completions.create(request)];
  assert.equal(one.choices[0].message.content, other.choices[0].message.content);
  assert.equal(one.system_fingerprint, other.system_fingerprint);
}

export async function completion({ client, target }) {
  const answer = await client().completions.create({ model: target.base, prompt: ['One', 'Two'], max_tokens: 4, echo: true });
  assert.equal(answer.object, 'text_completion');
  assert.deepEqual(answer.choices.map((choice) => choice.index), [0, 1]);
  assert.ok(answer.choices[0].text.startsWith('One') && answer.choices[1].text.startsWith('Two'));
}

export async function jsonOfASchema({ client, target }) {
  const schema = {
    type: 'object', properties: { kind: { enum: ['a', 'b'] } }, required: ['kind'], additionalProperties: false };
  const answer = await client().chat.completions.create({
    model: target.base, messages: ask(), max_tokens: 64,
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } },
  });
  assert.ok(['a', 'b'].includes(JSON.parse(answer.choices[0].message.content).kind));
}

export async function whatHasNoEffect({ client, target }) {
  const answer = await client().chat.completions.create({
    model: target.task, messages: ask(), user: 'u', metadata: { a: 'b' }, store: false, service_tier: 'auto',
    parallel_tool_calls: true, tool_choice: 'none', modalities: ['text'], safety_identifier: 's', prompt_cache_key: 'k',
  });
  assert.deepEqual(answer.accrete.ignored, []);
}

export async function manyAtOnce({ client, target }) {
  const one = client();
  const request = { model: target.base, prompt: 'The day', max_tokens: 8, temperature: 0 };
  const answers = await Promise.all(Array.from({ length: 16 }, () => one.completions.create(request)));
  assert.equal(new Set(answers.map((answer) => answer.choices[0].text)).size, 1);
}
