import CTorch
import Foundation
import Testing

@testable import Torch

/// What the test operator was given. One test calls it.
nonisolated(unsafe) private var given: [UInt64] = []

/// Does an operator of the loaded libtorch that has more arguments than this package knows find None in them?
@Suite struct OperatorStackTests {
  private func function<Function>(_ name: String, as type: Function.Type) throws -> Function {
    // Of libtorch, which is loaded by now.
    unsafeBitCast(try #require(dlsym(dlopen(nil, RTLD_NOW), name), "\(name)"), to: type)
  }

  @Test func argumentsThatNobodyGaveAreNone() throws {
    let tensor = try Tensor([1, 2] as [Float])
    var library: OpaquePointer?
    typealias New =
      @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UInt32, UnsafeMutablePointer<OpaquePointer?>) -> Int32
    typealias Define = @convention(c) (OpaquePointer?, UnsafePointer<CChar>) -> Int32
    typealias Kernel = @convention(c) (UnsafeMutablePointer<UInt64>?, UInt64, UInt64) -> Void
    typealias Implement = @convention(c) (OpaquePointer?, UnsafePointer<CChar>, Kernel, UInt64) -> Int32
    let schema = """
      more(Tensor a, int b, Tensor? c=None, int? d=None, float? e=None, bool f=False, int g=0, str? h=None, int[]? i=None, \
      Tensor? j=None) -> Tensor
      """
    let new = try function("aoti_torch_library_init_def", as: New.self)
    let define = try function("aoti_torch_library_def", as: Define.self)
    let implement = try function("torch_library_impl", as: Implement.self)
    #expect(new("accrete_swift_test", #filePath, 0, &library) == 0)
    #expect(define(library, schema) == 0)
    let kernel: Kernel = { stack, arguments, _ in
      given = (0..<Int(arguments)).map { stack?[$0] ?? .max }  // the first one, a tensor, is the result
    }
    #expect(implement(library, "more", kernel, UInt64(2) << 56 | UInt64(10) << 48) == 0)
    let result = try Operation.call("accrete_swift_test::more", [.tensor(tensor), .int(7)])
    #expect(try result.floats() == [1, 2])
    #expect(given.count == 10 && given.dropFirst().elementsEqual([7, 0, 0, 0, 0, 0, 0, 0, 0]))
  }

  /// The loaded libtorch and the library of this package that calls it are of one minor version.
  @Test func theBridgeIsBuiltForTheLoadedLibtorch() throws {
    _ = try Tensor([1] as [Float])
    func minor(_ version: String) -> [Substring] { Array(version.split(separator: ".").prefix(2)) }
    #expect(minor(TorchRuntime.version) == minor(TorchRuntime.bridgeVersion))
    #expect(TorchRuntime.problem == nil && TorchRuntime.fix == nil)
  }
}
