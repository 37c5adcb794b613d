/// The schemas of the file of keys. Times are seconds since 1970, UTC; digests are their 32 bytes.
///
/// A schema that was released is never edited: files of it are out there.
enum AccessSchema {
  /// The newest one that this program knows; `PRAGMA user_version` of a file says which it has.
  static let newest = 1

  /// The last second of the year 9999: a later date cannot be written in four digits.
  static let lastSecond = 253_402_300_799

  /// Schema 1.
  static let sql = """
    CREATE TABLE access_key(
      id TEXT PRIMARY KEY CHECK(length(id) = 12), name TEXT NOT NULL CHECK(length(name) BETWEEN 1 AND 64),
      digest BLOB NOT NULL UNIQUE CHECK(length(digest) = 32), scopes TEXT NOT NULL, models TEXT NOT NULL,
      rpm INTEGER CHECK(rpm > 0), tpm INTEGER CHECK(tpm > 0), concurrency INTEGER CHECK(concurrency > 0),
      created INTEGER NOT NULL, expires INTEGER, revoked INTEGER, used INTEGER) WITHOUT ROWID, STRICT;
    CREATE UNIQUE INDEX access_key_name ON access_key(name) WHERE revoked IS NULL;
    CREATE TRIGGER access_key_changed BEFORE UPDATE OF id, name, digest, scopes, models, rpm, tpm, concurrency, created,
      expires ON access_key BEGIN SELECT RAISE(ABORT, 'a key never changes'); END;
    CREATE TRIGGER access_key_revoked BEFORE UPDATE OF revoked ON access_key WHEN old.revoked IS NOT NULL
      BEGIN SELECT RAISE(ABORT, 'a key that was revoked stays so'); END;
    CREATE TRIGGER access_key_removed BEFORE DELETE ON access_key
      BEGIN SELECT RAISE(ABORT, 'keys are revoked, and never removed'); END;
    PRAGMA user_version = 1;
    """
}
