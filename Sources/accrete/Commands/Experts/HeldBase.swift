import Files
import Foundation
import ModelConfiguration
import Records

/// How the base was held as an expert was learned and scored: its scores are not those of an expert on the base's own numbers.
enum HeldBase {
  /// What the base's numbers were rounded to; `nil`: to nothing, or nobody says.
  ///
  /// - Parameter expert: An expert's folder in a run, or an adapter's that Accrete exported.
  static func precision(of expert: URL) -> WeightPrecision? {
    if FolderFile.exists("accrete.json", in: expert) {
      // A file that is broken says nothing here; what needs it complains.
      guard let url = try? FolderFile.url("accrete.json", in: expert),
        let tree = try? JSONFile.read(JSONTree.self, from: url)
      else { return nil }
      return ((tree["model"]?["weights"] ?? tree["weights"])?.string).flatMap(WeightPrecision.init)
    }
    let folder = expert.standardizedFileURL.deletingLastPathComponent()
    guard folder.lastPathComponent == "experts",
      let manifest = try? Manifest.read(RunFolder(folder.deletingLastPathComponent()).manifest)
    else { return nil }
    return manifest.configuration.weights.flatMap { $0.isRounding ? $0 : nil }
  }

  /// What is to be known of an expert that leaves such a base.
  ///
  /// - Parameters:
  ///   - name: The expert, as it was given.
  ///   - precision: What the base was held in; `nil`: its own numbers.
  ///   - goes: What becomes of it, as "PEFT loads the base's own numbers".
  static func warning(_ name: String, _ precision: WeightPrecision?, _ goes: String) -> String? {
    precision.map {
      "warning: \(name) was learned and scored on its base held in \($0.rawValue), and \(goes): answers may differ, and its scores do not hold there"
    }
  }
}
