import ArgumentParser
import Files
import Foundation

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Answer requests over HTTP, as OpenAI's API does, with the tasks of a registry.",
    discussion: """
      Runs accrete-server, a program of its own that lies beside this one, with the options that follow; `accrete serve --help` lists them. \
      A request's model is a task (spam, spam@7, spam:production), base, or auto, which finds the task.

      accrete serve --registry registry
      accrete serve --listen 0.0.0.0:8443 --keys --tls-cert chain.pem --tls-key key.pem
      """)

  @Argument(
    parsing: .captureForPassthrough, help: ArgumentHelp("Options of accrete-server.", valueName: "options"))
  var options: [String] = []

  private static var program: URL { Bundle.main.executableURL ?? URL(fileURLWithPath: "/proc/self/exe") }

  func run() throws {
    try Failure.reported { throw ServerProgram.become(try ServerProgram.beside(Self.program), options) }
  }

  /// Becomes the server before the parser looks at its options: it would take `--help` and `--version` for this program's.
  ///
  /// - Parameter arguments: Of the whole command line. Where it asks for something else, or there is no server, nothing happens.
  static func handOver(_ arguments: [String]) throws {
    guard arguments.first == configuration.commandName, let server = try? ServerProgram.beside(program) else { return }
    try Failure.reported { throw ServerProgram.become(server, Array(arguments.dropFirst())) }
  }
}

/// The program that `accrete serve` becomes: the others link no server, and start as fast as without one.
enum ServerProgram {
  static let name = "accrete-server"

  /// - Parameter program: This one, or a link to it.
  /// - Throws: ``ServerProgramError/missing(path:)``.
  static func beside(_ program: URL) throws -> URL {
    let url = program.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(name)
    guard FileManager.default.isExecutableFile(atPath: url.path) else {
      throw ServerProgramError.missing(path: url.path)
    }
    return url
  }

  /// Runs a program in this one's place: its signals, standard error and exit code are this one's. It returns only where that failed.
  static func become(_ program: URL, _ arguments: [String]) -> ServerProgramError {
    var words = ([program.path] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    execv(program.path, words)
    return .notStarted(path: program.path, reason: String(cString: strerror(errno)))
  }
}

/// Why the server does not run.
enum ServerProgramError: AccreteError, Equatable {
  /// It was not built, or not installed.
  case missing(path: String)
  /// The system does not run it.
  case notStarted(path: String, reason: String)

  var category: ErrorCategory { .incompatible }

  var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .missing(let path):
      "\(path.printable): the server is not there. Build it beside this program: make build; or install both: make install"
        + " PREFIX=FOLDER."
    case .notStarted(let path, let reason): "\(path.printable): cannot be run: \(reason). Build it again: make build."
    }
  }
}
