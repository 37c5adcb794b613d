import ArgumentParser
import Experts
import Files
import Foundation

struct ExpertsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one expert, and check that its tensors are those that were stored.")

  @Argument(help: ArgumentHelp("The expert's folder, as RUN/experts/TASK.", valueName: "expert"))
  var folder: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      try NoExperts.refuseRegistry(folder, expected: "the folder of one expert")
      try NoExperts.refuseVersion(folder, expected: "the folder of one expert")
      let url = URL(fileURLWithPath: absolute(folder))
      if ExpertLine.isAdapter(url) { return try showAdapter(url) }
      let archive = try ExpertArchive.read(url)
      try archive.verify(in: url)
      let line = ExpertLine(archive, folder: url.path)
      if json {
        try Console.output(String(decoding: try JSONFile.encode(line), as: UTF8.self))
        return
      }
      try Console.output("name         \(archive.name)")
      try Console.output(
        "method       \(archive.method)\(archive.isWhole ? "" : " (one half of a dual expert: served by its run)")")
      try Console.output("rank, alpha  \(archive.shape.rank), \(archive.shape.alpha)")
      let projections = (line.projections ?? []).joined(separator: ", ")
      try Console.output("projections  \(projections)\(archive.shape.routed ? ", of routed experts too" : "")")
      try Console.output("tensors      \(archive.bytes) bytes, \(archive.tensorsDigest), unchanged")
      try Console.output("base         \(archive.baseDigest)")
      try Console.output("tokenizer    \(archive.tokenizerDigest)")
      try Console.output("prompt       \(archive.promptDigest?.description ?? "unknown")")
    }
  }

  /// What an adapter's own file says of it: what it means, and whether its tensors fit, is known once it is on a base.
  private func showAdapter(_ url: URL) throws {
    let file = try FolderFile.url("adapter_config.json", in: url)
    let configuration = try JSONFile.decode(JSONTree.self, from: JSONFile.contents(of: file), path: file.path)
    guard !json else {
      return try Console.output(String(decoding: try JSONFile.encode(ExpertLine.adapter(url)), as: UTF8.self))
    }
    func said(_ key: String) -> String {
      let value = configuration[key]
      return (value?.string ?? value.map { String(decoding: $0.json, as: UTF8.self) } ?? "not said").printable
    }
    let folder = shellWords([folder]).printable
    try Console.output(
      "adapter      in PEFT's form; `accrete experts import \(folder) --out DIR` makes an expert of it, bound to a base"
    )
    try Console.output("rank, alpha  \(said("r")), \(said("lora_alpha"))")
    try Console.output("projections  \(said("target_modules"))")
    try Console.output("base         \(said("base_model_name_or_path"))")
  }
}
