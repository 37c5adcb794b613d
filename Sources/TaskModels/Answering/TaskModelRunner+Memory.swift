import Experts
import Torch

extension TaskModelRunner {
  /// Bytes of the expert that are pages of its file.
  public var mappedBytes: Int { model.expert?.mappedBytes ?? 0 }

  /// Bytes that it has for itself: heads, factors that are no pages of the file, and what passes have made of them so far. It grows when the
  /// expert first scores labels.
  public var ownBytes: Int {
    let heads = [model.trainedHead, model.ridge?.weights, model.ridge?.bias]
    let factors = model.expert.map { $0.bytes - $0.mappedBytes } ?? 0
    return heads.reduce(0) { $0 + ($1?.byteCount ?? 0) } + factors + (selection?.madeBytes ?? 0)
  }
}
