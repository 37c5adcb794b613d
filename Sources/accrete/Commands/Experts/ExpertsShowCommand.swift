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
      let url = URL(fileURLWithPath: absolute(folder))
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
}
