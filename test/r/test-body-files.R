# Large request bodies, which R reads from a file.
bodies <- new.env(parent = baseenv())
for (file in c("internals.R", "request.R", "body-files.R")) {
  sys.source(file.path("..", "..", "r", file), envir = bodies, keep.source = FALSE)
}

body_file <- function(bytes) {
  folder <- tempfile("body")
  dir.create(folder)
  path <- file.path(folder, "body")
  writeBin(if (is.character(bytes)) charToRaw(bytes) else bytes, path)
  path
}

parts_of <- function(text, type = "multipart/form-data; boundary=x") {
  lapply(bodies$multipart_files(body_file(text), type), function(part) {
    part$file <- rawToChar(readBin(part$file, "raw", 1e6))
    part
  })
}

part <- function(head, content) paste0("--x\r\n", head, "\r\n\r\n", content, "\r\n")
named <- function(name) sprintf("Content-Disposition: form-data; name=\"%s\"", name)

test_that("the input stream of a file reads as that of the same body in memory", {
  bytes <- charToRaw("one\ntwo\r\n\nlast")
  streams <- list(bodies$body_input(bytes), bodies$file_input(body_file(bytes)))
  steps <- list(
    function(input) input$read(2), function(input) input$read_lines(1L), function(input) input$read(),
    function(input) input$read(), function(input) input$rewind(), function(input) input$read_lines(),
    function(input) input$rewind(), function(input) input$read(100), function(input) input$read(0)
  )
  for (step in steps) expect_identical(step(streams[[2L]]), step(streams[[1L]]))
})

test_that("compressed bytes stay as they are", {
  bytes <- memCompress(charToRaw(strrep("text ", 1000)), "gzip")
  path <- body_file(c(as.raw(c(0x1f, 0x8b)), bytes))
  expect_identical(bodies$file_input(path)$read(), c(as.raw(c(0x1f, 0x8b)), bytes))
})

test_that("parts have the name, file name and type that the client has sent", {
  text <- paste0(
    "a preamble\r\n", part(named("a"), "1"),
    part(paste0(named("b"), "; filename=\"b c.csv\"\r\nContent-Type: text/csv; charset=utf-8"), "x\r\n--y"),
    part("X-Other: 1", ""), "--x--\r\nan epilogue"
  )
  expected <- list(
    a = list(file = "1"), b = list(filename = "b c.csv", type = "text/csv; charset=utf-8", file = "x\r\n--y"),
    list(file = "")
  )
  expect_identical(parts_of(text), stats::setNames(expected, c("a", "b", "")))
  expect_identical(names(parts_of(gsub("--x", "--x y", text, fixed = TRUE), "multipart/mixed; boundary=\"x y\"")),
                   c("a", "b", ""))
})

test_that("a boundary is found wherever a block ends", {
  for (size in bodies$part_block - 0:20) {
    content <- strrep("z", size)
    expect_identical(parts_of(paste0(part(named("a"), content), part(named("b"), "2"), "--x--"))[["b"]]$file, "2")
  }
})

test_that("a body that is no multipart body has no parts, and a broken one is an error", {
  expect_null(bodies$multipart_files(body_file("text"), "text/plain"))
  expect_null(bodies$multipart_files(body_file("text"), NULL))
  expect_error(parts_of("no boundary"), "ends before its last boundary")
  expect_error(parts_of(part(named("a"), "1")), "ends before its last boundary")
  expect_error(parts_of(paste0("--x\r\n", strrep("a", 600000))), "have no end")
  expect_error(parts_of(paste0(strrep(part(named("a"), ""), 1001), "--x--")), "more than 1000 parts")
})
