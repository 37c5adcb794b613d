import TestSupport
import Testing

@testable import Torch

/// Does an error say how much was asked for when there is no room, and what is there?
@Suite struct OutOfMemoryTests {
  private func shortage(_ message: String, on device: Device = .cpu) -> MemoryShortage? {
    guard
      case .outOfMemory("mm", "float32[9, 9]", let found)? =
        TorchError.outOfMemory(message, "mm", "float32[9, 9]", on: device)
    else { return nil }
    return found
  }

  private static let newer =
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.09 GiB is free."
    + " Process 4711 has 512.00 MiB memory in use. Including non-PyTorch memory, this process has 77.50 GiB memory in use."
    + " Of the allocated memory 75.02 GiB is allocated by PyTorch, with 64.00 MiB allocated in private pools (e.g., CUDA"
    + " Graphs), and 1.70 GiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting"
    + " PYTORCH_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  See documentation for Memory Management "
    + " (https://docs.pytorch.org/docs/stable/notes/cuda.html#optimizing-memory-usage-with-pytorch-alloc-conf)"

  /// 2.11 names the variable PYTORCH_CUDA_ALLOC_CONF; where there is no NVML, nobody knows what a process has beside tensors.
  private static let older =
    "CUDA out of memory. Tried to allocate 512.00 MiB. GPU 1 has a total capacity of 23.64 GiB of which 0 bytes is free."
    + " 8.00 GiB allowed; Of the allocated memory 7.90 GiB is allocated by PyTorch, and 12.00 MiB is reserved by PyTorch but"
    + " unallocated. If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True"
    + " to avoid fragmentation."

  @Test func onAGraphicsCard() {
    #expect(
      shortage(Self.newer, on: .cuda(0))
        == MemoryShortage(asked: "2.00 GiB", free: "1.09 GiB", held: "77.50 GiB", device: "cuda:0"))
    // The message names the card.
    #expect(
      shortage(Self.older) == MemoryShortage(asked: "512.00 MiB", free: "0 bytes", held: "7.90 GiB", device: "cuda:1"))
    #expect(
      TorchError.outOfMemory(Self.newer, "mm", "float32[9, 9]")?.description
        == "out of memory on cuda:0: mm(float32[9, 9]) asked for 2.00 GiB, 1.09 GiB is free, this process holds 77.50 GiB"
    )
  }

  /// Messages that say less.
  @Test func shorterMessages() {
    #expect(
      shortage("CUDA out of memory. Tried to allocate more than 1EB memory.", on: .cuda(2))
        == MemoryShortage(asked: "more than 1EB", device: "cuda:2"))
    // What is out of memory by its type has these words before its own (Bridge.cpp).
    let unknown = MemoryShortage(asked: nil, device: "cuda:0")
    for text in [
      "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
      "Allocation on device 0 would exceed allowed memory. (out of memory)", "out of memory: no block is large enough",
      "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    ] {
      #expect(shortage(text, on: .cuda()) == unknown, "\(text)")
    }
    #expect(unknown.text(of: "mm()") == "out of memory on cuda:0: mm() found no room")
  }

  @Test func inTheMachine() {
    let message =
      "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate"
      + " 1152921504606846976 bytes. Error code 12 (Cannot allocate memory)"
    let found = shortage(message)
    #expect(found == MemoryShortage(asked: "1152921504606846976 bytes"))
    #expect(
      TorchError.outOfMemory(message, "mm", "float32[9, 9]")?.description
        == "out of memory: mm(float32[9, 9]) asked for 1152921504606846976 bytes")
  }

  @Test func otherFailures() {
    #expect(TorchError.outOfMemory("mat1 and mat2 shapes cannot be multiplied", "mm", "") == nil)
    #expect(TorchError.outOfMemory("CUDA error: an illegal memory access was encountered", "mm", "") == nil)
    #expect(TorchError.outOfMemory("", "mm", "") == nil)
  }

  @Test func amounts() {
    #expect(MemoryShortage.text(1023) == "1023 bytes" && MemoryShortage.text(1 << 10) == "1.00 KiB")
    #expect(MemoryShortage.text(3 << 19) == "1.50 MiB" && MemoryShortage.text((5 << 30) + (1 << 26)) == "5.06 GiB")
  }

  /// Where libtorch gives no text, its count of such failures tells: one that is larger than at the last failure.
  @Test func countsOfFailures() {
    let device = 77
    #expect(!MemoryFailures.hasGrown(to: 0, of: device))
    #expect(MemoryFailures.hasGrown(to: 1, of: device))
    #expect(!MemoryFailures.hasGrown(to: 1, of: device))
    #expect(MemoryFailures.hasGrown(to: 3, of: device))
    #expect(!MemoryFailures.hasGrown(on: .cpu))
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
    guard case .outOfMemory(_, _, let shortage)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(shortage == MemoryShortage(asked: "\(1 << 56) bytes"))
  }
}
