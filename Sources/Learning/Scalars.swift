import Foundation

// Functions of single numbers, so that files with tensors need no Foundation, whose names they share.

func logarithm(_ value: Double) -> Double { log(value) }

func exponential(_ value: Double) -> Double { exp(value) }

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
