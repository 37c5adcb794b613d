import Foundation
import Testing
import Torch

/// Does a refused operation say which one it was, and on what?
@Suite struct OperationErrorTests {
  init() throws { try useOneThread() }

  private func message(_ body: () throws -> Tensor) -> String {
    do {
      return "no error: \(try body())"
    } catch let error as TorchError {
      guard case .operationFailed = error else { return "another error: \(error)" }
      return error.description
    } catch {
      return "another error: \(error)"
    }
  }

  private func expectMessage(
    _ operation: String, _ operands: [String], sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Tensor
  ) {
    let got = message(body)
    #expect(got.hasPrefix("libtorch could not compute \(operation)("), "\(got)", sourceLocation: sourceLocation)
    for operand in operands { #expect(got.contains(operand), "\(got)", sourceLocation: sourceLocation) }
    #expect(!got.contains("\n"), sourceLocation: sourceLocation)
  }

  @Test func shapesThatDoNotFit() throws {
    let a = try Tensor.zeros([2, 3])
    let b = try Tensor.zeros([4, 5])
    expectMessage("add", ["float32[2, 3]", "float32[4, 5]"]) { try a + b }
    expectMessage("sub", ["float32[2, 3]", "float32[4, 5]"]) { try a - b }
    expectMessage("mul", ["float32[2, 3]", "float32[4, 5]"]) { try a * b }
    expectMessage("matmul", ["float32[2, 3]", "float32[4, 5]"]) { try a.matmul(b) }
    expectMessage("linear", ["float32[2, 3]", "float32[4, 5]"]) { try a.linear(b) }
    expectMessage("addmm", ["float32[2, 3]", "float32[4, 5]"]) { try a.addingProduct(a, b, times: 1) }
    expectMessage("reshape", ["float32[2, 3]", "[7]"]) { try a.reshaped([7]) }
    expectMessage("cat", ["[float32[2, 3], float32[4, 5]]"]) { try Tensor.concatenated([a, b]) }
    expectMessage("narrow", ["float32[2, 3]"]) { try a.narrowed(1, from: 2, count: 5) }
  }

  @Test func typesThatDoNotFit() throws {
    let half = try Tensor.zeros([2, 3], .float16)
    let double = try Tensor.zeros([5, 3], .float64)
    expectMessage("linear", ["float16[2, 3]", "float64[5, 3]"]) { try half.linear(double) }
    let floats = try Tensor.zeros([2])
    expectMessage("embedding", ["float32[5, 3]", "float32[2]"]) {
      try floats.embedded(in: Tensor.zeros([5, 3]))
    }
  }

  @Test func indicesOutOfRange() throws {
    let table = try Tensor.zeros([3, 2])
    expectMessage("embedding", ["float32[3, 2]", "int64[1]"]) { try Tensor([3] as [Int]).embedded(in: table) }
    expectMessage("index_select", ["int64[1]"]) { try table.gathered(0, rows: Tensor([-1] as [Int])) }
    expectMessage("select", ["float32[3, 2]", "9"]) { try table.selected(0, 9) }
  }

  @Test func aDeviceThatIsNotThere() throws {
    guard !TorchRuntime.hasCUDA else { return }
    let got = message { try Tensor.zeros([1]).moved(to: .cuda()) }
    #expect(got.contains("cuda:0"), "\(got)")
    #expect(throws: TorchError.self) { try Generator(seed: 0, on: .cuda()) }
  }

  @Test func errorsLeaveTheNextOperationAlone() throws {
    for _ in 0..<100 { _ = message { try Tensor.zeros([2]).matmul(Tensor.zeros([3])) } }
    try expect(tensor([1, 2]) + tensor([3, 4]), [2], [4, 6])
  }
}
