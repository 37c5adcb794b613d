/// Schema 1. Times are seconds since 1970, UTC; digests are their 32 bytes.
enum Schema1 {
  static let sql = """
    CREATE TABLE registry(
      one INTEGER PRIMARY KEY CHECK(one = 1), id TEXT NOT NULL, base TEXT NOT NULL, path TEXT NOT NULL,
      created INTEGER NOT NULL) STRICT;
    CREATE TABLE blob(
      digest BLOB PRIMARY KEY CHECK(length(digest) = 32), bytes INTEGER NOT NULL CHECK(bytes >= 0), media TEXT NOT NULL,
      created INTEGER NOT NULL, purged INTEGER) WITHOUT ROWID, STRICT;
    CREATE TABLE expert(
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folded TEXT NOT NULL UNIQUE, created INTEGER NOT NULL) STRICT;
    CREATE TABLE version(
      expert INTEGER NOT NULL REFERENCES expert, number INTEGER NOT NULL CHECK(number > 0),
      manifest BLOB NOT NULL UNIQUE REFERENCES blob, tensors BLOB REFERENCES blob,
      base BLOB NOT NULL CHECK(length(base) = 32), tokenizer BLOB NOT NULL CHECK(length(tokenizer) = 32),
      template BLOB CHECK(length(template) = 32), method TEXT NOT NULL, kind TEXT NOT NULL CHECK(kind IN ('label', 'answer')),
      parent BLOB CHECK(length(parent) = 32), bytes INTEGER NOT NULL, examples INTEGER, source TEXT,
      state TEXT NOT NULL CHECK(state IN ('registered', 'retired', 'purged')), created INTEGER NOT NULL,
      actor TEXT NOT NULL, PRIMARY KEY(expert, number)) WITHOUT ROWID, STRICT;
    CREATE TABLE part(
      expert INTEGER NOT NULL, number INTEGER NOT NULL, role TEXT NOT NULL, digest BLOB NOT NULL REFERENCES blob,
      PRIMARY KEY(expert, number, role), FOREIGN KEY(expert, number) REFERENCES version) WITHOUT ROWID, STRICT;
    CREATE INDEX part_digest ON part(digest);
    CREATE TABLE rest(
      expert INTEGER NOT NULL, number INTEGER NOT NULL, needs BLOB NOT NULL REFERENCES version(manifest),
      PRIMARY KEY(expert, number, needs), FOREIGN KEY(expert, number) REFERENCES version) WITHOUT ROWID, STRICT;
    CREATE INDEX rest_needs ON rest(needs);
    CREATE TABLE metric(
      expert INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, task TEXT NOT NULL, position INTEGER NOT NULL,
      value REAL NOT NULL, low REAL, high REAL, n INTEGER, PRIMARY KEY(expert, number, name, task),
      FOREIGN KEY(expert, number) REFERENCES version) WITHOUT ROWID, STRICT;
    CREATE TABLE gate(
      id INTEGER PRIMARY KEY, expert INTEGER NOT NULL, number INTEGER NOT NULL,
      verdict TEXT NOT NULL CHECK(verdict IN ('pass', 'fail', 'override')), report BLOB NOT NULL REFERENCES blob, reason TEXT,
      actor TEXT NOT NULL, at INTEGER NOT NULL, FOREIGN KEY(expert, number) REFERENCES version) STRICT;
    CREATE INDEX gate_version ON gate(expert, number);
    CREATE TABLE alias(
      expert INTEGER NOT NULL REFERENCES expert, name TEXT NOT NULL, number INTEGER, revision INTEGER NOT NULL,
      protected INTEGER NOT NULL CHECK(protected IN (0, 1)), PRIMARY KEY(expert, name),
      FOREIGN KEY(expert, number) REFERENCES version) WITHOUT ROWID, STRICT;
    CREATE TABLE release(
      revision INTEGER PRIMARY KEY, manifest BLOB NOT NULL REFERENCES blob,
      kind TEXT NOT NULL CHECK(kind IN ('promote', 'rollback', 'forget', 'canary', 'disable')),
      parent INTEGER REFERENCES release, restored INTEGER REFERENCES release, actor TEXT NOT NULL, at INTEGER NOT NULL,
      reason TEXT) STRICT;
    CREATE TABLE current(
      one INTEGER PRIMARY KEY CHECK(one = 1), revision INTEGER NOT NULL REFERENCES release) STRICT;
    CREATE TABLE withdrawal(
      expert INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL CHECK(kind IN ('retire', 'forget')),
      at INTEGER NOT NULL, PRIMARY KEY(expert, number, kind), FOREIGN KEY(expert, number) REFERENCES version)
      WITHOUT ROWID, STRICT;
    CREATE TABLE audit(
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
      detail TEXT NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL UNIQUE) STRICT;
    \(fixed.map(abort).joined(separator: "\n"))
    \(kept.map { abort($0, "DELETE") }.joined(separator: "\n"))
    CREATE TRIGGER version_changed BEFORE UPDATE OF expert, number, manifest, tensors, base, tokenizer, template, method,
      kind, parent, bytes, examples, source, created, actor ON version
      BEGIN SELECT RAISE(ABORT, 'a version never changes'); END;
    CREATE TRIGGER version_state BEFORE UPDATE OF state ON version
      WHEN NOT (old.state = 'registered' OR old.state = 'retired' AND new.state = 'purged')
      BEGIN SELECT RAISE(ABORT, 'a version that is out of use stays so'); END;
    PRAGMA user_version = 1;
    """

  /// Tables whose rows neither change nor go.
  private static let fixed = ["audit", "gate", "metric", "release", "part", "rest", "withdrawal", "expert"]
  /// Tables whose rows may change, but never go.
  private static let kept = ["version", "blob", "alias", "current", "registry"]

  private static func abort(_ table: String) -> String { abort(table, "UPDATE") + "\n" + abort(table, "DELETE") }

  private static func abort(_ table: String, _ change: String) -> String {
    "CREATE TRIGGER \(table)_\(change.lowercased()) BEFORE \(change) ON \(table)"
      + " BEGIN SELECT RAISE(ABORT, 'rows of \(table) are never \(change == "UPDATE" ? "changed" : "removed")'); END;"
  }
}
