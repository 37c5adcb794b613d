import Torch

/// Tells a person of a value of `ACCRETE_PLAN` that means nothing: the libraries ignore it, and print nothing.
enum PlanVariable {
  /// Says so once, on standard error.
  ///
  /// - Parameter arguments: Of the program.
  /// - Parameter problem: What is wrong with the variable; `nil`: nothing is.
  static func tell(_ arguments: [String], of problem: String? = Kernels.planProblem) {
    guard let problem, isTold(arguments) else { return }
    // The command sets the form of its lines later.
    guard isForPrograms(arguments) else { return Console.error("warning: \(problem)") }
    Console.log(LogEvent(text: "warning: \(problem)"))
  }

  /// Not to a shell that asks for completions, nor where nobody wants warnings.
  static func isTold(_ arguments: [String]) -> Bool {
    arguments.first?.hasPrefix("---") != true && !arguments.contains("--quiet")
  }

  /// Whether every line of standard error is to be an object.
  static func isForPrograms(_ arguments: [String]) -> Bool {
    arguments.contains("--log-format=json")
      || zip(arguments, arguments.dropFirst()).contains { $0 == "--log-format" && $1 == "json" }
  }
}
