extension Setting {
  /// A value that there always is.
  package init<Value: SettingValue>(
    _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, _ text: String, default initial: String? = nil
  ) {
    self.init(
      name, text, initial: initial ?? Root()[keyPath: field].shownText, field: field,
      set: { $0[keyPath: field] = $1 }, get: { $0[keyPath: field] })
  }

  /// A value that there may be.
  package init<Value: SettingValue>(
    _ name: String, _ field: any WritableKeyPath<Root, Value?> & Sendable, _ text: String,
    default initial: String? = nil
  ) {
    self.init(
      name, text, initial: initial ?? Root()[keyPath: field]?.shownText ?? "", field: field,
      set: { $0[keyPath: field] = $1 }, get: { $0[keyPath: field] })
  }

  /// A value, with how it is set and read.
  package init<Value: SettingValue>(
    _ name: String, _ text: String, initial: String, field: (any AnyKeyPath & Sendable)? = nil,
    set: @escaping @Sendable (inout Root, Value) -> Void, get: @escaping @Sendable (Root) -> Value?
  ) {
    self.init(
      name, text, arity: .one, form: Value.form, choices: Value.choices, initial: initial, field: field,
      isText: { Value.value(of: $0) != nil },
      decode: { container, key in
        let value = try container.decode(Value.self, forKey: key)
        return { root, _ in set(&root, value) }
      },
      parse: { texts in
        guard let text = texts.last, let value = Value.value(of: text) else {
          throw RunError.invalidConfiguration(key: name, got: texts.last ?? "nothing", allowed: Value.form)
        }
        return { root, _ in set(&root, value) }
      },
      words: { get($0).map { [$0.settingText] } ?? [] })
  }

  /// On or off.
  package init(_ name: String, flag field: any WritableKeyPath<Root, Bool> & Sendable, _ text: String) {
    self.init(name, flag: field, text) {
      $0[keyPath: field] = $1
    } get: {
      $0[keyPath: field]
    }
  }

  /// On or, in a record, not there.
  package init(_ name: String, flag field: any WritableKeyPath<Root, Bool?> & Sendable, _ text: String) {
    self.init(name, flag: field, text) {
      $0[keyPath: field] = $1 ? true : nil
    } get: {
      $0[keyPath: field] == true
    }
  }

  private init(
    _ name: String, flag field: any AnyKeyPath & Sendable, _ text: String,
    set: @escaping @Sendable (inout Root, Bool) -> Void,
    get: @escaping @Sendable (Root) -> Bool
  ) {
    self.init(
      name, text, arity: .flag, form: "true or false", initial: "", field: field,
      decode: { container, key in
        let isOn = try container.decode(Bool.self, forKey: key)
        return { root, _ in set(&root, isOn) }
      },
      parse: { _ in { root, _ in set(&root, true) } }, words: { get($0) ? ["true"] : [] })
  }

  /// Where something is.
  package init(
    _ name: String, path field: any WritableKeyPath<Root, String?> & Sendable, _ text: String,
    default initial: String = ""
  ) {
    self.init(name, path: field, text, initial) {
      $0[keyPath: field] = $1
    } get: {
      $0[keyPath: field]
    }
  }

  /// Where something is that there always is.
  package init(
    _ name: String, path field: any WritableKeyPath<Root, String> & Sendable, _ text: String,
    default initial: String = ""
  ) {
    self.init(name, path: field, text, initial) {
      $0[keyPath: field] = $1
    } get: {
      $0[keyPath: field]
    }
  }

  private init(
    _ name: String, path field: any AnyKeyPath & Sendable, _ text: String, _ initial: String,
    set: @escaping @Sendable (inout Root, String) -> Void, get: @escaping @Sendable (Root) -> String?
  ) {
    self.init(
      name, text, arity: .one, form: "a path", initial: initial, field: field,
      decode: { container, key in
        let path = try container.decode(String.self, forKey: key)
        return { root, resolve in set(&root, try resolve(path, name)) }
      },
      parse: { texts in { root, resolve in if let path = texts.last { set(&root, try resolve(path, name)) } } },
      words: { get($0).map { [$0] } ?? [] })
  }

  /// Some files.
  package init(_ name: String, paths field: any WritableKeyPath<Root, [String]> & Sendable, _ text: String) {
    let change: @Sendable ([String]) -> Change = { paths in
      { root, resolve in root[keyPath: field] = try paths.map { try resolve($0, name) } }
    }
    self.init(
      name, text, arity: .list, form: "a list of files", initial: "", field: field,
      decode: { container, key in change(try container.decode([String].self, forKey: key)) },
      parse: { change($0) }, words: { $0[keyPath: field] })
  }

  /// Texts that are understood together.
  ///
  /// - Parameters:
  ///   - texts: What stands behind the key of a file, as texts of a command line.
  ///   - set: Puts texts into a configuration.
  ///   - words: The texts of a configuration.
  package init<Written: Decodable>(
    _ name: String, _ text: String, arity: Arity, form: String, choices: [String] = [], initial: String = "",
    texts: @escaping @Sendable (Written) -> [String], set: @escaping @Sendable (inout Root, [String]) throws -> Void,
    words: @escaping @Sendable (Root) -> [String]
  ) {
    self.init(
      name, text, arity: arity, form: form, choices: choices, initial: initial,
      decode: { container, key in
        let texts = texts(try container.decode(Written.self, forKey: key))
        return { root, _ in try set(&root, texts) }
      },
      parse: { texts in { root, _ in try set(&root, texts) } }, words: words)
  }
}
