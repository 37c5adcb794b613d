import Foundation
import TestSupport
import Testing

/// The suites that start the program, one test after the other: each child keeps a core busy.
@Suite(.serialized) enum CommandLineTests {}

/// The same of what goes wrong: files, disks and signals. A second line beside the first, so that tests end sooner.
@Suite(.serialized) enum CommandFaultTests {}

/// What a child process left: its exit code and what it wrote.
struct Outcome: CustomTestStringConvertible {
  /// -N after signal N.
  let code: Int32
  let output: Data
  let error: String

  var text: String { String(decoding: output, as: UTF8.self) }
  var errorLines: [String] { error.split(separator: "\n").map(String.init) }
  /// The lines in which the program says what was wrong.
  var complaints: [String] { errorLines.filter { $0.hasPrefix("accrete: ") } }

  var testDescription: String { "exit \(code): \(error.suffix(600))" }

  func json() throws -> Any { try JSONSerialization.jsonObject(with: output, options: [.fragmentsAllowed]) }
}

/// The built program.
enum Accrete {
  /// The binary beside the tests.
  static let binary: URL = {
    let beside = [Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent()]
    let candidates = (beside + [package.appendingPathComponent(".build/debug")]).map {
      $0.appendingPathComponent("accrete")
    }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[0]
  }()

  /// The base model that is inside the package.
  static let base = package.appendingPathComponent("Sources/accrete/Resources/base/seedling").standardizedFileURL

  /// The folder of the package.
  static let package: URL = {
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    return package
  }()

  /// Starts the program.
  static func start(
    _ arguments: [String], input: URL? = nil, output: URL, error: URL, in folder: URL, program: URL = binary,
    outputHandle: FileHandle? = nil, errorHandle: FileHandle? = nil
  ) throws -> Process {
    for file in [output, error] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
    process.standardOutput = try outputHandle ?? FileHandle(forWritingTo: output)
    process.standardError = try errorHandle ?? FileHandle(forWritingTo: error)
    try process.run()
    return process
  }

  /// Runs the program to its end. What it writes goes through files, which never fill up as pipes do, or to where a test wants it.
  static func run(
    _ arguments: [String], input: Data? = nil, in folder: URL? = nil, program: URL = binary,
    output own: FileHandle? = nil, error ownError: FileHandle? = nil
  ) throws -> Outcome {
    let scratch = try Scratch()
    let source = try input.map { try scratch.write($0, to: "input") }
    let (output, error) = (scratch.url("output"), scratch.url("error"))
    let process = try start(
      arguments, input: source, output: output, error: error, in: folder ?? scratch.url, program: program,
      outputHandle: own, errorHandle: ownError)
    process.waitUntilExit()
    return try outcome(process, output: output, error: error)
  }

  /// Runs the program by a line of the shell, in which it is `"$0" "$@"`.
  static func run(
    _ arguments: [String], by line: String, input: Data? = nil, in folder: URL? = nil, program: URL = binary
  ) throws -> Outcome {
    try run(
      ["-c", line, program.path] + arguments, input: input, in: folder, program: URL(fileURLWithPath: "/bin/sh"))
  }

  static func outcome(_ process: Process, output: URL, error: URL) throws -> Outcome {
    let status = process.terminationStatus
    return Outcome(
      code: process.terminationReason == .uncaughtSignal ? -status : status, output: try Data(contentsOf: output),
      error: String(decoding: try Data(contentsOf: error), as: UTF8.self))
  }
}
