import Foundation
import Testing

/// Is the house as ARCHITECTURE.md draws it?
@Suite struct ArchitectureTests {
  /// The modules in the order of the table.
  private func modules() throws -> [String] {
    try Document("ARCHITECTURE.md").text.matches(of: #/(?m)^\| `([A-Za-z-]+)` \|/#).map { String($0.1) }
  }

  private func sources() throws -> [String: [URL]] {
    var sources: [String: [URL]] = [:]
    let root = Accrete.package.appendingPathComponent("Sources")
    for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) where path.hasSuffix(".swift") {
      sources[String(path.prefix { $0 != "/" }), default: []].append(root.appendingPathComponent(path))
    }
    return sources
  }

  /// A module imports only those above it in the table.
  @Test func importsLeadUpwards() throws {
    let modules = try modules()
    #expect(Set(modules).count == modules.count && modules.last == "accrete")
    var count = 0
    for (module, files) in try sources() {
      let position = try #require(modules.firstIndex(of: module), "\(module) has no line in the table")
      for file in files {
        let text = try String(contentsOf: file, encoding: .utf8)
        for match in text.matches(of: #/(?m)^(?:@[a-zA-Z]+ )*(?:public |package )?import ([A-Za-z]+)$/#) {
          guard let imported = modules.firstIndex(of: String(match.1)) else { continue }
          count += 1
          #expect(imported < position, "\(module): \(file.lastPathComponent) imports \(match.1)")
        }
      }
    }
    #expect(count > 1000)
  }

  /// Every folder of sources is a module of the table, and the other way round.
  @Test func everyModuleHasItsLine() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Accrete.package.appendingPathComponent("Sources").path
    ).filter { !$0.hasPrefix(".") }
    #expect(try Set(folders) == Set(modules()))
  }

  /// What the manifest lets a module import it does import.
  @Test func noModuleMayImportWhatItDoesNot() throws {
    let manifest = try String(contentsOf: Accrete.package.appendingPathComponent("Package.swift"), encoding: .utf8)
    let sources = try sources()
    for layer in manifest.matches(of: #/layer\(\s*"([A-Za-z]+)",\s*\[([^\]]*)\]/#) {
      let texts = try (sources[String(layer.1)] ?? []).map { try String(contentsOf: $0, encoding: .utf8) }
      let own = String(layer.2).replacing(#/\.product\([^)]*\)/#, with: "")
      for name in own.matches(of: #/"([A-Za-z]+)"/#).map({ String($0.1) }) {
        let line = try Regex("(?m)^(public |package )?import \(name)$")
        #expect(texts.contains { $0.contains(line) }, "\(layer.1) does not import \(name)")
      }
    }
  }

  /// Modules that a module imports, and those that these import, and so on.
  private func reached(from module: String) throws -> Set<String> {
    let (sources, modules) = (try sources(), try modules())
    var (found, rest): (Set<String>, [String]) = ([], [module])
    while let next = rest.popLast() {
      for file in sources[next] ?? [] {
        let text = try String(contentsOf: file, encoding: .utf8)
        for match in text.matches(of: #/(?m)^(?:@[a-zA-Z]+ )*(?:public |package )?import ([A-Za-z]+)$/#) {
          let name = String(match.1)
          if modules.contains(name), found.insert(name).inserted { rest.append(name) }
        }
      }
    }
    return found
  }

  /// What has happened can be read, compared and shown without libtorch.
  @Test(arguments: ["Records", "Reports", "Planning", "ModelConfiguration", "Streams", "Registry", "Assurance"])
  func recordsReachNoLibtorch(_ module: String) throws {
    let reached = try reached(from: module)
    #expect(reached.isDisjoint(with: ["CLibtorch", "CTorch", "CTorchBridge", "Torch"]), "\(module) reaches \(reached)")
    #expect(try self.reached(from: "Runs").contains("CTorch"))
  }

  /// A report is made of records: nothing that runs, trains or computes has a say in it.
  @Test func reportsDependOnRecordsAlone() throws {
    let reached = try reached(from: "Reports")
    #expect(reached.contains("Records"))
    #expect(
      reached.isDisjoint(with: ["Decoder", "Experts", "Learning", "Pretraining", "TaskModels", "Runs", "Comparing"]))
  }
}
