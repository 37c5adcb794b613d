import ArgumentParser
import Assurance
import Decoder
import Evolution
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Planning
import Pretraining
import Records
import Registry
import Reports
import Runs
import Serving
import Streams
import TaskModels
import Templates
import Tokenization
import Torch

/// Turns errors into one clear line and the exit code of their family.
enum Failure {
  static let usage: Int32 = 64
  static let badData: Int32 = 65
  /// A disk or a registry that this program cannot work with.
  static let unavailable: Int32 = 69
  static let defect: Int32 = 70
  static let inputOutput: Int32 = 74
  /// Another process was first: the same command may succeed later.
  static let tryAgain: Int32 = 75
  /// As of a process that SIGPIPE ended.
  static let nobodyReads: Int32 = 128 + SIGPIPE

  /// Runs a command's work; errors end in a line on standard error and an exit code.
  ///
  /// - Parameter memory: what to do where there is too little of it, with options that the command has.
  static func reported(memory: String = "Close other programs.", _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ExitCode {
      throw error
    } catch let error as ValidationError {
      throw error
    } catch let error as LostOutput where error.isReadersDecision {
      throw ExitCode(nobodyReads)
    } catch {
      let advice = if case TorchError.outOfMemory = error { ". \(memory)" } else { "" }
      Console.error("accrete: \(OptionSynonyms.explained(error))\(advice)")
      throw ExitCode(code(error))
    }
  }

  static func code(_ error: any Error) -> Int32 {
    switch error {
    case let error as RunError:
      switch error {
      case .folderExists, .invalidConfiguration, .unknownTask, .sameTaskTwice, .notARun, .notBegun, .otherBeginning:
        usage
      case .changed, .checkpointDamaged, .fileChanged, .fileRemoved, .checkpointNeeds, .earlierForm:
        badData
      case .inUse, .notEnoughDisk: inputOutput
      case .readOnly: defect
      case .interrupted(_, let signal, _): 128 + signal
      }
    case let error as ComparisonError:
      switch error {
      case .notAComparison, .cellsLeftOut: usage
      case .changed, .cellDiffers, .recordDamaged, .examplesDiffer: badData
      case .inUse: inputOutput
      case .failed(_, _, _, let code): code
      case .interrupted(_, let signal, _, _): 128 + signal
      }
    case is ReportError, is RateError: usage
    case is LostOutput: inputOutput
    case let error as TokenizerTrainingError:
      switch error {
      case .noText, .tooManyPieces: badData
      case .invalidOption, .vocabularyTooSmall, .emptySpecialToken, .repeatedSpecialToken, .unknownSpecialToken: usage
      }
    case let error as ScalingError:
      switch error {
      case .invalid(let place, _, _, _) where place == "plan" || place == "bootstrap": usage
      case .noRuns: usage
      default: badData
      }
    case let error as RegistryError: code(error)
    case let error as LearningError:
      switch error {
      case .invalidOption, .unknownMethod: usage
      default: badData
      }
    case let error as FileError:
      switch error {
      case .notFound, .malformedJSON, .tooLarge, .linkLeadsOut: badData
      case .alreadyExists: usage
      case .notReadable, .notWritable, .diskFull: inputOutput
      }
    case let error as TorchError:
      switch error {
      case .malformedSafetensors, .missingTensor, .notFinite: badData
      case .noLibtorch: inputOutput
      case .unknownDevice, .unavailableDevice, .invalidHyperparameter: usage
      default: defect
      }
    case let error as ExpertError:
      switch error {
      case .invalidHyperparameter, .unsafeName, .notLearned, .notAnArchive, .partOfDualExpert: usage
      default: badData
      }
    case let error as PretrainingError:
      switch error {
      case .invalidOption: usage
      case .diverged: badData
      }
    case let error as TaskModelError:
      switch error {
      case .invalidOption, .unsupported: usage
      case .interrupted(_, let signal, _): 128 + signal
      default: badData
      }
    case let error as EvolutionError:
      switch error {
      case .unsupported: usage
      default: badData
      }
    case let error as ServingError:
      switch error {
      case .nothingReleased: usage
      default: badData
      }
    case is AssuranceError, is CorpusError, is StreamError, is ScoringError, is ConfigurationError, is DecoderError,
      is TokenizationError,
      is TemplateError,
      is MetricError, is PEFTError:
      badData
    default: defect
    }
  }

  private static func code(_ error: RegistryError) -> Int32 {
    switch error {
    case .notARegistry, .alreadyARegistry, .illegalName, .nameTaken, .malformedReference, .unknownTask, .unknownVersion,
      .unknownAlias, .unknownRelease, .unknownVersionDigest, .notReleased, .noRelease, .nothingBefore, .protectedAlias,
      .readingOnly,
      .invalid, .restsOn, .forgotten, .outOfUse:
      usage
    case .moved, .locked: tryAgain
    case .otherBase, .blobMissing, .blobChanged, .blobPurged, .damaged, .auditBroken, .malformedBundle: badData
    case .newerSchema, .networkFileSystem: unavailable
    case .diskFull, .database: inputOutput
    }
  }
}
