public import Files
import Foundation

/// What can be wrong with a run or its folder.
public enum RunError: AccreteError, Equatable {
  case folderExists(String)
  case notARun(folder: String)
  /// Something that decides the result is not what it was when the run began.
  case changed(folder: String, what: String, recorded: String, now: String)
  case checkpointDamaged(path: String, reason: String)
  /// A file is not what the run wrote.
  case fileChanged(path: String, recorded: String, now: String)
  case fileRemoved(path: String)
  /// A checkpoint whose tensors lie in part in another's file.
  case checkpointNeeds(path: String, other: String, reason: String)
  /// A folder in which no run has begun yet.
  case notBegun(folder: String)
  /// A folder with the beginning of another run, of which nothing is learned.
  case otherBeginning(folder: String, key: String, recorded: String, now: String)
  /// A folder of an earlier version, which can be read.
  case earlierForm(folder: String, format: Int)
  /// Another process works on the run.
  case inUse(folder: String, by: String, fix: String)
  /// A signal ended the run after a checkpoint was written.
  case interrupted(folder: String, signal: Int32, at: String)
  /// The run would not fit where it goes.
  case notEnoughDisk(path: String, needed: Int, free: Int)
  /// A run that was opened for reading was asked to go on.
  case readOnly(folder: String)
  case unknownTask(name: String, known: [String])
  case sameTaskTwice(String)
  case invalidConfiguration(key: String, got: String, allowed: String)

  public var category: ErrorCategory {
    switch self {
    case .sameTaskTwice, .invalidConfiguration: .usage
    case .notARun, .unknownTask: .notFound
    case .folderExists, .notBegun, .otherBeginning: .conflict
    case .changed, .earlierForm: .data
    case .checkpointDamaged, .fileChanged, .fileRemoved, .checkpointNeeds: .damaged
    case .inUse: .busy
    case .notEnoughDisk: .resources
    case .readOnly: .internal
    case .interrupted(_, let signal, _): .interrupted(signal: signal)
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .folderExists(let path):
      "\(path): exists already and is left as it is. Choose another --out, remove it, or go on with `accrete resume \(path)`."
    case .notARun(let folder):
      FileManager.default.fileExists(atPath: folder + "/comparison.json")
        ? "\(folder): is a comparison, not a run. Its runs are \(folder)/cells/NAME; `accrete report \(folder)` shows all of them."
        : FileManager.default.fileExists(atPath: folder)
          ? "\(folder): is not a run folder (manifest.json is missing). Give the folder that `accrete train --out` wrote."
          : "\(folder): there is no such folder. Give the folder of a run, which `accrete train --out` wrote."
    case .changed(let folder, let what, let recorded, let now):
      "\(folder): \(what) has changed since the run began: it was \(recorded), it is \(now)."
        + " Restore it, or start a new run."
    case .checkpointDamaged(let path, let reason):
      "\(path): the checkpoint is damaged: \(reason). Remove it to go on from the one before."
    case .fileChanged(let path, let recorded, let now):
      "\(path): is not what the run wrote: seal.json has \(recorded), the file is \(now). Restore it from a copy."
    case .fileRemoved(let path):
      "\(path): was written by the run and is missing. Restore it from a copy."
    case .checkpointNeeds(let path, let other, let reason):
      "\(other): \(reason). It holds tensors of \(path), which holds only what changed since. Restore it from a copy, or remove it and all"
        + " checkpoints after it to go on from the one before."
    case .notBegun(let folder):
      "\(folder): no run has begun in it: its process ended before manifest.json was written. Run the same `accrete train` command again."
    case .otherBeginning(let folder, let key, let recorded, let now):
      "\(folder): holds the beginning of another run, of which nothing is learned: its `\(key)` was \(recorded), now it is \(now)."
        + " Go on with it by `accrete resume \(folder)`, remove it, or choose another --out."
    case .earlierForm(let folder, let format):
      "\(folder): an earlier version began this run (format \(format)), whose files are not sealed. It can be read, but not resumed:"
        + " start it again."
    case .inUse(let folder, let holder, let fix):
      "\(folder): \(holder) is working on this run. \(fix)"
    case .interrupted(let folder, let signal, let moment):
      "\(folder): stopped by signal \(signal) \(moment). Go on with `accrete resume \(folder)`."
    case .notEnoughDisk(let path, let needed, let free):
      "\(path): the run may take \(needed >> 20) MiB of disk, \(free >> 20) MiB are free there. Make space, or choose another --out."
    case .readOnly(let folder):
      "\(folder): was opened for reading. Go on with `accrete resume \(folder)`."
    case .unknownTask(let name, let known):
      "unknown task `\(name)`; this run has \(known.listed(closestTo: name))"
    case .sameTaskTwice(let name):
      "task `\(name)` is listed twice; a task's name is its file's name and must be unique"
    case .invalidConfiguration(let key, let got, let allowed):
      "`\(key)` is \(got); allowed: \(allowed)"
    }
  }
}
