import Files
import Foundation

/// What the files beside a `tokenizer.json` say of its tokens, read as `AutoTokenizer` of transformers 5 reads them:
/// `tokenizer_config.json`; and unless that has `added_tokens_decoder`, `special_tokens_map.json` and `added_tokens.json`.
struct DeclaredTokens {
  /// A token with its flags; `nil`: only its text is known, and it is special.
  struct Token {
    let content: [UInt8]
    var flags: TokenFlags?
    let location: JSONLocation

    /// A text, or an object with `content`.
    init(_ location: JSONLocation) throws {
      self.location = location
      if case .text(let content) = location.value {
        (self.content, flags) = (content, nil)
      } else {
        content = try location.required("content").bytes()
        flags = try TokenFlags(location)
      }
    }
  }

  /// Tokens that a file gives an id, in the order of the ids.
  private(set) var numbered: [(id: Int, token: Token)] = []
  /// Tokens with a role: the known ones in their order, then those of a model's own.
  private(set) var named: [Token] = []
  private(set) var extra: [Token] = []
  /// Special tokens that are spelled in a text are text (`split_special_tokens`).
  let splitsSpecialTokens: Bool

  static let roles = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// - Parameters:
  ///   - folder: The checkpoint's.
  ///   - configuration: Its `tokenizer_config.json`.
  ///   - defaults: Tokens that the class names where no file does.
  ///   - known: The added tokens of `tokenizer.json`, which count before those of `added_tokens.json`.
  /// - Throws: `TokenizationError` with the file and the key.
  init(
    folder: URL, configuration: JSONLocation?, defaults: [(role: String, content: String)], known: [JSONLocation]
  ) throws {
    splitsSpecialTokens = try configuration?.flag("split_special_tokens", default: false) ?? false
    var keys = try Keys(configuration)
    let decoder = try configuration?.optional("added_tokens_decoder")
    var byID: [Int: Token] = [:]
    if let decoder {
      for member in try decoder.members() {
        let name = String(decoding: member.name, as: UTF8.self)
        let location = JSONLocation(value: member.value, key: decoder.key(of: name), file: decoder.file)
        guard let id = Int(name), id >= 0 else {
          throw location.malformed("an id as the key", got: JSONLocation.shown(name))
        }
        guard case .object = location.value else { throw location.malformed("an object with content and flags") }
        byID[id] = try Token(location)
      }
    } else {
      if let map = try JSONLocation.optionalFile("special_tokens_map.json", in: folder) { try keys.add(map) }
      if let added = try JSONLocation.optionalFile("added_tokens.json", in: folder) {
        let special = try keys.special(Self.roles)
        for member in try added.members() {
          let key = added.key(of: String(decoding: member.name, as: UTF8.self))
          let location = JSONLocation(value: member.value, key: key, file: added.file)
          var flags = TokenFlags()
          flags.isSpecial = special.contains(member.name)
          let text = JSONLocation(value: .text(member.name), key: key, file: added.file)
          var token = try Token(text)
          token.flags = flags
          byID[try location.integer()] = token
        }
      }
      for location in known { byID[try location.required("id").integer()] = try Token(location) }
    }
    numbered = byID.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    for role in Self.roles {
      if let location = keys[role] {
        if location.value != .null { named.append(try Token(location)) }
      } else if let token = defaults.first(where: { $0.role == role }) {
        let text = JSONLocation(value: .text(Array(token.content.utf8)), key: role, file: folder.path)
        named.append(try Token(text))
      }
    }
    named += try keys.ownTokens()
    extra = try keys.extraTokens()
  }

  /// The tokens that a tokenizer has once these are added to its own.
  ///
  /// - Parameters:
  ///   - own: Those of `tokenizer.json`, as the class reads it.
  ///   - model: The model's vocabulary.
  ///   - givesAll: Whether the class adds all special tokens once more, by their text alone.
  /// - Throws: `TokenizationError.inconsistent` for an id that is not the token's.
  func tokens(besides own: [AddedTokenFile], model: [[UInt8]: Int], givesAll: Bool) throws -> [AddedTokenFile] {
    var list = TokenList(own, model: model)
    var planned: [(token: Token, id: Int?)] = []
    var contents = Set(own.map(\.content))
    for (id, token) in numbered where !list.contains(token.flags ?? .special, token.content) {
      planned.append((token, id))
      contents.insert(token.content)
    }
    for token in named + extra where contents.insert(token.content).inserted { planned.append((token, nil)) }
    let namedContents = Set(named.map(\.content))
    for (token, declared) in planned {
      var flags = token.flags ?? .special
      if namedContents.contains(token.content) { flags.isSpecial = true }
      guard let id = list.add(token.content, flags) else { continue }
      if let declared, declared != id {
        throw token.location.inconsistent(
          "the id \(id), which `\(String(decoding: token.content.prefix(60), as: UTF8.self))` has in the tokenizer",
          got: "\(declared)")
      }
    }
    if givesAll { for token in named + extra { list.add(token.content, .special) } }
    return list.finished
  }
}

/// The keys of `tokenizer_config.json` and, over them, of `special_tokens_map.json`.
private struct Keys {
  private var locations: [(name: [UInt8], location: JSONLocation)] = []
  /// Tokens with names of a model's own.
  private var own: [(name: [UInt8], token: DeclaredTokens.Token)] = []

  private static let extra = "extra_special_tokens"
  private static let additional = "additional_special_tokens"

  init(_ configuration: JSONLocation?) throws {
    for member in try configuration?.members() ?? [] {
      let key = String(decoding: member.name, as: UTF8.self)
      set(member.name, JSONLocation(value: member.value, key: key, file: configuration?.file ?? ""))
    }
    if self[Self.additional] != nil, self[Self.extra].map({ Self.isBlank($0.value) }) ?? true {
      rename()
    }
    own = try ownLocations.filter { if case .text = $0.location.value { true } else { false } }.map {
      ($0.name, try DeclaredTokens.Token($0.location))
    }
    locations.removeAll { location in own.contains { $0.name == location.name } }
    try takeNamedExtra()
  }

  subscript(name: String) -> JSONLocation? { locations.first { $0.name.elementsEqual(name.utf8) }?.location }

  private mutating func set(_ name: [UInt8], _ location: JSONLocation) {
    if let index = locations.firstIndex(where: { $0.name == name }) {
      locations[index].location = location
    } else {
      locations.append((name, location))
    }
  }

  private mutating func remove(_ name: String) { locations.removeAll { $0.name.elementsEqual(name.utf8) } }

  private mutating func rename() {
    guard let location = self[Self.additional] else { return }
    remove(Self.additional)
    set(Array(Self.extra.utf8), location)
  }

  private static func isBlank(_ value: JSONTree) -> Bool {
    switch value {
    case .null, .list([]), .object([]): true
    default: false
    }
  }

  /// `extra_special_tokens` as an object gives its tokens names.
  private mutating func takeNamedExtra() throws {
    guard let location = self[Self.extra], case .object(let members) = location.value else { return }
    for member in members {
      let key = location.key(of: String(decoding: member.name, as: UTF8.self))
      let token = try DeclaredTokens.Token(JSONLocation(value: member.value, key: key, file: location.file))
      own.removeAll { $0.name == member.name }
      own.append((member.name, token))
    }
    remove(Self.extra)
  }

  /// Takes the keys of `special_tokens_map.json`, whose objects are special tokens.
  mutating func add(_ map: JSONLocation) throws {
    for member in try map.members() {
      let name = String(decoding: member.name, as: UTF8.self)
      var value = member.value
      if !name.utf8.elementsEqual(Self.extra.utf8) {
        value = Self.special(value)
      } else if case .list(let tokens) = value {
        var all: [JSONTree] = if case .list(let earlier)? = self[Self.extra]?.value { earlier } else { [] }
        for token in tokens.map(Self.special) where !all.contains(token) { all.append(token) }
        value = .list(all)
      }
      set(member.name, JSONLocation(value: value, key: name, file: map.file))
    }
    try takeNamedExtra()
  }

  private static let mark = JSONTree.Member(name: Array("__type".utf8), value: .text(Array("AddedToken".utf8)))

  /// A value; an object is a special token whatever it says.
  private static func special(_ value: JSONTree) -> JSONTree {
    guard case .object(let flags) = value else { return value }
    let others = flags.filter { !$0.name.elementsEqual("special".utf8) && $0.name != mark.name }
    return .object(others + [JSONTree.Member(name: Array("special".utf8), value: .boolean(true)), mark])
  }

  /// The spellings that make a token of `added_tokens.json` special.
  func special(_ roles: [String]) throws -> Set<[UInt8]> {
    let named = try roles.compactMap { self[$0] }.filter { $0.value != .null }.map { try DeclaredTokens.Token($0) }
    return Set((named + (try list(Self.extra))).map(\.content))
  }

  /// Keys that end in `_token` and are none of the known roles.
  private var ownLocations: [(name: [UInt8], location: JSONLocation)] {
    let suffix = Array("_token".utf8)
    return locations.filter { name, _ in
      name.suffix(suffix.count).elementsEqual(suffix)
        && !DeclaredTokens.roles.contains { $0.utf8.elementsEqual(name) }
    }
  }

  /// Tokens of a model's own kinds.
  func ownTokens() throws -> [DeclaredTokens.Token] {
    let found = try ownLocations.compactMap { _, location -> DeclaredTokens.Token? in
      // `add_bos_token` and the like are not tokens.
      if case .text = location.value { return try DeclaredTokens.Token(location) }
      if case .object = location.value { return try DeclaredTokens.Token(location) }
      return nil
    }
    return found + own.map(\.token)
  }

  func extraTokens() throws -> [DeclaredTokens.Token] {
    try list(self[Self.extra] == nil ? Self.additional : Self.extra)
  }

  private func list(_ name: String) throws -> [DeclaredTokens.Token] {
    guard let location = self[name], location.value != .null else { return [] }
    return try location.elements().map { location in
      // transformers takes objects in a list only where they say what they are.
      if case .object(let members) = location.value, !members.contains(Self.mark) {
        throw location.malformed("a string")
      }
      return try DeclaredTokens.Token(location)
    }
  }
}
