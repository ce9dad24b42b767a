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

app_findings <- function(app, file = "plumber.R") {
  found <- analysis$app_hazards(file.path(folder, "apps", app, file), file.path(folder, "apps", app))
  vapply(found, function(one) sprintf("%s:%d %s", one$file, one$line, one$reached), "")
}

test_that("every file of an app is looked through, and named from the app's folder", {
  expect_identical(app_findings("several-files"), c("admin.R:5 PUT /pause", "R/store.R:4 POST /items"))
})

test_that("an entrypoint is gone through, where annotations mean nothing and the exit hook is no request", {
  expect_identical(app_findings("entrypoint", "entrypoint.R"), "entrypoint.R:5 GET /hits")
})

test_that("the files of a package that the app loads are looked through", {
  expect_identical(app_findings("packaged"), "R/count.R:5 GET /count")
})

test_that("code that cannot be parsed, or is not there, has no findings", {
  expect_identical(app_findings("broken"), character())
  expect_identical(analysis$app_hazards(file.path(folder, "nowhere.R"), folder), list())
})

test_that("a finding has its line, what it means and what to do", {
  found <- analysis$app_hazards(file.path(folder, "true", "counter.R"), file.path(folder, "true"))[[1L]]
  expect_identical(found$source, "counter <<- counter + 1 # -> process-state")
  expect_match(found$message, "`counter` is changed while a request runs (GET /count)", fixed = TRUE)
  expect_match(found$advice, "--workers 1", fixed = TRUE)
})

test_that("the same is found where the locale is C", {
  locale <- Sys.getlocale("LC_CTYPE")
  on.exit(Sys.setlocale("LC_CTYPE", locale))
  Sys.setlocale("LC_CTYPE", "C")
  path <- file.path(folder, "true", "multibyte-text.R")
  expect_identical(found_hazards(path), "7 process-state warning")
})

test_that("an app of 300 lines is gone through in a moment, since the start of a worker waits for it", {
  files <- list.files(file.path(folder, "true"), full.names = TRUE)
  path <- tempfile(fileext = ".R")
  on.exit(unlink(path))
  writeLines(head(unlist(lapply(files, readLines, encoding = "UTF-8")), 300L), path, useBytes = TRUE)
  previous <- compiler::enableJIT(0L)
  on.exit(compiler::enableJIT(previous), add = TRUE)
  # It takes 60 ms on an idle machine.
  expect_lt(system.time(analysis$app_hazards(path, dirname(path)))[["elapsed"]], 1)
})

test_that("files outside of the app's folder are listed, but not those that the folder links to or that are absolute", {
  project <- normalizePath(tempfile(), mustWork = FALSE)
  app <- file.path(project, "api")
  dir.create(app, recursive = TRUE)
  on.exit(unlink(project, recursive = TRUE))
  write <- function(name, ...) writeLines(c(...), file.path(project, name))
  write("f.R", "f <- function() 1")
  write("linked.R", "g <- function() 2")
  write("table.csv", "a", "1")
  write("absolute.csv", "a", "1")
  file.symlink(file.path(project, "linked.R"), file.path(app, "linked.R"))
  write(
    "api/plumber.R", "source('../f.R')", "source('linked.R')", "table <- read.csv('../table.csv')",
    sprintf("other <- read.csv('%s')", file.path(project, "absolute.csv")), "#* @get /", "function() f()"
  )
  found <- analysis$files_outside(file.path(app, "plumber.R"), app)
  expect_identical(basename(found), c("f.R", "table.csv"))
})
