import Foundation
import Glibc

/// A connection that sends bytes as they are: what no client library would send.
final class RawConnection {
  private let descriptor: Int32

  struct Failure: Error {}

  /// - Parameter port: Of this machine, which may have the name localhost by either protocol.
  init(port: Int) throws {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo("localhost", "\(port)", &hints, &found) == 0 else { throw Failure() }
    defer { freeaddrinfo(found) }
    var next = found
    while let address = next {
      let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
      if descriptor >= 0, connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 {
        self.descriptor = descriptor
        var time = timeval(tv_sec: 240, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        return
      }
      if descriptor >= 0 { Foundation.close(descriptor) }
      next = address.pointee.ai_next
    }
    throw Failure()
  }

  deinit { Foundation.close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Everything until the other end closes, or nothing has come for four minutes.
  func rest() -> String {
    var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4_096))
    while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { all += buffer[..<count] }
    return String(decoding: all, as: UTF8.self)
  }

  /// What comes until a text was seen.
  func read(until text: String) -> String {
    var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4_096))
    while !String(decoding: all, as: UTF8.self).contains(text),
      case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0
    { all += buffer[..<count] }
    return String(decoding: all, as: UTF8.self)
  }

  /// Whether nothing comes for so many seconds.
  func isSilent(for seconds: Double) -> Bool {
    var file = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&file, 1, Int32(seconds * 1_000)) == 0
  }

  /// Ends the connection at once (RST), whatever is on its way. Nothing can be done with it afterwards.
  func reset() {
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    // The number stays taken, so that its later closing closes nothing else.
    let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    dup2(other, descriptor)
    Foundation.close(other)
  }

  /// Sends nothing more, and reads nothing more.
  func leave() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
}
