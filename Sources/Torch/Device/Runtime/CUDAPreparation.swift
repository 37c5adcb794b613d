import CTorch

/// What has to be set before libtorch's first product on a GPU, so that products are repeatable: once in a process.
///
/// cuBLAS reads its workspace when its first handle is made; afterwards it is too late.
enum CUDAPreparation {
  private static let problem: TorchError? = {
    guard libtorch.accrete_prepare_cuda() != 0 else { return nil }
    return .ofLastCall("prepare_cuda", "")
  }()

  static func prepare() { _ = problem }

  /// - Throws: Why libtorch refuses the settings.
  static func require() throws {
    if let problem { throw problem }
  }
}
