public import Files

/// What stops learning. Nothing here is a warning: a run that would learn nothing, or nonsense, ends and says why.
public enum LearningError: AccreteError, Equatable {
  // MARK: Set-up

  case invalidOption(name: String, got: String, allowed: String)
  case unknownMethod(got: String, known: [String])
  case unsupported(what: String, fix: String)
  case stateDiffers(what: String, missing: [String], unused: [String])
  /// A mask that is read, or the scores that one is made from, break a rule.
  case malformedMask(what: String, rule: String)

  /// What has to be seen of a task before it is learned, or after, when it has no rows.
  static func withoutRows(_ task: TaskIdentity) -> LearningError {
    .unsupported(what: "looking at task \(task.name) without rows", fix: "Give each task training rows.")
  }

  // MARK: While training

  /// A loss became NaN or infinite.
  case lossNotFinite(term: String, task: String, step: Int, examples: [Int])
  /// What the model says of a row is not a number.
  case scoresNotFinite(row: Int)
  /// A loss term is outside of what its formula allows.
  case lossOutOfBounds(term: String, value: Double, bound: String, task: String, step: Int)
  /// A term of the loss was exactly zero in every step of a task.
  case lossAlwaysZero(term: String, task: String)
  /// A term of the loss cannot move anything.
  case lossMovesNothing(term: String, task: String)
  /// The first step moved nothing.
  case nothingMoved(task: String)
  /// A batch without a single target token.
  case noTargets(task: String, step: Int)

  public var category: ErrorCategory {
    switch self {
    case .invalidOption, .unknownMethod: .usage
    case .unsupported, .lossNotFinite, .scoresNotFinite, .lossOutOfBounds, .lossAlwaysZero, .lossMovesNothing,
      .nothingMoved, .noTargets:
      .data
    case .stateDiffers, .malformedMask: .damaged
    }
  }

  public var description: String { text.onOneLine }

  /// What others call a method that has another name here.
  private static let othersNames = [
    "lora": "sequential", "plain": "sequential", "finetune": "sequential", "fine-tune": "sequential",
    "fine-tuning": "sequential", "seq-lora": "sequential", "naive": "sequential", "er": "replay", "rehearsal": "replay",
    "agem": "a-gem", "olora": "o-lora", "moecl": "moe-cl", "multitask": "joint", "multi-task": "joint",
  ]

  /// The method that was meant by a name that none has, as part of a sentence.
  private static func meant(by name: String, of known: [String]) -> String {
    let small = name.lowercased()
    let other = othersNames[small].flatMap { known.contains($0) ? $0 : nil }
    // Plain LoRA, task after task, is a baseline here: who asks for it does not know its name.
    if other == "sequential" {
      return
        ", which is `sequential` here: one LoRA, trained further with each task; `per-task` gives each task a LoRA of its own"
    }
    return (other ?? known.closest(to: name)).map { ", perhaps `\($0)`" } ?? ""
  }

  private var text: String {
    switch self {
    case .invalidOption(let name, let got, let allowed):
      "\(name) is \(got); allowed: \(allowed)"
    case .unknownMethod(let got, let known):
      "unknown method `\(got)`\(Self.meant(by: got, of: known)); allowed: \(known.joined(separator: ", ")). `accrete methods` says what each does."
    case .unsupported(let what, let fix):
      "\(what) is not supported. \(fix)"
    case .stateDiffers(let what, let missing, let unused):
      "\(what): the stored state does not fit. Missing: \(missing.listed);"
        + " unused: \(unused.listed). Was it written by another method or version?"
    case .malformedMask(let what, let rule):
      "\(what): \(rule). Restore the checkpoint, or go on from the one before."
    case .lossNotFinite(let term, let task, let step, let examples):
      "task \(task), step \(step): the loss term `\(term)` is not finite, and training stops. Rows of the batch: \(examples). Usual causes: a"
        + " learning rate that is too high (lower --learning-rate or --alpha), sums that overflow in bfloat16 (--compute float32), and, as"
        + " early as in step 1, a base that is damaged (`accrete loss` measures it alone)."
    case .scoresNotFinite(let row):
      "row \(row): the scores of its labels are not numbers, as sums overflow. After training it has diverged: lower --learning-rate or"
        + " --alpha. Before any training it is the base: try --compute float32, and look at it with `accrete loss`, as it may be damaged."
    case .lossOutOfBounds(let term, let value, let bound, let task, let step):
      "task \(task), step \(step): the loss term `\(term)` is \(value), outside of \(bound)"
    case .lossAlwaysZero(let term, let task):
      "task \(task): the loss term `\(term)` was exactly zero in every step: it does nothing. Turn it off or fix it."
    case .lossMovesNothing(let term, let task):
      "task \(task): the loss term `\(term)` has no gradient: it would move nothing. Compute it from trained tensors, or turn it off."
    case .nothingMoved(let task):
      "task \(task): the first step changed no trained tensor. Is the learning rate zero, or no gradient reaching them?"
    case .noTargets(let task, let step):
      "task \(task), step \(step): no token of the batch is a target: the answers are empty"
    }
  }
}
