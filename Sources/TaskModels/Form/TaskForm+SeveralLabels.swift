import Streams

extension TaskForm.Kind {
  /// The same as a task of rows calls it.
  var ofTask: LearningTask.Kind {
    switch self {
    case .label: .classification
    case .answer: .generation
    case .severalLabels: .severalLabels
    }
  }

  init(_ kind: LearningTask.Kind) {
    switch kind {
    case .classification: self = .label
    case .generation: self = .answer
    case .severalLabels: self = .severalLabels
    }
  }
}

extension TaskForm {
  /// What stands for the right answer of a row that is asked for it.
  package var anyAnswer: String { kind == .severalLabels ? LabelSet([]).text : labels.first ?? "" }
}
