import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

extension StoredRunTests {
  /// Do times and costs of a run say what they claim?
  @Suite struct TimingsTests {
    private struct Line: Decodable {
      let task: String
      let step: Int
      let seconds: Double
      let tokensPerSecond: Double
      let residentBytes: Int
    }

    private func lines(_ folder: RunFolder) throws -> [Line] {
      var lines: [Line] = []
      try EventLines.read(Line.self, from: folder.timings) { lines.append($0) }
      return lines
    }

    private func check(_ folder: RunFolder, stopped: Bool) throws {
      let lines = try lines(folder)
      #expect(lines.map(\.task) == Tiny.tasks.flatMap { [$0, $0, $0] } && lines.map(\.step) == [1, 2, 3, 1, 2, 3])
      let costs = try JSONFile.read(RunMetrics.self, from: folder.metrics).costs
      #expect(costs.map(\.task) == Tiny.tasks)
      for cost in costs {
        let own = [0] + lines.filter { $0.task == cost.task }.map(\.seconds)
        #expect(zip(own, own.dropFirst()).allSatisfy { $0 < $1 }, "\(own)")
        #expect(cost.trainingSeconds >= own[3] && cost.steps == 3 && cost.evaluationSeconds > 0)
        let speed = Double(cost.trainingTokens) / cost.trainingSeconds
        #expect(abs(cost.tokensPerSecond / speed - 1) < 1e-9)
        guard !stopped, let last = lines.last(where: { $0.task == cost.task }) else { continue }
        #expect(abs(last.tokensPerSecond * last.seconds / Double(cost.trainingTokens) - 1) < 0.05)
      }
      #expect(lines.allSatisfy { $0.residentBytes > 1 << 20 })
      for file in [folder.timings, folder.metrics] {
        #expect(try !String(contentsOf: file, encoding: .utf8).contains("deviceMemory"))
      }
    }

    /// A GPU's memory stands beside the process's; on a CPU no key is new.
    @Test func memoryOfADevice() throws {
      func keys(_ use: TorchRuntime.DeviceUse?) throws -> [String: JSONTree] {
        let event = TimingEvent(task: "a", step: 1, seconds: 2, tokensPerSecond: 3, use: use)
        let line = try JSONFile.encode(event, pretty: false)
        let members = try JSONFile.decode([String: JSONTree].self, from: line, path: "timings.jsonl")
        return members
      }
      let plain: Set = ["task", "step", "seconds", "tokensPerSecond", "residentBytes"]
      #expect(try Set(keys(nil).keys) == plain)
      let onDevice = try keys(TorchRuntime.DeviceUse(device: "cuda:1", peak: 5 << 30, reserved: 6 << 30))
      #expect(onDevice["device"]?.string == "cuda:1" && onDevice["deviceMemoryPeak"] == .integer(5 << 30))
      #expect(onDevice["deviceMemoryReserved"] == .integer(6 << 30) && onDevice.count == plain.count + 3)
      #expect(try TorchRuntime.use(of: .cpu) == nil)
    }

    @Test func ofARunInOnePiece() throws {
      try check(RunFolder(FinishedRuns.shared.folder(RunKind(method: "sequential"))), stopped: false)
    }

    /// A resumed task's seconds are those of all its parts.
    @Test func ofAResumedRun() throws {
      let scratch = try Scratch()
      let url = scratch.url("run")
      let configuration = Tiny.configuration(try Tiny.write(to: scratch), method: "sequential")
      do {
        let run = try SequenceRun.start(configuration, in: url)
        // A run keeps what it asks: a closure that held the run would hold its lock, too.
        let file = RunFolder(url).events
        #expect(throws: RunError.self) {
          try run.run {
            let events = (try? Data(contentsOf: file)) ?? Data()
            return events.count { $0 == UInt8(ascii: "\n") } == 2 ? .stop(signal: 15) : nil
          }
        }
      }
      try SequenceRun.resume(url).run()
      try check(RunFolder(url), stopped: true)
    }
  }
}
