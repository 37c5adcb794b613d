import Testing

@testable import Torch

/// Does an error say how much was asked for when there is no room?
@Suite struct OutOfMemoryTests {
  @Test func onAGraphicsCard() {
    let message =
      "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.50 GiB is free."
      + " Including non-PyTorch memory, this process has 22.13 GiB memory in use."
    #expect(
      TorchError.outOfMemory(message, "mm", "float32[9, 9]")
        == .outOfMemory(operation: "mm", arguments: "float32[9, 9]", asked: "2.00 GiB", free: "1.50 GiB"))
  }

  @Test func otherFailures() {
    #expect(TorchError.outOfMemory("mat1 and mat2 shapes cannot be multiplied", "mm", "") == nil)
    #expect(TorchError.outOfMemory("out of memory", "mm", "") == nil)
  }

  /// More than any machine's address space.
  @Test func forReal() throws {
    let error = #expect(throws: TorchError.self) { try Tensor(uninitialized: [1 << 54]) }
    let version = TorchRuntime.version.split(separator: ".").compactMap { Int($0) }
    if (version[0], version[1]) < (2, 13) {
      // The C ABI of an older libtorch says that a call failed, and prints why.
      #expect(error?.description.contains("standard error") == true)
      return
    }
    guard case .outOfMemory(_, _, let asked, nil)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(asked == "\(1 << 56) bytes")
  }
}
