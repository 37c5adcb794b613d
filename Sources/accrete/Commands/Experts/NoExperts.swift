import ArgumentParser
import Files
import Foundation
import Records
import Registry

/// Folders that hold no experts themselves and are named where some are looked for: what each is, and where its experts are.
enum NoExperts {
  /// Refuses a registry, whose tasks leave it by another command.
  ///
  /// - Parameters:
  ///   - folder: As it was given.
  ///   - task: A task that was asked for.
  ///   - out: Where it was to go.
  ///   - expected: What the command takes.
  static func refuseRegistry(
    _ folder: String, task: String? = nil, out: String? = nil,
    expected: String = "the folder of a run, or one that holds experts' folders"
  ) throws {
    // An empty path is the current folder to the system, and mostly a variable that is not set.
    guard !folder.isEmpty else {
      throw RegistryError.invalid(
        what: "the folder", got: "an empty path", expected: expected,
        fix: "Name it; `.` is the folder that you are in.")
    }
    guard Registry.exists(at: URL(fileURLWithPath: absolute(folder))) else { return }
    let registry = shellWords([folder]).printable
    let (name, target) = (task.map { shellWords([$0]).printable }, out.map { shellWords([$0]).printable })
    throw RegistryError.invalid(
      what: folder.printable, got: "a registry of tasks", expected: expected,
      fix:
        "`accrete list --registry \(registry)` lists its tasks; `accrete registry export \(name ?? "NAME") --peft --out \(target ?? "DIR")"
        + " --registry \(registry)` writes an adapter.")
  }

  /// Refuses what only a registry can make an adapter of: a version's name, and the file of versions that `registry export` wrote.
  ///
  /// - Parameters:
  ///   - given: As it was given.
  ///   - expected: What the command takes.
  static func refuseVersion(_ given: String, expected: String) throws {
    let url = URL(fileURLWithPath: absolute(given))
    func refusal(_ got: String, _ name: String, _ more: String = "") -> RegistryError {
      .invalid(
        what: given.printable, got: got, expected: expected,
        fix:
          "`accrete registry export \(name) --peft --out DIR` writes a version's adapter, which this command takes.\(more)"
      )
    }
    guard !FileManager.default.fileExists(atPath: url.path) else {
      guard isBundle(url) else { return }
      let file = shellWords([given]).printable
      throw refusal(
        "a file of versions, as `registry export` writes it", "NAME",
        " `accrete registry import \(file)` takes these versions into a registry first.")
    }
    guard let reference = try? VersionReference(parsing: given), !given.contains("/") else { return }
    let registry = try? RegistryOptions.parse([]).open()
    let isKnown = registry.flatMap { try? $0.version(reference) } != nil
    guard isKnown || given.contains("@") else { return }
    throw refusal("a version of a registry", shellWords([given]).printable)
  }

  /// Whether something is a file of versions, as `registry export` writes it.
  static func isBundle(_ url: URL) -> Bool {
    guard let start = try? RegularFile(url).next(), start.count > 262 else { return false }
    return start[257..<262].elementsEqual("ustar".utf8)
  }

  /// Refuses a folder where a file of versions is taken: a registry, an expert or an adapter, each with the command that takes it.
  ///
  /// - Parameter given: As it was given.
  static func refuseFolder(_ given: String) throws {
    let url = URL(fileURLWithPath: absolute(given))
    let word = shellWords([given]).printable
    let start = "`accrete learn FILE --start-from \(word)` makes a version of it"
    let (got, fix): (String, String)
    if Registry.exists(at: url) {
      (got, fix) = (
        "a registry of tasks",
        "`accrete registry export NAME --out FILE --registry \(word)` writes such a file of a version."
      )
    } else if FolderFile.exists("expert.json", in: url) {
      (got, fix) = ("an expert's folder", "\(start).")
    } else if FolderFile.exists("adapter_config.json", in: url) {
      (got, fix) = (
        "an adapter in PEFT's form",
        "\(start); `accrete experts import \(word) --name NAME --out DIR` makes an expert of it, bound to a base."
      )
    } else {
      return
    }
    throw RegistryError.invalid(
      what: given.printable, got: got, expected: "a file of versions, as `registry export` writes it", fix: fix)
  }

  /// What is wrong with a folder in which no expert was found; `nil`: it is a run's, which may have none.
  ///
  /// - Parameter folder: As it was given.
  static func problem(with folder: String) -> RegistryError? {
    let url = URL(fileURLWithPath: absolute(folder))
    let isOfRun = [url, url.deletingLastPathComponent()].contains(where: isRun)
    guard !isOfRun else { return nil }
    let (got, fix) = kind(of: url, named: folder)
    return .invalid(
      what: folder.printable, got: got,
      expected: "the folder of a run, one that holds experts' folders, or a single one's",
      fix: fix)
  }

  private static func isRun(_ url: URL) -> Bool { FolderFile.exists("manifest.json", in: url) }

  private static func kind(of url: URL, named folder: String) -> (got: String, fix: String) {
    func path(_ name: String) -> String {
      shellWords([folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"]).printable
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
    if FolderFile.exists("comparison.json", in: url) {
      return ("a comparison", "Its runs are \(path("cells"))/NAME: name one of them.")
    }
    let inner = names.filter { !$0.hasPrefix(".") }
    let runs = inner.filter { isRun(url.appendingPathComponent($0)) }
    let registries = inner.filter { Registry.exists(at: url.appendingPathComponent($0)) }
    if let one = runs.first {
      return (
        "a folder of runs (\(runs.map(\.printable).listed))",
        "Name one of them: `accrete experts list \(path(one))`." + list(registries.first.map(path))
      )
    }
    if let one = registries.first {
      return ("a folder with a registry of tasks (\(one.printable))", String(list(path(one)).dropFirst()))
    }
    if FolderFile.exists("config.json", in: url) { return ("a model", "Experts lie in a run's folder; name that.") }
    let fix = "Name the folder that `accrete train --out` wrote; `accrete list` lists the tasks of a registry."
    return (names.isEmpty ? "an empty folder" : "a folder without any", fix)
  }

  private static func list(_ registry: String?) -> String {
    registry.map { " `accrete list --registry \($0)` lists the tasks of the registry." } ?? ""
  }
}
