import Dispatch
import Files
import Registry
import Synchronization

extension ModelCatalog {
  /// Follows the registry until the task is cancelled: a new release is seen within a quarter of a second.
  ///
  /// It never fails: a registry that cannot be read is looked at again and again.
  public func follow() async {
    while !Task.isCancelled {
      await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
        queue.async {
          self.look()
          self.readAhead()
          done.resume()
        }
      }
      do { try await Task.sleep(for: Self.pause) } catch { return }
    }
  }

  /// Looks once whether the registry has changed, and waits for that.
  public func refresh() { queue.sync { look(isUrgent: true) } }

  /// Between two looks.
  private static let pause = Duration.milliseconds(50)
  /// What failed is tried again after this time.
  private static let retry = Duration.milliseconds(250)
  /// What fails for so long is opened anew, and no more often than that: opening files that are open elsewhere in this process lets go of
  /// SQLite's locks on them.
  private static let patience = Duration.seconds(2)
  /// How long manifests are read ahead between two looks: requests have the machine.
  private static let ahead = Duration.milliseconds(10)

  /// On ``queue``.
  ///
  /// - Parameter isUrgent: Whether what has failed is tried again at once.
  private func look(isUrgent: Bool = false) {
    let (watch, mark, failure) = state.withLock { ($0.watch, $0.mark, $0.failure) }
    let time = ContinuousClock.now
    let lasts = failure.map { time - $0.since } ?? .zero
    let pause = lasts < Self.patience ? Self.retry : Self.patience
    if let failure, !isUrgent, time - failure.at < pause { return }
    do {
      guard lasts < Self.patience else { return try reopen() }
      let now = try watch.mark()
      guard failure != nil || now != mark else { return }
      guard !watch.isReplaced(now) else { return try reopen() }
      let contents = try source.registry.contents()
      try requireSameBase(contents)
      publish(contents, watch, now)
    } catch {
      state.withLock { $0.failure = Failure(text: "\(error)", since: failure?.since ?? time, at: time) }
    }
  }

  /// Reads from the file that the registry's name leads to now. One that is being put back may be there in part, which is an error, and is
  /// tried again.
  private func reopen() throws {
    let registry = try Registry.open(source.registry.url, access: .reading)
    let watch = try registry.watch()
    let mark = try watch.mark()
    let contents = try registry.contents()
    try requireSameBase(contents)
    source.registry = registry
    publish(contents, watch, mark)
  }

  private func requireSameBase(_ contents: RegistryContents) throws {
    guard contents.base.weights == base.weights else {
      throw RegistryError.otherBase(
        what: "the registry that is there now", expected: base.weights, got: contents.base.weights)
    }
    guard contents.base.tokenizer == base.tokenizer else {
      throw RegistryError.otherBase(
        what: "the tokenizer of the registry that is there now", expected: base.tokenizer,
        got: contents.base.tokenizer)
    }
  }

  private func publish(_ contents: RegistryContents, _ watch: RegistryWatch, _ mark: RegistryWatch.Mark) {
    let earlier = snapshot
    let next = CatalogSnapshot(contents, basicName: basicName, template: template, after: earlier, from: source)
    let (change, isNew) = (CatalogChange(next), CatalogChange(next) != CatalogChange(earlier))
    state.withLock { state in
      (state.snapshot, state.watch, state.mark, state.failure) = (next, watch, mark, nil)
      state.position = 0
      guard isNew else { return }
      for listener in state.listeners.values { listener.yield(change) }
    }
  }

  /// Reads manifests that nobody has asked for yet, the released ones first, so that lists have their labels at hand. On ``queue``.
  private func readAhead() {
    let end = ContinuousClock.now + Self.ahead
    let snapshot = snapshot
    var position = state.withLock { $0.position }
    while position < snapshot.order.count, ContinuousClock.now < end {
      // One that cannot be read says so when it is asked for.
      _ = try? snapshot.manifests[snapshot.order[position]]?.content()
      position += 1
    }
    state.withLock { $0.position = position }
  }
}
