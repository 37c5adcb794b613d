import Learning
import Records

extension TaskStatistic {
  init(task: String, _ statistic: LayerStatistic) {
    self.init(task: task, name: statistic.name, formula: statistic.formula, layers: statistic.layers)
  }
}
