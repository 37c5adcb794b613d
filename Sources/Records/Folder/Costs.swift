import Foundation

/// What learning a task cost. Stands beside every accuracy.
public struct TaskCosts: Sendable, Equatable, Codable {
  public var task: String
  /// Values that training moved.
  public var trainedParameters: Int
  public var steps: Int
  /// Real tokens read in training, padding not counted.
  public var trainingTokens: Int
  public var trainingSeconds: Double
  /// trainingTokens / trainingSeconds
  public var tokensPerSecond: Double
  /// Seconds to score the matrix row after it.
  public var evaluationSeconds: Double
  /// Bytes of the tensors that the task added for good.
  public var expertBytes: Int
  /// Bytes of all tensors of the method after this task.
  public var methodBytes: Int
  /// Largest resident memory of the process so far.
  public var peakResidentBytes: Int
  /// Numbers in the tensors behind ``expertBytes`` and ``methodBytes``, whatever type they are kept in; `nil` in runs of versions that did not count them.
  public var expertNumbers: Int?
  public var methodNumbers: Int?
  /// Bytes of the task's `adapter_model.safetensors` in `experts/`, which serves it; 0 where the method writes none, `nil` as above.
  public var servedBytes: Int?
  /// Where it was computed, bytes in tensors there at most since the task began (or was resumed), and bytes that libtorch held there in the
  /// end; `nil` on the CPU, where they are in ``peakResidentBytes``.
  public var device: String?
  public var deviceMemoryPeak: Int?
  public var deviceMemoryReserved: Int?

  package init(
    task: String, trainedParameters: Int, steps: Int, trainingTokens: Int, trainingSeconds: Double,
    tokensPerSecond: Double, evaluationSeconds: Double, expertBytes: Int, methodBytes: Int, peakResidentBytes: Int,
    expertNumbers: Int? = nil, methodNumbers: Int? = nil, servedBytes: Int? = nil,
    device: String? = nil, deviceMemoryPeak: Int? = nil, deviceMemoryReserved: Int? = nil
  ) {
    self.task = task
    self.trainedParameters = trainedParameters
    self.steps = steps
    self.trainingTokens = trainingTokens
    self.trainingSeconds = trainingSeconds
    self.tokensPerSecond = tokensPerSecond
    self.evaluationSeconds = evaluationSeconds
    self.expertBytes = expertBytes
    self.methodBytes = methodBytes
    self.peakResidentBytes = peakResidentBytes
    self.expertNumbers = expertNumbers
    self.methodNumbers = methodNumbers
    self.servedBytes = servedBytes
    self.device = device
    self.deviceMemoryPeak = deviceMemoryPeak
    self.deviceMemoryReserved = deviceMemoryReserved
  }
}
