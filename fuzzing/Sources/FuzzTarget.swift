import Files
import Foundation

/// One reader that is given anything at all.
///
/// What every reader promises: it returns a value, or throws an error of ours whose message is one line; and it takes no more memory
/// than ``LiveMemory/allowed(_:)``. How much time it may take is libFuzzer's to watch (`-timeout`).
struct FuzzTarget: Sendable {
  let name: String
  /// Reads the input, and checks what the reader promises of what it accepts.
  let body: @Sendable (Data) throws -> Void

  init(_ name: String, _ body: @escaping @Sendable (Data) throws -> Void) {
    self.name = name
    self.body = body
  }

  /// All targets, in the order in which `make fuzz` runs them.
  static let all: [FuzzTarget] =
    tensorTargets + streamTargets + modelTargets + templateTargets + adapterTargets + runTargets + sealTargets
    + pretrainingTargets + textTargets + registryTargets + serverTargets + reviewTargets

  static let variable = "ACCRETE_FUZZ_TARGET"

  /// The target of this process: of the first argument, or of the environment.
  static let chosen: FuzzTarget? = {
    let names = [CommandLine.arguments.dropFirst().first, ProcessInfo.processInfo.environment[variable]]
    return names.compactMap { name in all.first { $0.name == name } }.first
  }()

  func check(_ input: Data) {
    guard let peak = LiveMemory.peak(of: { read(input) }), peak > LiveMemory.allowed(input.count) else { return }
    Finding("\(peak >> 20) MiB of memory for \(input.count) bytes").stop()
  }

  private func read(_ input: Data) {
    do {
      try body(input)
    } catch let finding as Finding {
      finding.stop()
    } catch {
      let message = "\(error)"
      if !Self.isOfInput(error) {
        Finding("an error of another kind: \(type(of: error)), \(ErrorCategory(of: error)): \(message)").stop()
      }
      if message.isEmpty || message != message.onOneLine { Finding("a message not on one line: \(message)").stop() }
      // A message quotes a file; it does not repeat it.
      if message.utf8.count > 4096 + 2 * input.count { Finding("a message of \(message.utf8.count) bytes").stop() }
    }
  }

  /// An error of ours, and none that says of itself that it must not happen, or that has another cause than the input.
  private static func isOfInput(_ error: any Error) -> Bool {
    switch ErrorCategory(of: error) {
    case .usage, .notFound, .conflict, .data, .tooLarge, .damaged, .incompatible, .inputOutput: true
    case .resources, .stale, .busy, .interrupted, .process, .internal: false
    }
  }
}
