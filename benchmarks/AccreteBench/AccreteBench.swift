import ArgumentParser
import Files
import Foundation

/// Loads servers that speak OpenAI's API, and measures them.
@main
struct AccreteBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accrete-bench",
    abstract: "Load a server that speaks OpenAI's API, and measure how fast it answers.",
    discussion: """
      Results go to standard output, progress to standard error. Exit codes: 0 done, 1 requests failed (--allow-errors \
      makes that 0), 64 wrong usage, 65 bad data, 69 the server is away, 70 a defect of ours, 74 input or output failed, \
      141 nobody reads the results any more.
      """,
    version: "accrete-bench \(Program.version)",
    subcommands: [ServeCommand.self, CompareCommand.self, FitCommand.self])

  static func main() async {
    StandardDescriptors.openMissing()
    StandardDescriptors.ignoreBrokenPipes()
    Foundation.exit(await status(of: Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs the command that was asked for; its exit code.
  private static func status(of arguments: [String]) async -> Int32 {
    var command: any ParsableCommand
    do {
      command = try parseAsRoot(arguments)
    } catch {
      return said(
        fullMessage(for: error), asResult: exitCode(for: error) == .success, code: exitCode(for: error).rawValue)
    }
    do {
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch let error as ExitCode {
      return error.rawValue
    } catch let error as StandardDescriptors.Failure where error.code == EPIPE {
      // The reader's decision, as of a process that SIGPIPE ended.
      return 128 + SIGPIPE
    } catch let error as any AccreteError {
      Console.error("accrete-bench: \(error)")
      return error.category.exitCode
    } catch {
      // Help that a command shows as its result comes as an error, too.
      let code = exitCode(for: error)
      guard code != .failure else {
        Console.error("accrete-bench: \(error)")
        return ErrorCategory.internal.exitCode
      }
      return said(fullMessage(for: error), asResult: code == .success, code: code.rawValue)
    }
  }

  /// Prints what the argument parser has to say; the exit code.
  private static func said(_ text: String, asResult: Bool, code: Int32) -> Int32 {
    guard asResult else {
      Console.error(text.hasPrefix("Error: ") ? "accrete-bench: \(text.dropFirst(7))" : text)
      return code
    }
    do {
      try Console.output(text)
      return 0
    } catch {
      return ErrorCategory(of: error).exitCode
    }
  }
}
