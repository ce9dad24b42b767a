folder <- file.path(fixtures, "packages")

# "needs a, b" and "may need c" at the end of a line name the packages that are first used there.
expected_needs <- function(file) {
  lines <- readLines(file, warn = FALSE, encoding = "UTF-8")
  unlist(lapply(seq_along(lines), function(i) {
    if (!grepl("# (needs|may need) ", lines[[i]])) return(NULL)
    names <- strsplit(sub("^.*# (needs|may need) ", "", lines[[i]]), ", ", fixed = TRUE)[[1L]]
    paste(names, i, if (grepl("# may need", lines[[i]])) "optional" else "required")
  }))
}

needs_of <- function(file) {
  found <- analysis$app_packages(file, dirname(file))$packages
  found <- Filter(function(one) !is.null(one$file), found)
  vapply(found, function(one) paste(one$name, one$line, if (one$required) "required" else "optional"), "")
}

for (file in list.files(folder, "\\.R$", full.names = TRUE)) {
  local({
    path <- file
    test_that(paste("The packages of a file are found:", promise_of(path)), {
      expected <- as.character(sort(unique(expected_needs(path))))
      # A package that is asked for first and needed later stands where it is asked for.
      if (basename(path) == "optional.R") {
        both <- c("delta 7 optional", "delta 8 required")
        expected <- c(setdiff(expected, both), "delta 7 required")
      }
      expect_setequal(as.character(needs_of(path)), expected)
    })
  })
}

names_in <- function(app, file = "plumber.R") {
  found <- analysis$app_packages(file.path(folder, app, file), file.path(folder, app))$packages
  vapply(found, function(one) one$name, "")
}

test_that("sourced, plumbed and mounted files are followed, and what cannot be followed is passed over", {
  expect_setequal(names_in("sources"), c(
    "plumber", "directly", "joined", "deeper", "sibling", "all.a", "all.b", "loop.c", "mounted.one",
    "mounted.helper", "mounted.two", "mounted.three", "readr", "box", "in.module", "in.folder"
  ))
})

test_that("an entrypoint leads to the files that it makes routers of, and to no others", {
  expect_setequal(names_in("entrypoint", "entrypoint.R"), c("plumber", "entry", "routes", "more", "yaml"))
})

test_that("load_all() reads the package's own files", {
  expect_setequal(names_in("whole-package"), c("plumber", "pkgload", "one", "two"))
})

test_that("a file that cannot be parsed is told with its line, and the others are still read", {
  found <- analysis$app_packages(file.path(folder, "broken", "plumber.R"), file.path(folder, "broken"))
  expect_length(found$errors, 1L)
  expect_identical(found$errors[[1L]]$file, "bad.R")
  expect_identical(found$errors[[1L]]$line, 2L)
  expect_match(found$errors[[1L]]$message, "unexpected '{'", fixed = TRUE)
  expect_setequal(vapply(found$packages, function(one) one$name, ""), c("plumber", "alpha", "beta"))
})

test_that("renv.lock and DESCRIPTION say which packages and versions are asked for", {
  app <- file.path(folder, "declared")
  found <- analysis$app_packages(file.path(app, "plumber.R"), app)$packages
  wanted <- vapply(found, function(one) if (is.null(one$wanted)) NA_character_ else one$wanted, "")
  names(wanted) <- vapply(found, function(one) one$name, "")
  expect_identical(wanted[order(names(wanted))], c(
    data.table = NA, dplyr = "1.1.4", jsonlite = NA, plumber = ">= 1.0.0", R6 = "0.0.1"
  )[order(c("data.table", "dplyr", "jsonlite", "plumber", "R6"))])
})

test_that("a lock file that is none is told", {
  app <- file.path(folder, "broken-lock")
  found <- analysis$app_packages(file.path(app, "plumber.R"), app)
  expect_identical(found$errors[[1L]]$file, "renv.lock")
  expect_setequal(vapply(found$packages, function(one) one$name, ""), c("plumber", "alpha"))
})

test_that("what is installed is known with its version", {
  found <- analysis$app_packages(NULL, folder)$packages
  expect_length(found, 1L)
  expect_true(found[[1L]]$installed)
  expect_identical(found[[1L]]$version, as.character(utils::packageVersion("plumber")))
})

test_that("packages that come with R are never asked for", {
  expect_false(any(names_in(".", "qualified.R") %in% c("base", "utils", "stats")))
})

test_that("a folder with _server.yml needs its engine, and the package that reads the file", {
  folder <- tempfile("app")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  file <- file.path(folder, "_server.yml")
  writeLines("engine: fiery", file)
  found <- vapply(analysis$app_packages(file, folder, engine = "fiery")$packages, function(one) one$name, "")
  expect_setequal(found, c("fiery", "yaml"))
})
