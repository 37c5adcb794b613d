import Files

/// Names and what they stand for, in a template, a loop's body or a macro.
final class Scope {
  private let outer: Scope?
  private var values: [ExactText: Value] = [:]

  init(inside outer: Scope? = nil) { self.outer = outer }

  /// What is set here is not seen outside.
  subscript(name: String) -> Value? {
    get {
      let name = ExactText(name)
      var scope: Scope? = self
      while let found = scope {
        if let value = found.values[name] { return value }
        scope = found.outer
      }
      return nil
    }
    set { values[ExactText(name)] = newValue }
  }
}

/// A loop that runs.
final class LoopState {
  let items: [Value]
  var index = 0
  /// What `loop.changed` was last asked about.
  var changed: [Value]?

  init(_ items: [Value]) { self.items = items }
}
