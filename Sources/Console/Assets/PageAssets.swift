public import Foundation

/// The page's style sheet and script, which are all that it loads.
public enum PageAssets {
  /// Served at ``PagePath/styleSheet``.
  public static let styleSheet = Data(PageStyleSheet.text.utf8)
  /// Served at ``PagePath/script``.
  public static let script = Data(PageScript.text.utf8)
}
