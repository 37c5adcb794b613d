import Foundation
import Synchronization

/// How much memory is allocated at a time, as the address sanitizer counts it: every allocation of Swift, C and libtorch goes
/// through it.
enum LiveMemory {
  private static let live = Atomic<Int>(0)
  private static let highest = Atomic<Int>(0)
  private static let most = Atomic<Int>(0)

  /// What a reader may take of inputs of some KiB: 8 times the input, and a quarter of the 256 MiB that it has altogether.
  static func allowed(_ input: Int) -> Int { 8 * input + (64 << 20) }

  /// Whether the sanitizer is there and counts; it is asked once.
  static let isCounted: Bool = {
    typealias Taken = @convention(c) (UnsafeRawPointer?, Int) -> Void
    typealias Freed = @convention(c) (UnsafeRawPointer?) -> Void
    typealias Install = @convention(c) (Taken, Freed) -> Int32
    guard let symbol = dlsym(nil, "__sanitizer_install_malloc_and_free_hooks") else { return false }
    sizeOf = dlsym(nil, "__sanitizer_get_allocated_size").map { unsafeBitCast($0, to: SizeOf.self) }
    guard sizeOf != nil else { return false }
    // What is counted must be there before the first count.
    _ = (live.load(ordering: .relaxed), highest.load(ordering: .relaxed), most.load(ordering: .relaxed))
    let install = unsafeBitCast(symbol, to: Install.self)
    guard install({ LiveMemory.took($1) }, { LiveMemory.freed($0) }) > 0 else { return false }
    // Scripts/fuzz puts it beside the other figures.
    atexit { FileHandle.standardError.write(Data("LIVE: \(LiveMemory.most.load(ordering: .relaxed))\n".utf8)) }
    return true
  }()

  private typealias SizeOf = @convention(c) (UnsafeRawPointer?) -> Int
  nonisolated(unsafe) private static var sizeOf: SizeOf?

  private static func took(_ size: Int) {
    let now = live.add(size, ordering: .relaxed).newValue
    var before = highest.load(ordering: .relaxed)
    while now > before {
      let result = highest.compareExchange(expected: before, desired: now, ordering: .relaxed)
      if result.exchanged { return }
      before = result.original
    }
  }

  private static func freed(_ pointer: UnsafeRawPointer?) {
    guard let pointer, let sizeOf else { return }
    live.subtract(sizeOf(pointer), ordering: .relaxed)
  }

  /// The most that `body` has allocated at a time; nil without the sanitizer.
  static func peak(of body: () -> Void) -> Int? {
    guard isCounted else {
      body()
      return nil
    }
    let before = live.load(ordering: .relaxed)
    highest.store(before, ordering: .relaxed)
    body()
    let peak = highest.load(ordering: .relaxed) - before
    _ = most.max(peak, ordering: .relaxed)
    return peak
  }
}
