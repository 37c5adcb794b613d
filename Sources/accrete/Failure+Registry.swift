import Registry

extension Failure {
  /// Somebody else was first: the same command may succeed later.
  static let tryAgain: Int32 = 75

  static func code(_ error: RegistryError) -> Int32 {
    switch error {
    case .notARegistry, .alreadyARegistry, .illegalName, .nameTaken, .malformedReference, .unknownTask, .unknownVersion,
      .unknownAlias, .unknownRelease, .unknownVersionDigest, .notReleased, .noRelease, .nothingBefore, .protectedAlias,
      .readingOnly, .invalid, .restsOn, .forgotten, .outOfUse:
      usage
    case .moved, .locked: tryAgain
    case .otherBase, .newerSchema, .blobMissing, .blobChanged, .blobPurged, .damaged, .auditBroken, .malformedBundle:
      badData
    case .networkFileSystem, .diskFull, .database: inputOutput
    }
  }
}
