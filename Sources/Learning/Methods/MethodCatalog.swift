/// Which methods there are, and how each is made.
public enum MethodCatalog {
  private struct Entry: Sendable {
    let name: String
    let hyperparameters: [Hyperparameter]
    let make: @Sendable (MethodContext) throws -> any ContinualMethod

    init<Method: ContinualMethod>(_ method: Method.Type, _ make: @escaping @Sendable (MethodContext) throws -> Method) {
      name = method.name
      hyperparameters = method.hyperparameters
      self.make = make
    }
  }

  private static let entries = [
    Entry(MoECL.self) { try MoECL($0) },
    Entry(Sequential.self) { try Sequential($0) },
    Entry(PerTask.self) { PerTask($0) },
    Entry(Accrete.self) { try Accrete($0) },
  ]

  /// Names on the command line.
  public static let names = entries.map(\.name)

  /// - Throws: ``LearningError/unknownMethod(got:known:)``; as ``check(_:options:)``.
  public static func make(_ name: String, _ context: MethodContext) throws -> any ContinualMethod {
    try check(name, options: context.options)
    return try entry(name).make(context)
  }

  /// What a method can be given.
  /// - Throws: ``LearningError/unknownMethod(got:known:)``.
  public static func hyperparameters(of name: String) throws -> [Hyperparameter] { try entry(name).hyperparameters }

  /// - Throws: ``LearningError/invalidOption(name:got:allowed:)`` for an option that the method does not have, or a value out
  ///   of its range.
  public static func check(_ name: String, options: [String: Double]) throws {
    let known = try hyperparameters(of: name)
    for (option, value) in options.sorted(by: { $0.key < $1.key }) {
      guard let parameter = known.first(where: { $0.name == option }) else {
        throw LearningError.invalidOption(
          name: "option of \(name)", got: "`\(option)`",
          allowed: known.isEmpty ? "none: it has no options" : known.map(\.name).joined(separator: ", "))
      }
      try parameter.check(value, of: name)
    }
  }

  private static func entry(_ name: String) throws -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw LearningError.unknownMethod(got: name, known: names)
    }
    return entry
  }
}
