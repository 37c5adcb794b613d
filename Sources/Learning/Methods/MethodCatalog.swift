import Files
public import Records

/// Which methods there are, and how each is made.
public enum MethodCatalog {
  private struct Entry: Sendable {
    let name: String
    let summary: String?
    let hyperparameters: [Hyperparameter]
    let make: @Sendable (MethodContext) throws -> any ContinualMethod

    init<Method: ContinualMethod>(_ method: Method.Type, _ make: @escaping @Sendable (MethodContext) throws -> Method) {
      name = method.name
      summary = method.summary
      hyperparameters = method.hyperparameters
      self.make = make
    }
  }

  private static let entries = [
    Entry(MoECL.self) { try MoECL($0) },
    Entry(Sequential.self) { try Sequential($0) },
    Entry(Joint.self) { try Joint($0) },
    Entry(Replay.self) { try Replay($0) },
    Entry(EWC.self) { try EWC($0) },
    Entry(AGEM.self) { try AGEM($0) },
    Entry(LwF.self) { try LwF($0) },
    Entry(OLoRA.self) { OLoRA($0) },
    Entry(PerTask.self) { try PerTask($0) },
    Entry(AnySSR.self) { try AnySSR($0) },
    Entry(MoCL.self) { MoCL($0) },
    Entry(Accrete.self) { try Accrete($0) },
    Entry(Moses.self) { try Moses($0) },
  ]

  /// Names on the command line.
  public static let names = entries.map(\.name)

  /// - Throws: ``LearningError/unknownMethod(got:known:)``; as ``check(_:options:)``.
  public static func make(_ name: String, _ context: MethodContext) throws -> any ContinualMethod {
    try check(name, options: context.options)
    return try entry(name).make(context)
  }

  /// What there is to say about a method in one line; `nil`: its name says it.
  /// - Throws: ``LearningError/unknownMethod(got:known:)``.
  public static func summary(of name: String) throws -> String? { try entry(name).summary }

  /// What a method can be given.
  /// - Throws: ``LearningError/unknownMethod(got:known:)``.
  public static func hyperparameters(of name: String) throws -> [Hyperparameter] { try entry(name).hyperparameters }

  /// - Throws: ``LearningError/invalidOption(name:got:allowed:)`` for an option that the method does not have, or a value out
  ///   of its range.
  public static func check(_ name: String, options: [String: HyperparameterValue]) throws {
    let known = try hyperparameters(of: name)
    for (option, value) in options.sorted(by: { $0.key < $1.key }) {
      guard let parameter = known.first(where: { $0.name == option }) else {
        throw LearningError.invalidOption(
          name: "option of \(name)", got: "`\(option)`, which it does not have",
          allowed: known.isEmpty ? "none: it has no options" : known.map(\.name).listed(closestTo: option))
      }
      try parameter.check(value, of: name)
    }
  }

  /// The options that are meant for a method: those without a prefix, and those with its own, `METHOD.NAME`.
  /// - Throws: ``LearningError/unknownMethod(got:known:)`` for the prefix of a method that there is not; as ``check(_:options:)`` for
  ///   any option with a prefix.
  public static func options(
    _ given: [String: HyperparameterValue], for name: String
  ) throws -> [String: HyperparameterValue] {
    for (option, value) in given.sorted(by: { $0.key < $1.key }) {
      let parts = option.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2 { try check(parts[0], options: [parts[1]: value]) }
    }
    return given.meant(for: name)
  }

  private static func entry(_ name: String) throws -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw LearningError.unknownMethod(got: name, known: names)
    }
    return entry
  }
}
