import CFaults
import Files
import Foundation
import Registry

/// Writes into a registry until it is stopped, or for some seconds.
struct Load {
  let folder: URL

  init(_ folder: URL) { self.folder = folder }

  func run(seconds: Int) throws {
    let registry = try Registry.open(folder)
    let operations = Operations(seed: 3)
    let end = Date().addingTimeInterval(Double(seconds))
    var index = 0
    while Date() < end {
      // Neither backups nor imports: these have their own files.
      if !["backup", "import"].contains(operations.kind(index)) { try operations.run(index, registry) }
      index += 1
      if index == 20 { FileHandle.standardOutput.write(Data("started\n".utf8)) }
    }
  }
}

/// Makes a large registry, without waiting for the disk.
struct Filler {
  let folder: URL

  init(_ folder: URL) { self.folder = folder }

  func run(tasks: Int, versions: Int, releases: Bool, isQuiet: Bool = false) throws {
    faults_skip_sync(1)
    let registry = try Registry.create(at: folder, base: Operations.base, actor: "tester")
    let tensors = try registry.addBlob(Data(repeating: 7, count: 1000), media: "application/octet-stream")
    var manifest = ReleaseManifest(experts: [:], numerics: "n1")
    for index in 0..<versions {
      let name = "task-\(index % tasks)"
      let version = try registry.register(
        VersionManifest(
          name: name, method: "accrete", kind: .label, labels: ["no", "yes"], base: Operations.base.weights,
          tokenizer: Operations.base.tokenizer, promptForm: Digest(of: Data()), parts: ["tensors": tensors],
          model: .object(["step": .number(Double(index))]),
          data: [DataRecord(role: "learn", digest: tensors.digest, rows: 700, from: "\(name).jsonl")], run: .null,
          numerics: "n1", created: "2027-01-01T00:00:00Z"),
        metrics: [MetricRecord(name: "accuracy", task: name, value: 0.75, low: 0.7, high: 0.8, n: 500)],
        gate: GateRecord(verdict: .pass, report: tensors), actor: "tester")
      manifest.experts[name] = version.digest
      if releases || index == versions - 1 {
        let current = try registry.currentRelease()?.record.revision
        try registry.publish(manifest, kind: .promote, expecting: current, reason: nil, actor: "tester")
      }
    }
    try registry.close()
    if !isQuiet { print("{\"versions\":\(versions)}") }
  }
}
