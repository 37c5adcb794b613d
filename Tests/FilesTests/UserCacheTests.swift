import Files
import Foundation
import Testing

/// Is the user's cache folder the same wherever a program is started?
@Suite struct UserCacheTests {
  @Test(
    arguments: [
      (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x"), (["HOME": "/h"], "/h/.cache"),
      (["XDG_CACHE_HOME": "", "HOME": "/h"], "/h/.cache"), (["XDG_CACHE_HOME": "cache", "HOME": "/h"], "/h/.cache"),
      (["XDG_CACHE_HOME": "./cache", "HOME": "/h"], "/h/.cache"), (["XDG_CACHE_HOME": "/x", "HOME": ""], "/x"),
      (["XDG_CACHE_HOME": "x", "HOME": "h"], nil), (["HOME": ""], nil), ([:], nil),
    ] as [([String: String], String?)])
  func folder(environment: [String: String], path: String?) {
    #expect(UserCache.folder(of: environment)?.path == path)
  }
}
