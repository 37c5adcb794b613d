import Access
import Files
import Registry
import Serving

extension KeysCreateCommand {
  /// Says which patterns mean nothing that there is, the likeliest slip of the hand: such a key lets its owner do nothing, and nobody sees why.
  ///
  /// They are no errors: a key may be made before its task is learned. Of `team-*` any name may still come.
  static func warnings(_ patterns: [ModelPattern], _ contents: RegistryContents) -> [String] {
    let tasks = Set(contents.versions.map { ExactText($0.name) })
    let base = ModelCatalog.basicName(ofBaseAt: contents.base.path)
    let known = [ModelName.autoName, ModelName.baseName, base] + Set(contents.versions.map(\.name)).sorted()
    return patterns.compactMap { pattern in
      let name = String(pattern.text.prefix { $0 != "@" && $0 != ":" })
      guard !name.hasSuffix("*"), !tasks.contains(ExactText(name)),
        !known.contains(where: { $0.hasSameCodePoints(as: name) })
      else { return nil }
      let meant = known.closest(to: name).map { " Did you mean \($0)?" } ?? ""
      return
        "--model \(pattern.text): there is no task \(name) in the registry, so that it lets nobody do anything until there is.\(meant)"
    }
  }
}
