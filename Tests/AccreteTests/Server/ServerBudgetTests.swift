import ArgumentParser
import Files
import Foundation
import HTTPServer
import Serving
import Testing

@testable import accrete_server

/// Does the server say what it may take of memory, and take no option that it cannot keep?
@Suite struct ServerBudgetTests {
  private static let budgets = Budgets(
    program: 1 << 20, base: 2 << 20, experts: 4 << 20, keysAndValues: 8 << 20, requests: 16 << 20)

  @Test func theTotalIsTheSumOfItsParts() throws {
    #expect(Self.budgets.total == 31 << 20)
    guard case .object(let members) = Self.budgets.json else {
      Issue.record("no object")
      return
    }
    let parts = members.dropLast().compactMap(\.value.integer)
    #expect(parts.count == 5 && members.last?.key == "total")
    #expect(parts.reduce(0, +) == members.last?.value.integer)
    // Each has a line, and so has the sum.
    let lines = Self.budgets.table.split(separator: "\n")
    #expect(lines.count == 6 && lines.last?.hasSuffix("31MiB") == true, "\(Self.budgets.table)")
  }

  /// The base and the program are there already when the rest is compared with what is free.
  @Test func aMachineThatHasLess() {
    let rest = (4 + 8 + 16) << 20
    #expect(Self.budgets.warning(available: rest) == nil)
    #expect(Self.budgets.warning(available: rest - 1)?.contains("--kv-memory") == true)
    // Where the system does not say, nothing is said.
    #expect(Self.budgets.warning(available: 0) == nil)
  }

  @Test(arguments: [
    (["--max-waiting", "1"], true), (["--max-waiting", "100000"], true), (["--max-waiting", "0"], false),
    (["--max-waiting", "100001"], false), (["--max-sequences", "1"], true), (["--max-sequences", "4096"], true),
    (["--max-sequences", "0"], false), (["--max-sequences", "4097"], false), (["--kv-memory", "1.5GiB"], true),
    (["--unknown", "refuse"], true), (["--unknown", "base"], true), (["--unknown", "auto"], false),
    (["--kv-memory", "0"], false), (["--kv-memory", "1PiB"], false), (["--expert-memory", "-1"], false),
    (["--max-expert-file", "1B"], true), (["--max-expert-file", "0"], false), (["--max-expert-file", "2GiB"], true),
  ])
  func options(_ arguments: [String], _ isTaken: Bool) {
    let command = try? ServerCommand.parseAsRoot([arguments.joined(separator: "=")])
    #expect((command is ServerCommand) == isTaken, "\(arguments)")
  }

  @Test func whatIsSaidReachesTheEngine() throws {
    let command = try #require(
      try ServerCommand.parseAsRoot(["--max-expert-file=3MiB", "--max-sequences=5"]) as? ServerCommand)
    let options = command.budgets.engine(threads: 2)
    #expect(options.expertFileBytes == 3 << 20 && options.maxSequences == 5 && options.threads == 2)
  }

  @Test func whatIsUsual() throws {
    let command = try #require(try ServerCommand.parseAsRoot([]) as? ServerCommand)
    #expect(command.budgets.maxWaiting == 256 && command.budgets.maxSequences == 64)
    #expect(command.requests.unknown == .base)
    #expect(command.budgets.kvMemory.bytes == 1 << 30 && command.budgets.expertMemory.bytes == 1 << 30)
    #expect(command.budgets.maxExpertFile.bytes == 1 << 30)
    #expect(command.budgets.engine(threads: 1).expertFileBytes == 1 << 30)
  }
}
