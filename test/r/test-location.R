# Where in the user's files an error of loading was raised.
app <- new.env(parent = baseenv())
for (file in c("location.R", "source-text.R", "plumber-app.R")) {
  sys.source(file.path("..", "..", "r", file), envir = app)
}

written <- function(bytes) {
  path <- tempfile(fileext = ".R")
  writeBin(if (is.raw(bytes)) bytes else charToRaw(bytes), path)
  path
}

# The file and line of what plumber reports for these lines.
place_of <- function(..., file = written(paste0(paste0(c(...), collapse = "\n"), "\n"))) {
  failure <- tryCatch(suppressWarnings(plumber::plumb(file)), error = identity)
  place <- app$message_location(conditionMessage(failure), file)
  paste0(if (identical(place$file, file)) "app" else basename(place$file), ":", place$line)
}

test_that("an expression that fails is reported with its line, whatever its message looks like", {
  expect_equal(place_of("x <- 1", "", "stop('first\\nsecond')"), "app:3")
  expect_equal(place_of("stop('on the first line')"), "app:1")
  expect_equal(place_of("x <- \"a' - b\"", "stop('x')"), "app:2")
  expect_equal(place_of("x <- 1", "stop(\"no column 'a' - \\nadd it\")"), "app:2")
  expect_equal(place_of("x <- 1", "stop('config.yml:7:3: bad value')"), "app:2")
  expect_equal(place_of("x <- 1", "rlang::abort(c('top', i = 'more'))"), "app:2")
  expect_equal(place_of("#* @get", "function() 1"), "app:1")
})

test_that("a syntax error in a file that the app sources is reported with that file", {
  helper <- written("x <- 1\n\ny <- (2\nz <- 3\n")
  expect_equal(place_of("a <- 1", "", sprintf("source('%s')", helper)), paste0(basename(helper), ":4"))
})

test_that("a byte order mark is no part of the code", {
  path <- written(c(as.raw(c(0xef, 0xbb, 0xbf)), charToRaw("x <- 'gr\u00fc\u00df'\n")))
  expect_equal(app$check_source(path)[[1L]][[3L]], "gr\u00fc\u00df")
})

test_that("a file that is not UTF-8 is reported with its encoding, the line and what to do", {
  text <- "# one\nx <- 'gr\u00fc\u00df'\n"
  fault <- function(bytes) {
    failure <- tryCatch(app$check_source(written(bytes)), located_error = identity)
    paste(failure$line, conditionMessage(failure))
  }
  for (encoding in c("UTF-16", "UTF-16LE", "UTF-16BE")) {
    expect_match(fault(iconv(text, "UTF-8", encoding, toRaw = TRUE)[[1L]]), "^1 .*probably UTF-16\\. Save it as UTF-8")
  }
  latin1 <- iconv(text, "UTF-8", "latin1", toRaw = TRUE)[[1L]]
  expect_match(fault(latin1), "^2 .*probably Latin-1 or Windows-1252\\. Save it as UTF-8")
})
