import Files
import Foundation
import Generation
import Registry
import TaskModels

@testable import HTTPServer
@testable import Serving

/// Three models: the base, a task with labels, and one that writes its answers. Two more can be asked for, which no list has: one that has labels
/// and no expert, and one of which nothing is released.
struct FakeCatalog: ModelDirectory {
  static let labels = ["spam", "ok"]
  static let spamDigest = Digest(of: Data("spam".utf8))
  static let notesDigest = Digest(of: Data("notes".utf8))
  private static let day = Date(timeIntervalSince1970: 1_764_300_000)

  static let base = ServedModel(.base, name: "seedling", created: day)
  static let auto = ServedModel(.auto, name: "auto", created: day)
  static let spam = ServedModel(
    "spam", 7, digest: spamDigest, aliases: ["production"], created: day,
    form: TaskForm(kind: .label, instruction: "", cue: "", labels: labels, maxLength: 64), calibration: 0.05)
  static let tickets = ServedModel(
    "tickets", 2, digest: Digest(of: Data("tickets".utf8)), aliases: ["production"], created: day,
    form: TaskForm(kind: .label, instruction: "", cue: "", labels: labels, maxLength: 512), writes: false)
  static let notes = ServedModel(
    "notes", 1, digest: notesDigest, aliases: ["production"], created: day,
    form: TaskForm(kind: .answer, instruction: "", cue: "", labels: [], maxLength: 64, answerTokens: 16))

  var revision: Int? { 42 }
  var basicName: String { "seedling" }
  var problem: String?

  func resolve(_ name: String) throws -> ServedModel {
    switch name {
    case "base", "seedling": return Self.base
    case "auto": return Self.auto
    case "spam", "spam@7", "spam:production": return Self.spam
    case "notes", "notes@1": return Self.notes
    case "tickets", "tickets@2": return Self.tickets
    case "greet": throw CatalogError.versionNotFound(name, known: ["greet:first", "greet@1"])
    case "spam@6": throw CatalogError.versionNotFound(name, known: ["spam@7", "spam:production"])
    default: throw CatalogError.notFound(name, known: ["base", "auto", "notes", "spam"])
    }
  }

  var served: ServedRelease { ServedRelease(revision: revision, router: FakeEngine.router) { try resolve($0) } }

  func models(all: Bool) -> [ServedModel] { [Self.base, Self.auto, Self.notes, Self.spam] }

  func release() throws -> (record: ReleaseRecord, manifest: ReleaseManifest)? { nil }
}

/// A base whose tokens are the bytes of a text.
struct FakePrompts: PromptSource {
  var contextTokens: Int { 256 }
  var vocabularySize: Int { 256 }

  func prompt(_ request: ChatRequest, for model: ServedModel) throws -> ChatPrompt {
    ChatPrompt(request.messages.flatMap { $0.content.utf8.map(Int.init) }, template: nil, limit: contextTokens)
  }

  func ids(of text: String, allowsSpecialTokens: Bool) throws -> [Int] { text.utf8.map(Int.init) }
  func text(of ids: [Int]) -> String { String(decoding: ids.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self) }
  func bytes(of id: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: id)] }
  func constraint(_ format: OutputFormat) throws -> TextConstraint? { nil }
  func fingerprint(of model: ServedModel) -> String { "fp_000000000000" }
}
