public import Files

/// What keeps a task model from being made or used.
public enum TaskModelError: AccreteError, Equatable {
  case tooFewExamples(what: String, got: Int, needed: Int)
  /// A label without a row to learn from.
  case labelWithoutExamples(label: String, task: String, rows: Int)
  case unsupported(what: String, fix: String)
  /// The base's chat template is not the one that the task was learned with.
  case otherTemplate(task: String, base: String)
  /// A part of a stored version is not what its manifest says.
  case partDiffers(version: String, part: String, reason: String)
  case interrupted(task: String, signal: Int32, moment: String)
  case invalidOption(name: String, got: String, allowed: String)
  /// Training ends in values that are not numbers.
  case everyRateDiverges(task: String, rates: [Double])

  public var category: ErrorCategory {
    switch self {
    case .unsupported, .invalidOption: .usage
    case .tooFewExamples, .labelWithoutExamples, .otherTemplate, .everyRateDiverges: .data
    case .partDiffers: .damaged
    case .interrupted(_, let signal, _): .interrupted(signal: signal)
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .tooFewExamples(let what, let got, let needed):
      "\(what) needs at least \(needed) examples, got \(got): add rows"
    case .labelWithoutExamples(let label, let task, let rows):
      "task \(task): label \(label.debugDescription) has \(rows) row\(rows == 1 ? "" : "s"), and none to learn from: give every label"
        + " at least ten rows, or set \"split\" in the file"
    case .unsupported(let what, let fix): "\(what) is not supported. \(fix)"
    case .otherTemplate(let task, let base):
      "\(task): it was learned with another chat template than \(base) has now (chat_template.jinja, or tokenizer_config.json and the"
        + " special tokens in it). Put the template back."
    case .partDiffers(let version, let part, let reason):
      "\(version): its \(part) \(reason). `accrete registry verify` says what else differs; restore a backup."
    case .interrupted(let task, let signal, let moment):
      "stopped by signal \(signal) \(moment). The same `accrete learn` command continues task \(task)."
    case .invalidOption(let name, let got, let allowed): "--\(name) is \(got); allowed: \(allowed)"
    case .everyRateDiverges(let task, let rates):
      "task \(task): training diverges with every learning rate that was tried (\(rates.map { "\($0)" }.listed)). Lower --alpha, or give"
        + " a lower --learning-rate; --compute float32 helps where sums overflow in bfloat16. `accrete loss` tells whether the base itself is damaged."
    }
  }
}
