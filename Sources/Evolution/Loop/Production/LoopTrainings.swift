import Files
import Foundation
import Registry
import Synchronization

/// The child processes in which tasks are learned, of this process.
///
/// One that was left behind by a process that died goes on by itself, and holds the registry's learning lock: who comes after it waits,
/// and finds the version that it made.
final class LoopTrainings: Sendable {
  private let registry: URL
  private let settings: LoopProduction.Settings
  private let children = Mutex([String: Child]())

  /// A child, and the set that it learns from.
  private struct Child: @unchecked Sendable {
    // Only its state is asked, and it is sent signals.
    let process: Process
    let set: Digest
    let log: URL
  }

  init(registry: URL, settings: LoopProduction.Settings) {
    self.registry = registry
    self.settings = settings
  }

  /// The child's niceness: whoever answers requests goes first.
  private static let niceness: Int32 = 10
  /// With which code `learn` ends where another process learns: nothing failed.
  private static let busy = ErrorCategory.busy.exitCode

  /// How far the child of a task is; `nil`: there is none.
  ///
  /// - Parameter task: The task.
  /// - Parameter set: What it learns from.
  func status(_ task: String, _ set: Digest) -> TrainingStatus? {
    children.withLock { children in
      guard let child = children[task] else { return nil }
      guard !child.process.isRunning else {
        // Of an earlier set, of a job that was held: it is of no use.
        if child.set != set { kill(child.process.processIdentifier, SIGTERM) }
        return .running
      }
      children[task] = nil
      let code = child.process.terminationStatus
      let isSignal = child.process.terminationReason == .uncaughtSignal
      guard child.set == set else { return nil }
      guard isSignal || code != 0 else { return .failed("ended without a version: \(Self.lastWords(child.log))") }
      // It was told to stop, and has written a checkpoint; or another process learns, and this one is asked again.
      guard isSignal || (code != Self.busy && code != 128 + SIGTERM) else { return nil }
      return .failed("\(isSignal ? "ended by signal" : "ended with exit code") \(code): \(Self.lastWords(child.log))")
    }
  }

  /// Starts a child. It goes on from a checkpoint where there is one.
  ///
  /// - Parameter task: The task.
  /// - Parameter set: What it learns from.
  /// - Parameter file: Where that lies.
  /// - Throws: `FileError`.
  func start(_ task: String, _ set: Digest, at file: URL) throws {
    let log = file.deletingPathExtension().appendingPathExtension("log")
    guard FileManager.default.createFile(atPath: log.path, contents: nil),
      let handle = try? FileHandle(forWritingTo: log)
    else { throw FileError.notWritable(path: log.path, reason: "it cannot be made") }
    defer { try? handle.close() }
    let process = Process()
    process.executableURL = settings.program
    process.arguments = arguments(task, file)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    do {
      try process.run()
    } catch {
      throw FileError.notReadable(
        path: settings.program.path, reason: "it cannot be started: \(error.localizedDescription)")
    }
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process.processIdentifier), Self.niceness)
    children.withLock { $0[task] = Child(process: process, set: set, log: log) }
  }

  private func arguments(_ task: String, _ file: URL) -> [String] {
    // The release is the loop's to change, and texts are content review's to keep.
    ["learn", file.path, "--name", task, "--registry", registry.path, "--no-release", "--keep-rows", "no"]
      + ["--margin", "\(settings.margin * 100)"] + (settings.minutes.map { ["--budget", "\($0)"] } ?? [])
      + settings.learnOptions
  }

  /// Lets the child of a task write a checkpoint and end.
  ///
  /// - Parameter task: The task.
  func suspend(_ task: String) {
    children.withLock { children in
      guard let child = children[task], child.process.isRunning else { return }
      kill(child.process.processIdentifier, SIGTERM)
    }
  }

  /// The last line that a child wrote.
  private static func lastWords(_ log: URL) -> String {
    guard let data = try? JSONFile.contents(of: log) else { return "said nothing" }
    let words = data.split(separator: UInt8(ascii: "\n")).last.map { String(decoding: $0, as: UTF8.self).onOneLine }
    return words ?? "said nothing"
  }
}

extension LoopProduction {
  /// TRAIN: a version that was learned from the set by now, or a child process that learns it.
  public func train(_ job: LoopJob) throws -> TrainingStatus {
    let set = try job.inputs.require(\.set, "a training set", of: job)
    let file = files.url(set)
    let status = trainings.status(job.task, set)
    if status == .running { return .running }
    // By the name of the file, which is its digest: also what a child made whose parent is gone.
    let made = try registry.versions().filter { $0.name.hasSameCodePoints(as: job.task) }.last {
      $0.state == .registered && $0.from == file.lastPathComponent
    }
    if let made { return .trained(made.digest) }
    if let status { return status }
    _ = try files.read(set)
    try trainings.start(job.task, set, at: file)
    return .running
  }

  public func suspend(_ task: String) { trainings.suspend(task) }
}
