import Decoder
import Generation
import Tokenization
import Torch

extension EngineLoop {
  /// Tells a request what a step made of one of its continuations.
  func deliver(_ event: DecodingSession.Event, of choice: TextJob.Choice) throws {
    let job = choice.job
    if let failure = event.failure { throw failure }
    choice.isSuspect = false
    if !job.hasSpread { try spread(job, from: choice) }
    job.usage.completionTokens += 1
    statistics.generatedTokens += 1
    queue.count(read: 0, written: 1, of: job.line)
    guard let id = event.token else { return try finish(choice, .endToken) }
    choice.written.append(id)
    choice.untold.append(SampledToken(id: id, logprobs: event.logprobs))
    let (text, stop) = choice.stops.take(try choice.stream.append(id))
    tell(choice, text)
    if let stop { return try finish(choice, .stop(stop)) }
    if event.isLast { try finish(choice, .limit) }
  }

  private func tell(_ choice: TextJob.Choice, _ text: String) {
    var text = text
    if !text.isEmpty, !choice.hasText {
      choice.hasText = true
      if choice.job.request.leavesOutFirstSpace, text.unicodeScalars.first == " " {
        text = String(text.unicodeScalars.dropFirst())
      }
    }
    choice.job.tell(.piece(choice: choice.number, text: text, tokens: choice.untold))
    choice.untold = []
  }

  /// The prompt is read: its blocks are kept, and the other continuations begin behind them.
  private func spread(_ job: TextJob, from first: TextJob.Choice) throws {
    let others = job.choices.filter { $0.number > first.number }
    guard let sequence = first.sequence, let blocks = session.blocks(of: sequence) else {
      // It ended with its first token, and its blocks went with it: the next one reads the prompt again, and the others wait for that one.
      if let next = others.first { try start(next) }
      return
    }
    job.hasSpread = true
    keepBlocks(of: first)
    // All but the prompt's last token, whose state each of them needs.
    let known = job.request.prompt.count - 1
    let (whole, tail) = known.quotientAndRemainder(dividingBy: KeyValueBlocks.tokens)
    let all = blocks.full + (blocks.last.map { [$0] } ?? [])
    var beginning = PrefixCache.Beginning(blocks: Array(all.prefix(whole)))
    if tail > 0, all.indices.contains(whole) { beginning.next = (all[whole], tail) }
    for choice in others { try start(choice, sharing: beginning) }
  }

  /// A continuation is over: its last characters may have waited for tokens that did not come.
  private func finish(_ choice: TextJob.Choice, _ end: EngineEnd) throws {
    if let sequence = choice.sequence {
      session.remove(sequence)
      running.removeValue(forKey: sequence)
    }
    choice.sequence = nil
    choice.isOver = true
    var end = end
    if case .stop = end {
    } else {
      var (text, stop) = choice.stops.take(try choice.stream.finish())
      if let stop { end = .stop(stop) } else { text += choice.stops.finish() }
      if !text.isEmpty { tell(choice, text) }
    }
    choice.job.tell(.finished(choice: choice.number, end: end))
    if choice.job.isOver { complete(choice.job) }
  }

  /// All continuations are over.
  func complete(_ job: TextJob) {
    release(job)
    job.end(.completed(job.usage))
  }
}
