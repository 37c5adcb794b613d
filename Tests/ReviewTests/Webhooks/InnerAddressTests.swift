import Files
import Foundation
import Testing

@testable import Review

/// Can a webhook be led to a machine inside?
@Suite struct InnerAddressTests {
  @Test(arguments: [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.192", "168.63.129.16", "198.18.0.1",
    "198.19.255.255", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2001::1", "2001:db8::1", "3fff::1", "100::1",
    // What a resolver never gives.
    "localhost", "0x7f.1", "2130706433", "127.1", "", "1.1.1.1 ", "1.1.1.1\0",
  ])
  func isRefused(_ address: String) { #expect(InnerAddress.isRefused(address)) }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "11.0.0.1", "192.167.1.1",
    "198.17.255.255", "198.20.0.1", "223.255.255.255", "168.63.129.17", "2606:4700:4700::1111", "2a00:1450::1",
    "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2001:4860:4860::8888",
  ])
  func isPublic(_ address: String) { #expect(!InnerAddress.isRefused(address)) }

  @Test func oneInnerAddressIsEnough() {
    let rules = WebhookRules(hosts: [])
    #expect(throws: WebhookError.innerAddress(host: "h", address: "10.0.0.1")) {
      try rules.require(["1.1.1.1", "10.0.0.1"], of: "h")
    }
    #expect(throws: WebhookError.noAddress(host: "h")) { try rules.require([], of: "h") }
  }

  @Test func hostsThatAreAllowed() throws {
    let rules = WebhookRules(hosts: ["hooks.example.com", "Other.example.com:8443"])
    for (text, port) in [
      ("https://hooks.example.com/a?b=c", 443), ("https://HOOKS.example.com:443/", 443),
      ("https://other.example.com:8443/x", 8443),
    ] {
      #expect(try rules.target(try #require(URL(string: text))).port == port)
    }
    for text in [
      "https://hooks.example.com:8443/", "https://other.example.com/", "https://hooks.example.com.evil.org/",
      "https://evil.org/hooks.example.com", "https://evil.org#hooks.example.com", "https://a:b@hooks.example.com/",
      "https://hooks.example.com@evil.org/", "http://hooks.example.com/", "ftp://hooks.example.com/",
      "file:///etc/passwd",
      "https://hooks.example.com/#x", "https://127.0.0.1/", "https://[::1]/",
    ] {
      let url = try #require(URL(string: text))
      #expect(throws: WebhookError.self, "\(text)") { try rules.target(url) }
    }
  }
}
