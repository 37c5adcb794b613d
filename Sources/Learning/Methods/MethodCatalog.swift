/// Which methods there are, and how each is made.
public enum MethodCatalog {
  /// Names on the command line.
  public static let names = [MoECL.name, Sequential.name, PerTask.name]

  /// - Throws: ``LearningError/unknownMethod(got:known:)``.
  public static func make(
    _ name: String, _ context: MethodContext, adversary: Adversary.Options
  ) throws -> any ContinualMethod {
    switch name {
    case MoECL.name: try MoECL(context, adversary: adversary)
    case Sequential.name: try Sequential(context)
    case PerTask.name: PerTask(context)
    default: throw LearningError.unknownMethod(got: name, known: names)
    }
  }
}
