import CTorch
import Foundation
import Testing

@testable import Torch

/// Are the arguments that we give to operators for GPUs those that their schemas want, in 2.11 and in the loaded libtorch?
///
/// The kernels are in CUDA builds only; the schemas are in every libtorch.
@Suite struct DeviceOperatorTests {
  /// Types of a schema's arguments, in order.
  private func types(_ schema: String) throws -> [String] {
    let start = try #require(schema.firstIndex(of: "("))
    let end = try #require(schema.range(of: ") -> ")).lowerBound
    return schema[schema.index(after: start)..<end].split(separator: ", ").filter { $0 != "*" }.map { argument in
      // "*, float? scale=None": what stands behind the star is named.
      String(argument.split(separator: " ").first { $0 != "*," } ?? "")
    }
  }

  private func suits(_ argument: Argument, _ type: String) -> Bool {
    switch argument {
    case .tensor: type == "Tensor" || type.hasPrefix("Tensor(")
    case .optionalTensor: type == "Tensor?"
    case .int: type == "int" || type == "SymInt"
    case .double: type == "float"
    case .bool: type == "bool"
    case .optionalInt: type == "int?" || type == "SymInt?"
    case .optionalDouble: type == "float?"
    case .dtype, .float8: type == "ScalarType" || type == "int"
    case .optionalDType: type == "ScalarType?" || type == "int?"
    case .tensors, .ints, .optionalInts, .noDevice: false
    }
  }

  private func check(_ name: String, overload: String = "", _ arguments: [Argument], inOlder: Int) throws {
    _ = try Tensor([1] as [Float])
    var (cpu, cuda) = (false, false)
    var schema: UnsafePointer<CChar>?
    let count = libtorch.accrete_operator(name, overload, &cpu, &cuda, &schema)
    let text = String(cString: try #require(schema))
    #expect(count >= inOlder, "\(text)")
    #expect(arguments.count <= inOlder)
    let expected = try types(text)
    #expect(expected.count == Int(count), "\(text)")
    for (index, argument) in arguments.enumerated() {
      #expect(suits(argument, expected[index]), "argument \(index) of \(text)")
    }
    // What we do not give must be optional, as an empty slot is None.
    for type in expected.dropFirst(arguments.count) { #expect(type.hasSuffix("?"), "\(text)") }
  }

  @Test func attention() throws {
    let x = try Tensor.zeros([4, 2, 8])
    let rows = try PackedRows(lengths: [4], on: .cpu)
    let attention = VarlenAttention(queries: x, keys: x, values: x, rows: (rows, rows), causal: true, window: 2)
    let result = VarlenAttention.Result(output: x, logSums: x, kept: [x, x, x, x])
    try check("aten::_flash_attention_forward", attention.flashArguments, inOlder: 15)
    try check("aten::_flash_attention_backward", attention.flashBackwardArguments(x, result), inOlder: 17)
    try check("aten::_efficient_attention_forward", attention.efficientArguments, inOlder: 14)
    try check("aten::_efficient_attention_backward", attention.efficientBackwardArguments(x, result), inOlder: 20)
  }

  /// With a cache's rows, the number of used keys stands where the schemas have it.
  @Test func cachedAttention() throws {
    let x = try Tensor.zeros([4, 2, 8])
    let queries = try PackedRows(lengths: [4], on: .cpu)
    let keys = PackedRows(
      starts: [0], lengths: [3], cumulative: try Tensor(int32: [0, 4]), used: try Tensor(int32: [3]))
    let attention = VarlenAttention(queries: x, keys: x, values: x, rows: (queries, keys), causal: true, window: nil)
    try check("aten::_flash_attention_forward", attention.flashArguments, inOlder: 15)
    try check("aten::_efficient_attention_forward", attention.efficientArguments, inOlder: 14)
    for (name, arguments, argument) in [
      ("aten::_flash_attention_forward", attention.flashArguments, "seqused_k"),
      ("aten::_efficient_attention_forward", try attention.efficientArguments, "seqlen_k"),
    ] {
      let schema = try #require(TorchRuntime.findOperator(name)).schema
      let names = schema.split(separator: ", ").filter { $0 != "*" }
      let index = try #require(names.firstIndex { $0.contains(" \(argument)") })
      guard case .optionalTensor(let used?) = arguments[index] else {
        Issue.record("\(argument) is not argument \(index)")
        continue
      }
      #expect(try used.integers() == [3] && used.dtype == .int32)
    }
  }

  @Test func products() throws {
    let x = try Tensor.zeros([4, 8])
    try check("aten::mm", overload: "dtype", [.tensor(x), .tensor(x), .dtype(.float32)], inOlder: 3)
    try check("aten::_int_mm", Tensor.integerArguments(x, x), inOlder: 2)
    let rows = try RowFormat.fp8.quantized(x, columns: nil)
    let scaled = try Float8Product.arguments(rows, rows.values, scales: x)
    try check("aten::_scaled_mm", scaled, inOlder: 8)
    try check("aten::view", overload: "dtype", [.tensor(x), .float8], inOlder: 2)
    let grouped = GroupedProduct.arguments(x, try Tensor.zeros([1, 8, 8]), ends: try Tensor(int32: [4]))
    try check("aten::_grouped_mm", grouped, inOlder: 5)
    var (cpu, cuda) = (false, false)
    var schema: UnsafePointer<CChar>?
    #expect(libtorch.accrete_operator("aten::no_such_operator", "", &cpu, &cuda, &schema) == -1)
  }
}
