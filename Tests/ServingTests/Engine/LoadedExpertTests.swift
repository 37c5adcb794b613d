import Decoder
import Files
import Generation
import Registry
import ServingFixtures
import Testing

@testable import Serving

/// Does a loaded version take of memory what its file is, and does the table count what it takes?
@Suite(.serialized) struct LoadedExpertTests {
  private let home: ServingHome

  init() throws { home = try ServingHome() }

  /// A tenth of the file is what it may have for itself; the file is mapped.
  @Test(arguments: [1, 4, 8, 16, 64]) func itsFileIsUsedWhereItIsMapped(rank: Int) throws {
    let version = try home.add("story", seed: 1, rank: rank)
    let file = try #require(home.registry.manifest(of: version).parts["tensors"]).bytes
    let loaded = try LoadedExpert(version.digest, from: home.registry, on: LoadingBase(base: home.base))
    _ = try home.base.model.nextLogits(after: Array(1..<40), expert: loaded.expert)
    _ = try home.base.model.nextLogits(after: [7], expert: loaded.expert)
    #expect(10 * (loaded.bytes - loaded.mappedBytes) <= file)
    // The rest of the file is its header.
    #expect(loaded.mappedBytes < file && 2 * loaded.mappedBytes > file)
  }

  /// At the limit it is loaded; by one byte more it is refused, before any of it is read, and the engine says why.
  @Test func aFileThatIsTooLargeIsNotLoaded() async throws {
    let version = try home.add("story", seed: 3)
    let largest = try #require(home.registry.manifest(of: version).parts.values.map(\.bytes).max())
    let loading = LoadingBase(base: home.base)
    _ = try LoadedExpert(version.digest, from: home.registry, on: loading, mostBytes: largest)
    #expect(throws: ServingError.tooLarge(version: "story@1", part: "tensors", bytes: largest, limit: largest - 1)) {
      try LoadedExpert(version.digest, from: home.registry, on: loading, mostBytes: largest - 1)
    }
    for (most, isLoaded) in [(largest, true), (largest - 1, false)] {
      var options = try EngineTests.options()
      options.expertFileBytes = most
      let engine = try ServingEngine(home.base, registry: home.registry, options: options)
      let answer = await EngineTests.read(try engine.submit(EngineRequest([100], expert: version.digest)))
      switch answer.failure {
      case nil: #expect(isLoaded)
      case .expertFailed(version.digest, let reason):
        #expect(!isLoaded && reason.contains("\(largest) bytes") && reason.contains("--max-expert-file"))
      case .some(let failure): Issue.record("\(failure)")
      }
      await engine.stop(cancelling: false)
    }
    #expect(EngineOptions(threads: 1).expertFileBytes == 1 << 30)
  }

  /// What is made while it answers is counted when it has answered.
  @Test func theTableCountsWhatGrows() throws {
    let version = try home.add("weather", labels: ["bad", "good"], seed: 2)
    let loaded = try LoadedExpert(version.digest, from: home.registry, on: LoadingBase(base: home.base))
    let before = loaded.bytes
    let table = ExpertTable(most: before, load: { _ in })
    guard case .loading = table.find(version.digest, at: .now) else {
      Issue.record("it is there before it was read")
      return
    }
    table.take(version.digest, .success(loaded), at: .now)
    guard case .ready(let resident) = table.find(version.digest, at: .now) else {
      Issue.record("it is not there")
      return
    }
    table.retain(resident)
    let counted = try #require(table.statistics.first)
    #expect(counted.bytes == before && counted.mappedBytes == loaded.mappedBytes && counted.mappedBytes > 0)
    _ = try loaded.task.predict("It rains.")
    table.release(resident)
    if loaded.bytes > before {
      // More than the table may hold.
      #expect(table.statistics.isEmpty && table.evictions == 1)
    } else {
      #expect(table.statistics.first?.bytes == before)
    }
  }
}
