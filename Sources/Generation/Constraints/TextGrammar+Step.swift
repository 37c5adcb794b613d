extension TextGrammar {
  /// Before the first byte.
  var start: State { State(.value(root), nil) }

  /// Whether a text may end here.
  func mayEnd(_ state: State) -> Bool {
    mayEnd(state.first) || state.others.contains { mayEnd($0) }
  }

  private func mayEnd(_ position: Position) -> Bool {
    guard position.enclosing == nil else { return false }
    switch position.mode {
    case .after: return true
    case .number(let number): return number.isWhole
    case .numberIn(let number): return number.isWhole
    case .text(let prefix, let form): return whole(prefix, form) != nil
    default: return false
    }
  }

  /// Where a text stands behind one more byte; `nil` where that byte cannot stand.
  func step(_ state: State, _ byte: UInt8) -> State? {
    if state.others.isEmpty { return step(state.first, byte) }
    var found: State?
    for position in state.positions {
      guard let next = step(position, byte) else { continue }
      found = found?.joined(with: next) ?? next
      if found?.isFull ?? false { break }
    }
    return found
  }

  private func step(_ position: Position, _ byte: UInt8) -> State? {
    let enclosing = position.enclosing
    switch position.mode {
    case .value(let form): return begin(form, byte, enclosing)
    case .spacedValue(let form):
      return byte == UInt8(ascii: " ") ? State(.value(form), enclosing) : begin(form, byte, enclosing)
    case .text(let prefix, let form):
      guard case .oneOf(let texts) = forms[form] else { return nil }
      if let next = texts.step(prefix, byte) { return State(.text(next, form: form), enclosing) }
      return texts.whole(prefix) == nil ? nil : goOn(byte, enclosing)
    case .string(let string):
      switch string.step(byte) {
      case .inside(let next)?: return State(.string(next), enclosing)
      case .closed?: return State(CollectionOfOne(position.behind(string)))
      case nil: return nil
      }
    case .number(var number):
      if number.take(byte) { return State(.number(number), enclosing) }
      return number.isWhole ? goOn(byte, enclosing) : nil
    case .numberIn(var number):
      if number.take(byte) { return State(.numberIn(number), enclosing) }
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
    case .string(let count):
      return byte == UInt8(ascii: "\"") ? State(.string(StringPosition(count)), enclosing) : nil
    case .number(let isInteger):
      return JSONNumberState(first: byte, isInteger: isInteger).map { State(.number($0), enclosing) }
    case .numberIn(let range):
      return BoundedNumberState(first: byte, in: range).map { State(.numberIn($0), enclosing) }
    case .list: return byte == UInt8(ascii: "[") ? open(form, enclosing) : nil
    case .object, .freeObject: return byte == UInt8(ascii: "{") ? open(form, enclosing) : nil
    case .any(let object, let list, let words):
      switch byte {
      case UInt8(ascii: "{"): return fits(object, enclosing) ? open(object, enclosing) : nil
      case UInt8(ascii: "["): return fits(list, enclosing) ? open(list, enclosing) : nil
      case UInt8(ascii: "\""): return State(.string(StringPosition()), enclosing)
      case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return begin(words, byte, enclosing)
      default: return JSONNumberState(first: byte, isInteger: false).map { State(.number($0), enclosing) }
      }
    case .anyOf(let options):
      var found: State?
      for option in options where fits(option, enclosing) {
        guard let next = begin(option, byte, enclosing) else { continue }
        found = found?.joined(with: next) ?? next
        if found?.isFull ?? false { break }
      }
      return found
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
    case .list(let value, let count):
      return count.hasRoom(behind: enclosing.next) ? State(.spacedValue(value), another(count, in: enclosing)) : nil
    case .object(let members): return hasNext(members, enclosing) ? State(.nextKey(maySpace: true), enclosing) : nil
    case .freeObject: return State(.nextKey(maySpace: true), enclosing)
    default: return nil
    }
  }

  /// The bracket that ends an object or a list, where it may end.
  private func closing(_ enclosing: Enclosing?) -> UInt8? {
    guard let enclosing else { return nil }
    switch forms[enclosing.form] {
    case .list(_, let count): return enclosing.next >= count.least ? UInt8(ascii: "]") : nil
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
    if case .list(let value, let count) = forms[enclosing.form] {
      guard count.hasRoom(behind: 0), fits(value, enclosing) else { return nil }
      return begin(value, byte, another(count, in: enclosing))
    }
    return key(byte, enclosing)
  }

  /// A list with one more element.
  private func another(_ count: CountBounds, in list: Enclosing) -> Enclosing {
    list.at(count.counted(list.next + 1))
  }

  /// Behind the first byte of a key.
  private func key(_ byte: UInt8, _ enclosing: Enclosing?) -> State? {
    guard let enclosing else { return nil }
    switch forms[enclosing.form] {
    case .object(let members): return key(members.keys.start, byte, enclosing)
    case .freeObject: return byte == UInt8(ascii: "\"") ? State(.string(StringPosition(isKey: true)), enclosing) : nil
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
    return State(.spacedValue(members.values[member]), enclosing.at(member + 1))
  }

  /// Whether a member may come now: none before it was written later or must be written first, and some value of it fits.
  private func isNext(_ member: Int, _ members: Members, _ enclosing: Enclosing) -> Bool {
    member >= enclosing.next && member <= members.required[enclosing.next] && fits(members.values[member], enclosing)
  }

  private func hasNext(_ members: Members, _ enclosing: Enclosing) -> Bool {
    members.values.indices.dropFirst(enclosing.next).contains { isNext($0, members, enclosing) }
  }
}
