import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// What does a server do when the registry's disk becomes full?
  @Suite(.serialized, .enabled(if: SmallDisk.canBeMade, "needs the right to mount a tmpfs"))
  struct ServerDiskTests {
    /// It is not ready, and says why; what was released is answered, and so is everything when there is room again.
    @Test func aDiskThatIsFull() throws {
      let scratch = try ServedRegistry.shared.copy()
      let disk = try #require(try SmallDisk(kilobytes: 64 << 10, files: 10_000))
      let registry = disk.url.appendingPathComponent("registry")
      try FileManager.default.copyItem(at: scratch.registry, to: registry)
      let traces = disk.url.appendingPathComponent("traces").path
      let server = try RunningServer(registry, "--trace-file", traces)
      #expect(try server.ask("/readyz").status == 200)
      func label() throws -> String {
        let answer = try server.ask(
          "/accrete/v1/classify", #"{"model":"weather","input":["\#(ServedRegistry.text)"]}"#)
        #expect(answer.status == 200, "\(answer.testDescription)")
        return answer.body
      }
      let before = try label()

      // To the last byte: the system refuses what does not fit, and takes what does.
      let filling = disk.url.appendingPathComponent("filling")
      _ = FileManager.default.createFile(atPath: filling.path, contents: nil)
      let handle = try FileHandle(forWritingTo: filling)
      for size in [1 << 20, 1 << 12] {
        let block = Data(repeating: 7, count: size)
        while (try? handle.write(contentsOf: block)) != nil {}
      }
      try handle.close()
      let full = try server.ask("/readyz")
      #expect(full.status == 503 && full.body.contains("less than 5 % free"), "\(full.testDescription)")
      #expect(try server.ask("/healthz").status == 200)
      // Its traces cannot be written, which is its own trouble.
      for _ in 0..<3 { #expect(try label() == before) }
      let story = try server.chat("story@1", more: #","max_tokens":4"#)
      #expect(story.status == 200, "\(story.testDescription)")

      try FileManager.default.removeItem(at: filling)
      #expect(try server.asked({ try server.ask("/readyz") }, until: { $0.status == 200 }).answer.status == 200)
      #expect(try label() == before)
    }
  }
}
