import Files
package import Foundation
package import Generation
package import Learning
package import Registry
import Serving
package import TaskModels
import Torch

extension Registry {
  /// Keeps what the gates of later versions are told by: a few requests with what a task model answers to them (G2), and what a router sees
  /// of them (G4).
  ///
  /// - Parameters:
  ///   - requests: At most ``ProbeRecord/most``.
  ///   - runner: The task model, as it will be kept.
  ///   - base: The base.
  ///   - view: What the router looks at.
  ///   - numerics: The arithmetic of this program.
  ///   - folder: For a file on its way.
  ///   - keep: Told each blob as it is added.
  /// - Returns: The version's parts, by role.
  /// - Throws: `RegistryError`, errors of the layers below.
  package func addProbe(
    _ requests: [String], of runner: TaskModelRunner, on base: Base, view: RequestView, numerics: String,
    in folder: URL, keep: (BlobReference) -> BlobReference = { $0 }
  ) throws -> [String: BlobReference] {
    let record = try ProbeRecord(requests, runner: runner, numerics: numerics)
    let answers = try keep(addBlob(JSONFile.encode(record, pretty: false), media: ProbeRecord.media))
    let file = folder.appendingPathComponent("probe-features.safetensors")
    let seen = try RequestRouter.features(requests, view: view, on: base)
    try SafetensorsFile.write(
      [Learn.featuresName: seen.means, Learn.tokensName: Tensor(seen.tokens ?? [])], to: file)
    let features = try keep(addBlob(fileAt: file, media: "application/vnd.accrete.safetensors"))
    return [VersionManifest.Role.probe: answers, Learn.probeFeaturesRole: features]
  }
}
