/// The schema of `loop.sqlite`. Times are seconds since 1970, UTC; digests are their 32 bytes, or text where a person reads them.
///
/// It is a file of its own beside `review.sqlite`: the loop writes while nobody waits, and takes its write lock while a release is
/// published; decisions and votes shall not stand behind that. It holds no texts.
enum LoopSchema {
  static let sql = """
    CREATE TABLE job(
      task TEXT PRIMARY KEY,
      state TEXT NOT NULL CHECK(state IN (\(LoopState.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")))),
      attempt INTEGER NOT NULL CHECK(attempt > 0), since INTEGER NOT NULL, inputs TEXT NOT NULL, findings TEXT NOT NULL,
      cooldown INTEGER NOT NULL CHECK(cooldown >= 0), until INTEGER, requested TEXT) WITHOUT ROWID, STRICT;
    -- One job at a time replaces the release.
    CREATE UNIQUE INDEX job_promotes ON job(state) WHERE state = 'promote';
    -- Signs of life, which no audit tells of.
    CREATE TABLE lease(
      task TEXT PRIMARY KEY REFERENCES job, owner TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID, STRICT;
    -- The how-manieth time the rows of a task's gate are looked at; release 0: there was none.
    CREATE TABLE look(
      task TEXT NOT NULL REFERENCES job, number INTEGER NOT NULL CHECK(number > 0),
      candidate BLOB NOT NULL CHECK(length(candidate) = 32), release INTEGER NOT NULL,
      PRIMARY KEY(task, number), UNIQUE(task, candidate, release)) WITHOUT ROWID, STRICT;
    -- Who let a candidate pass in spite of its gates.
    CREATE TABLE override(
      id INTEGER PRIMARY KEY, task TEXT NOT NULL, report TEXT NOT NULL, operator TEXT NOT NULL, lead TEXT NOT NULL,
      reason TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
    -- What two persons have to ask for, and one has.
    CREATE TABLE asked(
      subject TEXT PRIMARY KEY, person TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE switch(
      one INTEGER PRIMARY KEY CHECK(one = 1), stopped INTEGER NOT NULL CHECK(stopped IN (0, 1)),
      review INTEGER NOT NULL CHECK(review IN (0, 1)), release INTEGER, person TEXT NOT NULL, at INTEGER NOT NULL,
      reason TEXT) STRICT;
    -- What a second release decided of coin rows: the label alone.
    CREATE TABLE shadow(
      manifest BLOB NOT NULL CHECK(length(manifest) = 32), item TEXT NOT NULL, served TEXT, candidate TEXT,
      PRIMARY KEY(manifest, item)) WITHOUT ROWID, STRICT;
    -- What each arm of a canary did, by hour.
    CREATE TABLE arm(
      manifest BLOB NOT NULL CHECK(length(manifest) = 32), hour INTEGER NOT NULL,
      candidate INTEGER NOT NULL CHECK(candidate IN (0, 1)), requests INTEGER NOT NULL CHECK(requests >= 0),
      errors INTEGER NOT NULL CHECK(errors >= 0), unknown INTEGER NOT NULL CHECK(unknown >= 0),
      human INTEGER NOT NULL CHECK(human >= 0), p95 REAL, PRIMARY KEY(manifest, hour, candidate)) WITHOUT ROWID, STRICT;
    CREATE TABLE audit(
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
      detail TEXT NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL UNIQUE) STRICT;
    PRAGMA user_version = 1;
    \(kept.map { abort($0, "UPDATE") + "\n" + abort($0, "DELETE") }.joined(separator: "\n"))
    """

  /// What is written once.
  private static let kept = ["audit", "look", "override"]

  private static func abort(_ table: String, _ event: String) -> String {
    "CREATE TRIGGER \(table)_\(event.lowercased()) BEFORE \(event) ON \(table) BEGIN SELECT RAISE(ABORT, '\(table) is only added to'); END;"
  }
}
