import Assurance
import AuditedDatabase
import Decoder
import Evolution
import Experts
import Foundation
import Generation
import HTTPServer
import Learning
import ModelConfiguration
import Planning
import Pretraining
import Records
import Registry
import Reports
import Review
import Serving
import Streams
import TaskModels
import Tokenization
import Torch

@testable import Access
@testable import Files
@testable import Templates
@testable import Verification
@testable import accrete

/// Errors from which one exit code and one HTTP status follow.
struct ExpectedErrors {
  let code: Int32
  let status: Int
  let errors: [any AccreteError]

  init(_ code: Int32, _ status: Int, _ errors: [any AccreteError]) {
    (self.code, self.status, self.errors) = (code, status, errors)
  }

  private static let digest = Digest(of: Data())
  private static let inStream = StreamError.Detail(file: "", expected: "", got: "", fix: "")
  private static let inCorpus = CorpusError.Detail("", expected: "", got: "", fix: "")
  private static let inScore = ScoringError.Detail(scorer: "", expected: "", got: "", fix: "")
  private static let inFormat = FormatError.Detail(FormatPlace(file: "", line: 1), expected: "", got: "", fix: "")
  private static let inTemplate = TemplateError.Location(template: "", line: 1)

  /// Every case of every error.
  static let all = usage + data + machine

  /// 64.
  private static let usage: [ExpectedErrors] = [
    ExpectedErrors(
      64, 400,
      [
        ServerError.address(option: "", got: "", reason: ""), ServerError.exposed(option: "", address: "", missing: []),
        ServerError.halfOfTLS(given: "", missing: ""), ServerError.option(name: "", got: "", expected: ""),
        EngineFailure.tooLong(prompt: 1, requested: 1, limit: 1), EngineFailure.invalid(""),
        EngineFailure.tooManyChoices(2, limit: 1),
        RunError.sameTaskTwice(""), RunError.invalidConfiguration(key: "", got: "", allowed: ""), ReportError.noRuns,
        ReportError.sameRun("", ""), ReportError.noFolder(runs: 2), RateError.invalid(name: "", expected: "", got: ""),
        RateError.warmUpTooLong(warmUp: 2, total: 2, annealBegins: 1),
        RateError.outsideOfSchedule(done: 2, length: 1), RateError.noEstimate(what: "", value: 0),
        ScalingError.invalid(location: "plan", name: "", expected: "", got: ""),
        ScalingError.invalid(location: "bootstrap", name: "", expected: "", got: ""),
        TokenizerTrainingError.invalidOption("", expected: "", got: ""),
        TokenizerTrainingError.vocabularyTooSmall(got: 1, least: 2, specialTokens: 3),
        TokenizerTrainingError.emptySpecialToken(index: 0),
        TokenizerTrainingError.repeatedSpecialToken("", index: 0),
        TokenizerTrainingError.unknownSpecialToken("", use: "", known: []),
        LearningError.invalidOption(name: "", got: "", allowed: ""), LearningError.unknownMethod(got: "", known: []),
        StreamError.option(inStream), StreamError.order(inStream),
      ]),
    ExpectedErrors(
      64, 400,
      [
        TorchError.invalidHyperparameter(name: "", value: "", allowed: ""), TorchError.unknownDevice(""),
        TorchError.unavailableDevice(""), TorchError.noSuchDevice("", count: 1),
        DecoderError.computeNeedsHalf(base: "", held: ""),
        ExpertError.invalidHyperparameter(name: "", value: "", allowed: ""),
        ExpertError.unsafeName(""),
        TaskModelError.unsupported(what: "", fix: ""), TaskModelError.invalidOption(name: "", got: "", allowed: ""),
        EvolutionError.unsupported(what: "", fix: ""), LoopError.policy(name: "", got: "", allowed: ""),
        RegistryError.illegalName(got: "", what: ""),
        CertificationError.invalid(what: "", got: "", expected: "", fix: ""),
        RegistryError.malformedReference(got: "", reason: ""), RegistryError.readingOnly(path: ""),
        AuditedDatabaseError.readingOnly(path: ""), ReviewError.invalid(what: "", got: "", expected: ""),
        WebhookError.invalid(host: "", reason: ""),
        RegistryError.invalid(what: "", got: "", expected: "", fix: ""), RegistryError.nameReserved(got: ""),
        CatalogError.invalidName("", fix: ""), ChatPromptError.noTemplate(base: ""),
        ChatPromptError.unexpected(model: "", expected: "", got: ""),
        ChatPromptError.unwritable(model: "", reason: ""), ChatPromptError.specialToken(model: "", place: ""),
        ChatPromptError.tooLong(prompt: 1, room: 1, limit: 1),
        ChatPromptError.leavesNoRoom(model: "", prompt: 1, room: 1, limit: 1),
        ConstraintError.unsupportedKeyword("", path: "", known: []),
        ConstraintError.invalidSchema(path: "", expected: "", got: ""),
        ConstraintError.schemaTooLarge(path: "", what: "", got: 2, limit: 1), ConstraintError.endless(levels: 1),
        ConstraintError.invalidChoice(expected: "", got: ""),
      ]),
    ExpectedErrors(
      64, 400,
      [
        AccessError.invalid(what: "", got: "", expected: ""), AccessError.readingOnly(path: ""),
        AccessRefusal.invalidKey, AccessRefusal.expired(Date(timeIntervalSince1970: 0)),
        AccessRefusal.scopeMissing(.infer), AccessRefusal.modelNotAllowed(""),
      ]),
    ExpectedErrors(
      64, 404,
      [
        ServerError.noKeys(registry: ""),
        RunError.notARun(folder: ""), RunError.unknownTask(name: "", known: []), ScalingError.noRuns(path: ""),
        ExpertError.notLearned(task: "", learned: []), ExpertError.notAnArchive(folder: ""),
        ServingError.nothingReleased(path: ""), RegistryError.notARegistry(path: ""),
        RegistryError.unknownTask(got: "", known: []), ReviewError.unknownTask(got: "", known: []),
        ReviewError.unknownItem(id: ""), RegistryError.unknownVersion("", known: []),
        LoopError.unknownTask(got: "", known: []),
        RegistryError.unknownAlias("", known: []), RegistryError.unknownRelease(got: 2, last: 1),
        RegistryError.unknownVersionDigest(digest, what: ""), RegistryError.notReleased(name: "", newest: nil),
        CertificationError.unknownCertificate(digest),
        RegistryError.noRelease(path: ""), CatalogError.notFound("", known: []),
        CatalogError.versionNotFound("", known: []), AccessError.noKeys(path: ""),
        AccessError.unknownKey(got: "", known: []),
      ]),
    ExpectedErrors(
      64, 409,
      [
        FileError.alreadyExists(path: ""), RunError.folderExists(""), RunError.notBegun(folder: ""),
        RunError.otherBeginning(folder: "", key: "", recorded: "", now: ""),
        ComparisonError.notAComparison(folder: ""), ComparisonError.cellsLeftOut(folder: "", cells: []),
        ExpertError.partOfDualExpert(expert: ""), RegistryError.alreadyARegistry(path: ""),
        ReviewError.otherText(id: ""), ReviewError.notYours(id: ""), ReviewError.wrongState(id: "", state: .final),
        ReviewError.nothingToUndo(person: ""), WebhookError.notAllowed(host: "", allowed: []),
        WebhookError.innerAddress(host: "", address: ""), WebhookError.refused(host: "", status: 500),
        RegistryError.nameTaken(got: "", other: ""), RegistryError.nothingBefore(revision: 1),
        CertificationError.notForProduction(task: "", label: ""),
        CertificationError.otherModels(task: "", label: "", what: [""]),
        CertificationError.expired(task: "", label: ""), CertificationError.revoked(task: "", label: ""),
        CertificationError.otherSide(expected: "", got: ""),
        CertificationError.answersDiffer(task: "", label: "", row: digest),
        SideError.obstacle(task: "", label: "", .novelty), SideError.needsPeople(task: "", label: "", reason: .alarm),
        SideError.olderThanStop(task: "", label: "", reason: .alarm), SideError.noNewRows(task: "", label: ""),
        RegistryError.servedAlready(revision: 1),
        LoopError.state(task: "", state: .idle, what: "", fix: ""), LoopError.stopped(by: "", since: ""),
        LoopError.samePerson(person: "", what: ""), RegistryError.protectedAlias(name: ""),
        RegistryError.restsOn(name: "", dependents: []),
        RegistryError.forgotten(names: [], revision: 1, releases: [], others: []),
        RegistryError.retired(versions: [], revision: 1, releases: [], others: []),
        RegistryError.outOfUse(version: "", state: .retired), AccessError.nameTaken(name: "", id: ""),
        AccessError.tooManyKeys(limit: 1), RegistryError.tooManyVersions(limit: 1),
      ]),
  ]

  /// 65.
  private static let data: [ExpectedErrors] = [
    ExpectedErrors(
      65, 422,
      [
        ServerError.certificate(option: "", path: "", reason: ""),
        FileError.notFound(path: ""), FileError.malformedJSON(path: "", reason: ""),
        FileError.linkLeadsOut(path: "", target: ""), GzipError(path: "", expected: "", got: "", fix: ""),
        JSONTree.Failure(position: 0, reason: ""), FormatError.text(inFormat), FormatError.json(inFormat),
        FormatError.field(inFormat), FormatError.label(inFormat),
        RunError.changed(folder: "", what: "", recorded: "", now: ""),
        RunError.earlierForm(folder: "", format: 1), ComparisonError.changed(folder: "", differences: []),
        ComparisonError.examplesDiffer(cell: "", other: "", task: ""),
        MetricError.shape(what: "", expected: 1, got: 2), MetricError.value(what: "", expected: "", got: ""),
        ScalingError.invalid(location: "run", name: "", expected: "", got: ""),
        ScalingError.notARun(path: "", reason: ""), ScalingError.sameRun("", ""),
        ScalingError.otherText(name: "", bytesPerToken: 1, other: "", otherBytesPerToken: 1),
        ScalingError.tooFewBudgets(fitted: 1, failed: []), ScalingError.noCost(reason: ""),
        TokenizerTrainingError.noText, AssuranceError.empty(what: ""),
        CertificationError.forbiddenRows(use: .train, count: 2, first: digest, reason: .yardstick),
        AssuranceError.lengths(what: "", expected: 1, got: 2),
        AssuranceError.value(what: "", row: nil, expected: "", got: "", fix: ""), VerificationError.notSealed,
      ]),
    ExpectedErrors(
      65, 422,
      [
        TokenizationError.unreadable(file: "", expected: "", got: ""),
        TokenizationError.malformed(file: "", key: "", expected: "", got: ""),
        TokenizationError.unsupported(file: "", key: "", expected: "", got: ""),
        TokenizationError.inconsistent(file: "", key: "", expected: "", got: ""),
        TokenizationError.unknownID(file: "", position: 0, expected: "", got: ""),
        TokenizationError.notConverted(file: "", folder: "", packages: ""),
        TokenizationError.unsplittable(file: "", key: "", expected: "", got: ""),
        ConstraintError.notSpellable(""), ConstraintError.noTextTokens,
        TemplateError.syntax(at: inTemplate, expected: "", got: ""),
        TemplateError.unsupported(at: inTemplate, got: "", fix: ""), TemplateError.undefined(at: inTemplate, got: ""),
        TemplateError.invalid(at: inTemplate, expected: "", got: ""),
        TemplateError.raised(at: inTemplate, message: ""), TemplateError.limit(at: inTemplate, what: "", limit: 1),
        TemplateError.malformed(file: "", key: "", expected: "", got: ""),
        ConfigurationError.unknownArchitecture(path: "", got: "", supported: []),
        ConfigurationError.unsupportedOption(path: "", key: "", got: "", supported: ""),
        ConfigurationError.invalidValue(path: "", key: "", got: "", allowed: ""),
        ConfigurationError.notAModel(path: "", got: "", fix: ""),
      ]),
    ExpectedErrors(
      65, 422,
      [
        StreamError.file(inStream), StreamError.text(inStream), StreamError.json(inStream),
        StreamError.field(inStream), StreamError.label(inStream), StreamError.split(inStream),
        StreamError.identity(inStream), StreamError.prompt(inStream),
        RequestProblem(line: 1, error: StreamError.json(inStream)), ScoringError.empty(inScore),
        ScoringError.mismatch(inScore), CorpusError.file(inCorpus), CorpusError.gzip(inCorpus),
        CorpusError.text(inCorpus), CorpusError.row(inCorpus), CorpusError.source(inCorpus),
        CorpusError.tokenizer(inCorpus), CorpusError.plan(inCorpus),
        PretrainingError.diverged(step: 1, what: "", value: ""),
      ]),
    ExpectedErrors(
      65, 422,
      [
        PEFTError.noAdapter(folder: "", missing: "", fix: ""), PEFTError.missingKey(path: "", key: "", expected: ""),
        PEFTError.invalidValue(path: "", key: "", expected: "", got: ""),
        PEFTError.unsupported(path: "", key: "", got: "", reason: ""),
        PEFTError.tensorNamesDiffer(path: "", missing: [], unused: []),
        PEFTError.shapeDiffers(path: "", name: "", expected: [], got: []),
        PEFTError.unsupportedType(path: "", name: "", got: ""), PEFTError.notFinite(path: "", name: ""),
        PEFTError.overflows(path: "", name: "", scaling: ""), DecoderError.noWeights(folder: ""),
        DecoderError.noEndToken(folder: ""), DecoderError.tensorNamesDiffer(folder: "", missing: [], unused: []),
        DecoderError.tensorShapeDiffers(file: "", name: "", expected: [], got: []),
        DecoderError.invalidIndex(path: "", reason: ""),
        DecoderError.weightTooLarge(file: "", name: "", type: .bfloat16, largest: ""),
        DecoderError.packedPart(file: "", name: "", expected: "", got: ""),
        DecoderError.packedBase(folder: "", use: ""),
        DecoderError.fusedExperts(folder: "", use: ""), DecoderError.resultNotFinite(what: ""),
        DecoderError.tokenOutOfRange(id: 1, vocabularySize: 1), DecoderError.emptyInput,
        DecoderError.trainingSelection,
        DecoderError.vocabularyMismatch(base: "", model: 1, tokenizer: 2),
      ]),
    ExpectedErrors(
      65, 422,
      [
        LearningError.unsupported(what: "", fix: ""),
        LearningError.lossNotFinite(term: "", task: "", step: 1, examples: []),
        LearningError.scoresNotFinite(row: 1),
        LearningError.lossOutOfBounds(term: "", value: 1, bound: "", task: "", step: 1),
        LearningError.lossAlwaysZero(term: "", task: ""), LearningError.lossMovesNothing(term: "", task: ""),
        LearningError.nothingMoved(task: ""), LearningError.noTargets(task: "", step: 1),
        TorchError.malformedSafetensors(path: "", rule: ""), TorchError.missingTensor(path: "", name: ""),
        TorchError.notFinite(path: "", name: "", element: 0), ExpertError.otherBase(expert: "", expected: "", got: ""),
        ExpertError.otherConfiguration(expert: "", key: "", expected: "", got: ""),
        ExpertError.otherTokenizer(expert: "", expected: "", got: ""), ExpertError.missingTensor(where: "", name: ""),
        ExpertError.shapeDiffers(where: "", name: "", expected: [], got: []),
        ExpertError.unsealed(folder: ""), ExpertError.weightTooLarge(file: "", name: "", type: .float16),
      ]),
    ExpectedErrors(
      65, 422,
      [
        TaskModelError.tooFewExamples(what: "", got: 1, needed: 2),
        TaskModelError.labelWithoutExamples(label: "", task: "", rows: 0),
        TaskModelError.otherTemplate(task: "", base: ""), TaskModelError.everyRateDiverges(task: "", rates: []),
        EvolutionError.gateRows(task: "", count: 1, withOtherTurns: 0, version: ""),
        EvolutionError.gateRows(task: "", count: 2, withOtherTurns: 1, version: ""),
        EvolutionError.sameRows(task: "", other: ""),
        EvolutionError.missingRows(task: "", role: "", split: "", learn: 1, fix: ""),
        EvolutionError.row(file: "", line: nil, problem: "", fix: ""),
        EvolutionError.naming(what: "", expected: "", got: "", fix: ""),
        EvolutionError.stream(file: "", key: "", expected: "", got: "", fix: ""),
        ServingError.otherConfiguration(base: "", key: "", expected: "", got: ""),
        ServingError.noExpert(version: ""), ServingError.severalLabels(version: ""),
        RegistryError.otherBase(what: "", expected: digest, got: digest),
        RegistryError.malformedBundle(path: "", reason: ""),
      ]),
    ExpectedErrors(
      65, 413,
      [
        FileError.tooLarge(path: "", bytes: 2, limit: 1), FormatError.size(inFormat),
        TokenizerTrainingError.tooManyPieces(bytes: 2, limit: 1),
        ServingError.tooLarge(version: "", part: "", bytes: 2, limit: 1), ScoringError.tooLarge(inScore),
        DecoderError.sequenceTooLong(length: 2, limit: 1),
      ]),
    ExpectedErrors(
      65, 500,
      [
        EngineFailure.expertFailed(version: digest, reason: ""),
        RunError.checkpointDamaged(path: "", reason: ""), RunError.fileChanged(path: "", recorded: "", now: ""),
        RunError.fileRemoved(path: ""), RunError.checkpointNeeds(path: "", other: "", reason: ""),
        ComparisonError.cellDiffers(cell: "", what: "", expected: "", got: ""),
        ComparisonError.recordDamaged(cell: "", reason: "", hasRun: true), CorpusError.shard(inCorpus),
        LearningError.stateDiffers(what: "", missing: [], unused: []), LearningError.malformedMask(what: "", rule: ""),
        ExpertError.digestDiffers(expert: "", expected: "", got: ""),
        ExpertError.configurationDiffers(folder: "", expected: "", got: ""),
        TaskModelError.partDiffers(version: "", part: "", reason: ""),
        ServingError.malformed(version: "", part: "", reason: ""),
        ChatPromptError.otherTemplate(model: ""),
        VerificationError.differs(what: "", recorded: "", now: ""), VerificationError.missing(what: ""),
        VerificationError.several(""), RegistryError.blobMissing(digest, path: ""),
        CertificationError.malformed(what: "", reason: ""),
        CertificationError.changed(what: "", expected: digest, got: digest),
        CertificationError.doesNotFollow(task: "", label: "", what: "", expected: "", got: ""),
        RegistryError.blobChanged(expected: digest, got: digest, path: ""), RegistryError.blobPurged(digest, path: ""),
        RegistryError.damaged(path: "", reason: ""), AuditedDatabaseError.damaged(path: "", reason: ""),
        AuditedDatabaseError.auditBroken(sequence: 1, reason: ""), RegistryError.auditBroken(sequence: 1, reason: ""),
        LoopError.damaged(task: "", reason: ""),
        LoopError.missing(task: "", state: .gate, what: ""),
        AccessError.damaged(path: "", reason: ""),
      ]),
  ]

  /// The machine, other processes, and ourselves.
  private static let machine: [ExpectedErrors] = [
    ExpectedErrors(
      69, 500,
      [
        RegistryError.newerSchema(path: "", found: 2, known: 1), ReviewError.newerSchema(path: "", found: 2, known: 1),
        RegistryError.networkFileSystem(path: "", kind: ""),
        AccessError.newerSchema(path: "", found: 2, known: 1),
        ServerProgramError.missing(path: ""), ServerProgramError.notStarted(path: "", reason: ""),
      ]),
    ExpectedErrors(
      70, 500,
      [
        ServerError.selfTest(reason: ""), EngineFailure.failed(""),
        RunError.readOnly(folder: ""), TorchError.operationFailed(operation: "", arguments: "", reason: ""),
        TorchError.unexpectedResult(operation: "", expected: "", got: ""),
        TorchError.shapeMismatch(what: "", expected: [], got: []),
        TorchError.dtypeMismatch(what: "", expected: .float32, got: ""),
        TorchError.elementCountMismatch(expected: 1, got: 2), TorchError.missingGradient(""),
        TorchError.emptyTrainableSet,
      ]),
    ExpectedErrors(
      74, 500,
      [
        ServerError.cannotListen(address: "", reason: ""),
        FileError.notReadable(path: "", reason: ""), FileError.notWritable(path: "", reason: ""),
        StandardDescriptors.Failure(code: EIO), LostOutput(StandardDescriptors.Failure(code: EIO)),
        TorchError.noLibtorch(reason: "", fix: ""), RegistryError.database(path: "", reason: ""),
        AuditedDatabaseError.failed(path: "", reason: ""),
        AccessError.database(path: "", reason: ""),
      ]),
    ExpectedErrors(
      74, 503,
      [
        FileError.diskFull(path: ""), RunError.notEnoughDisk(path: "", needed: 2, free: 1),
        TorchError.outOfMemory(operation: "", arguments: "", MemoryShortage(asked: nil)),
        RegistryError.diskFull(path: ""), AuditedDatabaseError.diskFull(path: ""),
      ]),
    ExpectedErrors(
      75, 409,
      [
        RegistryError.moved(what: "", expected: nil, found: nil), CertificationError.looked(task: "", label: ""),
        LoopError.lost(task: "", to: ""), LoopError.moved(expected: nil, found: nil),
      ]),
    ExpectedErrors(
      75, 503,
      [
        EngineFailure.queueFull(retryAfter: 1), EngineFailure.draining, EngineFailure.deadlineExceeded,
        EngineFailure.cancelled, EngineFailure.unloaded(version: digest),
        RunError.inUse(folder: "", by: "", fix: ""), ComparisonError.inUse(folder: "", by: "", fix: ""),
        SideError.notReady(task: "", label: ""), WebhookError.noAddress(host: ""),
        RegistryError.locked(path: "", by: ""),
        AuditedDatabaseError.locked(path: "", by: ""),
        ReviewError.queueFull(task: "", limit: 0), AccessError.locked(path: ""),
        LoopError.promoting(task: "", other: ""),
        RateLimitRefusal(
          reason: .requests, limit: 1, retryAfter: 1, standing: RateLimitStanding(requests: nil, tokens: nil)),
      ]),
    ExpectedErrors(
      143, 503,
      [
        RunError.interrupted(folder: "", signal: SIGTERM, at: ""),
        ComparisonError.interrupted(folder: "", signal: SIGTERM, done: 1, of: 2),
        TaskModelError.interrupted(task: "", signal: SIGTERM, moment: ""),
      ]),
    ExpectedErrors(66, 500, [ComparisonError.failed(folder: "", cells: [], of: 1, code: 66)]),
  ]
}
