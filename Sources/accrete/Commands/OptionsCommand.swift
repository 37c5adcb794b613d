import ArgumentParser
import Files
import Foundation

/// `accrete options`: the page of documentation that lists all options.
struct OptionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "options", abstract: "Print docs/options.md: the options of train, compare and pretrain.",
    shouldDisplay: false)

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      try Console.output(
        json ? String(decoding: try JSONFile.encode(OptionsPage.rows), as: UTF8.self) : OptionsPage.text)
    }
  }
}
