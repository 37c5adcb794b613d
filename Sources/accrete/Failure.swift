import ArgumentParser
import Files
import Foundation
import Torch

/// Turns errors into one clear line and the exit code of their category.
enum Failure {
  static let usage = ErrorCategory.usage.exitCode
  static let badData = ErrorCategory.data.exitCode
  /// As of a process that SIGPIPE ended.
  static let nobodyReads: Int32 = 128 + SIGPIPE

  /// Runs a command's work; errors end in a line on standard error and an exit code.
  ///
  /// - Parameter memory: What to do where there is too little of it, with options that the command has.
  static func reported(memory: @autoclosure () -> String = "Close other programs.", _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ExitCode {
      throw error
    } catch let error as ValidationError {
      throw error
    } catch let error as LostOutput where error.isReadersDecision {
      throw ExitCode(nobodyReads)
    } catch {
      let arguments = Array(CommandLine.arguments.dropFirst())
      if let refusal = RemoteAddress.refusal("\(error)", arguments) {
        Console.error("accrete: \(refusal)")
        throw ExitCode(ErrorCategory(of: error).exitCode)
      }
      let advice = advice(for: error, memory: memory(), arguments)
      Console.error(
        "accrete: \(OptionValues.located(OptionSynonyms.explained(error, of: arguments), of: arguments))\(advice)")
      throw ExitCode(ErrorCategory(of: error).exitCode)
    }
  }

  /// What helps where memory is short, in the order in which to try it; "" for other errors.
  ///
  /// - Parameters:
  ///   - memory: What the command offers; asked for where it is needed.
  ///   - arguments: Of the command line: not every command can be told another device.
  static func advice(for error: any Error, memory: @autoclosure () -> String, _ arguments: [String]) -> String {
    guard case TorchError.outOfMemory(_, _, let shortage) = error else { return "" }
    let takesDevice = CommandOptions.command(of: arguments)?.options.contains("--device") == true
    return ". \(memory())" + (shortage.device != nil && takesDevice ? " Or use another --device." : "")
  }
}
