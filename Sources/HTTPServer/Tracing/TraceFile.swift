import Dispatch
public import Foundation
public import Logging
import Synchronization

/// Writes spans to a file, one line of OpenTelemetry's JSON each. Nobody waits for it: what comes faster than a disk takes it is dropped and
/// counted, and so is everything while the file cannot be written.
public final class TraceFile: Sendable {
  private struct Queue: Sendable {
    var spans: [FinishedSpan] = []
    var isBeingWritten = false
    var dropped = 0
  }

  /// How many spans wait at most.
  public static let queueLimit = 8_192
  /// How many spans are written at once.
  private static let batch = 512
  /// How large a file becomes, in bytes.
  public static let sizeLimit = 64 << 20
  /// How many older files are kept.
  public static let keptFiles = 4

  private let queueLimit: Int
  private let logger: Logger
  private let queue = Mutex(Queue())
  private let writer = DispatchQueue(label: "accrete.traces", qos: .utility)
  private let output: Mutex<Output>

  private struct Output: ~Copyable {
    var file: RotatedFile
    var hasFailed = false
  }

  /// - Parameters:
  ///   - url: The file. It is made, or added to.
  ///   - sizeLimit: How large it becomes before it is renamed to `NAME.1`, in bytes.
  ///   - keptFiles: How many older files are kept.
  ///   - queueLimit: How many spans wait at most.
  ///   - logger: Learns when the file cannot be written, and when it can again.
  public init(
    _ url: URL, sizeLimit: Int = TraceFile.sizeLimit, keptFiles: Int = TraceFile.keptFiles,
    queueLimit: Int = TraceFile.queueLimit, logger: Logger
  ) {
    self.queueLimit = max(queueLimit, 1)
    self.logger = logger
    output = Mutex(Output(file: RotatedFile(url, limit: sizeLimit, kept: keptFiles)))
  }

  /// How many spans were not written.
  public var dropped: Int { queue.withLock { $0.dropped } }

  /// Hands a span over. This never waits for a disk.
  func write(_ span: FinishedSpan) {
    let isFirst = queue.withLock { queue in
      guard queue.spans.count < queueLimit else {
        queue.dropped += 1
        return false
      }
      queue.spans.append(span)
      defer { queue.isBeingWritten = true }
      return !queue.isBeingWritten
    }
    if isFirst { writer.async { self.writeAll() } }
  }

  /// Waits until everything that was handed over so far is written or dropped.
  public func flush() async {
    await withCheckedContinuation { continuation in
      writer.async { continuation.resume() }
    }
  }

  private func writeAll() {
    while true {
      let batch = queue.withLock { queue in
        let batch = Array(queue.spans.prefix(Self.batch))
        queue.spans.removeFirst(batch.count)
        queue.isBeingWritten = !batch.isEmpty
        return batch
      }
      if batch.isEmpty { return }
      let problem = output.withLock { output in Self.write(batch, to: &output) }
      switch problem {
      case .new(let text):
        queue.withLock { $0.dropped += batch.count }
        logger.error("Spans are dropped (\(text)). Requests are answered as before.")
      case .known: queue.withLock { $0.dropped += batch.count }
      case .over: logger.notice("Spans are written again.")
      case nil: break
      }
    }
  }

  private enum Problem: Sendable {
    case new(String)
    case known
    case over
  }

  private static func write(_ spans: [FinishedSpan], to output: inout Output) -> Problem? {
    do {
      try output.file.add(spans.flatMap(\.line))
      defer { output.hasFailed = false }
      return output.hasFailed ? .over : nil
    } catch {
      defer { output.hasFailed = true }
      return output.hasFailed ? .known : .new("\(error)")
    }
  }
}
