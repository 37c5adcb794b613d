import CFuzzer
import Foundation

/// Hands inputs of libFuzzer to the chosen target.
enum Driver {
  static func run(_ arguments: some Sequence<String>) -> Int32 {
    // libFuzzer keeps the list and may replace it; it is never freed.
    let list = arguments.map { strdup($0) } + [nil]
    let storage = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: list.count)
    storage.initialize(from: list, count: list.count)
    var count = Int32(list.count - 1)
    var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = storage
    return LLVMFuzzerRunDriver(&count, &pointer) { bytes, size in
      FuzzTarget.chosen?.check(bytes.map { Data(bytes: $0, count: size) } ?? Data())
      return 0
    }
  }
}
