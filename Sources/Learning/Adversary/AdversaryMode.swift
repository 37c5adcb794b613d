/// How task identity is kept out of the shared expert; what each does stands at the top of `Adversary.swift`.
public enum AdversaryMode: String, Sendable, CaseIterable { case paper, released, isolated, off }
