import Foundation

// What libFuzzer's `main`, which `-sanitize=fuzzer` links, calls of a program.
//
// accrete-fuzz TARGET [flags of libFuzzer] [folders of inputs]
//
// Without a target it lists them. libFuzzer starts itself again for some of its flags, without our argument: the target is
// therefore also taken from the environment.

/// Before everything else: takes our argument from the list.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> Int32 {
  guard let target = FuzzTarget.chosen else {
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    exit(count.pointee == 1 ? 0 : 64)
  }
  setenv(FuzzTarget.variable, target.name, 1)
  let list = arguments.pointee
  guard count.pointee > 1, let first = list[1], String(cString: first) == target.name else { return 0 }
  // The name of the program moves into its place.
  list[1] = list[0]
  arguments.pointee = list + 1
  count.pointee -= 1
  return 0
}

/// One input.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  FuzzTarget.chosen?.check(bytes.map { Data(bytes: $0, count: size) } ?? Data())
  return 0
}
