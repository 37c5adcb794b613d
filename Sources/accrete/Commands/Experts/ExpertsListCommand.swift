import ArgumentParser
import Experts
import Files
import Foundation
import Records
import Runs

struct ExpertsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the experts of a run or of any folder of experts. Reads no tensors.")

  @Argument(
    help: ArgumentHelp("Folder of a run, one that holds experts' folders, or a single one's.", valueName: "folder"))
  var folder: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      try NoExperts.refuseRegistry(folder)
      let run = RunFolder(URL(fileURLWithPath: absolute(folder)))
      let isRun = FileManager.default.fileExists(atPath: run.manifest.path)
      let lines = try isRun || !ExpertLine.isAdapter(run.url) ? listed(run, isRun: isRun) : [.adapter(run.url)]
      if lines.isEmpty, let problem = NoExperts.problem(with: folder) { throw problem }
      try Console.output(json ? String(decoding: try JSONFile.encode(lines), as: UTF8.self) : table(lines))
      let damaged = lines.count { $0.state == "damaged" }
      if damaged > 0 {
        Console.error(
          "accrete: \(damaged) of \(lines.count) experts can't be read: restore or remove their folders, which are named above"
        )
        throw ExitCode(Failure.badData)
      }
    }
  }

  private func listed(_ run: RunFolder, isRun: Bool) throws -> [ExpertLine] {
    try ExpertRegistry(isRun ? run.experts : run.url).entries(besideOthers: !isRun).map(ExpertLine.init)
  }

  private func table(_ all: [ExpertLine]) -> String {
    let header = ["name", "method", "rank", "alpha", "projections", "bytes", "digest"]
    var rows: [[String]] = [header]
    var others: [String] = []
    for line in all where line.state == "adapter" {
      others.append(
        "\(line.folder.printable): an adapter in PEFT's form; `accrete experts import` makes an expert of it")
    }
    let lines = all.filter { $0.state != "adapter" }
    for line in lines {
      guard let name = line.name, let digest = line.tensorsDigest else {
        others.append("DAMAGED  \(line.folder.printable): \((line.reason ?? "").printable)")
        continue
      }
      rows.append([
        name == line.folder ? name : "\(name) in \(line.folder.printable)", line.method ?? "", "\(line.rank ?? 0)",
        "\(line.alpha ?? 0)", (line.projections ?? []).joined(separator: ","), "\(line.bytes ?? 0)", short(digest),
      ])
    }
    let adapters = all.count - lines.count
    let count =
      RegistryText.count(lines.count, "expert") + (adapters > 0 ? ", \(RegistryText.count(adapters, "adapter"))" : "")
    let head = lines.isEmpty && adapters > 0 ? [] : [RegistryText.table(rows)]
    return (head + others + [count]).joined(separator: "\n")
  }
}
