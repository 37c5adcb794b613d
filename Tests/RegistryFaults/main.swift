import CFaults
import Files
import Foundation
import Registry

// What tests of the registry need and cannot do themselves: processes that die at a chosen call, several that write at once, and large
// registries. One line of JSON on standard output; exit code 1 and a line on standard error where something is wrong.

let arguments = Array(CommandLine.arguments.dropFirst())

func number(_ name: String, _ standard: Int) -> Int {
  guard let index = arguments.firstIndex(of: "--\(name)"), index + 1 < arguments.count else { return standard }
  return Int(arguments[index + 1]) ?? standard
}

func flag(_ name: String) -> Bool { arguments.contains("--\(name)") }

func fail(_ text: String) -> Never {
  FileHandle.standardError.write(Data((text + "\n").utf8))
  exit(1)
}

guard arguments.count >= 2 else {
  fail(
    "usage: registry-faults kill|full|aliases|load|fill FOLDER [--operations N] [--processes N] [--count N] [--seed N]")
}
let folder = URL(fileURLWithPath: arguments[1])

do {
  switch arguments[0] {
  case "kill":
    try Killing(folder, seed: number("seed", 1), tears: flag("tear"), every: number("every", 1)).run(
      operations: number("operations", 200), first: number("first", 0))
  case "full": try Filling(folder, seed: number("seed", 1)).run(operations: number("operations", 24))
  case "aliases": try Aliases(folder).run(processes: number("processes", 8), count: number("count", 1000))
  case "fixture": try Fixture(folder).run()
  case "load": try Load(folder).run(seconds: number("seconds", 60))
  case "rollback": try Timing(folder).run(versions: max(number("versions", 1000), 1))
  case "fill":
    try Filler(folder).run(tasks: number("tasks", 1), versions: number("versions", 1000), releases: flag("releases"))
  default: fail("unknown: \(arguments[0])")
  }
} catch {
  fail("registry-faults: \(error)")
}
