import Foundation

/// Watches the processes of a server while something runs.
enum ProcessWatch {
  /// How often their memory is looked at.
  private static let interval = Duration.milliseconds(200)

  /// Runs `body`, and says what the processes did meanwhile.
  ///
  /// - Throws: ``BenchError/usage(_:)`` for a process that there is not; what `body` throws.
  static func watching<Result: Sendable>(
    _ pids: [Int32], _ body: @Sendable () async throws -> Result
  ) async throws -> (result: Result, figures: [ServerProcess.Figures]) {
    let processes = pids.map(ServerProcess.init)
    let names = try processes.map { process in
      guard let name = process.name else {
        throw BenchError.usage(
          "--server-pid \(process.pid): there is no such process on this machine. Name a process of the server.")
      }
      return name
    }
    let before = processes.map(\.processorSeconds)
    let sampler = Task { await samples(processes) }
    let result: Result
    do {
      result = try await body()
    } catch {
      sampler.cancel()
      throw error
    }
    let behind = processes.map(\.processorSeconds)
    sampler.cancel()
    let peaks = await sampler.value
    let figures = processes.enumerated().map { place, process in
      var used: Double?
      if let start = before[place], let end = behind[place] { used = end - start }
      return ServerProcess.Figures(
        pid: process.pid, name: names[place], processorSeconds: used, peakResidentBytes: peaks[place],
        highWaterBytes: process.highWaterBytes)
    }
    return (result, figures)
  }

  /// The largest resident memory of each until the task is cancelled.
  private static func samples(_ processes: [ServerProcess]) async -> [Int?] {
    var peaks = processes.map(\.residentBytes)
    guard !processes.isEmpty else { return [] }
    while !Task.isCancelled {
      try? await Task.sleep(for: interval)
      for (place, process) in processes.enumerated() {
        if let bytes = process.residentBytes { peaks[place] = max(peaks[place] ?? 0, bytes) }
      }
    }
    return peaks
  }
}
