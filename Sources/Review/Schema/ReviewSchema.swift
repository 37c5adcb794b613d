/// The schemas of `review.sqlite`. Times are seconds since 1970, UTC; digests are their 32 bytes; shares and flags are 0 or 1.
///
/// A schema that was released is never edited: files of it are out there.
enum ReviewSchema {
  /// The newest one that this program knows; `PRAGMA user_version` of a file says which it has.
  static let newest = 1

  /// Schema 1.
  ///
  /// Texts, sources and what reviewers write stand in `content` and `remark` alone. These two are the only tables whose rows never enter the
  /// audit, so that removing a row of them removes what it said.
  static let sql = """
    -- The latest time that was ever seen: a clock that goes back is known by it.
    CREATE TABLE clock(one INTEGER PRIMARY KEY CHECK(one = 1), latest INTEGER NOT NULL) STRICT;

    -- Policies with their history; that of the highest revision holds. `body` is canonical JSON.
    CREATE TABLE policy(
      task TEXT NOT NULL, revision INTEGER NOT NULL CHECK(revision > 0), body TEXT NOT NULL, actor TEXT NOT NULL,
      at INTEGER NOT NULL, PRIMARY KEY(task, revision)) WITHOUT ROWID, STRICT;

    -- Which key of the coin holds in which month (2026-11): SHA-256 of the key, which lies in secrets/.
    CREATE TABLE coin(month TEXT PRIMARY KEY, key BLOB NOT NULL CHECK(length(key) = 32)) WITHOUT ROWID, STRICT;

    -- What is served for a task, as JSON of its bindings; the server says so at each release.
    CREATE TABLE served(task TEXT PRIMARY KEY, bindings TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID, STRICT;

    -- Conditions under which sides of a task stop, set by people and by what watches the stream.
    CREATE TABLE flag(
      task TEXT NOT NULL, name TEXT NOT NULL CHECK(name IN ('stop', 'novelty', 'label-shift')),
      raised INTEGER NOT NULL CHECK(raised IN (0, 1)), reason TEXT, actor TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY(task, name)) WITHOUT ROWID, STRICT;

    -- Sides. `body` is JSON of `Side`; `decided` counts its items since its certificate, and is newer than what `body` says.
    CREATE TABLE side(
      task TEXT NOT NULL, label TEXT NOT NULL, state TEXT NOT NULL
      CHECK(state IN ('inactive', 'active', 'amber', 'stopped')), body TEXT NOT NULL, decided INTEGER NOT NULL,
      PRIMARY KEY(task, label)) WITHOUT ROWID, STRICT;

    -- Certificates; `body` is the canonical JSON that the digest names.
    CREATE TABLE certificate(
      digest BLOB PRIMARY KEY CHECK(length(digest) = 32), task TEXT NOT NULL, label TEXT NOT NULL, body BLOB NOT NULL,
      expires INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
    CREATE INDEX certificate_side ON certificate(task, label, at);
    -- Certificates that a person has taken back.
    CREATE TABLE revocation(
      certificate BLOB PRIMARY KEY REFERENCES certificate, reason TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
    -- What certificates name: their grids and their rows, canonical JSON by digest.
    CREATE TABLE evidence(digest BLOB PRIMARY KEY CHECK(length(digest) = 32), body BLOB NOT NULL) STRICT;
    -- Which rows a certificate rests on.
    CREATE TABLE certified(
      item INTEGER NOT NULL REFERENCES item, certificate BLOB NOT NULL REFERENCES certificate,
      PRIMARY KEY(item, certificate)) WITHOUT ROWID, STRICT;
    -- How often a row was looked at to certify a side, whatever came of it.
    CREATE TABLE look(
      item INTEGER NOT NULL REFERENCES item, label TEXT NOT NULL, count INTEGER NOT NULL CHECK(count > 0),
      PRIMARY KEY(item, label)) WITHOUT ROWID, STRICT;
    CREATE TRIGGER look_less BEFORE UPDATE ON look WHEN new.count <= old.count
      BEGIN SELECT RAISE(ABORT, 'looks are added, and never taken back'); END;

    -- Items. `task` is 'auto' where nobody knows it. `half` is the coin's: NULL for a row that it did not draw.
    -- `blind`: no suggestion is shown. `people`: how many have to label it. `decision` is what its sender was told.
    -- `place` counts final labels in the order in which they became final. `settles`: when its votes can no longer be taken back, so that a decided one becomes final.
    CREATE TABLE item(
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest BLOB NOT NULL CHECK(length(digest) = 32),
      task TEXT NOT NULL, policy INTEGER NOT NULL, state TEXT NOT NULL CHECK(state IN
      ('pending', 'automatic', 'queued', 'second', 'adjudicate', 'decided', 'final', 'withdrawn')),
      half TEXT CHECK(half IN ('calibrate', 'monitor')), blind INTEGER NOT NULL CHECK(blind IN (0, 1)),
      people INTEGER NOT NULL CHECK(people IN (1, 2)), drawn REAL NOT NULL, decision TEXT NOT NULL, side TEXT,
      suggestion TEXT, probability REAL, priority REAL NOT NULL, arrived INTEGER NOT NULL, due INTEGER NOT NULL,
      late INTEGER NOT NULL CHECK(late IN (0, 1)), lease TEXT, lease_until INTEGER NOT NULL, label TEXT,
      settles INTEGER, place INTEGER UNIQUE, final_at INTEGER, removed INTEGER) STRICT;
    -- Take: the best of a task comes first.
    CREATE INDEX item_queue ON item(task, state, priority DESC, due, number) WHERE state IN ('queued', 'second', 'adjudicate');
    -- Those that become late, and those whose last vote nobody can take back any more.
    CREATE INDEX item_due ON item(due) WHERE late = 0 AND state IN ('queued', 'second', 'adjudicate');
    CREATE INDEX item_settles ON item(settles, number) WHERE settles IS NOT NULL;
    -- The rows that a side decided and that measure it, in the order in which their labels became final.
    CREATE INDEX item_monitor ON item(task, side, place) WHERE half = 'monitor' AND place IS NOT NULL;
    -- The same by day: a burst of one text is one row a day.
    CREATE INDEX item_burst ON item(task, side, arrived) WHERE half = 'monitor' AND place IS NOT NULL;
    -- The oldest coin row without a label.
    CREATE INDEX item_coin ON item(task, arrived) WHERE half IS NOT NULL AND state IN ('queued', 'second', 'adjudicate');
    -- The oldest row that waits.
    CREATE INDEX item_waiting ON item(task, arrived) WHERE state IN ('queued', 'second', 'adjudicate');
    CREATE INDEX item_lease ON item(lease) WHERE lease IS NOT NULL;
    CREATE INDEX item_digest ON item(digest);
    CREATE INDEX item_task ON item(task, arrived);

    -- What the model said of an item: JSON of `ModelOpinion`, as first said.
    CREATE TABLE opinion(item INTEGER PRIMARY KEY REFERENCES item, body TEXT NOT NULL) STRICT;

    -- What people did. A vote that was undone stays; `undo` rows say who did it when.
    CREATE TABLE vote(
      number INTEGER PRIMARY KEY, item INTEGER NOT NULL REFERENCES item, person TEXT NOT NULL,
      kind TEXT NOT NULL CHECK(kind IN ('label', 'skip', 'flag', 'adjudicate', 'undo')), label TEXT, milliseconds INTEGER,
      saw INTEGER NOT NULL CHECK(saw IN (0, 1)), guideline TEXT, at INTEGER NOT NULL,
      undone INTEGER NOT NULL CHECK(undone IN (0, 1))) STRICT;
    CREATE INDEX vote_item ON vote(item, person);
    CREATE INDEX vote_person ON vote(person, number);
    CREATE INDEX vote_day ON vote(person, at);
    -- Rows that two people labelled without any other opinion: what agreement is computed from.
    CREATE TABLE double(
      item INTEGER PRIMARY KEY REFERENCES item, task TEXT NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL,
      at INTEGER NOT NULL) STRICT;
    CREATE INDEX double_task ON double(task, at);

    -- What is personal. Never in the audit.
    CREATE TABLE content(
      item INTEGER PRIMARY KEY REFERENCES item, text TEXT NOT NULL, source TEXT, created INTEGER, meta TEXT NOT NULL,
      expires INTEGER NOT NULL) STRICT;
    CREATE INDEX content_source ON content(source) WHERE source IS NOT NULL;
    CREATE INDEX content_expires ON content(expires);
    -- What reviewers wrote. Never in the audit.
    CREATE TABLE remark(
      vote INTEGER PRIMARY KEY REFERENCES vote, item INTEGER NOT NULL REFERENCES item, text TEXT NOT NULL) STRICT;
    CREATE INDEX remark_item ON remark(item);
    -- Whose text was removed, and why: what was learned from it is known by the item's digest.
    CREATE TABLE removal(
      item INTEGER NOT NULL REFERENCES item, kind TEXT NOT NULL CHECK(kind IN ('retention', 'erasure')),
      at INTEGER NOT NULL, PRIMARY KEY(item, kind)) WITHOUT ROWID, STRICT;

    -- What is to be sent. `body` has no text of an item.
    CREATE TABLE webhook(
      number INTEGER PRIMARY KEY, item INTEGER NOT NULL REFERENCES item, url TEXT NOT NULL, body TEXT NOT NULL,
      state TEXT NOT NULL CHECK(state IN ('waiting', 'sent', 'failed')), made INTEGER NOT NULL, due INTEGER NOT NULL,
      attempts INTEGER NOT NULL, problem TEXT) STRICT;
    CREATE INDEX webhook_due ON webhook(due) WHERE state = 'waiting';

    -- How many items of a task wait; kept by triggers, as counting a million rows takes too long.
    CREATE TABLE depth(task TEXT PRIMARY KEY, waiting INTEGER NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TRIGGER item_waits AFTER INSERT ON item WHEN new.state IN ('queued', 'second', 'adjudicate', 'pending')
      BEGIN INSERT INTO depth VALUES(new.task, 1) ON CONFLICT(task) DO UPDATE SET waiting = waiting + 1; END;
    CREATE TRIGGER item_moves AFTER UPDATE OF state, task ON item BEGIN
      UPDATE depth SET waiting = waiting - 1
        WHERE task = old.task AND old.state IN ('queued', 'second', 'adjudicate', 'pending');
      INSERT INTO depth SELECT new.task, 1 WHERE new.state IN ('queued', 'second', 'adjudicate', 'pending')
        ON CONFLICT(task) DO UPDATE SET waiting = waiting + 1;
    END;
    -- What is counted by task and day (days since 1970): redactions, items that became late, refusals.
    -- Of all tasks ('*', day 0): the last place that a label had.
    CREATE TABLE tally(
      task TEXT NOT NULL, day INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,
      PRIMARY KEY(task, day, name)) WITHOUT ROWID, STRICT;

    CREATE TABLE audit(
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
      detail TEXT NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL UNIQUE) STRICT;
    \(fixed.map { abort($0, "UPDATE") + abort($0, "DELETE") }.joined())
    \(kept.map { abort($0, "DELETE") }.joined())
    CREATE TRIGGER item_changed BEFORE UPDATE OF number, id, digest, arrived ON item
      BEGIN SELECT RAISE(ABORT, 'an item stays what it is'); END;
    CREATE TRIGGER item_final BEFORE UPDATE OF state, label, place, final_at ON item
      WHEN old.state = 'withdrawn' OR (old.state = 'final' AND (old.half IS NOT NULL OR new.state NOT IN ('second', 'adjudicate')))
      BEGIN SELECT RAISE(ABORT, 'what is final stays so, but where people are asked again'); END;
    CREATE TRIGGER vote_changed BEFORE UPDATE OF number, item, person, kind, label, milliseconds, saw, guideline, at ON vote
      BEGIN SELECT RAISE(ABORT, 'votes are added, and never changed'); END;
    CREATE TRIGGER vote_undone BEFORE UPDATE OF undone ON vote WHEN old.undone = 1
      BEGIN SELECT RAISE(ABORT, 'a vote that was undone stays so'); END;
    PRAGMA user_version = 1;
    """

  /// Tables whose rows neither change nor go.
  private static let fixed = [
    "audit", "policy", "coin", "certificate", "revocation", "evidence", "certified", "opinion", "removal",
  ]
  /// Tables whose rows may change, but never go.
  private static let kept = ["clock", "item", "look", "vote", "side", "flag", "served", "webhook"]

  private static func abort(_ table: String, _ change: String) -> String {
    "CREATE TRIGGER \(table)_\(change.lowercased()) BEFORE \(change) ON \(table)"
      + " BEGIN SELECT RAISE(ABORT, 'rows of \(table) are never \(change == "UPDATE" ? "changed" : "removed")'); END;\n"
  }
}
