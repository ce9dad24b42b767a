# Lints the R code by the rules of .lintr; any lint fails. Files that have not changed since they were last linted are
# passed over.

folders <- c("r", "examples", "scripts", "bench", "test/r", "r-package/R", "r-package/tests")
lints <- do.call(c, lapply(folders[dir.exists(folders)], function(folder) {
  lintr::lint_dir(folder, relative_path = FALSE, cache = file.path(".penstock", "checks", "lintr"))
}))
for (lint in lints) {
  place <- sprintf("%s:%d:%d", lint$filename, lint$line_number, lint$column_number)
  cat(sprintf("%s: %s (%s)\n", place, lint$message, lint$linter))
}
if (length(lints) > 0) quit(status = 1)
