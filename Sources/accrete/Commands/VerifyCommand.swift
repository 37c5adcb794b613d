import ArgumentParser
import Files
import Foundation
import Runs
import Verification

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compute every digest of a run again, and every result from what it follows from. Changes nothing.")

  @Argument(help: ArgumentHelp("Folder of the run.", valueName: "run"))
  var folder: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      var lost: LostOutput?
      let verification = try RunVerification(URL(fileURLWithPath: absolute(folder))) { check in
        guard !json, lost == nil else { return }
        do throws(LostOutput) {
          try Console.output("\(check.ok ? "ok     " : "PROBLEM") \(check.what): \(check.found)")
        } catch {
          lost = error
        }
      }
      if let lost { throw lost }
      if json { try Console.output(String(decoding: try JSONFile.encode(verification), as: UTF8.self)) }
      if !verification.failures.isEmpty { throw ExitCode(Failure.badData) }
    }
  }
}
