folder <- file.path(fixtures, "hazards")

# "-> rule" or "-> rule (note)" at the end of a line says what is found there.
expected_hazards <- function(file) {
  lines <- readLines(file, warn = FALSE, encoding = "UTF-8")
  marked <- grep("# -> ", lines)
  rule <- sub("^.*# -> ([a-z-]+).*$", "\\1", lines[marked])
  sprintf("%d %s %s", marked, rule, ifelse(grepl("(note)", lines[marked], fixed = TRUE), "note", "warning"))
}

found_hazards <- function(file) {
  found <- analysis$app_hazards(file, dirname(file))
  vapply(found, function(one) sprintf("%d %s %s", one$line, one$rule, one$severity), "")
}

for (kind in c("true", "harmless")) {
  for (file in list.files(file.path(folder, kind), "\\.R$", full.names = TRUE)) {
    local({
      path <- file
      label <- if (kind == "true") "This is found:" else "This raises no alarm:"
      test_that(paste(label, promise_of(path)), {
        expect_silent(parse(path, encoding = "UTF-8"))
        expect_setequal(as.character(found_hazards(path)), as.character(expected_hazards(path)))
      })
    })
  }
}
