import Files
import Foundation

/// Writes curves for TensorBoard, each in a folder of its own, as TensorBoard shows folders side by side.
///
/// What was interrupted goes on in the same curve: from the step that is written first, what the file has is cut off. Where a curve cannot
/// be written, that is said once: it is not worth a training that is lost.
final class CurveWriter {
  private let folder: URL
  private var open: (name: String, log: TensorBoardLog)?
  private var hasFailed = false

  /// Whether there is a curve.
  var hasWritten: Bool { open != nil || hasFailed }

  /// - Throws: `FileError` where the folder cannot be made: better said before a training than after it.
  init(in folder: URL) throws {
    self.folder = folder
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError.notWritable(path: folder.path, reason: "no folder can be made there")
    }
  }

  /// Removes the folder again where nothing was written to it.
  func removeEmpty() {
    if open == nil { rmdir(folder.path) }
  }

  /// Adds values of one step.
  ///
  /// - Parameters:
  ///   - name: The curve's folder.
  ///   - kept: The last step that stays of what is there already, where this is the curve's first value; `nil`: it begins anew.
  func write(_ step: Int, _ values: [(tag: String, value: Double)], to name: String, keepingTo kept: Int?) {
    guard !hasFailed else { return }
    do {
      let log =
        if let open, open.name.hasSameCodePoints(as: name) {
          open.log
        } else {
          try TensorBoardLog(
            folder.appendingPathComponent(name).appendingPathComponent(TensorBoardLog.fileName), keepingTo: kept)
        }
      open = (name, log)
      try log.append(step: step, values)
    } catch {
      hasFailed = true
      Console.error("warning: the curves for TensorBoard end here: \(error)")
    }
  }
}
