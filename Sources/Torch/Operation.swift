import CTorch

/// An argument of an operator, as its schema types it.
enum Argument {
  case tensor(Tensor)
  case optionalTensor(Tensor?)
  case tensors([Tensor])
  case int(Int)
  case ints([Int])
  case optionalInts([Int])
  case double(Double)
  case bool(Bool)
  case optionalInt(Int?)
  case optionalDouble(Double?)
  case optionalDType(DType?)
  /// Of a device argument: none.
  case noDevice
  case dtype(DType)
  /// The type float8 e4m3fn, which no tensor of ours has for longer than a call.
  case float8
}

/// Calls operators of libtorch by schema name, through the stable ABI.
enum Operation {
  /// The ABI that this file is written against; libtorch of any later version honours it.
  private static let abiVersion: UInt64 = (2 << 56) | (10 << 48)
  /// c10's number of float8 e4m3fn: numbers of types do not change.
  private static let float8: TorchStackValue = 24

  /// Calls `aten::name.overload` and returns its only result.
  static func call(_ name: StaticString, overload: StaticString = "", _ arguments: [Argument]) throws -> Tensor {
    let results = try call(name, overload: overload, results: 1, arguments)
    guard let first = results.first else {
      throw TorchError.unexpectedResult(operation: "\(name)", expected: "a tensor", got: "nothing")
    }
    return first
  }

  /// Calls an operator that returns `results` values, of which the first `tensors` are tensors (`nil`: all). The others are numbers.
  @discardableResult
  static func call(
    _ name: StaticString, overload: StaticString = "", results: Int, tensors: Int? = nil, _ arguments: [Argument]
  ) throws -> [Tensor] {
    // accrete_call pads it: the loaded operator may have more arguments than this one knows.
    try withUnsafeTemporaryAllocation(of: TorchStackValue.self, capacity: max(arguments.count, results)) { stack in
      stack.initialize(repeating: 0)
      for (index, argument) in arguments.enumerated() {
        stack[index] = try stackValue(argument, of: name)
      }
      let status = accrete_call(
        chars(name), chars(overload), stack.baseAddress, arguments.count, results, abiVersion)
      guard status == 0 else { throw failure(name, arguments) }
      return try (0..<(tensors ?? results)).map { index in
        guard let reference = TorchTensorRef(bitPattern: UInt(stack[index])) else {
          throw TorchError.unexpectedResult(operation: "\(name)", expected: "a tensor", got: "nothing")
        }
        return Tensor(owning: reference)
      }
    }
  }

  /// Runs one of our functions of the table that produces a tensor.
  static func produce(
    _ name: StaticString, _ operands: [Tensor], _ body: (inout TorchTensorRef?) -> Int32
  ) throws -> Tensor {
    var reference: TorchTensorRef?
    guard body(&reference) == 0, let reference else { throw failure(name, operands.map(Argument.tensor)) }
    return Tensor(owning: reference)
  }

  /// Judges a function of the table that produces nothing.
  static func check(_ name: StaticString, _ operands: [Tensor], _ status: Int32) throws {
    guard status == 0 else { throw failure(name, operands.map(Argument.tensor)) }
  }

  // A StaticString from a literal is zero-terminated UTF-8 unless it is a single scalar, which operator names are not.
  private static func chars(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  private static func stackValue(_ argument: Argument, of name: StaticString) throws -> TorchStackValue {
    switch argument {
    case .tensor(let tensor): try owned(tensor, name)
    case .optionalTensor(let tensor): try tensor.map { libtorch.accrete_new_optional(try owned($0, name)) } ?? 0
    case .tensors(let tensors): try list(tensors.map { try owned($0, name) }, name)
    case .int(let value): TorchStackValue(bitPattern: Int64(value))
    case .ints(let values): try list(values.map { TorchStackValue(bitPattern: Int64($0)) }, name)
    case .optionalInts(let values):
      libtorch.accrete_new_optional(try list(values.map { TorchStackValue(bitPattern: Int64($0)) }, name))
    case .double(let value): value.bitPattern
    case .bool(let value): value ? 1 : 0
    case .optionalInt(let value):
      value.map { libtorch.accrete_new_optional(TorchStackValue(bitPattern: Int64($0))) } ?? 0
    case .optionalDouble(let value): value.map { libtorch.accrete_new_optional($0.bitPattern) } ?? 0
    case .optionalDType(let value): value.map { libtorch.accrete_new_optional(TorchStackValue($0.code)) } ?? 0
    case .noDevice: 0
    case .dtype(let value): TorchStackValue(value.code)
    case .float8: Self.float8
    }
  }

  // The dispatcher consumes its tensor arguments, so each gets a handle of its own.
  private static func owned(_ tensor: Tensor, _ name: StaticString) throws -> TorchStackValue {
    var copy: TorchTensorRef?
    guard libtorch.aoti_torch_new_tensor_handle(tensor.reference, &copy) == 0, let copy else {
      throw failure(name, [.tensor(tensor)])
    }
    return TorchStackValue(UInt(bitPattern: copy))
  }

  private static func list(_ elements: [TorchStackValue], _ name: StaticString) throws -> TorchStackValue {
    var list: TorchListRef?
    guard libtorch.torch_new_list_reserve_size(elements.count, &list) == 0, let list else { throw failure(name, []) }
    for element in elements {
      guard libtorch.torch_list_push_back(list, element) == 0 else { throw failure(name, []) }
    }
    return TorchStackValue(UInt(bitPattern: list))
  }

  private static func failure(_ name: StaticString, _ arguments: [Argument]) -> TorchError {
    .ofLastCall(
      "\(name)".replacing("aten::", with: ""), arguments.map(describe).joined(separator: ", "),
      on: arguments.lazy.compactMap(device).first { $0 != .cpu } ?? .cpu)
  }

  private static func device(of argument: Argument) -> Device? {
    switch argument {
    case .tensor(let tensor): tensor.device
    case .optionalTensor(let tensor): tensor?.device
    case .tensors(let tensors): tensors.first?.device
    default: nil
    }
  }

  private static func describe(_ argument: Argument) -> String {
    switch argument {
    case .tensor(let tensor): tensor.description
    case .optionalTensor(let tensor): tensor?.description ?? "none"
    case .tensors(let tensors): "[" + tensors.map(\.description).joined(separator: ", ") + "]"
    case .int(let value): "\(value)"
    case .ints(let values), .optionalInts(let values): "\(values)"
    case .double(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .optionalInt(let value): value.map { "\($0)" } ?? "none"
    case .optionalDouble(let value): value.map { "\($0)" } ?? "none"
    case .optionalDType(let value): value?.rawValue ?? "none"
    case .noDevice: "none"
    case .dtype(let value): value.rawValue
    case .float8: "float8_e4m3fn"
    }
  }
}
