import Files

extension WorkloadOptions {
  /// What was asked for, with defaults filled in, for the file.
  func record() throws -> [String: JSONTree] {
    let checked = try checked()
    var values: [String: JSONTree] = [
      "setup": .text(setup.rawValue), "requests": .integer(checked.count), "input": .text(input.text),
      "output": .text(output.text), "tokensPerWord": .number(tokensPerWord), "sharedPrefix": .number(sharedPrefix),
      "seed": .text(String(seed)), "ignoreEos": .boolean(ignoreEos), "warmUp": .integer(warmUp),
      "temperature": .integer(0),
    ]
    switch checked.kind {
    case .sLoRA(let exponent, let variation, let rate, let duration):
      values["alpha"] = .number(exponent)
      values["cv"] = .number(variation)
      values["requestRate"] = .number(rate)
      values["duration"] = .number(duration)
    case .punica(let popularity): values["popularity"] = .text(popularity.rawValue)
    case .vLLM(let rate): values["requestRate"] = .text(RequestRate(rate).text)
    }
    values["maxConcurrency"] = checked.limit.map { JSONTree.integer($0) }
    values["prompts"] = prompts.map { JSONTree.text($0) }
    if !goodput.isEmpty { values["goodput"] = .list(goodput.map { JSONTree.text($0) }) }
    return values
  }
}
