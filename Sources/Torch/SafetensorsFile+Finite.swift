import CTorch
public import Files
import Foundation

extension SafetensorsFile {
  /// SHA-256 of all bytes of the file, in one pass in which every number is looked at.
  ///
  /// - Throws: ``TorchError/notFinite(path:name:element:)`` for a tensor that holds an infinite value or NaN: what is computed
  ///   with it is neither.
  public func digestOfFiniteNumbers() throws -> Digest {
    try withBytes { bytes in
      try Digest { take in
        var position = 0
        for (name, entry) in entries() {
          take(UnsafeRawBufferPointer(rebasing: bytes[position..<entry.bytes.lowerBound]))
          // A piece is looked at while the caches have it.
          for start in stride(from: entry.bytes.lowerBound, to: entry.bytes.upperBound, by: Self.pieceBytes) {
            let piece = UnsafeRawBufferPointer(
              rebasing: bytes[start..<min(start + Self.pieceBytes, entry.bytes.upperBound)])
            take(piece)
            if let element = entry.type.firstNotFinite(in: piece) {
              throw TorchError.notFinite(
                path: url.path, name: name, element: (start - entry.bytes.lowerBound) / entry.type.size + element)
            }
          }
          position = entry.bytes.upperBound
        }
        take(UnsafeRawBufferPointer(rebasing: bytes[position...]))
      }
    }
  }

  /// A whole number of elements of every type.
  private static let pieceBytes = 1 << 16
}

extension Tensor {
  /// Whether no number of the tensor is infinite or NaN. Where the tensor lies in one piece on the CPU, its numbers are read
  /// where they are, without a second tensor.
  public func holdsFiniteNumbers() throws -> Bool {
    guard let dtype, isContiguous, device == .cpu else { return try isFinite().all().item() == 1 }
    return try withBytes { dtype.firstNotFinite(in: $0) == nil }
  }
}

extension DType {
  /// The bits of the exponent, all of which are set in what is infinite or NaN; `nil` for whole numbers.
  private var exponent: UInt64? {
    switch self {
    case .float64: 0x7FF0_0000_0000_0000
    case .float32: 0x7F80_0000
    case .bfloat16: 0x7F80
    case .float16: 0x7C00
    case .int64, .int32, .int16, .int8, .uint8, .bool: nil
    }
  }

  /// The first element of `bytes`, whole elements of this type, that is infinite or NaN.
  fileprivate func firstNotFinite(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let exponent, let base = bytes.baseAddress else { return nil }
    let index = accrete_first_not_finite(Int64(bytes.count / size), base, Int32(size), exponent)
    return index < 0 ? nil : Int(index)
  }
}
