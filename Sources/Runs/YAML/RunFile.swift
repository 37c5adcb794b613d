public import Records

/// The YAML file of a run: the settings of `RunConfiguration` by their names, none other; each may be left out.
public typealias RunFile = SettingFile<RunConfiguration>
