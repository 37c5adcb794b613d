import Testing

@testable import Torch

/// Do values survive conversion, copying and reading?
@Suite struct ConversionTests {
  init() throws { try useOneThread() }

  @Test(arguments: DType.allCases)
  func smallIntegersInEveryType(dtype: DType) throws {
    let x = try tensor([0, 1, 1, 0]).converted(to: dtype)
    #expect(x.dtype == dtype)
    #expect(try x.integers() == [0, 1, 1, 0])
    #expect(x.byteCount == 4 * dtype.size)
  }

  @Test func bfloat16RoundsToEightBits() throws {
    try expect(tensor([1.003_906_25, 257]).converted(to: .bfloat16), [2], [1, 256])
  }

  @Test func float16RoundsAndOverflows() throws {
    try expect(tensor([1.000_244, 1e6]).converted(to: .float16), [2], [1, .infinity])
  }

  @Test func aCopyIsIndependent() throws {
    let x = try tensor([1, 2])
    let copy = try x.cloned()
    try x.fillInPlace(0)
    try expect(copy, [2], [1, 2])
    try x.copyInPlace(from: Tensor([5, 6] as [Int]))
    try expect(x, [2], [5, 6])
  }

  @Test func contiguity() throws {
    let x = try tensor([1, 2, 3, 4], shape: [2, 2]).transposed(0, 1)
    #expect(!x.isContiguous)
    #expect(try x.contiguous().isContiguous)
    try expect(x.contiguous(), [2, 2], [1, 3, 2, 4])
    #expect(throws: TorchError.self) { try x.withBytes { $0.count } }
  }

  @Test func oneNumber() throws {
    #expect(try tensor([2.5]).item() == 2.5)
    #expect(try Tensor([7] as [Int]).item() == 7)
    #expect(throws: TorchError.shapeMismatch(what: "a tensor read as one number", expected: [], got: [2])) {
      try tensor([1, 2]).item()
    }
  }

  @Test func valuesMustFillTheShape() throws {
    #expect(throws: TorchError.elementCountMismatch(expected: 6, got: 5)) {
      try tensor([1, 2, 3, 4, 5], shape: [2, 3])
    }
    try expect(tensor([]), [0], [])
  }

  @Test func equalDigestsMeanEqualTensors() throws {
    let x = try tensor([1, 2, 3, 4])
    #expect(try x.digest() == x.cloned().digest())
    #expect(try x.digest() != x.reshaped([2, 2]).digest())
    #expect(try x.digest() != tensor([1, 2, 3, 4.000_000_5]).digest())
    #expect(try tensor([0]).digest() != tensor([-0.0]).digest())
  }

  @Test func devices() throws {
    #expect(try Device("cpu") == .cpu)
    #expect(Device.cuda(3).description == "cuda:3")
    if TorchRuntime.hasCUDA {
      #expect(try Device("cuda") == .cuda(0))
    } else {
      #expect(throws: TorchError.unavailableDevice("cuda:3")) { try Device("cuda:3") }
    }
    for name in ["", "gpu", "cpu:0", "cuda:", "cuda:-1", "cuda:128", "cuda:1:2", "CPU"] {
      #expect(throws: TorchError.unknownDevice(name)) { try Device(name) }
    }
  }

  @Test func numbersOfDevices() throws {
    #expect(try Device("cuda:1", cudaDevices: 2) == .cuda(1) && Device("cuda", cudaDevices: 1) == .cuda())
    #expect(throws: TorchError.unavailableDevice("cuda")) { try Device("cuda", cudaDevices: 0) }
    let error = #expect(throws: TorchError.noSuchDevice("cuda:2", count: 2)) { try Device("cuda:2", cudaDevices: 2) }
    #expect(error?.description.contains("libtorch sees 2 CUDA devices, cuda:0, cuda:1. Use one of them") == true)
    #expect(TorchError.noSuchDevice("cuda:9", count: 1).description.contains("sees one CUDA device, cuda:0. Use it"))
    // The CPU's needs none, and does not ask.
    #expect(try Device("cpu", cudaDevices: -1) == .cpu)
  }

  @Test func threads() throws {
    for count in [0, -1, 1025] {
      #expect(throws: TorchError.invalidHyperparameter(name: "threads", value: "\(count)", allowed: "1 to 1024")) {
        try TorchRuntime.setThreads(count)
      }
    }
    #expect(TorchRuntime.threads == 1)
    #expect(TorchRuntime.version.split(separator: ".").count == 3)
  }
}
