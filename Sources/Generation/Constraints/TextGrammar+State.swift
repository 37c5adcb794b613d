extension TextGrammar {
  /// Where a text stands: what comes next, and in which objects and lists.
  struct State: Sendable {
    fileprivate var mode: Mode
    fileprivate var enclosing: Enclosing?

    fileprivate init(_ mode: Mode, _ enclosing: Enclosing?) {
      self.mode = mode
      self.enclosing = enclosing
    }
  }

  fileprivate enum Mode {
    /// Before a value of this form.
    case value(Int)
    /// The same, where a space may stand before it.
    case spacedValue(Int)
    /// In one of the texts of a form.
    case text(SortedTexts.Prefix, form: Int)
    case string(JSONStringState, isKey: Bool)
    case number(JSONNumberState)
    /// Behind a value.
    case after
    /// Behind the bracket that begins an object or a list.
    case opened
    /// Before another key; a space may stand before it.
    case nextKey(maySpace: Bool)
    /// In the key of a member.
    case key(SortedTexts.Prefix)
    /// Behind a free key.
    case colon
  }

  /// An object or a list that has begun. It never changes, so that states can share it.
  fileprivate final class Enclosing: Sendable {
    let form: Int
    /// Of an object with members: the first that may still come.
    let next: Int
    /// How many objects and lists there are with this one.
    let depth: Int
    let outer: Enclosing?

    init(_ form: Int, next: Int = 0, depth: Int, in outer: Enclosing?) {
      self.form = form
      self.next = next
      self.depth = depth
      self.outer = outer
    }
  }

  /// Before the first byte.
  var start: State { State(.value(root), nil) }

  /// Whether a text may end here.
  func mayEnd(_ state: State) -> Bool {
    guard state.enclosing == nil else { return false }
    switch state.mode {
    case .after: return true
    case .number(let number): return number.isWhole
    case .text(let prefix, let form): return whole(prefix, form) != nil
    default: return false
    }
  }

  /// Where a text stands within a JSON string; `nil`: in none.
  func string(_ state: State) -> JSONStringState? {
    if case .string(let string, _) = state.mode { string } else { nil }
  }

  /// Where a text that is within a JSON string stands once that is over.
  func behindString(_ state: State) -> State? {
    guard case .string(_, let isKey) = state.mode else { return nil }
    return State(isKey ? .colon : .after, state.enclosing)
  }

  /// Where a text stands behind one more byte; `nil` where that byte cannot stand.
  func step(_ state: State, _ byte: UInt8) -> State? {
    let enclosing = state.enclosing
    switch state.mode {
    case .value(let form): return begin(form, byte, enclosing)
    case .spacedValue(let form):
      return byte == UInt8(ascii: " ") ? State(.value(form), enclosing) : begin(form, byte, enclosing)
    case .text(let prefix, let form):
      guard case .oneOf(let texts) = forms[form] else { return nil }
      if let next = texts.step(prefix, byte) { return State(.text(next, form: form), enclosing) }
      return texts.whole(prefix) == nil ? nil : goOn(byte, enclosing)
    case .string(let string, let isKey):
      switch string.step(byte) {
      case .inside(let next)?: return State(.string(next, isKey: isKey), enclosing)
      case .closed?: return behindString(state)
      case nil: return nil
      }
    case .number(var number):
      if number.take(byte) { return State(.number(number), enclosing) }
      return number.isWhole ? goOn(byte, enclosing) : nil
    case .after: return goOn(byte, enclosing)
    case .opened: return byte == closing(enclosing) ? closed(enclosing) : first(byte, enclosing)
    case .nextKey(let maySpace):
      if maySpace, byte == UInt8(ascii: " ") { return State(.nextKey(maySpace: false), enclosing) }
      return key(byte, enclosing)
    case .key(let prefix): return key(prefix, byte, enclosing)
    case .colon:
      guard byte == UInt8(ascii: ":"), let enclosing, case .freeObject(let value) = forms[enclosing.form] else {
        return nil
      }
      return State(.spacedValue(value), enclosing)
    }
  }

  private func whole(_ prefix: SortedTexts.Prefix, _ form: Int) -> Int? {
    if case .oneOf(let texts) = forms[form] { texts.whole(prefix) } else { nil }
  }

  // MARK: Values

  /// Behind the first byte of a value.
  private func begin(_ form: Int, _ byte: UInt8, _ enclosing: Enclosing?) -> State? {
    switch forms[form] {
    case .oneOf(let texts): return texts.step(texts.start, byte).map { State(.text($0, form: form), enclosing) }
    case .string: return byte == UInt8(ascii: "\"") ? State(.string(.plain, isKey: false), enclosing) : nil
    case .number(let isInteger):
      return JSONNumberState(first: byte, isInteger: isInteger).map { State(.number($0), enclosing) }
    case .list: return byte == UInt8(ascii: "[") ? open(form, enclosing) : nil
    case .object, .freeObject: return byte == UInt8(ascii: "{") ? open(form, enclosing) : nil
    case .any(let object, let list, let words):
      switch byte {
      case UInt8(ascii: "{"): return fits(object, enclosing) ? open(object, enclosing) : nil
      case UInt8(ascii: "["): return fits(list, enclosing) ? open(list, enclosing) : nil
      case UInt8(ascii: "\""): return State(.string(.plain, isKey: false), enclosing)
      case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return begin(words, byte, enclosing)
      default: return JSONNumberState(first: byte, isInteger: false).map { State(.number($0), enclosing) }
      }
    }
  }

  private func open(_ form: Int, _ enclosing: Enclosing?) -> State {
    State(.opened, Enclosing(form, depth: (enclosing?.depth ?? 0) + 1, in: enclosing))
  }

  /// Whether some value of a form is not nested too deeply there.
  private func fits(_ form: Int, _ enclosing: Enclosing?) -> Bool {
    (enclosing?.depth ?? 0) + heights[form] <= Self.deepest
  }

  // MARK: Objects and lists

  /// Behind the byte that follows a value.
  private func goOn(_ byte: UInt8, _ enclosing: Enclosing?) -> State? {
    guard let enclosing else { return nil }
    if byte == closing(enclosing) { return closed(enclosing) }
    guard byte == UInt8(ascii: ",") else { return nil }
    switch forms[enclosing.form] {
    case .list(let value): return State(.spacedValue(value), enclosing)
    case .object(let members): return hasNext(members, enclosing) ? State(.nextKey(maySpace: true), enclosing) : nil
    case .freeObject: return State(.nextKey(maySpace: true), enclosing)
    default: return nil
    }
  }

  /// The bracket that ends an object or a list, where it may end.
  private func closing(_ enclosing: Enclosing?) -> UInt8? {
    guard let enclosing else { return nil }
    switch forms[enclosing.form] {
    case .list: return UInt8(ascii: "]")
    case .freeObject: return UInt8(ascii: "}")
    case .object(let members):
      return members.required[enclosing.next] == members.values.count ? UInt8(ascii: "}") : nil
    default: return nil
    }
  }

  private func closed(_ enclosing: Enclosing?) -> State { State(.after, enclosing?.outer) }

  /// Behind the first byte of the first element or member.
  private func first(_ byte: UInt8, _ enclosing: Enclosing?) -> State? {
    guard let enclosing else { return nil }
    if case .list(let value) = forms[enclosing.form] {
      return fits(value, enclosing) ? begin(value, byte, enclosing) : nil
    }
    return key(byte, enclosing)
  }

  /// Behind the first byte of a key.
  private func key(_ byte: UInt8, _ enclosing: Enclosing?) -> State? {
    guard let enclosing else { return nil }
    switch forms[enclosing.form] {
    case .object(let members): return key(members.keys.start, byte, enclosing)
    case .freeObject: return byte == UInt8(ascii: "\"") ? State(.string(.plain, isKey: true), enclosing) : nil
    default: return nil
    }
  }

  /// Behind a byte of a member's key, which may be the colon.
  private func key(_ prefix: SortedTexts.Prefix, _ byte: UInt8, _ enclosing: Enclosing?) -> State? {
    guard let enclosing, case .object(let members) = forms[enclosing.form],
      let next = members.keys.step(prefix, byte),
      members.keys.has(next, where: { isNext($0, members, enclosing) })
    else { return nil }
    guard let member = members.keys.whole(next) else { return State(.key(next), enclosing) }
    let rest = Enclosing(enclosing.form, next: member + 1, depth: enclosing.depth, in: enclosing.outer)
    return State(.spacedValue(members.values[member]), rest)
  }

  /// Whether a member may come now: none before it was written later or must be written first, and some value of it fits.
  private func isNext(_ member: Int, _ members: Members, _ enclosing: Enclosing) -> Bool {
    member >= enclosing.next && member <= members.required[enclosing.next] && fits(members.values[member], enclosing)
  }

  private func hasNext(_ members: Members, _ enclosing: Enclosing) -> Bool {
    members.values.indices.dropFirst(enclosing.next).contains { isNext($0, members, enclosing) }
  }
}
