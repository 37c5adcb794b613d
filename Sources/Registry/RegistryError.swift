public import Files

/// What can go wrong with a registry. Each is one line: what was expected, what was got, where, and the fix.
public enum RegistryError: AccreteError, Equatable {
  // What was asked for is not there, or is not allowed (usage).
  case notARegistry(path: String)
  case alreadyARegistry(path: String)
  case illegalName(got: String, what: String)
  case nameTaken(got: String, other: String)
  /// A task by the name of what is no task: ``Registry/reservedNames``.
  case nameReserved(got: String)
  case malformedReference(got: String, reason: String)
  case unknownTask(got: String, known: [String])
  case unknownVersion(String, known: [Int])
  case unknownAlias(String, known: [String])
  case unknownRelease(got: Int, last: Int)
  case unknownVersionDigest(Digest, what: String)
  case notReleased(name: String, newest: Int?)
  case noRelease(path: String)
  case nothingBefore(revision: Int)
  case protectedAlias(name: String)
  case readingOnly(path: String)
  case invalid(what: String, got: String, expected: String, fix: String)
  /// A version rests on another one's atoms.
  case restsOn(name: String, dependents: [String])
  /// A rollback to what is served.
  case servedAlready(revision: Int)
  /// A rollback would bring back what was forgotten.
  ///
  /// `releases`: some that can come back, each with what it would change. `others`: versions of this one that are not served, and which can
  /// be released by themselves.
  case forgotten(names: [String], revision: Int, releases: [String], others: [String])
  /// A rollback would bring back versions that are out of use; the rest as above.
  case retired(versions: [String], revision: Int, releases: [String], others: [String])
  /// A version is out of use.
  case outOfUse(version: String, state: VersionRecord.State)
  /// As many versions are registered as a registry takes.
  case tooManyVersions(limit: Int)

  // Somebody else was first (try again).
  case moved(what: String, expected: Int?, found: Int?)
  case locked(path: String, by: String)

  // The data is not what it should be.
  case otherBase(what: String, expected: Digest, got: Digest)
  case newerSchema(path: String, found: Int, known: Int)
  case blobMissing(Digest, path: String)
  case blobChanged(expected: Digest, got: Digest, path: String)
  case blobPurged(Digest, path: String)
  case damaged(path: String, reason: String)
  case auditBroken(sequence: Int, reason: String)
  case malformedBundle(path: String, reason: String)

  // Input or output failed.
  case networkFileSystem(path: String, kind: String)
  case diskFull(path: String)
  case database(path: String, reason: String)

  public var category: ErrorCategory {
    switch self {
    case .illegalName, .nameReserved, .malformedReference, .readingOnly, .invalid: .usage
    case .notARegistry, .unknownTask, .unknownVersion, .unknownAlias, .unknownRelease, .unknownVersionDigest,
      .notReleased, .noRelease:
      .notFound
    case .alreadyARegistry, .nameTaken, .nothingBefore, .servedAlready, .protectedAlias, .restsOn, .forgotten,
      .retired, .outOfUse, .tooManyVersions:
      .conflict
    case .moved: .stale
    case .locked: .busy
    case .otherBase, .malformedBundle: .data
    case .blobMissing, .blobChanged, .blobPurged, .damaged, .auditBroken: .damaged
    case .newerSchema, .networkFileSystem: .incompatible
    case .diskFull: .resources
    case .database: .inputOutput
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .notARegistry(let path):
      "\(path): holds no registry. Make one with `accrete init --base BASE`, or say where it is with --registry or $ACCRETE_REGISTRY."
    case .alreadyARegistry(let path):
      "\(path): holds a registry already, which is left as it is. Choose another folder."
    case .illegalName(let got, let what):
      "\(what) \(got.debugDescription): expected 1 to \(VersionReference.longest) ASCII letters, digits, \".\", \"_\", \"-\", not starting"
        + " with \".\"\(Self.proposal(for: got, what))."
    case .nameTaken(let got, let other):
      "task \(got): \(other) is registered already, and names that differ only by case count as the same. Use --name \(other) for a"
        + " new version of it, or another --name."
    case .nameReserved(let got):
      "\(Registry.taskName) \(got): is reserved: a request for `auto` finds its task by itself, and one for `base` is answered without any."
        + " Give another one with --name, such as --name \(got)-task."
    case .malformedReference(let got, let reason):
      "\(got.debugDescription): \(reason). Expected NAME, NAME@NUMBER or NAME:ALIAS, as spam, spam@2 or spam:stable."
    case .unknownTask(let got, let known) where got.contains("@") || got.contains(":"):
      "task \(got): a task's name has no \(got.contains("@") ? "@" : ":"); \(known.isEmpty ? "the registry has no task" : "there are \(known.sorted().listed)"). A single version is"
        + " put away by `accrete registry retire`."
    case .unknownTask(let got, let known):
      known.isEmpty
        ? "task \(got): the registry has no tasks yet. Learn one with `accrete learn FILE`."
        : "task \(got): not in the registry, which has \(known.listed(closestTo: got)). See `accrete list`."
    case .unknownVersion(let got, let known):
      "\(got): no such version; \(known.isEmpty ? "there is none" : "there \(known.count == 1 ? "is only" : "are") \(known.map(String.init).listed)"). See `accrete list --versions`."
    case .unknownAlias(let got, let known):
      known.isEmpty
        ? "\(got): no such alias; the task has none. Set one with `accrete registry alias set`."
        : "\(got): no such alias; the task has \(known.listed)."
    case .unknownRelease(let got, let last):
      "release \(got): there is none; the last one is \(last). See `accrete registry history`."
    case .unknownVersionDigest(let digest, let what):
      "\(what) \(digest): no version of this registry has this digest. Register or import it first."
    case .notReleased(let name, let newest):
      newest.map {
        "\(name): no version of it is released; the newest is \(name)@\($0). Name that one, or release it with `accrete promote"
          + " \(name)@\($0)` (and `--reason …` where a gate held it back)."
      } ?? "\(name): is forgotten: all of its versions are retired, so that none answers. Learn it anew."
    case .noRelease(let path): "\(path): nothing was released yet. `accrete learn` releases what passes its gates."
    case .nothingBefore(1):
      "release 1: no release lies before it, and there is no other. `accrete forget TASK` takes a task out of what is served, for good."
    case .nothingBefore(let revision):
      "release \(revision): no release lies before it (it is the first one, or a rollback to it). See `accrete registry history`, and"
        + " name any other release with --to."
    case .protectedAlias(let name):
      "\(name):\(AliasRecord.production): follows the release and cannot be set by hand. Use `accrete promote` or `accrete rollback`."
    case .readingOnly(let path): "\(path): was opened for reading. Open it for writing."
    case .invalid(let what, let got, let expected, let fix): "\(what): got \(got), expected \(expected). \(fix)"
    case .restsOn(let name, let dependents):
      "\(name): cannot be forgotten: \(dependents.listed) \(dependents.count == 1 ? "rests" : "rest") on its atoms. Forget"
        + " \(dependents.count == 1 ? "it" : "them") first, or learn \(dependents.count == 1 ? "it" : "them") anew without it."
    case .servedAlready(let revision):
      "release \(revision): is what is served now, so that nothing would change. `accrete registry history` lists the others."
    case .forgotten(let names, let revision, let releases, let others):
      "release \(revision): has \(names.listed), which \(names.count == 1 ? "was" : "were") forgotten and cannot come back. "
        + Self.ways(releases, others)
    case .retired(let versions, let revision, let releases, let others):
      "release \(revision): has \(versions.listed), which cannot be served again. \(Self.ways(releases, others))"
    case .outOfUse(let version, let state):
      "\(version): is \(state.rawValue), so that it can be neither released nor loaded. Choose another version, or learn it anew."
    case .tooManyVersions(let limit):
      "the registry: has \(limit) versions in use, and takes no more. Retire some with `accrete registry retire` or `accrete forget`, or make another registry"
        + " for what is new."
    case .moved(let what, let expected, let found):
      "\(what): somebody else changed it: expected revision \(expected.map(String.init) ?? "none"), found"
        + " \(found.map(String.init) ?? "none"). Look at it again and repeat what you did."
    case .locked(let path, let by): "\(path): in use by \(by). Wait for it, or stop it with `kill -TERM`."
    case .otherBase(let what, let expected, let got):
      "\(what): expected \(expected), as the registry's, got \(got). Use the base that the registry was made with, or another registry."
    case .newerSchema(let path, let found, let known):
      "\(path): has schema \(found), this program knows up to \(known). Use a newer accrete."
    case .blobMissing(let digest, let path):
      "\(path): the blob \(digest) is missing. Restore it from a backup with `accrete registry restore`."
    case .blobChanged(let expected, let got, let path):
      "\(path): was changed: expected \(expected), got \(got). Restore it from a backup with `accrete registry restore`."
    case .blobPurged(let digest, let path):
      "\(path): the blob \(digest) was purged, as nothing needed it any more. What was made of it cannot be loaded."
    case .damaged(let path, let reason):
      "\(path): damaged: \(reason). See `accrete registry verify`; restore a backup with `accrete registry restore`."
    case .auditBroken(let sequence, let reason):
      "audit entry \(sequence): \(reason). See `accrete registry verify`; restore a backup with `accrete registry restore`."
    case .malformedBundle(let path, let reason):
      "\(path): not a bundle that was expected: \(reason). Export it again with `accrete registry export`."
    case .networkFileSystem(let path, let kind):
      "\(path): lies on a network file system (\(kind)), where locks and memory maps of the database are not safe. Put the registry"
        + " on a disk of this machine."
    case .diskFull(let path):
      "\(path): the disk is full. What was there before is untouched; free some space and run the same command again."
    case .database(let path, let reason):
      "\(path): the database cannot be read or written: \(reason). Check disk and rights."
    }
  }

  /// How to go on where a release cannot come back.
  private static func ways(_ releases: [String], _ others: [String]) -> String {
    let promoted =
      others.isEmpty
      ? "" : "\(others.map { "`accrete promote \($0)`" }.listed) serves what else it has and is not served now. "
    guard releases.isEmpty else {
      return "\(promoted)`accrete rollback --to NUMBER` can go to release \(releases.joined(separator: ", or "))."
    }
    return
      "\(promoted)No release that differs from what is served now can come back. `accrete promote NAME@NUMBER` releases a single version"
      + " (`accrete list --versions`)."
  }

  /// How a message that refuses a name ends. A task's alone is given with `--name`.
  private static func proposal(for got: String, _ what: String) -> String {
    let proposal = PlainName.proposal(for: got, longest: VersionReference.longest)
    guard what == Registry.taskName else { return proposal.map { ", such as \($0)" } ?? "" }
    return ". Give one with --name" + (proposal.map { ", such as --name \($0)" } ?? "")
  }
}
